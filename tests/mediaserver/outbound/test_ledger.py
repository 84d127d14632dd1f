"""Limits on calls out: a burst over a stolen phone, one long call, several servers, a restart."""

from __future__ import annotations

from typing import Any

import pytest

from mediaserver.errors import OutboundCapError
from mediaserver.outbound.ledger import CapReached, OutboundLedger, OutboundTicket
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.outbound.prices import Price, PriceTable
from mediaserver.outbound.usage import Used
from mediaserver.settings.outbound import OutboundSettings
from mediaserver.storage.records import OutboundUsed
from tests.mediaserver.calls.lines import Line

NOW = 1_800_000_000.0
ONE = 1_000_000
PRICES = PriceTable({"49": Price(ONE // 100, 1, 1), "44": Price(ONE, 60, 60, connection=ONE)}, Price(2 * ONE))


class Books:
    """A ledger and what it told."""

    def __init__(self, limits: dict[str, dict[str, float]] | None = None, **settings: Any) -> None:
        self.kept: list[OutboundUsed] = []
        self.reached: list[CapReached] = []
        made = OutboundSettings.model_validate({"limits": limits or {}, **settings})
        self.ledger = OutboundLedger(made, NumberPlan("49"), PRICES, self.kept.append)
        self.ledger.on_reached = self.reached.append

    def call(
        self, now: float = NOW, number: str = "+4930123", payer: str = "extension:101"
    ) -> OutboundTicket:
        return self.ledger.take(payer, number, now)

    def talk(self, now: float = NOW, number: str = "+4930123", trunk: str = "") -> OutboundTicket:
        ticket = self.call(now, number)
        self.ledger.answered(ticket, Line("far"), trunk, now)
        return ticket

    def refusal(self, now: float = NOW, number: str = "+4930123", payer: str = "extension:101") -> str:
        try:
            self.ledger.check(payer, number, now)
        except OutboundCapError as error:
            return str(error)
        return ""

    def used(self, scope: str, now: float = NOW) -> dict[str, float]:
        (row,) = [each for each in self.ledger.report(now) if each["scope"] == scope]
        used: dict[str, float] = row["used"]
        return used


def test_a_burst_over_a_stolen_phone_is_stopped_and_others_go_on_calling() -> None:
    books, placed = Books(), 0
    for _ in range(500):
        try:
            books.ledger.over(books.call(), NOW)
            placed += 1
        except OutboundCapError as error:
            assert "extension:101 has used up 60 calls a minute (outbound.limits.each_caller" in str(error)
    assert placed == 60 and books.ledger.refused["calls_per_minute"] == 440
    assert books.refusal(payer="extension:102") == "" and books.refusal(payer="api") == ""
    (reached,) = books.reached
    assert (reached.scope, reached.which, reached.limit) == ("extension:101", "calls_per_minute", 60)


def test_calls_at_once_are_those_that_ring_and_those_that_are_up() -> None:
    books = Books({"each_caller": {"max_calls": 2}})
    ringing, up = books.call(), books.talk()
    assert "2 calls at once" in books.refusal()
    books.ledger.over(up, NOW)
    books.ledger.over(up, NOW)  # told twice
    assert books.refusal() == ""
    books.ledger.over(ringing, NOW)
    assert books.used("all")["max_calls"] == 0 and not books.ledger.tickets


def test_calls_an_hour_and_a_day_come_back_in_their_time() -> None:
    books = Books({"all": {"calls_per_hour": 2, "calls_per_day": 3}})
    for later in (0, 60):
        books.ledger.over(books.call(NOW + later), NOW + later)
    assert "all calls out together have used up 2 calls an hour (outbound.limits.all." in books.refusal(
        NOW + 90
    )
    books.call(NOW + 3601)
    assert "3 calls a day" in books.refusal(NOW + 2 * 3600)
    assert books.refusal(NOW + 86_401) == ""


def test_minutes_count_while_a_call_is_up() -> None:
    books = Books({"all": {"minutes_per_day": 2}})
    books.talk()
    books.ledger.tick(NOW + 119)
    assert books.refusal(NOW + 119) == ""
    books.ledger.tick(NOW + 120)
    assert "2 minutes a day" in books.refusal(NOW + 120)
    assert books.used("extension:101", NOW + 120)["minutes_per_day"] == 2


def test_money_is_reserved_while_it_rings_so_that_a_burst_does_not_overdraw() -> None:
    """Each costs two at once: a connection and its first minute."""
    books = Books({"all": {"spend_per_day": 6.5}})
    ringing = [books.call(number="+44123456789") for _ in range(3)]
    assert "6.5 EUR a day" in books.refusal(number="+44123456789")
    assert books.refusal(number="+4930123") == ""
    for each in ringing[:2]:
        books.ledger.over(each, NOW + 5)
    books.ledger.answered(ringing[2], Line("far"), "", NOW + 5)
    books.ledger.over(ringing[2], NOW + 66)
    assert books.used("all", NOW + 66)["spend_per_day"] == 3


def test_a_trunk_has_limits_of_its_own_and_carries_what_it_carried() -> None:
    books = Books({"each_trunk": {"calls_per_hour": 2}, "trunk:big": {"spend_per_day": 1}})
    assert books.ledger.against_trunk("acme", "+4930123", NOW) == ""
    assert books.ledger.against_trunk("acme", "+4930123", NOW) == ""
    assert "trunk:acme has used up 2 calls an hour" in books.ledger.against_trunk("acme", "+4930123", NOW)
    assert books.ledger.against_trunk("big", "+4930123", NOW) == ""
    assert "1 EUR" in books.ledger.against_trunk("big", "+3312345", NOW)
    ticket = books.talk(trunk="big")
    books.ledger.over(ticket, NOW + 30)
    assert books.used("trunk:big", NOW + 30)["minutes_per_day"] == 0.5


def test_what_rings_by_a_trunk_counts_there_until_another_one_is_asked() -> None:
    books = Books({"each_trunk": {"max_calls": 1}, "trunk:dear": {"spend_per_day": 1}})
    first, second = books.call(), books.call()
    ask = books.ledger.against_trunk
    assert ask("acme", "+4930123", NOW, first) == ""
    assert "1 calls at once" in ask("acme", "+4930123", NOW, second)
    assert ask("other", "+4930123", NOW, first) == "", "acme could not"
    assert ask("acme", "+4930123", NOW, second) == ""
    books.ledger.answered(second, Line("far"), "acme", NOW)
    assert second.scopes.count("trunk:acme") == 1 and books.used("trunk:acme", NOW)["max_calls"] == 1
    books.ledger.over(first, NOW)
    books.ledger.over(second, NOW)
    for trunk in ("acme", "other"):
        assert books.used(f"trunk:{trunk}", NOW)["max_calls"] == 0
        assert ask(trunk, "+4930123", NOW, books.call()) == ""
    third, fourth = books.call(number="+44123456789"), books.call()
    assert "1 EUR" in ask("dear", "+44123456789", NOW, third) and third.scopes == fourth.scopes
    assert ask("dear", "+4930123", NOW, fourth) == ""
    books.ledger.over(fourth, NOW)
    assert books.ledger._of("trunk:dear").reserved == 0


def test_nothing_that_is_up_is_ended_unless_it_is_said() -> None:
    books = Books({"all": {"minutes_per_day": 1}}, max_call_s=0)
    books.talk()
    assert all(not books.ledger.tick(NOW + after) for after in (30, 61, 90, 3600))
    assert [each.which for each in books.reached] == ["minutes_per_day"]


def test_where_it_is_said_calls_are_warned_and_then_ended() -> None:
    books = Books({"all": {"minutes_per_day": 1}}, hard=True, warning_s=20)
    ticket = books.talk()
    assert books.ledger.tick(NOW + 59) == []
    assert books.ledger.tick(NOW + 60) == [(ticket, "warn")]
    assert books.ledger.tick(NOW + 79) == []
    assert books.ledger.tick(NOW + 80) == [(ticket, "end")]
    assert books.ledger.tick(NOW + 81) == []


def test_a_long_call_is_warned_and_ended() -> None:
    books = Books(max_call_s=100, warning_s=10)
    ticket = books.talk()
    assert books.ledger.tick(NOW + 89) == []
    assert books.ledger.tick(NOW + 90) == [(ticket, "warn")]
    assert books.ledger.tick(NOW + 99) == [] and books.ledger.tick(NOW + 100) == [(ticket, "end")]


def test_without_time_for_a_warning_a_call_is_ended_at_once() -> None:
    books = Books({"all": {"minutes_per_day": 1}}, hard=True, warning_s=0)
    ticket = books.talk()
    assert books.ledger.tick(NOW + 60) == [(ticket, "end")]


def test_a_limit_is_told_once_until_it_is_free_again() -> None:
    books = Books({"all": {"calls_per_minute": 1}})
    books.call()
    for after in (0, 1, 60):
        books.refusal(NOW + after)
    assert len(books.reached) == 1 and len(books.ledger.reached) == 1
    books.ledger.tick(NOW + 60)
    assert books.ledger.reached == []
    books.call(NOW + 61)
    books.refusal(NOW + 62)
    assert len(books.reached) == 2


def test_a_restart_in_the_middle_of_a_burst_forgets_nothing() -> None:
    books = Books()
    for _ in range(59):
        books.ledger.over(books.call(), NOW)
    ticket = books.call()
    books.ledger.answered(ticket, Line("far"), "acme", NOW)
    books.ledger.tick(NOW + 11)
    # What a database keeps of it: the largest of each.
    stored: dict[tuple[int, str], tuple[int, int, int]] = {}
    for each in books.kept:
        key = int(each.minute.timestamp()) // 60, each.scope
        before = stored.get(key, (0, 0, 0))
        stored[key] = (
            max(before[0], each.calls), max(before[1], each.ms), max(before[2], each.micros)
        )  # fmt: skip
    again = Books()
    again.ledger.restore((minute, scope, *used) for (minute, scope), used in sorted(stored.items()))
    assert "60 calls a minute" in again.refusal(NOW + 12)
    for scope in ("all", "extension:101", "trunk:acme"):
        before_it, after_it = books.used(scope, NOW + 11), again.used(scope, NOW + 11)
        assert after_it | {"max_calls": before_it["max_calls"]} == before_it
    assert again.used("all", NOW + 11)["minutes_per_day"] > 0
    again.call(NOW + 61)  # the day goes on from there
    assert again.used("all", NOW + 61)["calls_per_day"] == 61


def test_what_other_servers_have_used_counts() -> None:
    books = Books({"all": {"calls_per_day": 10}})
    books.ledger.others_used({"all": Used(calls_day=9)})
    books.call()
    assert "10 calls a day" in books.refusal()


def test_who_has_limits_of_its_own_has_no_others() -> None:
    books = Books({"extension:101": {"calls_per_day": 1000}, "each_caller": {"max_calls": 1}})
    for _ in range(100):
        books.call()
    assert books.refusal() == ""
    books.call(payer="api")
    with pytest.raises(OutboundCapError, match=r"outbound\.limits\.each_caller\.max_calls"):
        books.call(payer="api")
