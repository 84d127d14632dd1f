"""Calls out of a real switchboard, counted: placed ones, transfers, those that fail, and their ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mediaserver.calls.outbound_metering import NO_MORE, OutboundMeter
from mediaserver.calls.protocols import Behalf
from mediaserver.errors import CallError, OutboundCapError
from mediaserver.outbound.ledger import OutboundLedger
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.outbound.prices import Price, PriceTable
from mediaserver.settings.outbound import OutboundSettings
from tests.mediaserver.calls.bench import Bench, connected
from tests.mediaserver.calls.lines import Asked, Line, Lines

NUMBER = "+4930123"


class Metered:
    """A bench whose numbers cost money, and a clock driven by hand."""

    def __init__(self, folder: Path, limits: dict[str, Any], **settings: Any) -> None:
        self.bench = Bench(folder)
        self.now = 1_800_000_000.0
        made = OutboundSettings.model_validate({"limits": limits, **settings})
        plan = NumberPlan("49")
        self.ledger = OutboundLedger(made, plan, PriceTable({}, Price(1_000_000)), lambda record: None)
        board = self.bench.board
        board.targets._numbers = ["+49*"]
        board.outbound = self.meter = OutboundMeter(self.ledger, board.targets, lambda: self.now)
        self.meter.warn = board.warn
        self.phone = Line("far")
        self.lines: Lines = connected(self.bench, **{NUMBER: self.phone, "ann": Line("ann")})

    async def later(self, seconds: float) -> None:
        self.now += seconds
        self.meter.look()
        await self.bench.settle()


async def test_a_placed_call_is_counted_and_let_go_of(tmp_path: Path) -> None:
    metered = Metered(tmp_path, {"all": {"max_calls": 1}})
    board = metered.bench.board
    board.place(NUMBER, "echo")
    await metered.bench.settle()
    with pytest.raises(OutboundCapError):
        board.place(NUMBER, "echo")
    (ticket,) = metered.ledger.tickets
    assert ticket.leg is metered.phone and ticket.scopes == ["all", "api"]
    await metered.later(90)
    metered.phone.leave()
    await metered.later(0.5)
    assert not metered.ledger.tickets
    assert metered.ledger.report(metered.now)[0]["used"]["spend_per_day"] == 2
    board.place(NUMBER, "echo")


async def test_what_an_agent_hands_over_counts_to_whoever_called_in(tmp_path: Path) -> None:
    metered = Metered(tmp_path, {"extension:101": {"calls_per_day": 1}})
    bench = metered.bench
    caller = await _dialled(metered, "extension:101")
    await bench.board.transfer(bench.call.id, NUMBER)
    (ticket,) = metered.ledger.tickets
    assert ticket.scopes == ["all", "extension:101"] and ticket.call_id == bench.call.id
    caller.leave()
    await metered.later(1)
    await _dialled(metered, "extension:101")
    with pytest.raises(OutboundCapError, match="1 calls a day"):
        await bench.board.transfer(bench.call.id, NUMBER)
    with pytest.raises(OutboundCapError):
        await bench.board.add(bench.call.id, NUMBER)


async def test_a_phone_that_has_the_call_transferred_pays_for_it_and_not_whoever_called_it(
    tmp_path: Path,
) -> None:
    metered = Metered(tmp_path, {})
    await _dialled(metered, "inbound:carrier")
    call = metered.bench.call
    way_out = metered.meter.metered(metered.lines, NUMBER, call)
    await way_out.place(NUMBER, "ann", timeout_s=5, behalf=Behalf(payer="extension:101"))
    (ticket,) = metered.ledger.tickets
    assert ticket.scopes == ["all", "extension:101"]


async def test_whom_the_far_end_is_asked_to_call_counts_as_one_call(tmp_path: Path) -> None:
    metered = Metered(tmp_path, {"inbound:carrier": {"calls_per_day": 1}})
    metered.meter.count("inbound:carrier", "ann")
    metered.meter.count("inbound:carrier", NUMBER)
    with pytest.raises(OutboundCapError):
        metered.meter.count("inbound:carrier", NUMBER)
    assert not metered.ledger.tickets


async def test_phones_of_ours_cost_nothing(tmp_path: Path) -> None:
    metered = Metered(tmp_path, {"all": {"max_calls": 0, "calls_per_day": 1}})
    metered.bench.board.place("ann", "echo")
    await metered.bench.settle()
    assert not metered.ledger.tickets


async def test_a_call_that_fails_or_is_given_up_keeps_no_place(tmp_path: Path) -> None:
    metered = Metered(tmp_path, {"all": {"max_calls": 1}})
    metered.lines.phones[NUMBER] = CallError("busy", 486)
    metered.bench.board.place(NUMBER, "echo")
    await metered.bench.settle()
    assert not metered.ledger.tickets
    metered.lines.phones[NUMBER] = Line("far")
    metered.lines.answering.clear()
    call = metered.bench.board.place(NUMBER, "echo")
    await metered.bench.settle()
    assert len(metered.ledger.tickets) == 1
    await metered.bench.board.hang_up(call.id)
    await metered.bench.settle()
    assert not metered.ledger.tickets


async def test_when_the_day_is_used_up_a_tone_is_heard_and_then_the_call_is_ended(tmp_path: Path) -> None:
    metered = Metered(tmp_path, {"all": {"minutes_per_day": 1}}, hard=True, warning_s=20)
    call = metered.bench.board.place(NUMBER, "echo")
    await metered.bench.settle()
    await metered.later(60)
    assert "player" in {each["name"] for each in metered.bench.board.parties(call.id)}
    assert call.history[-1].kind == "ending_soon"
    await metered.later(19)
    assert metered.bench.board.is_live(call.id)
    await metered.later(1)
    assert metered.phone.termination == NO_MORE and not metered.bench.board.is_live(call.id)


async def test_where_a_call_is_sent_on_to_counts_too(tmp_path: Path) -> None:
    metered = Metered(tmp_path, {"each_caller": {"calls_per_minute": 2}})
    assert [metered.meter.followed("sip:+4930123@pbx.example") for _ in range(3)] == [True, True, False]


def test_a_trunk_is_refused_by_what_it_would_dial_and_by_its_limits(tmp_path: Path) -> None:
    metered = Metered(tmp_path, {"each_trunk": {"calls_per_minute": 1}})
    assert metered.meter.against_trunk("acme", NUMBER, NUMBER) == ""
    assert "1 calls a minute" in metered.meter.against_trunk("acme", NUMBER, NUMBER)


async def test_a_trunk_has_no_more_calls_at_once_than_it_may_while_they_ring(tmp_path: Path) -> None:
    metered = Metered(tmp_path, {"each_trunk": {"max_calls": 1}})
    said: list[str] = []
    place = metered.lines.place

    async def asked(to: str, *args: Any, **options: Any) -> Any:
        said.append(metered.meter.against_trunk("acme", to, to))
        return await place(to, *args, **options)

    metered.lines.place = asked  # type: ignore[method-assign]
    metered.bench.board.place(NUMBER, "echo")
    metered.bench.board.place(NUMBER, "echo")
    await metered.bench.settle()
    assert said[0] == "" and "1 calls at once" in said[1]
    assert metered.meter.against_trunk("other", NUMBER, NUMBER) == "", "nobody's call is placed here"
    assert [ticket.scopes for ticket in metered.ledger.tickets].count(["all", "api", "trunk:acme"]) == 1


async def _dialled(metered: Metered, payer: str) -> Line:
    line = Line("in")
    asked = Asked(line, "echo")
    asked.payer = payer
    metered.bench.board.invited(asked)
    await metered.bench.settle()
    return line
