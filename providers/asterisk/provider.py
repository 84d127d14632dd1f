"""One Asterisk as an account: calls by ARI."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from typing import NoReturn
from uuid import UUID

from aiohttp import ClientSession

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.fetching.request import FetchRequest
from mediaserver.media.leg import Termination
from providers.asterisk.account import NUMBER, AsteriskAccount
from providers.asterisk.ari import Ari, part
from providers.asterisk.causes import state_of
from providers.asterisk.events import StasisEvents
from providers.asterisk.stasis import PLACED, StasisCalls
from providers.asterisk.stasis_call import MEDIA, OURS
from providers.kind import Account, Surroundings
from providers.provider import (
    CallOrder,
    CallReport,
    Capability,
    Doors,
    Provider,
    ProviderNumber,
    WebhookAnswer,
    WebhookRequest,
)
from providers.recordings import pieces

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
        self._claims = surroundings.claim
        self._events: StasisEvents | None = None
        self._media: ClientSession | None = None

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self._settings.capabilities

    # -- events

    def begin(self, trouble: Callable[[str], None], before: Sequence[Provider] = ()) -> None:
        if self._events is not None:
            return
        self._media = self._calls.session = ClientSession(trust_env=False)
        same = [each for each in before if isinstance(each, AsteriskProvider) and each.serves(self._settings)]
        self._events = next((each._events for each in same), None)
        if self._events is None:
            what = f"asterisk {self._settings.url} {self._settings.application}"
            claim = None if self._claims is None else self._claims(what)
            self._events = StasisEvents(self._settings.application, claim)
        self._events.join(self._account.name, self._calls, self._ari, trouble)

    def serves(self, settings: AsteriskAccount) -> bool:
        """Whether that is the same application of the same Asterisk."""
        mine = self._settings
        return (mine.url, mine.application) == (settings.url, settings.application)

    # -- calls

    async def place(self, order: CallOrder) -> str:
        self._needs(Capability.PLACE)
        await self._heard()  # else nobody tells that it was answered
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

    async def transfer(self, ref: str, to: str, caller: str, session: UUID, turn: str = "") -> bool:
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
        found.append(await self._who_follows())
        return found

    async def _who_follows(self) -> Finding:
        application = f"Stasis({self._settings.application})"
        if self._events is None:  # no server: a look at the account
            try:
                await self._ari.get(f"/applications/{part(self._settings.application)}")
            except TelephonyError:
                mend = "start the server: it follows it"
                return Finding("events", False, f"nobody follows {application} now", mend, required=False)
            return Finding("events", True, f"{application} is followed")
        if self._events.connected.is_set():
            return Finding("events", True, f"{application} comes here")
        why = self._events.why or f"Asterisk does not tell of {application} yet"
        return Finding("events", False, why, required=not self._events.elsewhere)

    async def _has(self, module: str) -> bool:
        try:
            return bool(await self._ari.get(f"/asterisk/modules/{module}"))
        except TelephonyError as error:
            if error.code in ("404", "409"):
                return False
            raise

    async def close(self) -> None:
        if self._events is not None:
            await self._events.leave(self._calls)
            self._events = None
        await self._calls.close()
        if self._media is not None:
            await self._media.close()

    # -- what it has not

    async def numbers(self) -> list[ProviderNumber]:
        self._lacks("a list of numbers")

    async def configure_number(self, number: str, *, voice: str, status: str, messages: str) -> None:
        self._lacks("numbers to configure: its dialplan says which calls come here")

    async def send_message(self, to: str, sender: str, text: str, status: str) -> str:
        self._lacks("messages")

    async def webhook(self, request: WebhookRequest) -> WebhookAnswer:
        return WebhookAnswer(404)

    async def _heard(self) -> None:
        """Returns while Asterisk tells of calls. Raises TelephonyError."""
        events = self._events
        if events is None or events.elsewhere:
            why = "nobody follows Asterisk here" if events is None else events.why
            raise TelephonyError(why, ProviderFault.DOWN)
        try:
            async with asyncio.timeout(READY_S):
                await events.connected.wait()
        except TimeoutError:
            raise TelephonyError("Asterisk does not tell of calls now", ProviderFault.DOWN) from None

    def _needs(self, capability: Capability) -> None:
        if capability not in self.capabilities:
            self._lacks("calls out: set `endpoint`")

    def _lacks(self, what: str) -> NoReturn:
        raise TelephonyError(f"an account of Asterisk has no {what}", ProviderFault.REFUSED)
