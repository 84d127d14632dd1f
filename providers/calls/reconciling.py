"""Calls as we have them and as their providers have them, brought together every minute.

What ended there without our hearing of it ends here; what is up there and nobody here knows of (a crash, a
hang-up that got lost) is hung up there, if it is one of ours: an account may serve other programs, too, whose
calls are none of our business. What a call cost comes late, and is asked for. It must never hang up a call
that another living server of the same database has.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

import asyncpg

from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.storage import provider_calls as table
from mediaserver.storage.records import ProviderCallTold
from mediaserver.storage.sql import Row
from providers.accounts.served import ServedAccount
from providers.calls.call import ProviderCall
from providers.calls.machine import GOES_ON
from providers.calls.office import ProviderCalls
from providers.provider import CallReport, Capability, Provider, ProviderNumber

log = logging.getLogger(__name__)

EVERY_S = 60.0
LONGEST_S = 900.0
"""A provider that does not answer is asked ever more seldom, down to this."""
GRACE_S = 30.0
"""So young a call may not be in its provider's list yet."""
DEAD_S = 300.0
"""A server of the same database that was not seen for so long has no calls any more. Its calls are closed in
the database long before; but one that is only cut off from that talks on, and nobody hangs up on it for so
long."""
NUMBERS_EVERY_S = 600.0
COST_DAYS = 2
MOST_COSTS = 20
"""That are asked for at a time."""
LONGEST_DAYS = 2
"""No provider has calls that last longer. Of an account that was disabled or removed, and whose server died,
nobody can be asked: its calls are over then."""
COSTS_LOOKED_AT = 1_000
COST_WAITS_S = (0.0, 600.0, 3_600.0, 6 * 3_600.0, 86_400.0)
"""Between the times that a call's cost is asked for; then it is taken to have none."""
MOST_ASKED = 100
"""Calls of an account that are asked after singly at a time."""
LEFT_ALONE = frozenset(each.value for each in GOES_ON)
"""Phases of calls that live on without us. One that was being handed over may be two people who talk; where
nobody is reached there its provider asks what to do next, finds nobody, and ends it."""
_TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class Rows(Protocol):
    """What is asked of the table."""

    async def left_open(self, account: str) -> list[Row]: ...
    async def ended(self, account: str, refs: list[str], sessions: list[UUID]) -> list[Row]: ...
    async def taken_back(self, sessions: list[UUID]) -> list[UUID]: ...
    async def interrupted(self, sessions: list[UUID]) -> None: ...
    async def without_cost(self, account: str) -> list[Row]: ...
    async def forget(self, here: list[UUID]) -> None: ...


class StoredRows:
    """Implements Rows over the database."""

    def __init__(self, pool: asyncpg.Pool, node: UUID | None, dead_after_s: float = 0.0) -> None:
        """`dead_after_s`: when the database closes a silent server's calls (`database.dead_after_s`); nothing
        is hung up before."""
        self._pool = pool
        self._node = node
        self._silent_s = max(DEAD_S, dead_after_s)

    async def left_open(self, account: str) -> list[Row]:
        return await table.left_open(self._pool, account, self._node, self._silent_s)

    async def ended(self, account: str, refs: list[str], sessions: list[UUID]) -> list[Row]:
        return await table.ended(self._pool, account, refs, sessions, self._node, self._silent_s, GRACE_S)

    async def taken_back(self, sessions: list[UUID]) -> list[UUID]:
        return await table.taken_back(self._pool, sessions, self._node)

    async def interrupted(self, sessions: list[UUID]) -> None:
        await table.interrupted(self._pool, sessions)

    async def without_cost(self, account: str) -> list[Row]:
        since = datetime.now(UTC) - timedelta(days=COST_DAYS)
        return await table.without_cost(self._pool, account, since, COSTS_LOOKED_AT)

    async def forget(self, here: list[UUID]) -> None:
        """What is too old: all but the calls that this server has up."""
        oldest = datetime.now(UTC) - timedelta(days=LONGEST_DAYS)
        await table.outlived(self._pool, oldest, here, self._node, self._silent_s)
        await table.forget(self._pool, datetime.now(UTC) - timedelta(days=table.KEPT_DAYS))


class _Pace:
    """When an account is asked next."""

    def __init__(self) -> None:
        self.due = self.numbers_due = 0.0
        self.failed = 0
        self.said = ""
        """The trouble that we have told of, which is ours to take back."""


