"""Threads for tools that block: a few for each tool, and none that the end of the server would wait for.

A thread cannot be stopped. One that hangs keeps its place, so that a tool whose database is away takes a
bounded number of them and then says so at once.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from mediaserver.errors import ToolError

MOST_THREADS = 16
"""At once, of one tool."""


class ToolThreads:
    """Those of one tool."""

    def __init__(self, name: str, most: int = MOST_THREADS) -> None:
        self._name = name
        self._most = most
        self._running = 0
        self._lock = threading.Lock()  # a tool may be run from several loops, as tests do

    async def run(self, function: Callable[[], Any]) -> Any:
        """What it returns or raises; a SystemExit as ToolError. Raises ToolError when all threads are taken.
        Cancelled it returns at once, and the function runs on."""
        with self._lock:
            if self._running >= self._most:
                raise ToolError("it is busy: too many of its earlier calls are still running")
            self._running += 1
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        surroundings = contextvars.copy_context()

        def work() -> None:
            result, failure = None, None
            try:
                result = surroundings.run(function)
            except BaseException as error:
                failure = _carried(error)
            finally:
                with self._lock:
                    self._running -= 1
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(_settle, done, result, failure)

        try:
            threading.Thread(target=work, daemon=True, name=f"tool {self._name}").start()
        except BaseException:  # no thread can be had
            with self._lock:
                self._running -= 1
            raise
        return await done


def _carried(error: BaseException) -> Exception:
    """As a future can carry it: StopIteration it refuses, and a SystemExit would end the server."""
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        return error
    carried = RuntimeError(f"the tool raised {type(error).__name__}")
    carried.__cause__ = error
    return carried


def _settle(done: asyncio.Future[Any], result: Any, failure: Exception | None) -> None:
    if done.done():  # nobody waits any more
        return
    if failure is not None:
        done.set_exception(failure)
    else:
        done.set_result(result)
