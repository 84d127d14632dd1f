from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.media.leg import Why
from mediaserver.storage.records import ProviderCallTold
from mediaserver.storage.sql import Row
from providers.accounts.rows import ReadAccounts
from providers.call_state import CallState
from providers.calls.machine import Phase
from providers.calls.reconciling import GRACE_S, LONGEST_S, Reconciler
from providers.provider import CallReport
from tests.providers.calls.telephony import Telephony
from tests.providers.fake_provider import OURS, incoming, token_of


@dataclass
class ListedRows:
    """Implements Rows."""

    open: list[Row] = field(default_factory=list)
    unpaid: list[Row] = field(default_factory=list)
    gone: list[UUID] = field(default_factory=list)

    async def left_open(self, account: str) -> list[Row]:
        return [row for row in self.open if row["session"] not in self.gone]

    async def ended(self, account: str, refs: list[str], sessions: list[UUID]) -> list[Row]:
        return []

    async def taken_back(self, sessions: list[UUID]) -> list[UUID]:
        return []

    async def interrupted(self, sessions: list[UUID]) -> None:
        self.gone += sessions

    async def without_cost(self, account: str) -> list[Row]:
        return self.unpaid

    async def forget(self, here: list[UUID]) -> None: ...


def row(ref: str, phase: str = "up") -> Row:
    return {"session": uuid4(), "ref": ref, "phase": phase, "node_id": None, "direction": "inbound"}


class Desk:
    """A reconciler with what it tells."""

    def __init__(self, telephony: Telephony, *rows: Row) -> None:
        self.rows = ListedRows(list(rows))
        self.mended: list[str] = []
        self.telephony = telephony
        self.reconciler = Reconciler(
            telephony.calls, self.rows, telephony.carrier.has_numbers, self.mended.append
        )

    async def look(self) -> None:
        await self.reconciler.look()
        await self.telephony.settle()


async def up(telephony: Telephony, ref: str = "in-1") -> None:
    decision = await telephony.desk.incoming(incoming(ref), 5.0)
    call = telephony.calls.book.of_ref("main", ref)
    assert call is not None
    await telephony.stream(call, token_of(decision))
    call.facts.began -= timedelta(seconds=GRACE_S + 1)


async def test_what_is_over_there_ends_here_with_the_providers_word(telephony: Telephony) -> None:
    await up(telephony)
    carried, desk = telephony.carried, Desk(telephony)
    telephony.provider.done["in-1"] = CallReport("in-1", CallState.COMPLETED, cost=Decimal("0.02"))
    await desk.look()
    assert carried.leg.termination is not None and carried.leg.termination.why is Why.HANGUP
    assert desk.mended == ["ended here"] and not len(telephony.calls)
    assert telephony.rows()["main/in-1"].state == "completed"


async def test_what_the_provider_knows_nothing_of_ends_here(telephony: Telephony) -> None:
    await up(telephony)
    desk = Desk(telephony)
    await desk.look()
    assert desk.mended == ["ended here"] and not len(telephony.calls)


@pytest.mark.parametrize("why", ["it is listed", "the list was not whole", "it is too young for the list"])
async def test_what_is_up_stays_up(telephony: Telephony, why: str) -> None:
    await up(telephony)
    report, desk = CallReport("in-1", CallState.IN_PROGRESS), Desk(telephony)
    match why:
        case "it is listed":
            telephony.provider.live["in-1"] = report
        case "the list was not whole":
            telephony.provider.done["in-1"] = report
        case _:
            telephony.carried.facts.began += timedelta(seconds=GRACE_S)
    await desk.look()
    assert telephony.carried.machine.phase is Phase.UP and desk.mended == []


async def test_a_call_of_a_run_that_died_is_hung_up_there(telephony: Telephony) -> None:
    ours, theirs, diverted = (
        row("old-1"),
        CallReport("theirs", CallState.IN_PROGRESS),
        row("old-2", "elsewhere"),
    )
    for report in (
        theirs,
        CallReport("old-1", CallState.IN_PROGRESS),
        CallReport("old-2", CallState.IN_PROGRESS),
    ):
        telephony.provider.live[report.ref] = report
    desk = Desk(telephony, ours, diverted)
    await desk.look()
    assert telephony.provider.hung_up == ["old-1"], "not another program's, nor one that lives on without us"
    assert desk.rows.gone == [ours["session"]]
    assert desk.mended == ["hung up there", "interrupted"]


async def test_who_was_being_handed_over_when_the_server_died_is_left_alone(telephony: Telephony) -> None:
    """Somebody may have answered there since."""
    telephony.provider.live["old-1"] = CallReport("old-1", CallState.IN_PROGRESS)
    desk = Desk(telephony, row("old-1", "leaving"))
    await desk.look()
    assert telephony.provider.hung_up == [] and desk.rows.gone == []


async def given_anew(telephony: Telephony, account_id: str) -> None:
    """The account's row is changed."""
    settings = {"caller": OURS, "prefixes": ["+49"], "account_id": account_id}
    before = telephony.provider
    made = telephony.board.rows.made("main", "fake", settings)
    telephony.board.take(ReadAccounts(accounts={"main": made}))
    await telephony.ready()
    assert telephony.provider is not before


async def test_what_is_over_there_ends_here_though_the_account_was_changed(telephony: Telephony) -> None:
    await up(telephony)
    await given_anew(telephony, "")
    desk = Desk(telephony)
    await desk.look()
    assert desk.mended == ["ended here"] and not len(telephony.calls)


