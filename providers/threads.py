"""Threads for SDKs that block: a few of their own for each account, so that one that is stuck holds up none
but itself, and the media loop never.

A thread cannot be stopped. Whoever gives up waiting leaves its thread to its own end, and it has its place
until then: an SDK that hangs takes no more than `most` threads. Nothing here keeps the process from ending.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from mediaserver.errors import ProviderFault, TelephonyError

T = TypeVar("T")

MOST = 4
"""At once, of one account."""
WAITING = 200
"""For a thread; whoever comes then is refused."""
WITHIN_S = 20.0


class _Work:
    """What a thread is to do, and whether anybody waits for it."""

    def __init__(self, do: Callable[[], Any]) -> None:
        self.do = do
        self.begun = False
        self.done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()


class Threads:
    """Of one account. All methods belong to the event loop."""

    def __init__(self, name: str, most: int = MOST, waiting: int = WAITING) -> None:
        """`name`: of the account. `most`: threads at a time."""
        self.name = name
        self._most = most
        self._most_waiting = waiting
        self._running = 0
        self._waiting: deque[_Work] = deque()
        self._closed = False

    @property
    def running(self) -> int:
        """Threads that are at work, also for nobody any more."""
        return self._running

    async def run(self, do: Callable[..., T], *args: Any, within_s: float = WITHIN_S) -> T:
        """What `do` returns, or raises, in a thread. Raises TelephonyError: LIMIT when too much waits for a
        thread, DOWN when it took longer than `within_s` seconds (`maybe`: it had begun, and may be done yet).
        Cancelling takes back what has not begun."""
        if self._closed or len(self._waiting) >= self._most_waiting:
            why = "it is being closed" if self._closed else f"{len(self._waiting)} requests wait already"
            raise TelephonyError(f"{self.name} is not asked: {why}", ProviderFault.LIMIT)
        work = _Work(partial(do, *args))
        self._waiting.append(work)
        self._fill()
        try:
            async with asyncio.timeout(within_s):
                result: T = await work.done
                return result
        except TimeoutError:
            if work.done.done() and not work.done.cancelled():  # `do` itself has raised it
                raise
            what = "did not answer" if work.begun else "is too busy to be asked"
            raise TelephonyError(
                f"{self.name} {what} within {within_s:g} s", ProviderFault.DOWN, maybe=work.begun
            ) from None
        finally:
            if not work.begun:
                self._waiting.remove(work)

    def close(self) -> None:
        """Take nothing more; what waits is given up."""
        self._closed = True
        for work in list(self._waiting):
            if not work.done.done():
                work.done.set_exception(TelephonyError(f"{self.name} is being closed", ProviderFault.LIMIT))

    # -- inside

    def _fill(self) -> None:
        loop = asyncio.get_running_loop()
        while self._running < self._most and self._waiting:
            work = self._waiting.popleft()
            work.begun = True
            self._running += 1
            # Not the loop's own pool: its threads are joined at the end, and a stuck one would hold that up.
            threading.Thread(
                target=_carry_out, args=(loop, work, self._over), name=f"provider {self.name}", daemon=True
            ).start()

    def _over(self, work: _Work, result: Any, error: BaseException | None) -> None:
        self._running -= 1
        if not work.done.done():
            if error is not None:
                work.done.set_exception(error)
            else:
                work.done.set_result(result)
        if not self._closed:
            self._fill()


def _carry_out(
    loop: asyncio.AbstractEventLoop, work: _Work, over: Callable[[_Work, Any, BaseException | None], None]
) -> None:
    result: Any = None
    error: BaseException | None = None
    try:
        result = work.do()
    except StopIteration as stop:  # no future takes one
        error = RuntimeError(f"a provider's SDK raised {stop!r}")
    except BaseException as raised:
        error = raised
    try:
        loop.call_soon_threadsafe(over, work, result, error)
    except RuntimeError:
        return  # the loop is closed: nobody wants to know
