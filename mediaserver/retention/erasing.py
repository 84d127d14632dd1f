"""Removes all that is kept of one caller: calls with transcripts, recordings and all else, and learnt facts.

Step by step; what was begun is gone on with after a restart, on any server. A call that is up is waited for,
and so is a file that cannot be removed: then another round begins later.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from uuid import UUID

import asyncpg

from mediaserver.diagnosis.finding import Finding
from mediaserver.outbound.numbers import NumberPlan, readings_in
from mediaserver.retention.sweep import PAUSE_S, Sweeper, Swept
from mediaserver.storage import audit, erasures, facts
from mediaserver.storage.audit import Actor
from mediaserver.storage.sql import Row

log = logging.getLogger(__name__)

WINDOW = 10_000
"""Calls whose addresses are looked at in one step."""
LONGEST_E164 = 15
SHOWN = 2
"""Digits at the end of a number that stay, so that whoever asked knows which it was."""
SERVER = Actor("retention", "server")


class Eraser:
    """Of one server."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        sweeper: Sweeper,
        plan: NumberPlan,
        *,
        pause_s: float = PAUSE_S,
        window: int = WINDOW,
    ) -> None:
        """`plan`: how numbers are dialled where the server stands."""
        self._pool = pool
        self._sweeper = sweeper
        self._plan = plan
        self._pause_s = pause_s
        self._window = window
        self._waiting: dict[UUID, str] = {}

    def number(self, written: str) -> str:
        """A telephone number in E.164, however it is written; empty when it is none."""
        # A zero that is no part of a number may be left in it: the shortest reading is without.
        found = min(readings_in(written, self._plan), key=lambda each: (len(each), each), default="")
        return f"+{found}" if found and len(found) <= LONGEST_E164 else ""

    def findings(self) -> list[Finding]:
        """Erasures that wait for something."""
        mend = "do as it says; it is tried again by itself"
        return [
            Finding(f"erasure {erasure}", False, fault, mend, required=False)
            for erasure, fault in self._waiting.items()
        ]

    async def advance(self, erasure: UUID, time_is_up: Callable[[], bool] = lambda: False) -> Row | None:
        """Go on until a round is over or time is up; as the row is then. None: there is none. Raises asyncpg
        errors; what was removed until then is."""
        goes_on = True
        while goes_on and not time_is_up():
            goes_on = await self._step(erasure)
            await asyncio.sleep(self._pause_s if goes_on else 0)
        row = await erasures.one_erasure(self._pool, erasure)
        if row is None or row["state"] == "done":
            self._waiting.pop(erasure, None)
        elif row["fault"]:
            self._waiting[erasure] = row["fault"]
        return row

    async def go_on(self) -> None:
        """Another round of all that is not done."""
        running = await erasures.running_erasures(self._pool)
        self._waiting = {each: fault for each, fault in self._waiting.items() if each in running}
        for erasure in running:
            await self.advance(erasure)

    async def _step(self, erasure: UUID) -> bool:
        """One transaction; False when the round is over, or another server is at it."""
        async with self._pool.acquire() as connection, connection.transaction():
            row = await erasures.one_erasure(connection, erasure, lock=True)
            if row is None or row["state"] == "done":
                return False
            number: str = row["caller"].lstrip("+")
            removed = Counter[str](row["removed"])
            begins = row["done_to"] is None
            left_over, fault = (0, "") if begins else (row["left_over"], row["fault"])
            found, last = await erasures.look_through(connection, number, row["done_to"], self._window)
            theirs = [call for call in found if self._is_theirs(call, number)]
            live = [call for call in theirs if call["state"] != "ended"]
            swept = Swept(removed)
            ended = [call["id"] for call in theirs if call["state"] == "ended"]
            stay = await self._sweeper.remove(connection, ended, swept)
            if live:
                fault = f"{len(live)} calls are up"
            if stay:
                fault = swept.faults[0] if swept.faults else "files lie on the disk of another server"
            left_over += len(live) + len(stay)
            if last is not None:
                await erasures.got_on(connection, erasure, last, left_over, fault, +removed)
                return True
            removed["facts"] += await facts.forget(connection, row["caller"])
            await erasures.got_on(connection, erasure, None, left_over, fault, +removed)
            if not left_over:
                await erasures.finished(connection, erasure, masked(row["caller"]))
                await audit.wrote(
                    connection, SERVER, "erasure.done", f"erasure:{erasure}", {"removed": dict(+removed)}
                )
                log.info("an erasure is done: %s", dict(+removed) or "there was nothing")
            return False

    def _is_theirs(self, call: Row, number: str) -> bool:
        """Whether it is a call with this number at its other end; between phones, at either."""
        ends = [call["from_uri"] if call["direction"] == "inbound" else call["to_uri"]]
        if call["agent"] is None:
            ends = [call["from_uri"], call["to_uri"]]
        return any(number in readings_in(end, self._plan) for end in ends)


def masked(caller: str) -> str:
    """What stays of a number: "+4930123456" is "+•••••••••56"."""
    digits = caller.lstrip("+")
    return f"+{'•' * (len(digits) - SHOWN)}{digits[-SHOWN:]}"
