"""One choice among all ways out for numbers: trunks, and accounts at providers, by priority.

It must never decide whether a number may be called: each way does, by its own prefixes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Protocol

from mediaserver.calls.protocols import Carrier
from mediaserver.calls.wishes import NO_WISHES, Wishes
from mediaserver.errors import CallError, NotTakenError
from mediaserver.media.leg import Leg

SHORTEST_S = 1.0
"""With less time left no other way is tried."""


class RankedCarrier(Carrier, Protocol):
    """A way out that consists of several of a kind."""

    def knows(self, name: str) -> bool:
        """Whether one of them has this name."""

    def priority_for(self, to: str) -> int | None:
        """Of the best of them for a number, the lowest first; None: none may call it."""

    def prefix_for(self, number: str) -> str | None:
        """The longest prefix by which one of them may call a number; None: none may."""


class NumbersOut:
    """Implements mediaserver.calls.protocols.Carrier. The kind whose best comes first is asked first, and all
    of that kind before the next."""

    name = "numbers"

    def __init__(self, ways: Iterable[RankedCarrier]) -> None:
        self._ways = tuple(ways)

    def serves(self, to: str) -> bool:
        return any(way.serves(to) for way in self._ways)

    def prefix_for(self, number: str) -> str | None:
        """The longest prefix by which it may be called by any; None: by none."""
        found = (way.prefix_for(number) for way in self._ways)
        return max((each for each in found if each is not None), key=len, default=None)

    async def place(
        self,
        to: str,
        caller: str,
        *,
        timeout_s: float,
        trunk: str = "",
        wishes: Wishes = NO_WISHES,
        **more: Any,
    ) -> Leg:
        """As `Carrier.place`. Raises CallError; NotTakenError where none took it."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        ways = [way for way in self._in_order(to, wishes.prefers) if not trunk or way.knows(trunk)]
        if not ways:
            what = f"the trunk {trunk} is not there, not enabled, or has no" if trunk else "no trunk has a"
            raise NotTakenError(f"{what} prefix for {to}", 503)
        refused: list[CallError] = []
        for way in ways:
            left = deadline - loop.time()
            if refused and left < SHORTEST_S:
                break
            try:
                return await way.place(to, caller, timeout_s=left, trunk=trunk, wishes=wishes, **more)
            except NotTakenError as error:
                refused.append(error)
        raise NotTakenError("; ".join(map(str, refused)), refused[-1].code)

    def _in_order(self, to: str, preferred: str) -> list[RankedCarrier]:
        ranked = []
        for way in self._ways:
            if (priority := way.priority_for(to)) is not None:
                ranked.append(((not way.knows(preferred), priority), way))
        return [way for _, way in sorted(ranked, key=lambda each: each[0])]
