"""What Asterisk tells of the calls of one application (Stasis): by a WebSocket that we open, and again
whenever it is lost.

Asterisk tells one program at a time, the one that came last. So one server of a database follows an
application at a time, and the others wait until it is gone; and who was replaced by another program takes
nothing back. Accounts of this server that come one after the other, since a row was changed while calls are
up, share one WebSocket: an event goes to the account that has its call, a new call to the newest.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMsgType

from mediaserver.errors import DatabaseError, ProviderFault, TelephonyError
from mediaserver.storage.claims import SoleClaim
from providers.asterisk.ari import Ari, part
from providers.asterisk.stasis import StasisCalls
from providers.retrying import wait_s

log = logging.getLogger(__name__)

HEARTBEAT_S = 15.0
LONGEST_EVENT = 256 << 10
WAITS_S = 3.0
"""Between looks whether the server that follows the application is gone."""
REPLACED_S = 10.0
"""Between looks whether the program that has replaced us is gone."""

_COUNTS = re.compile(r"[0-9]+")
"""Seconds that run down make no other trouble."""


class _Replaced(TelephonyError):
    """Another program has the application now."""


@dataclass(frozen=True, slots=True, eq=False)
class _Member:
    """An account."""

    name: str
    calls: StasisCalls
    ari: Ari
    trouble: Callable[[str], None]


class StasisEvents:
    """Of one application at one Asterisk. Runs on the event loop, from `join` until the last has left."""

    def __init__(self, application: str, claim: SoleClaim | None) -> None:
        """`claim`: on following it; None: nobody else does."""
        self.connected = asyncio.Event()
        """They come."""
        self.elsewhere = False
        """They go to another server of this database."""
        self.why = ""
        """There are none."""
        self._application = application
        self._claim = claim
        self._members: list[_Member] = []
        """The newest last."""
        self._socket: ClientWebSocketResponse | None = None
        self._hurry = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[bool] | None = None
        self._said = ""

    def join(self, name: str, calls: StasisCalls, ari: Ari, trouble: Callable[[str], None]) -> None:
        """New calls are this account's from now on. `trouble`: told why there are no events; "" once there
        are."""
        others = bool(self._members) and self._newest.ari.headers != ari.headers
        self._members.append(_Member(name, calls, ari, trouble))
        calls.stuck = self._begin_anew
        for each in self._members:
            each.calls.ari = ari  # the password of before may count no more
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="events of Asterisk")
        elif others:  # another user or password: it is tried with these
            self._hurry.set()
            self._begin_anew()
        else:
            trouble(self.why)

    async def leave(self, calls: StasisCalls) -> None:
        self._members = [each for each in self._members if each.calls is not calls]
        task = self._task
        if not self._members and task is not None:
            self._task = None
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if self._claim is not None:
                self._claim.release()

    def _begin_anew(self) -> None:
        if self._socket is not None:
            self._closing = asyncio.create_task(self._socket.close())

    @property
    def _newest(self) -> _Member:
        return self._members[-1]

    # -- who follows

    async def _run(self) -> None:
        """Until cancelled."""
        while True:
            await self._alone()
            following = asyncio.create_task(self._follow(), name="following Asterisk")
            try:
                await (_for_ever() if self._claim is None else self._claim.lost())
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
                self.connected.clear()

    async def _alone(self) -> None:
        """Returns once no other server follows it."""
        while self._claim is not None:
            try:
                if await self._claim.take():
                    break
                self.elsewhere = True
                self._tell(
                    f"another server of this database follows Stasis({self._application}): calls come and go "
                    "there; this one takes over when that one is gone",
                    logging.INFO,
                )
            except DatabaseError as error:
                self._tell(str(error))
            await asyncio.sleep(WAITS_S)
        self.elsewhere = False

    async def _follow(self) -> None:
        """Until cancelled."""
        tried = 0
        while True:
            try:
                await self._listen()
            except _Replaced as replaced:
                self._lost(str(replaced))
                await self._replacer_gone()
                tried = 0
                continue
            except TelephonyError as error:
                why = str(error)
            except (ClientError, OSError, TimeoutError, ValueError) as error:
                why = f"Asterisk's WebSocket of events cannot be had: {str(error) or type(error).__name__}"
            tried = 1 if self.connected.is_set() else tried + 1
            self._lost(f"{why}; it is tried again")
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s(min(tried, 8), None, random.random)):
                    await self._hurry.wait()
            self._hurry.clear()

    async def _listen(self) -> NoReturn:
        """Until they end. Raises TelephonyError, and what aiohttp raises."""
        ari = self._newest.ari
        await ari.get("/asterisk/ping")  # by the fetcher, which knows whom this server may reach
        query = urlencode({"app": self._application, "subscribeAll": "false"})
        url = f"ws{ari.base.removeprefix('http')}/events?{query}"
        async with ClientSession(trust_env=False, headers=ari.headers) as session:
            async with session.ws_connect(url, heartbeat=HEARTBEAT_S, max_msg_size=LONGEST_EVENT) as socket:
                self._socket = socket
                try:
                    await self._caught_up()
                    self.connected.set()
                    self._said = self.why = ""
                    for each in self._members:
                        each.trouble("")
                    log.info(
                        "%s: Asterisk tells of calls of Stasis(%s)", self._newest.name, self._application
                    )
                    async for message in socket:
                        if message.type is not WSMsgType.TEXT:
                            break
                        self._take(json.loads(message.data))
                finally:
                    self._socket = None
        raise TelephonyError("Asterisk has closed the WebSocket of events", ProviderFault.DOWN)

    async def _caught_up(self) -> None:
        """After a time without events. Raises TelephonyError."""
        wanted: set[str] = set()
        for each in self._members:
            await each.calls.catch_up()
            wanted |= each.calls.ids
        await self._newest.calls.let_go(wanted)

    async def _replacer_gone(self) -> None:
        """Returns once no other program follows the application, as far as Asterisk can be asked. Whoever
        took it back would have it taken again, and the calls of both would be lost each time."""
        while True:
            await asyncio.sleep(REPLACED_S)
            try:
                await self._newest.ari.get(f"/applications/{part(self._application)}")
            except TelephonyError:
                return

    # -- inside

    def _take(self, event: Any) -> None:
        if not isinstance(event, dict):
            return
        if event.get("type") == "ApplicationReplaced":
            raise _Replaced(
                f"another program has taken Stasis({self._application}) over: give each an application of "
                "its own; this one is followed again when that one is gone",
                ProviderFault.REFUSED,
            )
        try:
            has = (each.calls for each in self._members if each.calls.has(event))
            next(has, self._newest.calls).happened(event)
        except (KeyError, TypeError, ValueError, AttributeError):
            log.exception("an event of Asterisk makes no sense: %.60s", event.get("type"))

    def _lost(self, why: str) -> None:
        if self.connected.is_set():
            self._said = ""
            self.connected.clear()
        self._tell(why)

    def _tell(self, why: str, level: int = logging.WARNING) -> None:
        self.why = why
        for each in self._members:
            each.trouble(why)
        if (same := _COUNTS.sub("", why)) != self._said:
            self._said = same
            log.log(level, "%s: %s", self._newest.name, why)


async def _for_ever() -> None:
    await asyncio.Event().wait()
