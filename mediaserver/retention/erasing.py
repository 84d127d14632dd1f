"""Removes all that is kept of one caller: calls with transcripts, recordings and all else, and learnt facts.

Step by step; what was begun is gone on with after a restart, on any server. A call that is up is waited for,
and so is a file that cannot be removed: then another round begins later.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import asyncpg

from mediaserver.diagnosis.finding import Finding
from mediaserver.masked_numbers import masked
from mediaserver.outbound.numbers import NumberPlan, readings_in
from mediaserver.retention.files import remove_lines
from mediaserver.retention.mentions import Mention
from mediaserver.retention.sweep import PAUSE_S, Sweeper, Swept
from mediaserver.storage import audit, erasures, facts, provider_messages
from mediaserver.storage.audit import Actor
from mediaserver.storage.erasures import TAIL
from mediaserver.storage.mentions import PARTY, TABLES, CallWindow, take_out, take_out_of_facts
from mediaserver.storage.retention import FIRST
from mediaserver.storage.sql import Row

log = logging.getLogger(__name__)

WINDOW = 10_000
"""Calls whose addresses are looked at in one step."""
LONGEST_E164 = 15
FLUSH_S = 2.0
SERVER = Actor("retention", "server")


async def _nothing_waits(within_s: float) -> bool:
    return True


class Eraser:
    """Of one server."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        sweeper: Sweeper,
        plan: NumberPlan,
        *,
        data: Path | None = None,
        flush: Callable[[float], Awaitable[bool]] = _nothing_waits,
        pause_s: float = PAUSE_S,
        window: int = WINDOW,
    ) -> None:
        """`plan`: how numbers are dialled where the server stands. `data`: the data folder. `flush`: waits at
        most so many seconds until this server's records are stored."""
        self._pool = pool
        self._sweeper = sweeper
        self._plan = plan
        self._data = data
        self._flush = flush
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
        # What still waits in memory, or on the disk for the database, would come back afterwards.
        if not await self._flush(FLUSH_S):
            log.info("an erasure begins while records wait for the database: those are of another round")
        while goes_on and not time_is_up():
            goes_on = await self._step(erasure)
            await asyncio.sleep(self._pause_s if goes_on else 0)
        row = await erasures.one_erasure(self._pool, erasure)
        if row is None or row["state"] == "done":
            self._waiting.pop(erasure, None)
        elif row["fault"]:
            self._waiting[erasure] = row["fault"]
        return row

    async def erase_calls(self, connection: asyncpg.Connection, calls: list[UUID]) -> list[str]:
        """Remove calls that are locked and over, with all that belongs to them, in the transaction that is
        open: why some of it stays; empty when nothing does."""
        swept = Swept()
        stay = await self._sweeper.remove(connection, calls, swept)
        if not stay:
            return []
        return swept.faults or ["files lie on the disk of another server"]

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
            begin = row["done_to"] or FIRST
            found, last = await erasures.look_through(connection, number, row["done_to"], self._window)
            theirs = [call for call in found if self._is_theirs(call, number)]
            live = [call for call in theirs if call["state"] != "ended"]
            swept = Swept(removed)
            ended = [call["id"] for call in theirs if call["state"] == "ended"]
            stay = await self._sweeper.remove(connection, ended, swept)
            up = len(live)
            if last is not None:
                # Calls of theirs that are still there are found again by their numbers.
                window = CallWindow(begin, last, [call["id"] for call in theirs])
                talked, held = await self._mask(connection, row["caller"], window, swept)
                up, stay = up + talked, stay | held
            if up:
                fault = f"{up} calls are up"
            if stay:
                fault = swept.faults[0] if swept.faults else "files lie on the disk of another server"
            left_over += up + len(stay)
            if last is not None:
                await erasures.got_on(connection, erasure, last, left_over, fault, +removed)
                return True
            removed["lines"] += await self._forget_rejected(row["caller"])
            removed["facts"] += await facts.forget(connection, row["caller"])
            removed["texts"] += await provider_messages.forget(
                connection, row["caller"], self._sweeper.digests
            )
            mention = Mention(row["caller"], self._plan)
            removed["masked"] += await take_out_of_facts(connection, number[-TAIL:], mention.taken_out)
            await erasures.got_on(connection, erasure, None, left_over, fault, +removed)
            if not left_over:
                await erasures.finished(connection, erasure, masked(row["caller"]))
                await audit.wrote(
                    connection, SERVER, "erasure.done", f"erasure:{erasure}", {"removed": dict(+removed)}
                )
                log.info("an erasure is done: %s", dict(+removed) or "there was nothing")
            return False

    async def _mask(
        self, connection: asyncpg.Connection, caller: str, window: CallWindow, swept: Swept
    ) -> tuple[int, set[UUID]]:
        """Take the number out of calls of others. How many of them are up, and are gone on with later; and
        the calls that keep a recording which cannot be removed."""
        left = Mention(caller, self._plan).taken_out
        up, written, party = set[UUID](), set[UUID](), set[UUID]()
        for table in TABLES:
            found, talking = await take_out(connection, table, window, caller[-TAIL:], left)
            written |= found
            up |= talking
            party |= found if table.name in PARTY else set()
        swept.removed["masked"] += len(written)
        # Whoever was rung for a call, or it was transferred to, may be heard in its recording.
        ended = await erasures.ended_of(connection, party)
        return len(up), await self._sweeper.remove_files(connection, "recordings", ended, swept)

    async def _forget_rejected(self, caller: str) -> int:
        """Lines with the number among records that the database refused."""
        if self._data is None:
            return 0
        mention = Mention(caller, self._plan)
        try:
            return await asyncio.to_thread(remove_lines, self._data / "rejected", mention.stands_in)
        except OSError as error:
            log.warning("records that the database refused cannot be looked through: %s", error.strerror)
            return 0

    def _is_theirs(self, call: Row, number: str) -> bool:
        """Whether it is a call with this number at its other end; between phones, at either."""
        ends = [call["from_uri"] if call["direction"] == "inbound" else call["to_uri"]]
        if call["agent"] is None:
            ends = [call["from_uri"], call["to_uri"]]
        return any(number in readings_in(end, self._plan) for end in ends)
