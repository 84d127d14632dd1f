"""The caller's side of a call that took place, as what an agent is told, and what the agent said to it.

From the rows of a transcript and the events beside it. Pure. Silences are not kept: where an agent spoke
twice with nothing between, it had waited for the caller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from callers.simulated.record import MadeOutcome
from pipelines.conversation.agent import AgentInput, Answered, Pressed, Silence, Utterance

MOST_LINES = 2_000
"""Of a call that is replayed."""
SILENT_MS = 2_000
"""An agent that goes on within this of its own last word has not waited for the caller."""
DIGITS = frozenset("0123456789*#ABCD")


@dataclass(frozen=True, slots=True)
class RecordedTurn:
    """What the caller did, and all that the agent said to it."""

    inputs: tuple[AgentInput, ...]
    """Keys that were pressed one after the other are one turn."""
    said: str
    heard: str | None = None
    """Where the caller cut the agent off: what was heard until then."""

    @property
    def caller(self) -> str:
        """For people."""
        keys = "".join(each.digit for each in self.inputs if isinstance(each, Pressed))
        words = " ".join(each.text for each in self.inputs if isinstance(each, Utterance))
        return " ".join(filter(None, (words, f"/{keys}" if keys else ""))) or "(silence)"


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One past call."""

    call_id: str
    day: date
    """Local."""
    turns: tuple[RecordedTurn, ...]
    """The first is the greeting."""
    outcomes: tuple[MadeOutcome, ...]


def recorded_call(
    call_id: str,
    day: date,
    lines: Sequence[Mapping[str, Any]],
    events: Sequence[Mapping[str, Any]],
    outcomes: Sequence[Mapping[str, Any]],
) -> RecordedCall:
    """`lines`, `events` and `outcomes`: rows of the tables `turns`, `events` and `outcomes`, in order."""
    happened: list[tuple[int, int, Mapping[str, Any]]] = []
    happened += [
        (int(line["started_ms"]), 0, line) for line in lines if line["speaker"] in ("caller", "agent")
    ]
    for event in events:
        digit = event["data"].get("digit") if event["kind"] == "dtmf" else None
        if isinstance(digit, str) and digit in DIGITS:
            happened.append((int(event["at_ms"]), 1, {"speaker": "key", "digit": digit}))
    happened.sort(key=lambda each: each[:2])
    turns = _Turns()
    for at_ms, _, what in happened[:MOST_LINES]:
        match what["speaker"]:
            case "agent":
                turns.agent(what, at_ms)
            case "caller":
                turns.caller(Utterance(what["text"], what["confidence"] or 0.0, what["understood"]))
            case _:
                turns.caller(Pressed(what["digit"]))
    turns.close()
    made = tuple(MadeOutcome(row["flow"], row["status"], row["data"]) for row in outcomes)
    return RecordedCall(call_id, day, tuple(turns.found), made)


class _Turns:
    """Gathers them."""

    def __init__(self) -> None:
        self.found: list[RecordedTurn] = []
        self._inputs: list[AgentInput] = [Answered()]
        self._said: list[str] = []
        self._heard: str | None = None
        self._spoke_until = 0

    def agent(self, line: Mapping[str, Any], at_ms: int) -> None:
        if self._said and at_ms - self._spoke_until > SILENT_MS:
            self.close()
            self._inputs = [Silence()]
        if line["text"]:
            self._said.append(line["text"])
        self._heard = line["heard"] if line["interrupted"] else None
        self._spoke_until = max(at_ms, int(line["ended_ms"]))

    def caller(self, said: AgentInput) -> None:
        if self._said or isinstance(self._inputs[0], Answered | Silence):
            self.close()
        elif isinstance(said, Utterance) != isinstance(self._inputs[-1], Utterance):
            self.close()
        self._inputs.append(said)

    def close(self) -> None:
        if self._inputs:
            self.found.append(RecordedTurn(tuple(self._inputs), " ".join(self._said), self._heard))
        self._inputs, self._said, self._heard = [], [], None
