"""One application of Vonage's Voice API (developer.vonage.com, "Voice API"). Made from documents, and not
tried against the real service.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ProviderFault, TelephonyError, UnprovenError
from mediaserver.media.leg import Termination
from providers.asked_about import NOT_TAKEN, UUID_IDS, CallsAskedAbout
from providers.kind import Account, Surroundings
from providers.provider import (
    CallOrder,
    CallReport,
    Connect,
    Decision,
    WebhookAnswer,
    WebhookRequest,
)
from providers.refusals import Refusals
from providers.rest import Rest, gone
from providers.told_once import told_once
from providers.undeclared import Undeclared
from providers.vonage.account import VonageAccount, rsa_key
from providers.vonage.capabilities import CAPABILITIES
from providers.vonage.jwt import claims_of, fits, signed_rs256
from providers.vonage.ncco import call_report, connect, flat, incoming_call, ncco_of, phone, text_of

WITHIN_S = 3.0
"""For an agent to answer; Vonage gives up on an answer address after 5 s, of which a second may go to asking
it for the call."""
_LIVE = ("started", "ringing", "answered")
_REF = re.compile(r"[A-Za-z0-9-]{1,80}", re.ASCII)


class VonageProvider(Undeclared):
    """A `Provider`."""

    title = "Vonage"
    capabilities = CAPABILITIES

    def __init__(
        self,
        account: Account,
        settings: VonageAccount,
        surroundings: Surroundings,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._account = account
        self._settings = settings
        self._desk = surroundings.desk
        self._key = rsa_key(settings.private_key.get_secret_value())
        self._now = now
        self._refused = Refusals(account.name, self.title)
        self._asked_about = CallsAskedAbout(account.name, self.title, self._desk, self.call, UUID_IDS)
        self._rest = Rest(
            account.name,
            self.title,
            surroundings.fetcher,
            settings.base_url,
            self._authorization,
            mend="see application_id and private_key, which belong together",
        )

    def _authorization(self) -> str:
        now = int(self._now())
        claims = {"application_id": self._settings.application_id, "iat": now, "exp": now + 300}
        return "Bearer " + signed_rs256({**claims, "jti": str(uuid.uuid4())}, self._key)

    async def check(self) -> list[Finding]:
        try:
            await self._rest.ask("GET", "/v1/calls", query={"page_size": "1"}, harmless=True)
        except TelephonyError as error:
            mend = "set application_id and private_key of one application"
            return [Finding("credentials", False, str(error), mend)]
        return [Finding("credentials", True, "Vonage takes the application's key")]

    async def place(self, order: CallOrder) -> str:
        to: dict[str, Any] = {"type": "phone", "number": order.to.lstrip("+")}
        told: dict[str, Any] = {
            "to": [to],
            "from": {"type": "phone", "number": order.caller.lstrip("+")},
            "ncco": connect(order.doors.media, order.audio),
            "event_url": [order.doors.status],
            "event_method": "POST",
            "ringing_timer": min(max(round(order.timeout_s), 1), 120),
        }
        if order.detect_machine:
            told["advanced_machine_detection"] = {"behavior": "continue", "mode": "detect_beep"}
        answer = await self._rest.ask("POST", "/v1/calls", json=told)
        ref = answer.get("uuid") if isinstance(answer, dict) else None
        if not isinstance(ref, str) or not _REF.fullmatch(ref):
            raise self._rest.unreadable(maybe=True)
        return ref

    async def hang_up(self, ref: str, why: Termination | None = None) -> None:
        try:
            await self._change(ref, {"action": "hangup"})
        except TelephonyError as error:
            if gone(error):
                return
            report = await self.call(ref) if error.kind is ProviderFault.REFUSED else None
            if report is None or not report.over:
                raise

    async def transfer(self, ref: str, to: str, caller: str, session: UUID, turn: str = "") -> bool:
        destination = {"type": "ncco", "ncco": phone(to, caller)}
        # Once: a second order would take the call off whom the first has begun to ring.
        told = {"action": "transfer", "destination": destination}
        await self._rest.ask("PUT", f"/v1/calls/{_safe(ref)}", json=told)
        return False

    async def send_digits(self, ref: str, digits: str) -> None:
        await self._rest.ask("PUT", f"/v1/calls/{_safe(ref)}/dtmf", json={"digits": digits})

    async def _change(self, ref: str, told: dict[str, Any]) -> None:
        await self._rest.ask("PUT", f"/v1/calls/{_safe(ref)}", json=told, harmless=True)

    async def call(self, ref: str) -> CallReport | None:
        try:
            told = await self._rest.ask("GET", f"/v1/calls/{_safe(ref)}", harmless=True)
        except TelephonyError as error:
            if gone(error):
                return None
            raise
        return call_report(flat(told), None, "") if isinstance(told, dict) else None

    async def live_calls(self) -> list[CallReport]:
        """The first hundred of each state; of more, each is asked for by itself."""
        live = []
        for status in _LIVE:
            query = {"status": status, "page_size": "100"}
            told = await self._rest.ask("GET", "/v1/calls", query=query, harmless=True)
            listed = told.get("_embedded", {}).get("calls") if isinstance(told, dict) else None
            for each in listed if isinstance(listed, list) else []:
                if isinstance(each, dict) and (report := call_report(flat(each), None, "")) is not None:
                    live.append(report)
        return live

    # -- webhooks

    async def webhook(self, request: WebhookRequest) -> WebhookAnswer:
        if request.method != "POST":
            return WebhookAnswer(405, b"set the application's methods to POST", headers={"Allow": "POST"})
        now = self._now()
        try:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            secret = self._settings.signature_secret.get_secret_value()
            claims = claims_of(token.strip() if scheme.lower() == "bearer" else "", secret, now)
            if not fits(claims.get("payload_hash"), request.body):
                raise UnprovenError("its body is not the one that was signed (payload_hash)")
        except UnprovenError as error:
            return self._refused.answer(str(error))
        try:
            told = json.loads(request.body)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            return WebhookAnswer(400, b"cannot be read")
        return await self._take(request, told, text_of(claims, "jti"))

    async def _take(self, request: WebhookRequest, told: dict[str, Any], jti: str) -> WebhookAnswer:
        ref = text_of(told, "uuid")
        if request.hook == "voice" and ref:
            if await self._asked_about.against(f"vonage {jti or ref}", ref):
                return NOT_TAKEN
            return self._ncco(await self._desk.incoming(incoming_call(ref, told), WITHIN_S), ref)
        # A token is made for each webhook: one without an id cannot be told from its replay.
        if not jti:
            return WebhookAnswer(403)
        with told_once(self._desk, f"vonage {jti}") as first:
            if first and (report := call_report(told, request.session, jti)) is not None:
                self._desk.call_reported(report)
        return WebhookAnswer()

    def _ncco(self, decision: Decision, ref: str) -> WebhookAnswer:
        named = ref if isinstance(decision, Connect) else ""
        body = json.dumps(ncco_of(decision, self._settings.format, named)).encode()
        return WebhookAnswer(200, body, "application/json")


def _safe(ref: str) -> str:
    if not _REF.fullmatch(ref):
        raise TelephonyError("that is no id of Vonage's", ProviderFault.REFUSED)
    return ref
