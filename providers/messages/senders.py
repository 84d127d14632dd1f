"""By which numbers and names an account's texts may go out: `caller`, `senders`, what its provider lists."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from mediaserver.errors import TelephonyError
from providers.accounts.served import ServedAccount
from providers.provider import Capability

log = logging.getLogger(__name__)

KEPT_S = 600.0
"""So long a provider's list counts."""
AGAIN_S = 60.0
"""So long it is not asked again for a number that its list has not: one that was bought just now."""


class Senders:
    """Of one server's accounts."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._listed: dict[str, tuple[float, frozenset[str]]] = {}
        """By account: when it was asked for, and what it was."""

    async def of(self, served: ServedAccount, within_s: float = KEPT_S) -> frozenset[str]:
        """All that are known. A list that cannot be had leaves what was known before."""
        settings = served.account.settings
        own = {each for each in (settings.caller, *settings.senders) if each}
        return frozenset(own) | await self._numbers(served, within_s)

    async def allows(self, served: ServedAccount, sender: str) -> bool:
        return sender in await self.of(served) or sender in await self.of(served, AGAIN_S)

    async def _numbers(self, served: ServedAccount, within_s: float) -> frozenset[str]:
        name, provider, now = served.account.name, served.provider, self._clock()
        asked_at, known = self._listed.get(name, (None, frozenset()))
        if provider is None or Capability.NUMBERS not in served.capabilities:
            return known
        if asked_at is not None and now - asked_at < within_s:
            return known
        self._listed[name] = (now, known)
        try:
            known = frozenset(each.number for each in await provider.numbers())
        except TelephonyError as error:
            log.info("the numbers of the account %s are not known: %s", name, error)
        self._listed[name] = (now, known)
        return known