async def test_calls_of_an_account_that_was_given_other_credentials_stay_up(telephony: Telephony) -> None:
    """They go on by what they began with, of which the new ones may know nothing."""
    await up(telephony)
    carried, before = telephony.carried, telephony.provider
    before.live["in-1"] = CallReport("in-1", CallState.IN_PROGRESS)
    await given_anew(telephony, "AC2")
    desk = Desk(telephony)
    await desk.look()
    assert carried.machine.phase is Phase.UP and desk.mended == []
    before.fails["call"] = TelephonyError("revoked", ProviderFault.KEY)
    await desk.look()
    assert carried.machine.phase is Phase.UP, "and who asks by the new ones says nothing of it"
    telephony.provider.done["in-1"] = CallReport("in-1", CallState.COMPLETED)
    await desk.look()
    assert desk.mended == ["ended here"] and not len(telephony.calls)


async def test_one_that_the_provider_does_not_hang_up_keeps_no_other_up(telephony: Telephony) -> None:
    for ref in ("old-1", "old-2"):
        telephony.provider.live[ref] = CallReport(ref, CallState.IN_PROGRESS)
    telephony.provider.fails["hang_up"] = TelephonyError("not now", ProviderFault.REFUSED)
    desk = Desk(telephony, row("old-1"), row("old-2"))
    for _ in range(2):
        await desk.look()
    assert telephony.provider.hung_up == ["old-1", "old-2"] * 2 and desk.rows.gone == []


async def test_calls_of_a_run_that_died_get_their_ends(telephony: Telephony) -> None:
    ended, unknown, never = row("old-1"), row("old-2"), row("")
    telephony.provider.done["old-1"] = CallReport(
        "old-1", CallState.COMPLETED, cost=Decimal("0.5"), currency="USD"
    )
    desk = Desk(telephony, ended, unknown, never)
    await desk.look()
    (told,) = telephony.bench.sink.of(ProviderCallTold)
    assert (told.ref, told.state, told.over, told.cost) == ("old-1", "completed", True, pytest.approx(0.5))
    assert desk.rows.gone == [unknown["session"], never["session"]]


async def test_costs_that_come_late_are_asked_for(telephony: Telephony) -> None:
    desk = Desk(telephony)
    desk.rows.unpaid = [row("in-7"), row("in-8")]
    telephony.provider.done["in-7"] = CallReport("in-7", CallState.COMPLETED, cost=Decimal("0.1"))
    await desk.look()
    (told,) = telephony.bench.sink.of(ProviderCallTold)
    assert told.ref == "in-7" and told.cost == pytest.approx(0.1)


async def test_a_cost_that_is_never_told_is_asked_for_ever_more_seldom(telephony: Telephony) -> None:
    desk = Desk(telephony)
    desk.rows.unpaid = [row("in-8")]
    for _ in range(100):
        await desk.look()
        telephony.means.time += 1_800
    assert telephony.provider.asked.count("in-8") == 5


async def test_an_account_in_trouble_is_asked_more_seldom_and_told_of_once(
    telephony: Telephony, caplog: pytest.LogCaptureFixture
) -> None:
    """Credentials revoked in mid-call: calls go on, a finding says so."""
    await up(telephony)
    caplog.set_level(logging.INFO, "providers.calls.reconciling")
    desk, served = Desk(telephony), telephony.board.served("main")
    assert served is not None
    telephony.provider.fails["live_calls"] = TelephonyError("401: no such key", ProviderFault.KEY)
    asked = 0
    for _ in range(60):
        before = telephony.means.time
        due = desk.reconciler._paces["main"].due <= before
        asked += due
        await desk.look()
        telephony.means.time += 60
    assert asked < 12, "at last every fifteen minutes"
    assert len(caplog.records) == 1 and "refuses our credentials" in caplog.text
    assert telephony.carried.machine.phase is Phase.UP
    assert "401" in served.trouble and "401" in telephony.board.findings()[0].detail
    del telephony.provider.fails["live_calls"]
    telephony.provider.live["in-1"] = CallReport("in-1", CallState.IN_PROGRESS)
    telephony.means.time += LONGEST_S
    await desk.look()
    assert served.trouble == "" and "answers again" in caplog.text


async def test_one_account_that_hangs_keeps_no_other_waiting(telephony: Telephony) -> None:
    hold = telephony.provider.holds["live_calls"] = asyncio.Event()
    task = asyncio.create_task(Desk(telephony).look())
    await telephony.settle()
    assert not task.done()
    hold.set()
    await task


async def test_the_accounts_numbers_may_be_shown(telephony: Telephony) -> None:
    await Desk(telephony).look()
    task = asyncio.create_task(telephony.carrier.place("+491", "+4930999999", timeout_s=5))
    await telephony.settle()
    assert telephony.provider.orders[0].caller == "+4930999999" != OURS
    task.cancel()
    await asyncio.wait({task})


@pytest.mark.parametrize("how", ["disabled", "removed"])
async def test_calls_of_an_account_that_is_no_more_in_use_end_here_too(
    telephony: Telephony, how: str
) -> None:
    """Their provider is still asked, until the last is over."""
    await up(telephony)
    provider, desk = telephony.provider, Desk(telephony)
    served = telephony.board.served("main")
    assert served is not None
    account = served.account
    if how == "disabled":
        settings = account.settings.model_copy(update={"enabled": False})
        telephony.board.take(ReadAccounts({"main": replace(account, settings=settings)}))
    else:
        telephony.board.take(ReadAccounts())
    provider.live.clear()
    await desk.look()
    assert not len(telephony.calls) and desk.mended == ["ended here"]
    await telephony.settle()
    assert provider.closed
    await desk.look()  # nobody is asked any more
