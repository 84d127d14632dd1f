"""A caller is let go of once, and again only when it came back."""

from __future__ import annotations

from typing import Any, cast

from mediaserver.media.leg import EndedBy, Termination, Why
from pipelines.conversation.agent import End, Transfer
from pipelines.conversation.ending import Ending
from pipelines.conversation.transcript import Transcript


class Call:
    """What became of it, in order; also its transcript."""

    def __init__(self, *, transfers: bool = True) -> None:
        self.done: list[str] = []
        self.ending = Ending(cast(Transcript, self), self.hung_up, self.handed_over if transfers else None)

    def event(self, kind: str, **data: Any) -> None:
        self.done.append(f"event {kind} {data['to']}")

    def hung_up(self, why: Termination) -> None:
        self.done.append(f"hung up: {why.by.name}, {why.why.name}, {why.detail}")

    def handed_over(self, transfer: Transfer) -> None:
        self.done.append(f"handed over to {transfer.to}")


def test_it_hangs_up_once_and_says_why() -> None:
    call = Call()
    call.ending.why = Termination(EndedBy.SERVER, Why.SHUTDOWN, detail="for a deploy")
    assert not call.ending.over.is_set()
    call.ending.leave(End())
    call.ending.leave(End())
    assert call.done == ["hung up: SERVER, SHUTDOWN, for a deploy"] and call.ending.over.is_set()


def test_who_was_handed_over_is_not_hung_up() -> None:
    call = Call()
    call.ending.leave(Transfer("101"))
    call.ending.leave(End())
    assert call.done == ["event transfer 101", "handed over to 101"] and call.ending.over.is_set()


def test_who_came_back_is_let_go_of_again() -> None:
    call = Call()
    call.ending.leave(Transfer("101"))
    call.ending.returned()
    assert not call.ending.over.is_set()
    call.ending.returned()
    call.ending.leave(End())
    assert call.done[2:] == ["hung up: AGENT, COMPLETED, "] and call.ending.over.is_set()


def test_where_nobody_can_be_transferred_the_call_ends_in_words() -> None:
    call = Call(transfers=False)
    call.ending.leave(Transfer("101"))
    assert call.done == ["event transfer_failed 101", "hung up: SERVER, FAILED, nobody to transfer to"]


def test_nobody_is_let_go_of_who_is_gone() -> None:
    call = Call()
    call.ending.leave(Transfer("101"))
    call.ending.gone()
    call.ending.returned()
    call.ending.leave(End())
    assert call.done == ["event transfer 101", "handed over to 101"] and call.ending.over.is_set()
