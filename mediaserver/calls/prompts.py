"""Sound files that flows and agents play in calls (the table `prompts`): which there are, and their audio.

Which there are is followed, so that nothing of a call waits for that. Audio is read when a flow that calls
run names it, or when it is first played; of what was read, the latest stay in memory, also while the database
is away.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import numpy as np
import numpy.typing as npt

from mediaserver.errors import DatabaseError, PeerError
from mediaserver.media.time import SAMPLE_RATE
from mediaserver.storage import prompts as table
from mediaserver.storage.following import POLL_S, TROUBLE, Following
from mediaserver.storage.sql import Database

log = logging.getLogger(__name__)

KEPT_BYTES = 64 << 20
"""Of audio in memory: half an hour."""
READ_S = 3.0
"""A call that plays one waits for the database no longer than this."""


@dataclass(frozen=True, slots=True)
class PromptSound:
    """A sound file as it is played."""

    name: str
    version: int
    changed_at: datetime
    text: str
    """What is said in it, as its owner wrote it down; may be empty."""
    samples: npt.NDArray[np.int16]
    """Any length, 16 kHz mono."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class _Known:
    changed_at: datetime
    """Tells it from what had its name before; versions begin anew."""
    owner: UUID | None


class PromptShelf:
    """One for a server."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_bytes = kept_bytes
        self._known: dict[str, _Known] = {}
        self._state: tuple[object, ...] | None = None
        self._kept: OrderedDict[str, PromptSound] = OrderedDict()
        """The one that was played last is the last."""
        self._expected: Callable[[], Collection[str]] = frozenset
        self._reading: dict[tuple[str, datetime], asyncio.Task[PromptSound]] = {}
        self._database: Database | None = None
        self._following: Following | None = None

    async def start(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        database: Database,
        poll_s: float = POLL_S,
    ) -> None:
        """Read which there are, then follow them over a connection of its own. `database`: that audio is read
        from. Raises DatabaseError when it cannot be reached."""
        self._database = database
        self._following = Following(connect, self._load, "sound files", poll_s)
        await self._following.start()

    async def caught_up(self) -> None:
        """See `Following.caught_up`."""
        if self._following is not None:
            await self._following.caught_up()

    async def close(self) -> None:
        """Follow no more. Idempotent."""
        if self._following is not None:
            await self._following.close()
        for task in self._reading.values():
            task.cancel()

    def expect(self, names: Callable[[], Collection[str]]) -> None:
        """These will be played: have them in memory by then, as far as they fit in."""
        self._expected = names

    def there(self, name: str, owner: UUID | None = None) -> bool:
        """Whether a flow or an agent of this owner may play a sound file of this name: its own, or the
        operator's (None)."""
        known = self._known.get(name)
        return known is not None and known.owner in (None, owner)

    async def get(self, name: str, owner: UUID | None = None) -> PromptSound:
        """The sound file of that name, for a flow or an agent of this owner. Raises PeerError: there is none;
        DatabaseError: it cannot be read now."""
        return await self.get_for(name, lambda whose: whose in (None, owner))

    async def get_for(self, name: str, may_use: Callable[[UUID | None], bool]) -> PromptSound:
        """Likewise, for whoever may use those of these owners (None: the operator's)."""
        known = self._known.get(name)
        if known is None or not may_use(known.owner):
            raise PeerError(f"there is no sound file '{name}'")
        kept = self._kept.get(name)
        if kept is not None and kept.changed_at == known.changed_at:
            self._kept.move_to_end(name)
            return kept
        which = name, known.changed_at
        task = self._reading.get(which)
        if task is None:
            task = self._reading[which] = asyncio.create_task(self._read_for_call(name))
            task.add_done_callback(lambda done: self._was_read(which, done))
        try:
            async with asyncio.timeout(READ_S):
                return await asyncio.shield(task)
        except TROUBLE as error:
            if kept is not None:
                return kept  # as it was before it was changed
            why = "the database does not answer" if isinstance(error, TimeoutError) else str(error)
            raise DatabaseError(f"the sound file '{name}' cannot be read now: {why}") from None

    async def _read_for_call(self, name: str) -> PromptSound:
        assert self._database is not None, "it was not started"
        return await self._read(self._database, name)

    async def _read(self, database: Database, name: str) -> PromptSound:
        """Raises PeerError when it has gone meanwhile, and what the database does."""
        found = await table.audio_of(database, name)
        if found is None:
            raise PeerError(f"there is no sound file '{name}'")
        samples = np.frombuffer(found["audio"], "<i2").astype(np.int16, copy=False)
        sound = PromptSound(name, found["version"], found["changed_at"], found["text"], samples)
        self._kept.pop(name, None)
        self._kept[name] = sound
        while len(self._kept) > 1 and self._size() > self._kept_bytes:
            self._kept.popitem(last=False)
        return sound

    def _was_read(self, which: tuple[str, datetime], task: asyncio.Task[PromptSound]) -> None:
        self._reading.pop(which, None)
        if not task.cancelled():
            task.exception()  # whoever waits is told

    def _size(self) -> int:
        return sum(each.samples.nbytes for each in self._kept.values())

    async def _load(self, connection: asyncpg.Connection) -> None:
        state = await table.prompts_state(connection)
        if state != self._state:
            rows = await table.all_prompts(connection)
            self._known = {row["name"]: _Known(row["changed_at"], row["owner"]) for row in rows}
            self._kept = OrderedDict((name, each) for name, each in self._kept.items() if name in self._known)
            self._state = state
        for name in sorted(self._expected()):
            known, kept = self._known.get(name), self._kept.get(name)
            if known is None or (kept is not None and kept.changed_at == known.changed_at):
                continue
            if kept is None and self._size() >= self._kept_bytes:
                continue  # what is played most is there
            try:
                await self._read(connection, name)
            except PeerError:
                pass  # it has gone just now: the next look will say so
