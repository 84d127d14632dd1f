"""One account of Exotel: its Voice v1 API and the Voicebot applet of a flow (developer.exotel.com). Made from
documents, and not tried against the real service.

The applet asks an https address where its stream is to go, and is told a wss one. A call ends when its stream
does and the flow has nothing behind the applet; the API has nothing that ends, transfers or presses keys.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.media.leg import Direction, Termination
from providers.amounts import amount, seconds
from providers.asked_about import NOT_TAKEN, CallsAskedAbout
from providers.exotel.account import ExotelAccount
from providers.exotel.capabilities import CAPABILITIES
from providers.exotel.reading import STATES, call_of, fields, number_of, posted, session_of
from providers.kind import Account, Surroundings
from providers.provider import (
    CallOrder,
    CallReport,
    Capability,
    Connect,
    IncomingCall,
    WebhookAnswer,
    WebhookRequest,
)
from providers.refusals import Refusals
from providers.rest import Rest, basic, gone
from providers.telephone_numbers import who_calls
from providers.undeclared import Undeclared

WITHIN_S = 3.0
FLOWS = "http://my.exotel.com"
"""Where flows have their names, which is all that this is: nothing is fetched there."""
_REF = re.compile(r"[A-Za-z0-9-]{1,80}", re.ASCII)
_SID = re.compile(r"[0-9a-z]{32}", re.ASCII)
"""Of a call, as in all of its documents."""


class ExotelProvider(Undeclared):
    """A `Provider`."""

    title = "Exotel"

    def __init__(self, account: Account, settings: ExotelAccount, surroundings: Surroundings) -> None:
        self._account = account
        self._settings = settings
        self._desk = surroundings.desk
        self._refused = Refusals(account.name, self.title)
        self._asked_about = CallsAskedAbout(account.name, self.title, self._desk, self.call, _SID)
        key, token = settings.api_key.get_secret_value(), settings.api_token.get_secret_value()
        self._rest = Rest(
            account.name,
            self.title,
            surroundings.fetcher,
            f"{settings.base_url}/v1/Accounts/{settings.account_sid}",
            lambda: basic(key, token),
            mend="see account_sid, api_key and api_token in the dashboard, and base_url for the region",
        )

    @property
    def capabilities(self) -> frozenset[Capability]:
        return CAPABILITIES if self._settings.app_id else CAPABILITIES - {Capability.PLACE}

    async def check(self) -> list[Finding]:
        try:
            await self._rest.ask("GET", "/Calls.json", query={"PageSize": "1"}, harmless=True)
        except TelephonyError as error:
            return [Finding("credentials", False, str(error), "set account_sid, api_key and api_token")]
        return [Finding("credentials", True, "Exotel takes the key")]

    async def place(self, order: CallOrder) -> str:
        if not self._settings.app_id:
            raise TelephonyError("set app_id: the flow with the Voicebot applet", ProviderFault.REFUSED)
        told = {
            "From": order.to,
            "CallerId": order.caller,
            "Url": f"{FLOWS}/{self._settings.account_sid}/exoml/start_voice/{self._settings.app_id}",
            "CallType": "trans",
            "TimeOut": str(round(order.timeout_s)),
            "CustomField": str(order.session),
            "StatusCallback": self._keyed(order.doors.status),
            "StatusCallbackEvents[0]": "terminal",
            "StatusCallbackEvents[1]": "answered",
            "StatusCallbackContentType": "application/json",
        }
        ref = call_of(await self._rest.ask("POST", "/Calls/connect.json", form=told)).get("Sid")
        if not isinstance(ref, str) or not _REF.fullmatch(ref):
            raise self._rest.unreadable(maybe=True)
        return ref

    def _keyed(self, url: str) -> str:
        return f"{url}{'&' if '?' in url else '?'}key={self._settings.hook_secret.get_secret_value()}"

    async def hang_up(self, ref: str, why: Termination | None = None) -> None:
        """Nothing: a call ends with its stream, and one that rings cannot be called back."""

    async def call(self, ref: str) -> CallReport | None:
        if not _REF.fullmatch(ref):
            return None
        try:
            told = call_of(await self._rest.ask("GET", f"/Calls/{ref}.json", harmless=True))
        except TelephonyError as error:
            if gone(error):
                return None
            raise
        cost = amount(told.get("Price"))
        state, lasted = STATES.get(str(told.get("Status"))), seconds(told.get("Duration"))
        return CallReport(
            ref, state, duration_s=lasted, cost=cost, currency="INR" if cost is not None else ""
        )

    # -- webhooks

    async def webhook(self, request: WebhookRequest) -> WebhookAnswer:
        try:
            asked = fields(request.url.partition("?")[2])
            claimed = asked.get("key", "").encode()
        except ValueError:
            return WebhookAnswer(400, b"cannot be read")
        secret = self._settings.hook_secret.get_secret_value().encode()
        if not hmac.compare_digest(claimed, secret):
            return self._refused.answer("its address has not ?key= with hook_secret")
        try:
            told = {**asked, **posted(request)}
        except ValueError:
            return WebhookAnswer(400, b"cannot be read")
        ref = told.get("CallSid", "")
        if not _REF.fullmatch(ref):
            return WebhookAnswer(400, b"it names no call")
        if request.hook in ("voice", "answer"):
            return await self._stream_of(ref, told)
        self._desk.call_reported(
            CallReport(
                ref,
                STATES.get(told.get("Status", "")),
                session=request.session or session_of(told),
                direction=Direction.INBOUND if told.get("Direction") == "incoming" else Direction.OUTBOUND,
                duration_s=seconds(told.get("ConversationDuration")),
            )
        )
        return WebhookAnswer()

    async def _stream_of(self, ref: str, told: Mapping[str, str]) -> WebhookAnswer:
        """Whither the applet's stream goes; anything but 200 lets the flow go on behind it."""
        if await self._asked_about.against(f"exotel {ref}", ref):
            return NOT_TAKEN
        if (session := session_of(told)) is not None:
            # A flow asks for each call once, at an address that is its own: there is no place for a word.
            decision = await self._desk.answering(session, None)
        else:
            caller, to = (
                told.get(name) or told.get(other, "")
                for name, other in (("CallFrom", "From"), ("CallTo", "To"))
            )
            country = self._settings.country_code
            call = IncomingCall(ref, number_of(who_calls(caller), country), number_of(to, country))
            decision = await self._desk.incoming(call, WITHIN_S)
        if isinstance(decision, Connect):
            return WebhookAnswer(200, json.dumps({"url": decision.doors.media}).encode(), "application/json")
        return WebhookAnswer(503, b"nobody takes the call")
