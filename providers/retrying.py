"""Asking a provider again where that can help and nothing happens twice: it says so itself (429, 5xx), or the
connection was not to be had.

What may have been done (`TelephonyError.maybe`) is never asked for again here. That a provider is down is
said once, and once that it answers again.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from mediaserver.errors import TelephonyError

log = logging.getLogger(__name__)

T = TypeVar("T")

TRIES = 3
WITHIN_S = 20.0
FIRST_S = 0.3
LONGEST_S = 10.0


def wait_s(tried: int, after_s: float | None, draw: Callable[[], float]) -> float:
    """Seconds to wait after try number `tried` (from 1): what the provider asks for (Retry-After), else twice
    as long each time, of which chance takes up to a half, so that many do not come back together."""
    backing_off = min(FIRST_S * (1 << min(tried - 1, 10)), LONGEST_S) * (1 - draw() / 2)
    return backing_off if after_s is None else max(after_s, backing_off)


class Outage:
    """Whether an account's provider answers, as far as the log was told. One for an account."""

    def __init__(self) -> None:
        self._down = False

    def failed(self, account: str, error: TelephonyError) -> None:
        """It did not answer, and will be asked again."""
        if not self._down:
            self._down = True
            log.warning("the provider of the account %s does not answer as it should: %s", account, error)

    def answered(self, account: str) -> None:
        if self._down:
            self._down = False
            log.info("the provider of the account %s answers again", account)


_outages: dict[str, Outage] = {}


async def retried(
    ask: Callable[[], Awaitable[T]],
    *,
    account: str,
    what: str = "",
    tries: int = TRIES,
    within_s: float = WITHIN_S,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    draw: Callable[[], float] = random.random,
) -> T:
    """What `ask` returns, asked up to `tries` times while its TelephonyError says that another try can help
    and that nothing was done. `account`: whose log line it is. `what`: was asked for, for people. `within_s`:
    no try begins later. Raises the last error; one that says to wait for longer than there is time left is
    raised at once."""
    loop = asyncio.get_running_loop()
    until = loop.time() + within_s
    outage = _outages.setdefault(account, Outage())
    for tried in range(1, tries + 1):
        try:
            result = await ask()
        except TelephonyError as error:
            if not error.retryable:
                raise
            outage.failed(account, error)
            wait = wait_s(tried, error.after_s, draw)
            if error.maybe or tried == tries or loop.time() + wait > until:
                raise
            if what:
                log.debug("%s by %s is tried again in %.1f s: %s", what, account, wait, error)
            await sleep(wait)
        else:
            outage.answered(account)
            return result
    raise AssertionError("a try neither returned nor raised")
