"""Requests about calls in, of one account: which are the provider's own, and which were sent before.

Nothing in most of them says when they were made: one that somebody has kept asks for a call that is long
over, and would begin another that nobody makes. So the provider is asked for the call, once for each request.
What it does not know, or will not tell, begins none; while it is out of service a few are taken unasked.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable

from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.seldom import Seldom
from providers.provider import CallReport, Desk, WebhookAnswer

log = logging.getLogger(__name__)

RETRIED_S = 60.0
"""One that comes again within this is the provider's own: it had no answer."""
MOST = 1000
GLANCE_S = 1.0
"""The provider waits for our answer meanwhile, some for no more than 5 s."""
NOT_KNOWN_YET_S = (0.2, 0.4)
"""A call that it does not know is asked for again after these: it may be too young."""
UNASKED, UNASKED_IN_S = 20, 60.0
"""So many are taken in so long while the provider cannot be asked: callers come before doubts, but not any
number of them."""
UUID_IDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

NOT_TAKEN = WebhookAnswer(403, b"it is of no call that comes in now")

Asks = Callable[[str], Awaitable[CallReport | None]]
"""For a call, by the provider's id. None: it knows of none. Raises TelephonyError."""

_OUT_OF_SERVICE = (ProviderFault.DOWN, ProviderFault.LIMIT)
"""It did not look. Being asked too often is of these: many callers at once do that."""


class CallsAskedAbout:
    """Of one account."""

    def __init__(
        self,
        account: str,
        who: str,
        desk: Desk,
        ask: Asks,
        ids: re.Pattern[str],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`account`: its name. `who`: "Twilio". `ids`: of its calls, as documented: nothing else is asked
        for."""
        self._account = account
        self._who = who
        self._desk = desk
        self._ask = ask
        self._ids = ids
        self._now = now
        self._first: OrderedDict[str, float] = OrderedDict()
        """When requests first came."""
        self._asking: dict[str, asyncio.Task[str]] = {}
        """By request."""
        self._unasked: deque[float] = deque()
        self._said = Seldom()

    async def against(self, key: str, ref: str) -> str:
        """Why a request counts for nothing, which the log is told now and then; empty: it counts. `key`: of
        the request. `ref`: of its call."""
        why = await self._against(key, ref)
        if why and (unsaid := self._said.due(self._now())) is not None:
            log.warning(
                "account %s: a request about a call in is not taken: %s (%d more like it)",
                *(self._account, why, unsaid),
            )
        return why

    async def _against(self, key: str, ref: str) -> str:
        if not self._ids.fullmatch(ref):
            return f"{ref[:40]!r} is no id of a call of {self._who}'s"
        asking = self._asking.get(key)
        if asking is None and self._desk.seen(key):
            again_s = self._now() - self._first.get(key, -RETRIED_S)
            return "" if again_s <= RETRIED_S else "it came before"
        if asking is None:
            asking = self._asking[key] = asyncio.create_task(self._asked(key, ref))
            asking.add_done_callback(lambda _: self._asking.pop(key))
        # Two of the same at once are one: whichever is the provider's own gets its answer.
        return await asyncio.shield(asking)

    async def _asked(self, key: str, ref: str) -> str:
        why = await self._judged(ref)
        if not why:
            self._first[key] = self._now()
            while len(self._first) > MOST:
                self._first.popitem(last=False)
        return why

    async def _judged(self, ref: str) -> str:
        unknown = f"{self._who} knows of no such call"
        why_not = f"no answer within {GLANCE_S:g} s"
        looked = False
        try:
            async with asyncio.timeout(GLANCE_S):
                for pause_s in (*NOT_KNOWN_YET_S, 0.0):
                    if (report := await self._ask(ref)) is not None:
                        return "its call is over: it was sent before" if report.over else ""
                    looked = True
                    await asyncio.sleep(pause_s)
                return unknown
        except TelephonyError as error:
            if error.kind not in _OUT_OF_SERVICE:
                return f"{self._who} does not tell of its call, so that it may have been sent before: {error}"
            why_not = str(error)
        except TimeoutError:
            if looked:
                return unknown
        return self._unasked_for(why_not)

    def _unasked_for(self, why_not: str) -> str:
        now = self._now()
        while self._unasked and self._unasked[0] <= now - UNASKED_IN_S:
            self._unasked.popleft()
        if len(self._unasked) >= UNASKED:
            return (
                f"{self._who} cannot be asked for its call ({why_not}), and {UNASKED} were taken unasked "
                f"within {UNASKED_IN_S:g} s"
            )
        self._unasked.append(now)
        return ""
