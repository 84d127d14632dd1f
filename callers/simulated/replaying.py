"""Past calls once more, by text: what their callers said, to an agent as it is now, and where it differs.

From the first answer that differs on the caller answers another question than was asked: what comes after it
is shown, and proves nothing but that the call does not break.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from callers.simulated.phrases import words_in
from callers.simulated.record import MadeOutcome
from callers.simulated.recorded import RecordedCall, RecordedTurn
from mediaserver.in_words import fields_in_words
from mediaserver.storage.records import OutcomeMade, Record
from pipelines.conversation.agent import Agent, MessageTaken, Pressed
from pipelines.conversation.text import TextConversation

NOT_ANSWERED = ("hang-up", "cut off")
"""How messages end of which an agent hears, and that it does not answer."""


@dataclass(frozen=True, slots=True)
class ReplayDifference:
    """The first answer that is another."""

    turn: int
    """From 0, the greeting."""
    caller: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """One call once more."""

    recorded: RecordedCall
    outcomes: tuple[MadeOutcome, ...]
    difference: ReplayDifference | None = None
    outcome_before: str = ""
    outcome_now: str = ""
    outcome_changed: bool = False
    unanswered: int = 0
    """Turns of the caller's that were left when the agent had ended the call."""
    trouble: str = ""

    @property
    def same(self) -> bool:
        return self.difference is None and not self.outcome_changed and not self.trouble


async def replay(recorded: RecordedCall, agent: Agent) -> Replayed:
    """Never raises for what the agent does: that is in `trouble`."""
    outcomes: dict[str, MadeOutcome] = {}
    difference: ReplayDifference | None = None
    world = recorded.world
    conversation = TextConversation(
        agent,
        UUID(recorded.call_id),
        direction=world.direction,
        from_uri=world.caller,
        about=world.given(),
    )
    trouble, left = "", 0
    try:
        for index, turn in enumerate(recorded.turns):
            if conversation.last is not None:
                left = len(recorded.turns) - index
                break
            now = await _told(conversation, turn, outcomes)
            if difference is None and words_in(now) != words_in(turn.said):
                difference = ReplayDifference(index, turn.caller if index else "", turn.said, now)
            if turn.heard is not None:
                conversation.interrupt(turn.heard if difference is None else now)
    except Exception as error:  # somebody's agent: the other calls go on
        trouble = f"the agent failed: {type(error).__name__}: {error}"[:500]
    try:
        _keep(conversation.hang_up(), outcomes)
    except Exception as error:
        trouble = trouble or f"the agent failed: {type(error).__name__}: {error}"[:500]
    made = tuple(outcomes.values())
    before, after = _known(recorded.outcomes), _known(made)
    return Replayed(
        recorded, made, difference, _shown(recorded.outcomes), _shown(made), before != after, left, trouble
    )


async def _told(conversation: TextConversation, turn: RecordedTurn, outcomes: dict[str, MadeOutcome]) -> str:
    """All that the agent says to it now."""
    said: list[str] = []
    for each in turn.inputs:
        if isinstance(each, MessageTaken) and each.ended_by in NOT_ANSWERED:
            conversation.message_cut(each)
        elif conversation.last is None:
            answer = await conversation.tell(each)
            _keep(answer.records, outcomes)
            said.append(answer.text)
    if isinstance(turn.inputs[-1], Pressed) and conversation.last is None:
        entry = conversation.paused()
        if entry is not None:
            answer = await conversation.tell(entry)
            _keep(answer.records, outcomes)
            said.append(answer.text)
    return " ".join(filter(None, said))


def _keep(records: Sequence[Record], outcomes: dict[str, MadeOutcome]) -> None:
    for record in records:
        if isinstance(record, OutcomeMade):
            outcomes.pop(record.flow, None)
            outcomes[record.flow] = MadeOutcome(record.flow, record.status, record.data)


def _known(outcomes: Sequence[MadeOutcome]) -> dict[str, tuple[str, dict[str, Any]]]:
    return {each.flow: (each.status, dict(each.data)) for each in outcomes}


def _shown(outcomes: Sequence[MadeOutcome]) -> str:
    shown = []
    for each in outcomes:
        fields = fields_in_words(each.data)
        shown.append(f"{each.status}: {fields}" if fields else each.status)
    return "; ".join(shown) or "none"


def as_json(replayed: Sequence[Replayed]) -> dict[str, Any]:
    """For programs."""
    return {
        "calls": len(replayed),
        "same": sum(each.same for each in replayed),
        "outcome_changed": sum(each.outcome_changed for each in replayed),
        "different": [
            {
                "call_id": each.recorded.call_id,
                "turn": None if each.difference is None else each.difference.turn,
                "caller": None if each.difference is None else each.difference.caller,
                "before": None if each.difference is None else each.difference.before,
                "now": None if each.difference is None else each.difference.now,
                "outcome_before": each.outcome_before,
                "outcome_now": each.outcome_now,
                "outcome_changed": each.outcome_changed,
                "turns_left": each.unanswered,
                "trouble": each.trouble,
            }
            for each in replayed
            if not each.same
        ],
    }
