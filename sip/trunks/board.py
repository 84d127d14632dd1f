"""All trunks of a server: the table in memory, how each stands, and the way in and out.

It follows the table; a change counts from the next call on, and touches no call that is up. Whoever tends
trunks (registration, keep-alive) is started for each that is enabled, and anew when its row changes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from functools import partial
from typing import Any

import asyncpg

from mediaserver.calls.protocols import Invitation
from mediaserver.diagnosis.finding import Finding
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.storage import trunks as table
from mediaserver.storage.following import POLL_S, Following
from mediaserver.storage.sealing import Sealer
from mediaserver.storage.sql import Row
from sip.calls.invitation import SipInvitation
from sip.trunks.attempt import lend
from sip.trunks.identity import SignerOf, verdict_on
from sip.trunks.invitation import TrunkInvitation
from sip.trunks.line import TrunkLine, TrunkStanding
from sip.trunks.numbers import rewritten
from sip.trunks.rows import read_all
from sip.trunks.signers import nobody_believed
from sip.trunks.spec import TrunkSpec

log = logging.getLogger(__name__)

Tend = Callable[[TrunkLine], Coroutine[Any, Any, None]]
"""Keep a trunk registered and asked for signs of life, until cancelled; tells the line what it finds."""
FULL = Termination(EndedBy.SERVER, Why.FAILED, 503, "the trunk has no more calls (max_calls)")


class TrunkBoard:
    """One for a server."""

    def __init__(self, sealer: Sealer, reserved: Collection[str] = ()) -> None:
        """`sealer`: of the rows' secrets. `reserved`: names of trunks in the settings."""
        self.sealer = sealer
        self._reserved = frozenset(reserved)
        self._lines: dict[str, TrunkLine] = {}
        self.faults: Mapping[str, str] = {}
        """Rows that make no sense, and why."""
        self._read: list[Row] | None = None
        self._following: Following | None = None
        self._listeners: list[Callable[[], None]] = []
        self._tend: Tend | None = None
        self._tending: dict[str, asyncio.Task[None]] = {}
        self._looking: set[asyncio.Task[None]] = set()
        self.signer_of: SignerOf = nobody_believed
        """Where the certificates of whoever vouches for callers are."""

    # -- life

    async def start(
        self, connect: Callable[[], Awaitable[asyncpg.Connection]], poll_s: float = POLL_S
    ) -> None:
        """Read the table, then follow it. Raises DatabaseError when it cannot be reached."""
        self._following = Following(connect, self._load, "trunks", poll_s)
        await self._following.start()

    async def caught_up(self) -> None:
        """See `Following.caught_up`."""
        if self._following is not None:
            await self._following.caught_up()

    async def close(self) -> None:
        """Follow no more, and tend none."""
        if self._following is not None:
            await self._following.close()
        for look in self._looking:
            look.cancel()
        await asyncio.gather(*self._looking, return_exceptions=True)
        await self.stop_tending()

    def on_change(self, tell: Callable[[], None]) -> None:
        """`tell` is called now, and after each change."""
        self._listeners.append(tell)
        tell()

    def tended_by(self, tend: Tend) -> None:
        """From now on each enabled trunk is tended so, in a task of its own."""
        self._tend = tend
        for line in self._lines.values():
            self._begin(line)

    async def stop_tending(self) -> None:
        """Cancel, and wait for, whoever tends trunks: they may take registrations back."""
        self._tend = None
        tasks = list(self._tending.values())
        self._tending.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- what is known

    @property
    def lines(self) -> Collection[TrunkLine]:
        """All that make sense, by name."""
        return self._lines.values()

    def line(self, name: str) -> TrunkLine | None:
        return self._lines.get(name)

    def specs(self) -> list[TrunkSpec]:
        """Of the enabled ones."""
        return [line.spec for line in self._lines.values() if line.spec.enabled]

    def findings(self) -> list[Finding]:
        """Each trunk that is not as it should be; one line for all when they are."""
        now = asyncio.get_running_loop().time()
        found = [
            Finding(
                f"trunk {name}", False, fault, f"correct it: `voiceforge trunks set {name}`", required=False
            )
            for name, fault in self.faults.items()
        ]
        for line in self._lines.values():
            standing = line.standing(now)
            if standing in (
                TrunkStanding.DOWN,
                TrunkStanding.DOUBTED,
                TrunkStanding.RESTING,
                TrunkStanding.ILL,
            ):
                detail = f"{standing.value}{f': {line.why}' if line.why else ''}"
                mend = f"see `voiceforge trunks check {line.spec.name}`"
                found.append(Finding(f"trunk {line.spec.name}", False, detail, mend, required=False))
        if not found and self._lines:
            found.append(Finding("trunks", True, ", ".join(self._lines)))
        return found

    # -- calls come in

    def invited(self, call: SipInvitation, onward: Callable[[Invitation], None]) -> None:
        """A new call, by a trunk or not: read as its row says, and handed `onward`; refused where the trunk
        is full."""
        line = self._lines.get(call.caller.name) if call.caller.kind == "trunk" else None
        if line is None or call.caller.name in self._reserved:
            onward(call)
        elif line.limits.take_incoming(line.spec.max_calls, call.leg):
            lend(line, call.leg)
            if line.spec.identity == "pass":
                onward(TrunkInvitation(call, line.spec))
            else:
                look = asyncio.create_task(self._look_who_vouches(call, line.spec, onward))
                self._looking.add(look)
                look.add_done_callback(self._looking.discard)
        else:
            log.warning(
                "a call by the trunk %s is refused: it has its %d calls", line.spec.name, line.limits.calls
            )
            call.reject(503)

    def number_of(self, name: str) -> Callable[[str], str]:
        """How the numbers of whoever came in by this trunk are read."""
        line = None if name in self._reserved else self._lines.get(name)
        return str if line is None else partial(rewritten, line.spec.receive)

    async def _look_who_vouches(
        self, call: SipInvitation, spec: TrunkSpec, onward: Callable[[Invitation], None]
    ) -> None:
        """As `invited`, once the caller's identity is verified; it rings nowhere before."""
        try:
            verdict = await verdict_on(call.request, spec, self.signer_of)
            if call.leg.termination is not None:
                return  # the caller went
            refused = bool(verdict.code) and spec.identity == "require"
            if verdict.code:
                what = "refused" if refused else "took"
                log.warning(
                    "%s a call by the trunk %s whose caller is not verified: %s", what, spec.name, verdict.why
                )
            if refused:
                call.reject(verdict.code)
            else:
                onward(TrunkInvitation(call, spec, verdict))
        except Exception:
            log.exception("a call by the trunk %s failed", spec.name)
            call.reject(500)

    # -- the table

    async def _load(self, connection: asyncpg.Connection) -> None:
        rows = await table.all_trunks(connection)
        if rows != self._read:
            self.take(rows)
            self._read = rows

    def take(self, rows: list[Row]) -> None:
        """The table is this now."""
        read = read_all(rows, self.sealer)
        doubled = {name: f"sip.trunks.{name} of the settings has that name" for name in self._reserved}
        faults = {**read.faults, **{name: why for name, why in doubled.items() if name in read.specs}}
        for name, fault in faults.items():
            if self.faults.get(name) != fault:
                log.warning("trunk %s is not used: %s", name, fault)
        self.faults = faults
        specs = {name: spec for name, spec in read.specs.items() if name not in faults}
        for name in self._lines.keys() - specs.keys():
            del self._lines[name]
            self._end(name)
        for name, spec in specs.items():
            line = self._lines.get(name)
            if line is None:
                line = self._lines[name] = TrunkLine(spec)
            elif line.spec == spec:
                continue
            else:
                line.changed(spec)
            self._begin(line)
        self._lines = dict(sorted(self._lines.items()))
        for tell in self._listeners:
            tell()

    def _begin(self, line: TrunkLine) -> None:
        """Tend a trunk whose row is new; whoever tended it before ends."""
        name = line.spec.name
        before = self._end(name)
        if self._tend is not None and line.spec.enabled:
            self._tending[name] = asyncio.create_task(
                _after(before, self._tend, line), name=f"tending trunk {name}"
            )

    def _end(self, name: str) -> asyncio.Task[None] | None:
        task = self._tending.pop(name, None)
        if task is not None:
            task.cancel()
        return task


async def _after(before: asyncio.Task[None] | None, tend: Tend, line: TrunkLine) -> None:
    """One at a time: the last registration is taken back before the next is made."""
    if before is not None:
        await asyncio.wait({before})
    try:
        await tend(line)
    except Exception:
        log.exception("trunk %s is not tended any more", line.spec.name)
