"""Something asynchronous in a thread with a loop of its own, for tests that are not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def beside(making: AbstractAsyncContextManager[T]) -> Iterator[T]:
    """What it gives is there until the block is left, to be read by this thread."""
    ready: threading.Event = threading.Event()
    made: list[T] = []
    failed: list[BaseException] = []
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        try:
            async with making as each:
                made.append(each)
                ready.set()
                await over.wait()
        except BaseException as error:  # noqa: BLE001 - it is told in the other thread
            failed.append(error)
        finally:
            ready.set()
            await loop.shutdown_asyncgens()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        ready.wait()
        if not made:
            raise failed[0]
        yield made[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
    if failed:
        raise failed[0]
