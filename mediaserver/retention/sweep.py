"""Removes what was kept for long enough: small batches, a pause between them, never anything of a live call.

What cannot be removed stays, is told, and is tried again the next time.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ConfigError
from mediaserver.retention.choices import RetentionChoices
from mediaserver.retention.files import FilesGone, Unlink, remove_files
from mediaserver.settings.privacy import RetentionSettings
from mediaserver.storage import provider_messages
from mediaserver.storage import retention as tables
from mediaserver.storage.agents import all_agents
from mediaserver.storage.digests import Digests
from mediaserver.storage.retention import FIRST, Cutoffs
from mediaserver.storage.sql import Row

log = logging.getLogger(__name__)

BATCH = 100
"""Calls, or files, at once: a transaction of some milliseconds."""
ROWS = 1000
"""Small rows at once."""
PAUSE_S = 0.05
"""Between batches, so that the writer of records and readers come in between."""
MOST_FAULTS = 20
"""That are told one by one."""


@dataclass(slots=True)
class Swept:
    """What came of one sweep."""

    removed: Counter[str] = field(default_factory=Counter)
    """Rows by kind, and `bytes` of files."""
    faults: list[str] = field(default_factory=list)
    failed: int = 0
    """Files that could not be removed."""

    def took(self, table: str, files: FilesGone) -> None:
        self.removed[table] += len(files.gone)
        self.removed["bytes"] += sum(file["size_bytes"] for file in files.gone)
        self.failed += len(files.faults)
        self.faults += files.faults[: MOST_FAULTS - len(self.faults)]

    def finding(self) -> Finding:
        """For the health of the server."""
        if not self.failed:
            return Finding("retention", True, "what is old is removed", "", required=False)
        detail = f"{self.failed} files cannot be removed; {self.faults[0]}"
        mend = "let the server's user remove it; it is tried again with the next sweep"
        return Finding("retention", False, detail, mend, required=False)


class Sweeper:
    """Of one server. `sweep` may be called at any time; sweeps of several servers do not get in each other's
    way."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        settings: RetentionSettings,
        node: UUID | None = None,
        *,
        digests: Digests,
        pause_s: float = PAUSE_S,
        unlink: Unlink | None = None,
    ) -> None:
        """`node`: this server, whose calls have their files here. `digests`: of what is removed and is to be
        known again."""
        self.digests = digests
        self._pool = pool
        self._settings = settings
        self._usual = RetentionChoices(**settings.model_dump(exclude={"audit_days", "usage_days"}))
        self._node = node
        self._pause_s = pause_s
        self._unlink = unlink
        self.last = Swept()
        """What came of the last one."""

    def findings(self) -> list[Finding]:
        """Files that could not be removed; nothing when all is well."""
        return [self.last.finding()] if self.last.failed else []

    async def sweep(self, now: datetime) -> Swept:
        """Remove all that is old by now. Raises asyncpg errors; what was removed until then is."""
        swept = Swept()
        own = await self._own_choices()
        for table in ("recordings", "messages"):
            await self._files(swept, table, _cutoffs(self._usual, own, f"{table}_days", now))
        for kind in ("transcripts", "events"):
            await self._rows(swept, kind, _cutoffs(self._usual, own, f"{kind}_days", now))
        await self._calls(swept, _cutoffs(self._usual, own, "calls_days", now))
        await self._sessions(swept, _cutoffs(self._usual, own, "sessions_days", now))
        await self._facts(swept, _cutoffs(self._usual, own, "facts_days", now))
        await self._texts(swept, now)
        await self._old_lines(swept, now)
        swept.removed = +swept.removed
        self.last = swept
        if swept.removed or swept.failed:
            log.info("retention removed %s; %d files stay", dict(swept.removed) or "nothing", swept.failed)
        return swept

    async def _own_choices(self) -> dict[str, RetentionChoices]:
        """Of the agents whose rows say otherwise. A row that makes no sense has the usual ones: nothing of
        its calls goes earlier than the settings say."""
        found: dict[str, RetentionChoices] = {}
        for row in await all_agents(self._pool):
            if row["retention"]:
                try:
                    found[row["name"]] = self._usual.changed(row["retention"])
                except (ConfigError, AttributeError):
                    log.warning(
                        "the retention of the agent %s makes no sense: the settings' counts", row["name"]
                    )
        return found

    async def _files(self, swept: Swept, table: str, cutoffs: Cutoffs) -> None:
        after = FIRST
        while cutoffs:
            async with self._pool.acquire() as connection, connection.transaction():
                files = await tables.old_files(connection, table, cutoffs, after, BATCH)
                if not files:
                    return
                # Messages of one call may be parted by the end of a batch: the call comes again.
                last = files[-1]["call_id"]
                whole = len(files) < BATCH or table == "recordings" or files[0]["call_id"] == last
                after = last if whole else _before(files, last)
                taken = files if whole else [file for file in files if file["call_id"] != last]
                gone = await self._remove(connection, taken)
                await tables.forget_files(connection, table, gone.gone)
            swept.took(table, gone)
            await asyncio.sleep(self._pause_s)

    async def _rows(self, swept: Swept, kind: str, cutoffs: Cutoffs) -> None:
        after = FIRST
        remove = tables.remove_transcripts if kind == "transcripts" else tables.remove_events
        while cutoffs:
            async with self._pool.acquire() as connection, connection.transaction():
                calls = await tables.old_calls(connection, cutoffs, after, BATCH, kind)
                if not calls:
                    return
                after = calls[-1]
                swept.removed.update(await remove(connection, calls))
            await asyncio.sleep(self._pause_s)

    async def _calls(self, swept: Swept, cutoffs: Cutoffs) -> None:
        after = FIRST
        while cutoffs:
            async with self._pool.acquire() as connection, connection.transaction():
                calls = await tables.old_calls(connection, cutoffs, after, BATCH)
                if not calls:
                    return
                after = calls[-1]
                await self.remove(connection, calls, swept)
            await asyncio.sleep(self._pause_s)

    async def remove(self, connection: asyncpg.Connection, calls: list[UUID], swept: Swept) -> set[UUID]:
        """Remove calls that are locked and over, with all that belongs to them; those stay that have a file
        which cannot be removed, and are returned."""
        stay = set[UUID]()
        for table in ("recordings", "messages"):
            stay |= await self.remove_files(connection, table, calls, swept)
        swept.removed.update(
            await tables.remove_calls(connection, [call for call in calls if call not in stay])
        )
        return stay

    async def remove_files(
        self, connection: asyncpg.Connection, table: str, calls: list[UUID], swept: Swept
    ) -> set[UUID]:
        """Remove what calls that are locked and over have of `recordings` or `messages`; the calls are
        returned of which a file stays, since it cannot be removed."""
        files = [row for of, row in await tables.files_of(connection, calls) if of == table]
        gone = await self._remove(connection, files)
        await tables.forget_files(connection, table, gone.gone)
        swept.took(table, gone)
        left = {id(file) for file in files} - {id(file) for file in gone.gone}
        return {file["call_id"] for file in files if id(file) in left}

    async def _remove(self, connection: asyncpg.Connection, files: list[Row]) -> FilesGone:
        nodes = list({file["node_id"] for file in files if file["node_id"] is not None})
        elsewhere = await tables.lives_elsewhere(connection, nodes, self._node) if nodes else set()
        if self._unlink is None:
            return await asyncio.to_thread(remove_files, files, elsewhere)
        return await asyncio.to_thread(remove_files, files, elsewhere, self._unlink)

    async def _sessions(self, swept: Swept, cutoffs: Cutoffs) -> None:
        while cutoffs:
            async with self._pool.acquire() as connection, connection.transaction():
                sessions = await tables.old_sessions(connection, cutoffs, BATCH)
                if not sessions:
                    return
                swept.removed["sessions"] += await tables.remove_sessions(connection, sessions)
            await asyncio.sleep(self._pause_s)

    async def _facts(self, swept: Swept, cutoffs: Cutoffs) -> None:
        others = list(cutoffs.agents)
        for agent, before in [(None, cutoffs.usual), *cutoffs.agents.items()]:
            while before is not None:
                count = await tables.remove_facts(self._pool, agent, others, before, ROWS)
                swept.removed["facts"] += count
                if count < ROWS:
                    break
                await asyncio.sleep(self._pause_s)

    async def _texts(self, swept: Swept, now: datetime) -> None:
        """Text messages are kept as long as what was said, whichever agent it was said to."""
        while days := self._settings.transcripts_days:
            async with self._pool.acquire() as connection:
                count = await provider_messages.remove_old(
                    connection, now - timedelta(days=days), ROWS, self.digests
                )
            swept.removed["texts"] += count
            if count < ROWS:
                break
            await asyncio.sleep(self._pause_s)

    async def _old_lines(self, swept: Swept, now: datetime) -> None:
        """Of the audit log, and of usage."""
        for kind, days, remove in (
            ("audit", self._settings.audit_days, tables.remove_audit),
            ("usage", self._settings.usage_days, tables.remove_usage),
        ):
            while days:
                count = await remove(self._pool, now - timedelta(days=days), ROWS)
                swept.removed[kind] += count
                if count < ROWS:
                    break
                await asyncio.sleep(self._pause_s)


def _before(files: list[Row], last: UUID) -> UUID:
    """The last call before this one."""
    found: UUID = next(file["call_id"] for file in reversed(files) if file["call_id"] != last)
    return found


def _cutoffs(
    usual: RetentionChoices, own: Mapping[str, RetentionChoices], key: str, now: datetime
) -> Cutoffs:
    def cutoff(choices: RetentionChoices) -> datetime | None:
        days: int = getattr(choices, key)
        return now - timedelta(days=days) if days else None

    return Cutoffs(cutoff(usual), {agent: cutoff(choices) for agent, choices in own.items()})
