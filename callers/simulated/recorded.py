"""The caller's side of a call that took place, as what an agent is told, and what the agent said to it.

From the rows of a transcript and the events beside it. Pure. Silences are not kept: where an agent spoke
twice with nothing between, it had waited for the caller. A message that the caller left is one input, with
what was understood of it by the end.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from callers.simulated.persona import PersonaWorld, ToolStandIn
from callers.simulated.record import MadeOutcome
from pipelines.conversation.agent import AgentInput, Answered, MessageTaken, Pressed, Silence, Utterance

MOST_LINES = 2_000
"""Of a call that is replayed."""
MOST_TOOLS = 60
"""Nodes of a flow, and what is told of a call: as many as a world has."""
SILENT_MS = 2_000
"""An agent that goes on within this of its own last word has not waited for the caller."""
DIGITS = frozenset("0123456789*#ABCD")
KEY_LATE_MS = 200
"""A key that ends a message may be told so long after the message's end."""


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
        left = next(
            (f"(a message: {each.text})" for each in self.inputs if isinstance(each, MessageTaken)), ""
        )
        return " ".join(filter(None, (words, f"/{keys}" if keys else "", left))) or "(silence)"


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One past call."""

    call_id: str
    began: datetime
    """Local, with its zone."""
    turns: tuple[RecordedTurn, ...]
    """The first is the greeting."""
    outcomes: tuple[MadeOutcome, ...]
    world: PersonaWorld = PersonaWorld()
    """In which it took place: what tools gave then they give again, and nobody's server is asked."""


def recorded_call(
    call_id: str,
    began: datetime,
    lines: Sequence[Mapping[str, Any]],
    events: Sequence[Mapping[str, Any]],
    outcomes: Sequence[Mapping[str, Any]],
    messages: Sequence[Mapping[str, Any]] = (),
    told: Mapping[str, Any] | None = None,
) -> RecordedCall:
    """`lines`, `events`, `outcomes` and `messages`: rows of the tables `turns`, `events`, `outcomes` and
    `messages`, in order. `told`: what the agent was told of the call (direction, from_uri, about)."""
    happened: list[tuple[int, int, Mapping[str, Any]]] = []
    happened += [
        (int(line["started_ms"]), 0, line) for line in lines if line["speaker"] in ("caller", "agent")
    ]
    left, keys = _messages(events, messages)
    happened += [(at_ms, 1, {"speaker": "key", "digit": key}) for at_ms, key in keys]
    happened += [(at_ms, 1, {"speaker": "message", "message": taken}) for at_ms, taken in left]
    happened.sort(key=lambda each: each[:2])
    turns = _Turns()
    for at_ms, _, what in happened[:MOST_LINES]:
        match what["speaker"]:
            case "agent":
                turns.agent(what, at_ms)
            case "caller":
                turns.caller(Utterance(what["text"], what["confidence"], what["understood"]))
            case "message":
                turns.caller(what["message"])
            case _:
                turns.caller(Pressed(what["digit"]))
    turns.close()
    made = tuple(MadeOutcome(row["flow"], row["status"], row["data"]) for row in outcomes)
    return RecordedCall(call_id, began, tuple(turns.found), made, _world(began, events, told or {}))


def _world(began: datetime, events: Sequence[Mapping[str, Any]], told: Mapping[str, Any]) -> PersonaWorld:
    """Results are kept up to a length, and without secrets: of a longer one its beginning is given."""
    tools: dict[str, list[ToolStandIn]] = {}
    for event in events:
        node = event["data"].get("node") if event["kind"] == "tool" else None
        if isinstance(node, str) and (node in tools or len(tools) < MOST_TOOLS):
            tools.setdefault(node, []).append(_given(event["data"]))
    about = told.get("about", {})
    return PersonaWorld(
        tools={node: tuple(given) for node, given in tools.items()},
        apart=True,
        now=began.replace(tzinfo=None),
        about=about if len(about) <= MOST_TOOLS else {},
        direction=told.get("direction", "inbound"),
        caller=str(told.get("from_uri", ""))[:100],
    )


def _given(data: Mapping[str, Any]) -> ToolStandIn:
    status = data.get("status")
    known = status if isinstance(status, int) and 100 <= status <= 599 else 200
    if data.get("ok") is not True:
        error = data.get("error")
        if error == "status" and known >= 400:
            return ToolStandIn(status=known)
        return ToolStandIn(error=error if error in ("timeout", "refused", "bad answer") else "failed")
    text = data.get("result", "")
    try:
        return ToolStandIn(status=known, body=json.loads(text))
    except (TypeError, ValueError, RecursionError):
        return ToolStandIn(status=known, body=text)


def _messages(
    events: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]
) -> tuple[list[tuple[int, MessageTaken]], list[tuple[int, str]]]:
    """The messages that were left, each at its end, and the keys that were pressed in none of them."""
    keys = [
        (int(event["at_ms"]), digit)
        for event in events
        if event["kind"] == "dtmf"
        and isinstance(digit := event["data"].get("digit"), str)
        and digit in DIGITS
    ]
    by_index = {row["index"]: row for row in rows}
    left = []
    for event in events:
        if event["kind"] != "message":
            continue
        told, end = event["data"], int(event["at_ms"])
        row = by_index.get(told.get("index"), {})
        begin = min(end, int(row.get("at_ms", end - 1000 * told["seconds"])))
        within = [each for each in keys if begin <= each[0] <= end + KEY_LATE_MS]
        keys = [each for each in keys if each not in within]
        key = within[-1][1] if within and told["ended_by"] == "key" else ""
        text = row.get("transcript", "")
        left.append((end, MessageTaken(told["seconds"], told["ended_by"], told.get("index"), "", text, key)))
    return left, keys


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
        elif type(said) is not type(self._inputs[-1]):
            self.close()
        self._inputs.append(said)

    def close(self) -> None:
        if self._inputs:
            self.found.append(RecordedTurn(tuple(self._inputs), " ".join(self._said), self._heard))
        self._inputs, self._said, self._heard = [], [], None
