"""This server among those that share a database: who it is, that it lives, and who lives no longer.

A server keeps its name over restarts, so that it closes at once the calls that it left behind itself. Those
of another are closed only when that one has been silent for long while we ourselves could have heard it.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from mediaserver.errors import StartupError
from mediaserver.storage import nodes, usage_made

log = logging.getLogger(__name__)

SILENT_S = 30.0
"""A server that was not seen for so long is taken for dead, unless the settings say otherwise."""
BEATS = 6
"""Within that time."""
TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class NodeName:
    """The id of this server, kept in the data folder and held by a lock for as long as it runs.

    Further servers on the same folder take further names.
    """

    def __init__(self, data: Path) -> None:
        """Takes the first name that nobody holds. Raises StartupError."""
        folder = data / "nodes"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            number = 1
            while (descriptor := _held(folder / str(number))) is None:
                number += 1
            self._descriptor: int | None = descriptor
            self.id = _kept(descriptor)
        except OSError as error:
            raise StartupError(
                f"cannot keep this server's name in {folder} ({error.strerror}): "
                "make it writable or choose another data folder with VOICEFORGE_DATA"
            ) from None

    def renew(self) -> None:
        """Take another id: a living server has this one, for the folder is a copy of its own. Raises
        StartupError."""
        try:
            assert self._descriptor is not None
            self.id = _fresh(self._descriptor)
        except OSError as error:
            raise StartupError(f"cannot keep this server's new name ({error.strerror})") from None

    def release(self) -> None:
        """Let another server have the name. Idempotent."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class Presence:
    """Says again and again that this server lives, and closes the calls of those that do not."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        node: UUID,
        *,
        silent_s: float = SILENT_S,
        now: Callable[[], float] = time.monotonic,
        keep: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`silent_s`: see SILENT_S; the same on all servers of a database. `keep`: holds on to the name; done
        with each beat."""
        self._silent_s = silent_s
        self._pool = pool
        self._node = node
        self._now = now
        self._keep = keep
        self._heard_since: float | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Enter this server; beats begin. Before its first call is stored."""
        await nodes.started(self._pool, self._node, socket.gethostname())
        self._task = asyncio.create_task(self._run(), name="presence")

    async def close(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def close_own(self) -> list[tuple[UUID, datetime]]:
        """Close the calls that this server left behind when it died, and, while no other lives, those that
        belong to nobody. Ids and beginnings. Before its first call; after what it had spilled is written."""
        async with self._pool.acquire() as connection:
            closed = await nodes.close_calls(connection, self._node)
            if not await nodes.others_live(connection, self._node, self._silent_s):
                closed += await nodes.close_calls(connection, None)
            await usage_made.calls_over(connection, [call_id for call_id, _ in closed], self._node)
            return closed

    async def beat(self) -> int:
        """Say that we live; close the calls of the dead and return how many."""
        now = self._now()
        try:
            if self._keep is not None:
                await self._keep()
            async with self._pool.acquire(timeout=5) as connection:
                ago = await nodes.seen(connection, self._node)
                if ago is None:  # another database, or one restored from before our start
                    await nodes.started(connection, self._node, socket.gethostname())
                # Our own silence (the database away, the machine asleep) others may have had as well.
                if self._heard_since is None or ago is None or ago > self._silent_s / 2:
                    self._heard_since = now
                if now - self._heard_since < self._silent_s:
                    return 0
                closed = 0
                async with connection.transaction():
                    for node in await nodes.silent(connection, self._silent_s):
                        gone = await nodes.close_calls(connection, node)
                        log.warning(
                            "the server %s was silent; closed its %d calls as interrupted", node, len(gone)
                        )
                        await usage_made.calls_over(connection, [call_id for call_id, _ in gone], self._node)
                        closed += len(gone)
                return closed
        except TROUBLE:  # the writer says what is wrong
            self._heard_since = None
            return 0

    async def _run(self) -> None:
        while True:
            try:
                await self.beat()
            except Exception:  # a server that beats no more is taken for dead, with all its calls
                log.exception("a beat failed")
            await asyncio.sleep(self._silent_s / BEATS)


def _held(path: Path) -> int | None:
    """An open descriptor with the file's lock, or None when another process has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _kept(descriptor: int) -> UUID:
    """The id that stands in the file; a new one where none does."""
    with suppress(ValueError):
        return UUID(os.read(descriptor, 100).decode("ascii", "replace").strip())
    return _fresh(descriptor)


def _fresh(descriptor: int) -> UUID:
    fresh = uuid4()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{fresh}\n".encode(), 0)
    os.fsync(descriptor)
    return fresh
