"""One account of Plivo: its Voice API, its XML and its audio streams (plivo.com/docs/voice). Made from
documents, and not tried against the real service.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.fetching.request import FetchRequest
from mediaserver.media.leg import Termination
from providers.accounts import doors
from providers.amounts import amount
from providers.asked_about import NOT_TAKEN, UUID_IDS, CallsAskedAbout
from providers.call_state import CallState
from providers.kind import Account, Surroundings
from providers.plivo.account import PlivoAccount
from providers.plivo.capabilities import CAPABILITIES
from providers.plivo.reports import STATES, call_report, incoming_call, is_over
from providers.plivo.signature import NONCE, fields, proven
from providers.plivo.xml import CONTENT_TYPE, xml_of
from providers.provider import (
    CallOrder,
    CallReport,
    Doors,
    RecordingReport,
    WebhookAnswer,
    WebhookRequest,
)
from providers.recordings import pieces
from providers.refusals import Refusals
from providers.rest import Rest, basic, gone
from providers.told_once import told_once
from providers.undeclared import Undeclared

WITHIN_S = 8.0
"""For an agent to answer; Plivo gives up on an answer address after 15 s."""
_REF = re.compile(r"[A-Za-z0-9-]{1,80}", re.ASCII)


class PlivoProvider(Undeclared):
    """A `Provider`."""

    title = "Plivo"
    capabilities = CAPABILITIES

    def __init__(self, account: Account, settings: PlivoAccount, surroundings: Surroundings) -> None:
        self._account = account
        self._settings = settings
        self._desk = surroundings.desk
        self._downloader = surroundings.downloader
        self._token = settings.auth_token.get_secret_value()
        self._refused = Refusals(account.name, self.title)
        self._asked_about = CallsAskedAbout(account.name, self.title, self._desk, self.call, UUID_IDS)
        self._rest = Rest(
            account.name,
            self.title,
            surroundings.fetcher,
            f"{settings.base_url}/v1/Account/{settings.auth_id}",
            lambda: basic(settings.auth_id, self._token),
            mend="see auth_id and auth_token in the Plivo console",
        )

    async def check(self) -> list[Finding]:
        try:
            told = await self._rest.ask("GET", "/", harmless=True)
        except TelephonyError as error:
            return [Finding("credentials", False, str(error), "set auth_id and auth_token of the account")]
        cash = told.get("cash_credits", "?") if isinstance(told, dict) else "?"
        return [Finding("credentials", True, f"Plivo takes the token; the balance is {cash} USD")]

    async def place(self, order: CallOrder) -> str:
        told = {
            "from": order.caller.lstrip("+"),
            "to": order.to.lstrip("+"),
            "answer_url": order.doors.answer,
            "answer_method": "POST",
            "ring_url": order.doors.status,
            "hangup_url": order.doors.status,
            "ring_timeout": round(order.timeout_s),
        }
        if order.detect_machine:
            machine = order.doors.machine or order.doors.status
            told |= {"machine_detection": "true", "machine_detection_url": machine}
        answer = await self._rest.ask("POST", "/Call/", json=told)
        ref = answer.get("request_uuid") if isinstance(answer, dict) else None
        if not isinstance(ref, str) or not _REF.fullmatch(ref):
            raise self._rest.unreadable(maybe=True)
        return ref

    async def hang_up(self, ref: str, why: Termination | None = None) -> None:
        for kind in ("Call", "Request"):  # one that does not ring yet is known as a request alone
            try:
                await self._rest.ask("DELETE", f"/{kind}/{_safe(ref)}/", harmless=True)
                return
            except TelephonyError as error:
                if not gone(error):
                    raise

    async def transfer(self, ref: str, to: str, caller: str, session: UUID, turn: str = "") -> bool:
        """Plivo asks our answer door anew, and is told there where to."""
        asks = doors.answer(self._account, session, turn)
        told = {"legs": "aleg", "aleg_url": asks, "aleg_method": "POST"}
        # Once: asked a second time where to, we say that the call has gone, and Plivo ends it.
        await self._rest.ask("POST", f"/Call/{_safe(ref)}/", json=told)
        return False

    async def send_digits(self, ref: str, digits: str) -> None:
        await self._rest.ask("POST", f"/Call/{_safe(ref)}/DTMF/", json={"digits": digits, "leg": "aleg"})

    async def start_recording(self, ref: str, doors: Doors) -> str:
        told = {"file_format": "wav"} | ({"callback_url": doors.recording} if doors.recording else {})
        answer = await self._rest.ask("POST", f"/Call/{_safe(ref)}/Record/", json=told)
        return str(answer.get("recording_id", "")) if isinstance(answer, dict) else ""

    async def fetch_recording(self, ref: str) -> AsyncIterator[bytes]:
        answer = await self._rest.ask("GET", f"/Recording/{_safe(ref)}/", harmless=True)
        url = answer.get("recording_url") if isinstance(answer, dict) else None
        if not isinstance(url, str):
            raise self._rest.unreadable(maybe=False)
        async for piece in pieces(self._downloader, FetchRequest(url)):
            yield piece

    async def delete_recording(self, ref: str) -> None:
        try:
            await self._rest.ask("DELETE", f"/Recording/{_safe(ref)}/", harmless=True)
        except TelephonyError as error:
            if not gone(error):
                raise

    async def call(self, ref: str) -> CallReport | None:
        for query in ({"status": "live"}, None):
            try:
                told = await self._rest.ask("GET", f"/Call/{_safe(ref)}/", query=query, harmless=True)
            except TelephonyError as error:
                if not gone(error):
                    raise
                continue
            if isinstance(told, dict):
                state = STATES.get(str(told.get("call_status") or told.get("call_state")))
                cost = amount(told.get("total_amount")) if state is CallState.COMPLETED else None
                return CallReport(ref, state, cost=cost, currency="USD" if cost is not None else "")
        return None

    async def live_calls(self) -> list[CallReport]:
        told = await self._rest.ask("GET", "/Call/", query={"status": "live"}, harmless=True)
        refs = told.get("calls") if isinstance(told, dict) else None
        if not isinstance(refs, list):
            raise self._rest.unreadable(maybe=False)
        return [CallReport(ref, CallState.RINGING) for ref in refs if isinstance(ref, str)]

    # -- webhooks

    async def webhook(self, request: WebhookRequest) -> WebhookAnswer:
        try:
            posted = request.method == "POST"
            form = fields(request.body.decode()) if posted else {}
            told = {**fields(request.url.partition("?")[2]), **form}
        except ValueError:
            return WebhookAnswer(400, b"cannot be read")
        if not proven(self._token, request.method, request.url, request.headers, form):
            return self._refused.answer("its signature is not Plivo's: see auth_token and the public address")
        return await self._take(request, {name: values[0][:500] for name, values in told.items()})

    async def _take(self, request: WebhookRequest, told: Mapping[str, str]) -> WebhookAnswer:
        ref = told.get("CallUUID", "")
        if request.hook == "answer" and request.session is not None:
            return self._xml(await self._desk.answering(request.session, doors.turn_of(request.url)))
        if request.hook == "voice" and not is_over(told):
            if not _REF.fullmatch(ref):
                return WebhookAnswer(400, b"CallUUID is missing")
            if await self._asked_about.against(f"plivo {request.headers.get(NONCE, '')}", ref):
                return NOT_TAKEN
            return self._xml(await self._desk.incoming(incoming_call(ref, told), WITHIN_S))
        key = f"plivo {request.headers.get(NONCE, '')}"
        with told_once(self._desk, key) as first:
            if first:
                self._reported(request, ref, told, key)
        return WebhookAnswer()

    def _reported(self, request: WebhookRequest, ref: str, told: Mapping[str, str], key: str) -> None:
        if "RecordingID" in told or "RecordUrl" in told:
            recording = told.get("RecordingID", "")
            self._desk.recording_reported(RecordingReport(recording, ref, ready=bool(recording), key=key))
        elif ref:
            self._desk.call_reported(call_report(ref, told, request.session))

    def _xml(self, decision: Any) -> WebhookAnswer:
        return WebhookAnswer(200, xml_of(decision, self._settings.format), CONTENT_TYPE)


def _safe(ref: str) -> str:
    if not _REF.fullmatch(ref):
        raise TelephonyError("that is no id of Plivo's", ProviderFault.REFUSED)
    return ref
