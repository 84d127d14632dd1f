"""Nothing that a redacted call leaves behind or shows has what is to be left out."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from mediaserver.calls.call import Call
from mediaserver.calls.events import EventBus
from mediaserver.calls.route_index import RouteIndex
from mediaserver.calls.routes import RouteTable
from mediaserver.redaction.choices import RedactionChoices
from mediaserver.redaction.redactor import KEY, Redactor
from mediaserver.storage.records import (
    CallStarted,
    EventHappened,
    FactLearnt,
    MessageKept,
    OutcomeMade,
    TurnSaid,
)
from tests.mediaserver.calls.bench import Bench, Kept
from tests.mediaserver.calls.lines import Asked, Line
from tests.mediaserver.calls.rows import agent, route

ON = RedactionChoices(enabled=True)


class Watched:
    """A call whose records and live events are looked at."""

    def __init__(self, choices: RedactionChoices = ON, about: dict[str, Any] | None = None) -> None:
        self.sink = Kept()
        self.call = Call(
            uuid4(), "inbound", "sip:+15550100@h", "sip:demo@h", "demo", self.sink, EventBus(),
            about=about or {}, redactor=Redactor(choices),
        )  # fmt: skip

    def said(self, index: int, text: str, heard: str | None = None, speaker: str = "caller") -> None:
        heard = text if heard is None else heard
        self.call.put(TurnSaid(self.call.id, index, speaker, text, heard, 0, 1))

    @property
    def turns(self) -> list[tuple[int, str, str]]:
        return [(turn.index, turn.text, turn.heard) for turn in self.sink.of(TurnSaid)]

    @property
    def shown(self) -> list[dict[str, Any]]:
        return [event.data for event in self.call.history if event.kind != "state"]


def test_lines_events_outcomes_facts_and_messages_are_kept_without_numbers() -> None:
    watched = Watched(about={"phone": "+15550100", "customer": {"name": "Ann Smith"}})
    call = watched.call
    watched.said(0, "Ann Smith, four one five five five five oh one double oh")
    call.put(OutcomeMade(call.id, "booking", "confirmed", {"mail": "ann@example.com", "people": 2}))
    call.note("tool", arguments={"card": "4111 1111 1111 1111"})
    call.put(FactLearnt(call.id, "demo", "+15550100", "phone", "call her on +15550100, says Ann Smith"))
    call.put(MessageKept(call.id, 0, 0, "/x.wav", 1.0, 2, "Ann here, 555 0100 99"))
    call.note("dtmf", digit="7", duration_ms=100)
    assert watched.turns == [(0, "[name], [number]", "[name], [number]")]
    (started,) = watched.sink.of(CallStarted)
    assert started.about == {"phone": "[phone]", "customer": {"name": "[name]"}}
    assert started.from_uri == "sip:+15550100@h" and call.about["phone"] == "+15550100"
    assert watched.sink.of(OutcomeMade)[0].data == {"mail": "[email]", "people": 2}
    assert [event.data for event in watched.sink.of(EventHappened)] == [
        {"arguments": {"card": "[card]"}}, {"digit": KEY, "duration_ms": 100},
    ]  # fmt: skip
    assert watched.sink.of(FactLearnt)[0].fact == "call her on [phone], says Ann Smith"
    assert watched.sink.of(MessageKept)[0].transcript == "[name] here, [number]"


def test_live_events_are_shown_without_numbers() -> None:
    watched = Watched()
    bus, seen = watched.call, watched.shown
    assert seen == []
    bus.publish("final", text="it is 020 7946 0958", confidence=0.5)
    bus.publish("digit", digit="7")
    bus.publish("outcome", flow="booking", status="held", data={"mail": "ann@example.com"})
    assert watched.shown == [
        {"text": "it is [phone]", "confidence": 0.5}, {"digit": KEY},
        {"flow": "booking", "status": "held", "data": {"mail": "[email]"}},
    ]  # fmt: skip
    assert watched.call.history[0].data["from_uri"] == "sip:+15550100@h"  # as the call's row has it


async def test_a_partial_shows_no_beginning_of_a_number() -> None:
    sink, bus = Kept(), EventBus()
    call = Call(uuid4(), "inbound", "a", "b", "demo", sink, bus, redactor=Redactor(ON))
    watching = bus.watch(call.id)
    first = asyncio.ensure_future(anext(watching))
    await asyncio.sleep(0)
    call.publish("partial", text="my card is 4111")
    assert (await first).data["text"] == "my card is [number]"
    await watching.aclose()


@pytest.mark.parametrize(
    "learnt",
    [
        OutcomeMade(uuid4(), "booking", "held", {"caller_name": "Ann Smith"}),
        EventHappened(
            uuid4(), 0, "flow", {"flow": "booking", "changed": {"firstName": "Ann", "surname": "Smith"}}
        ),
        FactLearnt(uuid4(), "demo", "+15550100", "name", "Ann Smith"),
    ],
)
def test_a_name_that_becomes_known_leaves_what_was_kept_and_shown_before(learnt: Any) -> None:
    watched = Watched()
    watched.said(0, "this is Ann Smith speaking")
    watched.said(1, "hello Ann Smith how", heard="hello Ann", speaker="agent")
    watched.said(2, "a table please")
    watched.call.publish("final", text="this is Ann Smith speaking")
    watched.said(1, "hello Ann Smith how are you", heard="hello Ann Smith how", speaker="agent")
    watched.call.put(learnt)
    kept = {index: (text, heard) for index, text, heard in watched.turns}
    assert "Ann" not in str(kept) and "Smith" not in str(kept)
    assert kept[2] == ("a table please", "a table please") and len(watched.turns) == 6
    assert kept[1][0].endswith("how are you")
    assert "Ann" not in str(watched.shown)


@pytest.mark.parametrize(
    "data",
    [{"room_name": "Mountain View"}, {"agentName": "Ann Smith"}, {"renamed": "Ann Smith"}, {"name": 7}],
)
def test_what_is_the_name_of_a_thing_stays(data: dict[str, Any]) -> None:
    watched = Watched()
    watched.call.put(OutcomeMade(watched.call.id, "booking", "held", data))
    watched.said(0, "Ann Smith in Mountain View")
    assert watched.turns[0][1] == "Ann Smith in Mountain View"


async def test_an_agents_row_says_whether_its_calls_are_redacted(tmp_path: Path) -> None:
    rows = [agent("a", redaction={"enabled": True}), agent("b"), agent("c", redaction={"enabled": False})]
    table = RouteTable(rows, (), index=RouteIndex([route(name, name) for name in "abc"]))

    async def redacted(dialled: str, **more: Any) -> bool:
        bench = Bench(tmp_path, table, **more)
        bench.board.invited(Asked(Line("sip:caller@h"), dialled))
        await bench.settle()
        (call,) = bench.board
        return call.redactor is not None

    assert [await redacted(name) for name in "abc"] == [True, False, False]
    assert [await redacted(name, redaction=ON) for name in "abc"] == [True, True, False]
