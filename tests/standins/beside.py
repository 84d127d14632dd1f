"""Something asynchronous in a thread with a loop of its own, for tests that are not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")
ANSWERED_S = 60.0


@dataclass(frozen=True, slots=True)
class Beside(Generic[T]):
    """What lives in the other thread."""

    made: T
    loop: asyncio.AbstractEventLoop

    def ask(self, asking: Coroutine[Any, Any, R]) -> R:
        """What it comes to in the other thread; this one waits for it. Raises TimeoutError after a minute."""
        return asyncio.run_coroutine_threadsafe(asking, self.loop).result(ANSWERED_S)


@contextmanager
def beside(making: AbstractAsyncContextManager[T]) -> Iterator[T]:
    """What it gives is there until the block is left, to be read by this thread."""
    with reached(making) as there:
        yield there.made


@contextmanager
def reached(making: AbstractAsyncContextManager[T]) -> Iterator[Beside[T]]:
    """As `beside`, where something is to be asked of it."""
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
        yield Beside(made[0], loop)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
    if failed:
        raise failed[0]
