"""A copy of some tables in memory, that is told of each change by the database.

Nothing here waits for the database on behalf of a call or fails with it: what was read last stays, until it
can be read again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

import asyncpg

from mediaserver.errors import DatabaseError
from mediaserver.storage.agents import CHANNEL

log = logging.getLogger(__name__)

POLL_S = 5.0
"""Beside the database's notifications, which get lost behind some connection poolers."""
CAUGHT_UP_S = 2.0
"""Nobody who has changed something waits longer for it to be known here."""
FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 2.0

TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, DatabaseError)


class CatchesUp(Protocol):
    """Follows tables."""

    async def caught_up(self) -> None:
        """See `Following.caught_up`."""


class Following:
    """Calls `load` at the start and after each change, over a connection of its own; also now and then when
    nothing was told. `load` reads and compares; what it raises is kept as `fault`, and it is called again."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        load: Callable[[asyncpg.Connection], Awaitable[None]],
        what: str,
        poll_s: float = POLL_S,
    ) -> None:
        """`what` is followed, for the log: 'agents and routes'."""
        self.stale = False
        """The database is away: what is known may be old."""
        self.fault = ""
        """Why the tables that could be reached could not be taken over."""
        self._connect = connect
        self._load_from = load
        self._what = what
        self._poll_s = poll_s
        self._connection: asyncpg.Connection | None = None
        self._task: asyncio.Task[None] | None = None
        self._changed: asyncio.Event | None = None
        self._awaited: list[asyncio.Future[None]] = []
        """Who waits for a load that has not begun yet."""

    async def caught_up(self) -> None:
        """Return once all that is committed by now is known here, or after CAUGHT_UP_S: then it is told
        later. For whoever has changed something and goes on with it."""
        if self._task is None or self._changed is None:
            return
        known = asyncio.get_running_loop().create_future()
        self._awaited.append(known)
        self._changed.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(CAUGHT_UP_S):
                await known

    async def start(self) -> None:
        """Load once, then follow. Raises DatabaseError when the database cannot be reached."""
        changed = None
        try:
            changed = await self._listen()
        except TROUBLE as error:
            self._hang_up()
            raise DatabaseError(f"cannot read {self._what}: {_short(error)}") from None
        except Exception as error:
            self._failed(error)
        self._task = asyncio.create_task(self._follow(changed), name=f"following {self._what}")

    async def close(self) -> None:
        """Follow no more; what is known stays. Idempotent."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._hang_up()

    async def _follow(self, changed: asyncio.Event | None) -> None:
        """`changed`: of a connection that listens; None: the tables could not be read yet."""
        while True:
            try:
                while changed is not None:
                    with suppress(TimeoutError):
                        # Not `wait_for`, which loses a cancellation that comes with the event (Python 3.11).
                        async with asyncio.timeout(self._poll_s):
                            await changed.wait()
                    changed.clear()
                    awaited, self._awaited = self._awaited, []
                    await self._load()
                    for known in awaited:
                        if not known.done():  # its request may have gone
                            known.set_result(None)
            except TROUBLE as error:
                log.warning("%s stay as they are: %s", self._what, _short(error))
            except Exception as error:  # whatever a row makes fail, later changes are to be read
                self._failed(error)
            self.stale = True
            if self.fault:
                await asyncio.sleep(self._poll_s)
            changed = await self._again()

    async def _again(self) -> asyncio.Event:
        """Connect until it succeeds."""
        delay = FIRST_DELAY_S
        while True:
            self._hang_up()
            try:
                return await self._listen()
            except TROUBLE:
                pass  # said already
            except Exception as error:
                self._failed(error)
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY_S)

    async def _listen(self) -> asyncio.Event:
        """Connect, listen, load. The event is set when there may be something new."""
        changed = self._changed = asyncio.Event()
        connection = self._connection = await self._connect()
        connection.add_termination_listener(lambda _: changed.set())
        await connection.add_listener(CHANNEL, lambda *_: changed.set())
        await self._load()
        return changed

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _load(self) -> None:
        if self._connection is not None:
            await self._load_from(self._connection)
            self.stale, self.fault = False, ""

    def _failed(self, error: Exception) -> None:
        log.error("%s stay as they are", self._what, exc_info=error)
        self.fault = f"{type(error).__name__}: {_short(error)}"


def _short(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:500]
