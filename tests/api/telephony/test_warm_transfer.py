"""A warm transfer from end to end: agents that speak, keys that are pressed, over HTTP and by a flow."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from examples.front_desk import FrontDesk
from mediaserver.errors import CallError
from mediaserver.media.leg import Frame
from mediaserver.storage.records import EventHappened, TurnSaid
from pipelines import agents
from tests.api.desk import Desk
from tests.mediaserver.calls.bench import Kept
from tests.mediaserver.calls.lines import Line, Lines

Asking = asyncio.Task[tuple[int, Any]]


class Phone(Line):
    """Knows how loud what it hears is."""

    def __init__(self, name: str, level: int) -> None:
        super().__init__(name, level)
        self.loudest: list[int] = []

    def write(self, frame: Frame) -> None:
        super().write(frame)
        self.loudest.append(int(np.abs(frame).max()))


def events(desk: Desk, call_id: UUID, kind: str) -> list[dict[str, Any]]:
    call = desk.board.get(call_id)
    assert call is not None
    return [event.data for event in call.history if event.kind == kind]


def steps(desk: Desk, call_id: UUID) -> list[str]:
    return [data["step"] for data in events(desk, call_id, "transfer")]


async def asked(desk: Desk, call_id: UUID, warm: Any = True) -> Asking:
    """Asked for over HTTP; returns when the human is being briefed."""
    task = asyncio.create_task(desk.post(f"/{call_id}/transfer", {"to": "bob", "warm": warm}))
    while not task.done() and "briefing" not in steps(desk, call_id):  # noqa: ASYNC110 - it is a live event
        await asyncio.sleep(0)
    return task


async def begun(desk: Desk, **phones: Any) -> tuple[Phone, Phone, UUID]:
    """ann talks to the demo agent; bob can be called."""
    ann, bob = Phone("ann", 1), Phone("bob", 2)
    desk.board.carriers = [Lines(**({"bob": bob} | phones))]
    call_id = await desk.dialled(ann, "demo")
    await desk.run(400)
    return ann, bob, call_id


async def test_the_human_is_told_in_the_agents_voice_and_takes_the_call_with_1(desk: Desk) -> None:
    ann, bob, call_id = await begun(desk)
    task = await asked(desk, call_id, {"briefing": "Ann wants a room.", "hears": "music"})
    await desk.run(600)
    assert ann.heard[-1] == 30 and max(bob.loudest) > 500, "music for one, speech for the other"
    (said,) = events(desk, call_id, "briefing")
    assert said["text"] == "Ann wants a room. Press 1 to take the call, or 2 to decline."
    bob.press("1")
    await desk.run(200)
    assert await task == (204, None)
    assert (ann.heard[-1], bob.heard[-1]) == (2, 1) and ann.digits == ""
    assert steps(desk, call_id) == ["begun", "ringing", "briefing", "accepted"]


@pytest.mark.parametrize(("what", "why"), [("2", "declined"), ("hang up", "declined"), ("", "not confirmed")])
async def test_the_caller_is_back_with_the_agent_which_asks_its_question_again(
    desk: Desk, what: str, why: str
) -> None:
    ann, bob, call_id = await begun(desk)
    task = await asked(desk, call_id, {"confirm_s": 1})
    await desk.run(100)
    before = len(ann.loudest)
    if what == "hang up":
        bob.leave()
    elif what:
        bob.press(what)
    else:
        await desk.run(12_000)
    await desk.run(2_000)
    status, answer = await task
    assert status == 409 and answer["error"]["message"]
    assert bob.termination is not None and ann.termination is None
    assert (events(desk, call_id, "transfer"))[-1]["why"] == why
    said = [event["text"] for event in events(desk, call_id, "agent")]
    assert any(text.startswith("Here I am again. Hello, this is the room desk.") for text in said)
    assert max(ann.loudest[before:]) > 500


async def test_without_a_text_the_human_is_told_what_is_known(desk: Desk) -> None:
    ann, bob, call_id = await begun(desk)
    task = await asked(desk, call_id, {"accept": "stay"})
    await desk.run(200)
    (said,) = events(desk, call_id, "briefing")
    assert said["text"] == "I have a caller for you: ann. Stay on the line and I connect you."
    await desk.run(8_000)
    assert await task == (204, None)
    assert (ann.heard[-1], bob.heard[-1]) == (2, 1), "who stays takes it"


async def test_a_caller_who_hangs_up_during_the_briefing(desk: Desk) -> None:
    ann, bob, call_id = await begun(desk)
    task = await asked(desk, call_id)
    ann.leave()
    assert (await task)[0] == 409
    await desk.run(40)
    assert bob.termination is not None and len(desk.board.clock) == 0 and not list(desk.board)


async def test_a_busy_phone_is_told_to_who_asked_and_to_the_agent(desk: Desk) -> None:
    _, _, call_id = await begun(desk, bob=CallError("busy", 486))
    status, answer = await desk.post(f"/{call_id}/transfer", {"to": "bob", "warm": True})
    assert status == 409 and answer["error"]["message"] == "busy"
    assert (events(desk, call_id, "transfer"))[-1]["why"] == "busy"


@pytest.mark.parametrize(
    ("warm", "status"),
    [
        ("yes", 400),
        (1, 400),
        ([], 400),
        ({"briefing": ""}, 400),
        ({"briefing": " \n"}, 400),
        ({"briefing": "x" * 2001}, 400),
        ({"briefing": "a\x1b[2Jb"}, 400),
        ({"briefing": 5}, 400),
        ({"accept": "nod"}, 400),
        ({"hears": {}}, 400),
        ({"ring_s": 0}, 400),
        ({"confirm_s": "long"}, 400),
        ({"brifing": "x"}, 400),
    ],
)
async def test_what_cannot_be_is_refused_and_nobody_rung(desk: Desk, warm: Any, status: int) -> None:
    _, _, call_id = await begun(desk)
    refused, answer = await desk.post(f"/{call_id}/transfer", {"to": "bob", "warm": warm})
    assert refused == status, answer
    assert steps(desk, call_id) == []


async def test_an_echo_has_nothing_to_tell_and_strangers_may_not_be_called(desk: Desk) -> None:
    echo = await desk.dialled(Line("eve", 9), "echo")
    status, answer = await desk.post(f"/{echo}/transfer", {"to": "ann", "warm": True})
    assert status == 409 and "nobody in this call can tell" in answer["error"]["message"]
    _, _, call_id = await begun(desk)
    assert (await desk.post(f"/{call_id}/transfer", {"to": "+1900555", "warm": True}))[0] == 403
    assert steps(desk, call_id) == []


async def test_a_flow_hands_over_and_goes_on_where_it_failed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """examples/front_desk.py, by keys."""
    monkeypatch.setenv("FRONT_DESK", "bob")
    monkeypatch.setitem(agents.FLOWS, "booking", lambda call_id, today: FrontDesk())
    ann, bob, call_id = await begun(desk)
    ann.press("2")
    await desk.run(6_000)
    assert (events(desk, call_id, "briefing"))[0]["text"].startswith(
        "I have a caller on the line about a repair."
    )
    bob.press("2")
    await desk.run(4_000)
    assert bob.termination is not None
    said = [event["text"] for event in events(desk, call_id, "agent")]
    assert any(text.startswith("I am sorry, nobody is free.") for text in said)
    again = Line("bob", 3)
    desk.board.carriers = [Lines(bob=again)]
    ann.press("1")
    await desk.run(6_000)
    again.press("1")
    await desk.run(100)
    assert (ann.heard[-1], again.heard[-1]) == (3, 1)


async def test_a_flow_that_hands_over_to_nobody_that_may_be_called_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONT_DESK", "+1900555")
    monkeypatch.setitem(agents.FLOWS, "booking", lambda call_id, today: FrontDesk())
    ann, _, call_id = await begun(desk)
    ann.press("2")
    await desk.run(8_000)
    said = [event["text"] for event in events(desk, call_id, "agent")]
    assert any(text.startswith("I am sorry, nobody is free.") for text in said)
    (failed,) = events(desk, call_id, "transfer")
    assert failed["step"] == "failed" and "not allowed" in failed["reason"]


async def test_what_was_heard_of_a_briefing_is_kept(desk: Desk) -> None:
    _, bob, call_id = await begun(desk)
    call = desk.board.get(call_id)
    assert call is not None
    kept = Kept()
    call._sink = kept
    task = await asked(desk, call_id, {"briefing": "Ann wants a room."})
    await desk.run(900)
    bob.press("1")
    await desk.run(100)
    await task
    (briefing,) = [event.data for event in kept.of(EventHappened) if event.kind == "briefing"]
    assert briefing["heard"].startswith("Ann wants")
    assert {turn.text for turn in kept.of(TurnSaid)} <= {
        "Hello, this is the room desk. To reserve a meeting room, say: book a room."
    }, "it is no line of the transcript"
