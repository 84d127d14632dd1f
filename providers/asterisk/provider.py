"""One Asterisk as an account: calls by ARI, told of by its WebSocket of events, which we open, and
again whenever it is lost."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any, NoReturn
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import ClientError, ClientSession, WSMsgType

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.fetching.request import FetchRequest
from mediaserver.media.leg import Termination
from providers.asterisk.account import NUMBER, AsteriskAccount
from providers.asterisk.ari import Ari, part
from providers.asterisk.causes import state_of
from providers.asterisk.stasis import MEDIA, OURS, PLACED, StasisCalls
from providers.kind import Account, Surroundings
from providers.provider import (
    CallOrder,
    CallReport,
    Capability,
    Doors,
    ProviderNumber,
    WebhookAnswer,
    WebhookRequest,
)
from providers.recordings import pieces
from providers.retrying import wait_s

log = logging.getLogger(__name__)

HEARTBEAT_S = 15.0
LONGEST_EVENT = 256 << 10
READY_S = 10.0
"""So long a call out waits for the WebSocket of events."""


class AsteriskProvider:
    """Implements providers.provider.Provider and KeepsConnection."""

    def __init__(self, account: Account, settings: AsteriskAccount, surroundings: Surroundings) -> None:
        self._account = account
        self._settings = settings
        self._fetcher, self._downloader = surroundings.fetcher, surroundings.downloader
        self._ari = Ari(settings, surroundings.fetcher)
        self._calls = StasisCalls(self._ari, settings, surroundings.desk, surroundings.streams)
        self._listening: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()
        """Events come."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self._settings.capabilities

    # -- events

    def begin(self, trouble: Callable[[str], None]) -> None:
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen(trouble), name="events of Asterisk")

    async def _listen(self, trouble: Callable[[str], None]) -> None:
        """Until cancelled."""
        tried, said = 0, ""
        async with ClientSession(trust_env=False, headers=self._ari.headers) as session:
            async with ClientSession(trust_env=False) as media:  # its address alone is the ticket there
                self._calls.session = media
                while True:
                    try:
                        await self._follow(session, trouble)
                        tried, why = 0, "Asterisk has closed the WebSocket of events"
                    except TelephonyError as error:
                        why = str(error)
                    except (ClientError, OSError, TimeoutError, ValueError) as error:
                        what = str(error) or type(error).__name__
                        why = f"Asterisk's WebSocket of events cannot be had: {what}"
                    if self._connected.is_set():
                        tried, said = 0, ""
                        self._connected.clear()
                    tried += 1
                    trouble(why)
                    if why != said:
                        said = why
                        log.warning("%s: %s; it is tried again", self._account.name, why)
                    await asyncio.sleep(wait_s(min(tried, 8), None, random.random))

    async def _follow(self, session: ClientSession, trouble: Callable[[str], None]) -> None:
        """Until they end. Raises TelephonyError, and what aiohttp raises."""
        await self._ari.get("/asterisk/ping")  # by the fetcher, which knows whom this server may reach
        query = urlencode({"app": self._settings.application, "subscribeAll": "false"})
        url = f"ws{self._ari.base.removeprefix('http')}/events?{query}"
        async with session.ws_connect(url, heartbeat=HEARTBEAT_S, max_msg_size=LONGEST_EVENT) as socket:
            await self._calls.catch_up()
            self._connected.set()
            trouble("")
            log.info(
                "%s: Asterisk tells of calls of Stasis(%s)", self._account.name, self._settings.application
            )
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
                event = json.loads(message.data)
                if isinstance(event, dict):
                    if event.get("type") == "ApplicationReplaced":
                        raise TelephonyError(
                            f"another program has taken Stasis({self._settings.application}) over: give each "
                            "an application of its own",
                            ProviderFault.REFUSED,
                        )
                    self._take(event)

    def _take(self, event: dict[str, Any]) -> None:
        try:
            self._calls.happened(event)
        except (KeyError, TypeError, ValueError, AttributeError):
            log.exception("an event of Asterisk makes no sense: %.60s", event.get("type"))

    # -- calls

    async def place(self, order: CallOrder) -> str:
        self._needs(Capability.PLACE)
        try:
            async with asyncio.timeout(READY_S):
                await self._connected.wait()  # else nobody tells that it was answered
        except TimeoutError:
            raise TelephonyError("Asterisk does not tell of calls now", ProviderFault.DOWN) from None
        ref = self._calls.placed(order.session)
        try:
            await self._ari.post(
                f"/channels/{part(ref)}",
                endpoint=self._settings.endpoint.replace(NUMBER, order.to),
                app=self._settings.application,
                appArgs=f"{PLACED},{order.session}",
                callerId=order.caller,
                timeout=str(max(1, round(order.timeout_s))),
            )
        except TelephonyError as error:
            if not error.maybe:
                self._calls.not_placed(ref)
            raise
        return ref

    async def hang_up(self, ref: str, why: Termination | None = None) -> None:
        await self._calls.hang_up(ref, why)

    async def transfer(self, ref: str, to: str, caller: str, session: UUID) -> bool:
        call = self._calls.of_ref(ref)
        if call is None:
            raise TelephonyError("Asterisk has no such call", ProviderFault.REFUSED, code="404")
        await self._calls.go_on(call, to)
        return False

    async def send_digits(self, ref: str, digits: str) -> None:
        await self._ari.post(f"/channels/{part(ref)}/dtmf", dtmf=digits)

    async def start_recording(self, ref: str, doors: Doors) -> str:
        call = self._calls.of_ref(ref)
        if call is None or call.session is None:
            raise TelephonyError("Asterisk has no such call", ProviderFault.REFUSED, code="404")
        name = f"{call.bridge}-{secrets.token_hex(4)}"
        await self._ari.post(f"/bridges/{part(call.bridge)}/record", name=name, format="wav", ifExists="fail")
        return name

    async def fetch_recording(self, ref: str) -> AsyncIterator[bytes]:
        address = self._ari.address(f"/recordings/stored/{part(ref)}/file")
        request = FetchRequest(address, headers=self._ari.headers, redirects=False)
        async for piece in pieces(self._downloader, request):
            yield piece

    async def delete_recording(self, ref: str) -> None:
        await self._ari.delete(f"/recordings/stored/{part(ref)}")

    async def call(self, ref: str) -> CallReport | None:
        try:
            channel = await self._ari.get(f"/channels/{part(ref)}")
        except TelephonyError as error:
            if error.code == "404":
                return None
            raise
        return CallReport(ref, state_of(channel))

    async def live_calls(self) -> list[CallReport]:
        """Those that Asterisk has handed over to us; of those that went on in a dialplan, too, while they
        last."""
        found = await self._ari.get("/channels")
        return [
            CallReport(id, state_of(each), call.session if call is not None else None)
            for each in (found if isinstance(found, list) else [])
            if isinstance(each, dict)
            for id in (str(each.get("id", "")),)
            for call in (self._calls.of_ref(id),)
            if call is not None or (id.startswith(OURS) and not id.startswith(MEDIA))
        ]

    # -- the account

    async def check(self) -> list[Finding]:
        found = []
        try:
            info = await self._ari.get("/asterisk/info", only="system")
        except TelephonyError as error:
            mend = "see url, username and password, http.conf and ari.conf"
            return [Finding("asterisk", False, str(error), mend)]
        version = (info.get("system") or {}).get("version", "") if isinstance(info, dict) else ""
        found.append(Finding("asterisk", True, f"Asterisk {str(version)[:40]}"))
        for module, what in (
            ("chan_websocket.so", "carries the audio (Asterisk 20.16, 21.11, 22.6 or newer)"),
            ("app_stasis.so", "hands calls over"),
        ):
            there = await self._has(module)
            found.append(
                Finding(
                    f"module {module}", there, what, "" if there else f"load it in modules.conf: {module}"
                )
            )
        heard = self._connected.is_set()
        application = f"Stasis({self._settings.application})"
        detail = f"{application} comes here" if heard else f"nobody tells of {application}: see the log"
        found.append(Finding("events", heard, detail))
        return found

    async def _has(self, module: str) -> bool:
        try:
            return bool(await self._ari.get(f"/asterisk/modules/{module}"))
        except TelephonyError as error:
            if error.code in ("404", "409"):
                return False
            raise

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
            self._listening = None
        await self._calls.close()

    # -- what it has not

    async def numbers(self) -> list[ProviderNumber]:
        self._lacks("a list of numbers")

    async def configure_number(self, number: str, *, voice: str, status: str, messages: str) -> None:
        self._lacks("numbers to configure: its dialplan says which calls come here")

    async def send_message(self, to: str, sender: str, text: str, status: str) -> str:
        self._lacks("messages")

    async def webhook(self, request: WebhookRequest) -> WebhookAnswer:
        return WebhookAnswer(404)

    def _needs(self, capability: Capability) -> None:
        if capability not in self.capabilities:
            self._lacks("calls out: set `endpoint`")

    def _lacks(self, what: str) -> NoReturn:
        raise TelephonyError(f"an account of Asterisk has no {what}", ProviderFault.REFUSED)