class Reconciler:
    """One for a server."""

    def __init__(
        self,
        calls: ProviderCalls,
        rows: Rows,
        numbers: Callable[[str, list[ProviderNumber]], None] = lambda account, numbers: None,
        count: Callable[[str], object] = str,
    ) -> None:
        """`numbers`: told of those that an account has. `count`: told of each call that had to be mended:
        `ended here`, `hung up there`, `interrupted`."""
        self._calls = calls
        self._rows = rows
        self._numbers = numbers
        self._count = count
        self._paces: defaultdict[str, _Pace] = defaultdict(_Pace)
        self._costs: defaultdict[str, dict[UUID, tuple[int, float]]] = defaultdict(dict)
        """By account and session: how often it was asked for, and when it is to be again."""

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("calls could not be brought together with their providers'")
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        """Once, at all accounts whose time it is."""
        now = self._calls.means.now()
        due = [each for each in self._spoken_to() if self._paces[each.account.name].due <= now]
        # One that hangs keeps no other waiting.
        await asyncio.gather(*(self._account(each, now) for each in due))
        try:
            await self._rows.forget([call.session for call in self._calls.book])
        except _TROUBLE:
            return  # the writer says what is wrong

    def _spoken_to(self) -> Collection[ServedAccount]:
        """One by name whose provider can be asked: one that was disabled or removed may have calls still."""
        board = self._calls.board
        every = {each.account.name: each for each in board.leaving if each.provider is not None}
        every |= {each.account.name: each for each in board.accounts if each.provider is not None}
        return every.values()

    # -- one account

    async def _account(self, served: ServedAccount, now: float) -> None:
        name, pace = served.account.name, self._paces[served.account.name]
        try:
            await self._reconcile(served, served.speaker())
            if pace.numbers_due <= now and Capability.NUMBERS in served.capabilities:
                self._numbers(name, await served.speaker().numbers())
                pace.numbers_due = now + NUMBERS_EVERY_S
        except TelephonyError as error:
            pace.failed += 1
            pace.due = now + min(EVERY_S * 2 ** min(pace.failed, 10), LONGEST_S) - 1
            if not pace.said:
                what = "refuses our credentials" if error.kind is ProviderFault.KEY else "cannot be asked"
                log.warning("the provider of the account %s %s: %s; calls go on", name, what, error)
            pace.said = served.trouble = str(error)
        except _TROUBLE as error:
            log.debug("calls of %s cannot be looked at now: %s", name, error)
        except Exception:
            log.exception("the calls of %s could not be brought together with the provider's", name)
        else:
            pace.failed, pace.due = 0, 0.0
            if pace.said:
                log.info("the provider of the account %s answers again", name)
                if served.trouble == pace.said:
                    served.trouble = ""
                pace.said = ""

    async def _reconcile(self, served: ServedAccount, provider: Provider) -> None:
        """Raises TelephonyError and the database's errors."""
        name = served.account.name
        lists = Capability.LIST_CALLS in provider.capabilities
        live = {each.ref: each for each in await provider.live_calls()} if lists else {}
        for report in live.values():
            known = self._calls.find(name, report)
            if known is not None and not report.over:
                known.reported(report)
        if lists:
            await self._end_here(name, provider, live)
        await self._take_back(name)
        left = {row["session"]: row for row in await self._rows.left_open(name)}
        left = {session: row for session, row in left.items() if self._calls.book.of_session(session) is None}
        await self._hang_up_there(name, provider, live, left)
        await self._settle_rows(name, provider, live, left.values())
        if Capability.COST in provider.capabilities:
            await self._ask_costs(name, provider)

    async def _end_here(self, name: str, provider: Provider, live: dict[str, CallReport]) -> None:
        """What we have and the provider does not."""
        for call in self._calls.book:
            if call.account.name != name or not call.ref or call.ref in live:
                continue
            if _age_s(call.facts.began) < GRACE_S:
                continue
            report, known = await self._asked_after(call, provider)
            if not known:
                continue
            if report is not None and not report.over:
                continue  # its list was not whole
            if call.settled.is_set():
                continue  # meanwhile
            log.warning("the call %s by %s was over without our being told", call.ref, name)
            self._count("ended here")
            if report is not None:
                call.reported(report)
            else:
                call.unknown_there("the provider knows of no such call any more")

    async def _asked_after(self, call: ProviderCall, provider: Provider) -> tuple[CallReport | None, bool]:
        """What the provider says of it, and whether that counts. It is asked by what the call began with: the
        account may have other credentials since, even another account's, which know of no such call."""
        if call.provider is not provider:
            try:
                return await call.provider.call(call.ref), True
            except TelephonyError as error:
                log.debug("the call %s cannot be asked after as it began: %s", call.ref, error)
        report = await provider.call(call.ref)
        return report, report is not None or call.provider is provider

    async def _take_back(self, name: str) -> None:
        """What another server has closed while this one could not reach the database."""
        here = {call.session: call for call in self._calls.book if call.account.name == name}
        for session in await self._rows.taken_back(list(here)) if here else []:
            log.warning("the call %s by %s was taken for interrupted, and is up", here[session].ref, name)
            here[session].on_changed(here[session])

    async def _hang_up_there(
        self, name: str, provider: Provider, live: dict[str, CallReport], left: dict[UUID, Row]
    ) -> None:
        """What the provider has and we do not, as far as it is ours."""
        by_ref = {row["ref"]: row for row in left.values() if row["ref"]}
        over = await self._over_for_us(name, live)
        for ref, report in live.items():
            call = self._calls.find(name, report)
            row = by_ref.get(ref) or (left.get(report.session) if report.session is not None else None)
            lost = call is not None and call.facts.ended is not None and _age_s(call.facts.ended) > GRACE_S
            forgotten = call is None and row is not None and row["phase"] not in LEFT_ALONE
            if not (lost or forgotten or ref in over):
                continue
            log.warning("the call %s by %s is up and nobody here has it: it is hung up there", ref, name)
            self._count("hung up there")
            try:
                await provider.hang_up(ref)
            except TelephonyError as error:
                if error.kind is not ProviderFault.REFUSED:
                    raise
                log.error("%s does not hang up the call %s: %s", name, ref, error)
                continue  # the others are, and this one is tried again
            if row is not None:
                left.pop(row["session"], None)
                await self._interrupted([row["session"]])

    async def _over_for_us(self, name: str, live: dict[str, CallReport]) -> set[str]:
        """What the provider has up, no memory here has, and ended in the database: its hang-up was lost."""
        unknown = {ref: report for ref, report in live.items() if self._calls.find(name, report) is None}
        if not unknown:
            return set()
        sessions = {each.session: ref for ref, each in unknown.items() if each.session is not None}
        rows = await self._rows.ended(name, list(unknown), list(sessions))
        rows = [row for row in rows if row["phase"] not in LEFT_ALONE]
        return {row["ref"] if row["ref"] in unknown else sessions[row["session"]] for row in rows}

    async def _settle_rows(
        self, name: str, provider: Provider, live: dict[str, CallReport], left: Iterable[Row]
    ) -> None:
        """Calls of a run that is over, with what the provider says of their ends."""
        gone: list[UUID] = []
        for row in list(left)[:MOST_ASKED]:
            if row["ref"] in live:
                continue  # diverted, or handed over: it lives on without us
            report = await provider.call(row["ref"]) if row["ref"] else None
            if report is None:
                gone.append(row["session"])
            elif report.over:
                self._tell(name, row["ref"], report)
        if gone:
            await self._interrupted(gone)

    async def _ask_costs(self, name: str, provider: Provider) -> None:
        now, asked = self._calls.means.now(), self._costs[name]
        rows = {row["session"]: row for row in await self._rows.without_cost(name)}
        for session in asked.keys() - rows.keys():
            del asked[session]
        due = [each for each in rows if asked.get(each, (0, now))[1] <= now]
        for session in due[:MOST_COSTS]:
            row, times = rows[session], asked.get(session, (0, 0.0))[0] + 1
            wait_s = COST_WAITS_S[times] if times < len(COST_WAITS_S) else math.inf
            asked[session] = (times, now + wait_s)
            report = await provider.call(row["ref"])
            if report is not None and report.cost is not None:
                self._tell(name, row["ref"], report)

    async def _interrupted(self, sessions: list[UUID]) -> None:
        for _ in sessions:
            self._count("interrupted")
        await self._rows.interrupted(sessions)

    def _tell(self, name: str, ref: str, report: CallReport) -> None:
        cost = None if report.cost is None else float(report.cost)
        self._calls.means.sink.put(
            ProviderCallTold(
                account=name, ref=ref, session=None, state=str(report.state or ""),
                over=report.over, answered_by=str(report.answered_by or ""), cost=cost,
                currency=report.currency,
            )
        )  # fmt: skip


def _age_s(at: datetime) -> float:
    return (datetime.now(UTC) - at).total_seconds()
