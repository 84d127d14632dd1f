"""Past calls once more: what is made of their records, and where an agent of today differs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from callers.simulated.recorded import MOST_LINES, RecordedCall, RecordedTurn, recorded_call
from callers.simulated.replaying import as_json, replay
from callers.simulated.world import WorldWorkshop
from mediaserver.storage.records import Record
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    Context,
    MessageTaken,
    Pressed,
    Say,
    Silence,
    Utterance,
)
from pipelines.flows.booking import booking_agent
from pipelines.flows.compiling.compiler import compile_document
from pipelines.flows.document.reading import document_of
from pipelines.flows.running.agent import flow_agent
from pipelines.flows.shipped import template
from pipelines.flows.work.record import RecordWorker
from pipelines.flows.working import FlowWorker, RecordWork, Work

CALL = UUID(int=7)
BEGAN = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = BEGAN.date()


def line(at_s: float, speaker: str, text: str, **more: Any) -> dict[str, Any]:
    usual = {"heard": text, "interrupted": False, "confidence": None, "understood": True}
    times = {"started_ms": int(1000 * at_s), "ended_ms": int(1000 * at_s) + 1_000}
    return {"speaker": speaker, "text": text, **times, **usual, **more}


def digit(at_s: float, key: str) -> dict[str, Any]:
    return {"at_ms": int(1000 * at_s), "kind": "dtmf", "data": {"digit": key, "duration_ms": 100}}


def recorded(lines: list[dict[str, Any]], events: list[dict[str, Any]], status: str = "") -> RecordedCall:
    data = {"place": "London", "day": "2026-11-22", "time": "14:30", "minutes": 30, "people": 2}
    outcomes = [{"flow": "booking", "status": status, "data": data}] if status else []
    return recorded_call(str(CALL), BEGAN, lines, events, outcomes)


PLACES = "Please say a place: Mountain View, San Francisco, New York, London, Paris, or Berlin."
READ_BACK = "London, today at 2:30 p.m., half an hour, 2 people. Is that right? Please say yes or no."
BOOKED = [
    line(0, "agent", "Hello, this is the room desk. To reserve a meeting room, say: book a room."),
    line(5, "caller", "book a room", confidence=0.9),
    line(7, "agent", "Which office would you like? For example Mountain View, or London."),
    line(20, "agent", PLACES),
    line(27, "caller", "london", confidence=0.9),
    line(29, "agent", "London. And for which day?"),
    line(32, "caller", "today", confidence=0.9),
    line(34, "agent", "At what time does it begin today?"),
    line(40, "agent", "How long do you need it, from 2:30 p.m. on?"),
    line(43, "caller", "half an hour", confidence=0.9),
    line(45, "agent", "And how many people will there be?"),
    line(49, "agent", READ_BACK),
    line(55, "caller", "yes", confidence=0.9),
    line(57, "agent", "Your room is booked. Goodbye."),
]  # fmt: skip
KEYS = [*(digit(36 + n / 2, key) for n, key in enumerate("1430")), digit(47, "2"), digit(47.5, "#")]


def test_the_callers_side_is_read_from_transcript_and_keys() -> None:
    turns = recorded(BOOKED, KEYS).turns
    assert [turn.caller for turn in turns[1:]] == [
        "book a room", "(silence)", "london", "today", "/1430", "half an hour", "/2#", "yes",
    ]  # fmt: skip
    assert turns[0].inputs == (Answered(),) and turns[0].said.startswith("Hello")
    assert turns[1].inputs == (Utterance("book a room", 0.9),)
    assert turns[2].inputs == (Silence(),)


async def test_a_call_goes_as_it_went_with_the_same_flow() -> None:
    replayed = await replay(recorded(BOOKED, KEYS, "confirmed"), booking_agent(CALL, TODAY))
    assert replayed.difference is None, replayed.difference
    assert replayed.same and replayed.outcome_now == replayed.outcome_before


async def test_the_first_answer_that_differs_is_shown_and_what_comes_of_the_call() -> None:
    other = [
        {**each, "text": each["text"].replace("office", "building")} if "office" in each["text"] else each
        for each in BOOKED
    ]
    replayed = await replay(recorded(other, KEYS, "cancelled"), booking_agent(CALL, TODAY))
    difference = replayed.difference
    assert difference is not None and not replayed.same
    assert (difference.turn, difference.caller) == (1, "book a room")
    assert "building" in difference.before and "office" in difference.now
    assert replayed.outcome_changed and replayed.outcome_now.startswith("confirmed: place London")
    told = as_json([replayed])
    assert (told["calls"], told["same"], told["outcome_changed"]) == (1, 0, 1)
    assert told["different"][0]["turn"] == 1


async def test_case_and_punctuation_are_no_difference() -> None:
    lines = [{**each, "text": each["text"].upper().replace(",", "")} for each in BOOKED]
    replayed = await replay(recorded(lines, KEYS, "confirmed"), booking_agent(CALL, TODAY))
    assert replayed.difference is None


async def test_turns_that_are_left_when_it_ends_are_counted() -> None:
    more = [*BOOKED, line(60, "caller", "hello"), line(62, "agent", "Yes?"), line(65, "caller", "no")]
    replayed = await replay(recorded(more, KEYS, "confirmed"), booking_agent(CALL, TODAY))
    assert replayed.unanswered == 2


class Says:
    """Says the same, or fails; keeps what it heard."""

    def __init__(self, text: str = "Yes, and more words?") -> None:
        self.told: list[AgentInput] = []
        self.heard_lines: list[tuple[str, bool]] = []
        self._text = text

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self.told.append(said)
        if not self._text:
            raise KeyError("x")
        yield Say(self._text)

    def heard(self, line: int, text: str, cut: bool) -> None:
        self.heard_lines.append((text, cut))

    def hung_up(self) -> tuple[Record, ...]:
        return ()


async def test_where_the_agent_was_cut_off_it_is_again() -> None:
    agent = Says()
    cut = line(0, "agent", "Yes, and more words?", heard="Yes, and", interrupted=True)
    await replay(recorded([cut, line(1, "caller", "stop")], []), agent)
    assert agent.heard_lines[:2] == [("Yes, and more words?", False), ("Yes, and", True)]


async def test_an_agent_that_fails_is_told_of() -> None:
    replayed = await replay(recorded(BOOKED, []), Says(""))
    assert replayed.trouble == "the agent failed: KeyError: 'x'" and not replayed.same


@pytest.mark.parametrize(
    ("events", "turns"),
    [
        ([{"at_ms": 5_000, "kind": "dtmf", "data": {}}], 1),
        ([{"at_ms": 5_000, "kind": "dtmf", "data": {"digit": "x"}}], 1),
        ([{"at_ms": 5_000, "kind": "hold", "data": {"digit": "1"}}], 1),
        ([digit(5, "1"), digit(6, "2")], 2),
    ],
)
def test_of_events_keys_alone_count(events: list[dict[str, Any]], turns: int) -> None:
    found = recorded([line(0, "agent", "Hello.")], events).turns
    assert len(found) == turns


def test_words_and_keys_are_turns_of_their_own_and_operators_are_none() -> None:
    lines = [line(0, "agent", "Hi."), line(3, "caller", "well"), line(6, "operator", "I help.")]
    turns = recorded(lines, [digit(4, "1"), digit(5, "2")]).turns
    assert [turn.inputs for turn in turns[1:]] == [(Utterance("well"),), (Pressed("1"), Pressed("2"))]


def test_an_empty_call_and_an_endless_one_are_bounded() -> None:
    assert recorded([], []).turns == (RecordedTurn((Answered(),), ""),)
    endless = [line(3 * n, "caller" if n % 2 else "agent", "x") for n in range(3 * MOST_LINES)]
    assert len(recorded(endless, []).turns) <= MOST_LINES


def test_an_agent_that_goes_on_at_once_has_not_waited() -> None:
    turns = recorded([line(0, "agent", "One moment."), line(1.5, "agent", "Here it is.")], []).turns
    assert [turn.said for turn in turns] == ["One moment. Here it is."]


class TakesMessages:
    """A Workshop for flows that do nothing else."""

    def worker(self, work: Work) -> FlowWorker:
        assert isinstance(work, RecordWork)
        return RecordWorker(work)


def message(at_s: float, ended_by: str, seconds: float = 3.0) -> dict[str, Any]:
    data = {"index": 0, "seconds": seconds, "ended_by": ended_by}
    return {"at_ms": int(1000 * at_s), "kind": "message", "data": data}


KEPT = {"index": 0, "at_ms": 4_000, "seconds": 3.0, "transcript": "please call me"}


def test_a_message_is_one_input_with_the_key_that_ended_it() -> None:
    lines = [line(0, "agent", "After the tone."), line(9, "agent", "Press one to send it.")]
    events = [digit(5, "*"), digit(7.1, "#"), message(7, "key"), digit(11, "1")]
    call = recorded_call(str(CALL), BEGAN, lines, events, [], [KEPT])
    taken = MessageTaken(3.0, "key", 0, "", "please call me", "#")
    assert [turn.inputs for turn in call.turns[1:]] == [(taken,), (Pressed("1"),)]
    assert call.turns[1].caller == "(a message: please call me)"


@pytest.mark.parametrize("ended_by", ["silence", "hang-up"])
async def test_a_call_that_left_a_message_goes_as_it_went(ended_by: str) -> None:
    """Most callers hang up on their message: then no agent is asked, and the outcome counts."""
    compiled = compile_document(document_of(template("voicemail").document))
    said = {node.id: str(getattr(node, "text", "")) for node in compiled.document.nodes}
    stays = ended_by == "silence"
    lines = [line(0, "agent", said["record"])]
    lines += [line(9, "agent", said["keep"]), line(13, "agent", said["sent"])] if stays else []
    events = [message(7, ended_by), *([digit(11, "1")] if stays else [])]
    kept = {"seconds": 3.0, "text": KEPT["transcript"], "key": "", "message": 0}
    outcome = {"flow": "voicemail", "status": "message", "data": {"message": kept}}
    call = recorded_call(str(CALL), BEGAN, lines, events, [outcome], [KEPT])
    replayed = await replay(call, flow_agent(compiled, CALL, TakesMessages()))
    assert replayed.same, (replayed.difference, replayed.outcome_now, replayed.trouble)


# ---- the world of a past call


def tool_event(at_s: float, node: str, **data: Any) -> dict[str, Any]:
    return {"at_ms": int(1000 * at_s), "kind": "tool", "data": {"node": node, "ok": True, "ms": 1.0, **data}}


def test_a_past_call_brings_its_world() -> None:
    told = {"direction": "outbound", "from_uri": "sip:us@here", "about": {"name": "Ann"}}
    events = [
        tool_event(3, "look", result='{"state": "sent"}', status=200),
        tool_event(9, "look", ok=False, status=404, error="status", result="null"),
        tool_event(12, "pay", ok=False, error="tool", result="null"),
        tool_event(15, "ask", result="ready, and more that was cut"),
        {"at_ms": 16, "kind": "tool", "data": {"name": "of an assistant", "ok": True}},
    ]
    world = recorded_call(str(CALL), BEGAN, [], events, [], told=told).world
    given = {node: [*each] if isinstance(each, tuple) else [each] for node, each in world.tools.items()}
    looked, failed = given["look"]
    assert (looked.body, failed.status) == ({"state": "sent"}, 404)
    assert [each.error for each in given["pay"]] == ["failed"]
    assert [each.body for each in given["ask"]] == ["ready, and more that was cut"]
    assert (world.direction, world.caller, world.about) == ("outbound", "sip:us@here", {"name": "Ann"})
    assert world.apart and world.now == datetime(2026, 11, 22, 12)


class NobodyWorks:
    """The server's own means: a past call must not come to them."""

    def worker(self, work: Work) -> FlowWorker:
        raise AssertionError("a tool was run once more")


