"""Foreign work for which nobody waits longer than was said."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from pipelines.flows.work.gave import ToolUseError

T = TypeVar("T")
_let_go: set[asyncio.Task[Any]] = set()
"""Cancelled, and not at their end yet; the loop itself holds tasks only weakly."""


async def within(seconds: float, work: Coroutine[Any, Any, T], what: str) -> T:
    """What it gives or raises. Past its time, or where whoever waits is cancelled, so is it, and nobody waits
    for it to heed that. Raises ToolUseError ('timeout'), about `what`."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        if not task.done():
            _let_go.add(task)
            task.add_done_callback(_ended)
            task.cancel()
    if task.cancelled() or not task.done():
        raise ToolUseError("timeout", f"{what} gave nothing within {seconds:g} s")
    return task.result()


def _ended(task: asyncio.Task[Any]) -> None:
    _let_go.discard(task)
    if not task.cancelled():
        task.exception()  # nobody wants to know
