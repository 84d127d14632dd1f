"""Requests about calls in, of one account: which are the provider's own, and which were sent before.

Nothing in most of them says when they were made: one that somebody has kept asks for a call that is long
over, and would begin another that nobody makes. So the provider is asked for the call, once for each request.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from mediaserver.errors import TelephonyError
from providers.provider import CallReport, Desk

RETRIED_S = 60.0
"""One that comes again within this is the provider's own: it had no answer."""
MOST = 1000
GLANCE_S = 1.0
"""The provider waits for our answer meanwhile, some for no more than 5 s."""


class CallsAskedAbout:
    """Of one account."""

    def __init__(self, desk: Desk, is_over: Callable[[str], Awaitable[bool]]) -> None:
        """`is_over`: whether the provider says that a call, by its id of it, has ended."""
        self._desk = desk
        self._is_over = is_over
        self._first: OrderedDict[str, float] = OrderedDict()
        """When requests first came."""

    async def against(self, key: str, ref: str) -> str:
        """Why a request counts for nothing; empty: it counts. `key`: of the request. `ref`: of its call."""
        if self._desk.seen(key):
            again_s = time.monotonic() - self._first.get(key, -RETRIED_S)
            return "" if again_s <= RETRIED_S else "it came before"
        if await self._is_over(ref):
            return "its call is over: it was sent before"
        self._first[key] = time.monotonic()
        while len(self._first) > MOST:
            self._first.popitem(last=False)
        return ""


def over_by(call: Callable[[str], Awaitable[CallReport | None]]) -> Callable[[str], Awaitable[bool]]:
    """Asks by this, and for a moment alone: who calls is not kept waiting, nor turned away, by an interface
    that is down, or that does not know of so young a call yet."""

    async def is_over(ref: str) -> bool:
        try:
            async with asyncio.timeout(GLANCE_S):
                report = await call(ref)
        except (TelephonyError, TimeoutError):
            return False
        return report is not None and report.over

    return is_over