ORDER = {
    "name": "order",
    "variables": [{"name": "state", "default": "unknown"}],
    "nodes": [
        {"id": "start", "type": "start"},
        {
            "id": "send", "type": "tool", "save": {"state": "result.body.state"},
            "use": {"kind": "http", "method": "POST", "url": "https://shop.example/orders"},
        },
        {"id": "sent", "type": "end_call", "text": "It is {{ state }}.", "outcome": "sent"},
        {"id": "failed", "type": "end_call", "text": "It failed.", "outcome": "failed"},
    ],
    "edges": [
        {"type": "next", "source": "start", "target": "send"},
        {"type": "next", "source": "send", "target": "sent"},
        {"type": "error", "source": "send", "target": "failed"},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([tool_event(0.5, "send", result='{"state": "packed"}', status=200)], "It is packed."),
        ([], "It failed."),
    ],
)
async def test_no_tool_is_run_once_more(events: list[dict[str, Any]], said: str) -> None:
    call = recorded_call(str(CALL), BEGAN, [line(0, "agent", said)], events, [])
    compiled = compile_document(document_of(ORDER), subflows=lambda *_: None)
    agent = flow_agent(compiled, CALL, WorldWorkshop(call.world, NobodyWorks()))
    replayed = await replay(call, agent)
    assert replayed.difference is None and not replayed.trouble
