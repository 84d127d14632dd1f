"""A call that nobody is rung for before its row is stored, so that whoever asked for it is told of nothing
that a restart would forget."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from mediaserver.calls.call import Call
from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.storage.records import CallStarted

StoreCall: TypeAlias = Callable[[CallStarted], Awaitable[None]]
"""Returns once the record is in the database, beside all that waits to be written. What it raises is told to
whoever asked, and the call is not placed."""
NOT_STORED = Termination(EndedBy.SERVER, Why.FAILED, 503, "it could not be stored, and was not placed")


class StoredFirst:
    """Of one call."""

    def __init__(self, store: StoreCall) -> None:
        self._store = store
        self._told: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def stored(self, call: Call) -> bool:
        """Store its row. False: that failed, and the call is over.

        Its records are kept in either case: a row whose transaction came to its end unseen is closed by them.
        """
        try:
            await self._store(call.first_record())
        except Exception as error:
            call.end(NOT_STORED)
            if not self._told.done():
                self._told.set_exception(error)
            return False
        call.begin()
        if not self._told.done():
            self._told.set_result(None)
        return True

    def given_up(self) -> None:
        """The call is over. Idempotent."""
        if not self._told.done():
            self._told.set_exception(CallError("the call was given up before it was placed", 487))
        if not self._told.cancelled():
            self._told.exception()  # whoever asked may have gone away

    async def wait(self) -> None:
        """Until it is stored. Raises what storing it raised, and CallError when it was given up before."""
        await self._told
