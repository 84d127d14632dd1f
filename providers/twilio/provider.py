"""One account of Twilio, or of a provider that speaks as Twilio does: what is asked of it, by its REST
interface. What it tells comes by `webhooks`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any, Self
from uuid import UUID

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.media.leg import Termination
from mediaserver.plural import counted
from providers.accounts import doors
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
from providers.telephone_numbers import who_calls
from providers.twilio import capabilities, states, twiml
from providers.twilio.account import API, SpokenFallback, TwilioAccount
from providers.twilio.faults import MISSING, OVER
from providers.twilio.rest import Access, Rest
from providers.twilio.signature import HEADER, is_signed
from providers.twilio.webhooks import Verify, Webhooks

LONGEST_RING_S = 600
TRANSFER_RINGS_S = 40
"""Less than whoever transfers waits for it (`handing_over.UNTOLD_S`): who is not reached is told as that."""
LONGEST_TEXT = 1600
"""Characters of a message."""
MOST_LISTED = 1000
PAGE = 1000
"""Of a list, at a time: as many as Twilio gives."""
CALL_IDS = re.compile(r"CA[0-9a-f]{32}", re.ASCII)
_GONE = frozenset(map(str, MISSING))
_OVER = _GONE | frozenset(map(str, OVER))


class TwilioProvider:
    """See `providers.provider.Provider`."""

    def __init__(
        self,
        account: Account,
        surroundings: Surroundings,
        access: Access,
        verify: Verify,
        capabilities: frozenset[Capability],
        call_ids: re.Pattern[str] = CALL_IDS,
        stream: Mapping[str, str] | None = None,
    ) -> None:
        """`call_ids`: what its ids of calls look like. `stream`: further attributes of media streams."""
        assert isinstance(account.settings, SpokenFallback)
        self._account = account
        self._settings = account.settings
        self._who = access.who
        self._rest = Rest(access, account.name)
        self._webhooks = Webhooks(
            account, access.who, access.account, verify, self._glanced, call_ids, surroundings.desk, stream
        )
        self._capabilities = capabilities

    @classmethod
    def of(cls, account: Account, surroundings: Surroundings) -> Self:
        """Twilio itself."""
        settings = account.settings
        assert isinstance(settings, TwilioAccount)
        token, shared = settings.auth_token.get_secret_value(), settings.webhook_secret.get_secret_value()
        by_key = bool(settings.api_key_sid)
        access = Access(
            who="Twilio",
            account=settings.account_sid,
            user=settings.api_key_sid if by_key else settings.account_sid,
            password=settings.api_key_secret.get_secret_value() if by_key else token,
            base_url="" if settings.base_url == API else settings.base_url,
            region=settings.region,
            edge=settings.edge,
        )

        def verify(request: WebhookRequest) -> str | None:
            content_type = request.headers.get("content-type", "")
            signed = is_signed(
                (token, shared), request.url, request.headers, request.body, content_type=content_type
            )
            return request.headers[HEADER] if signed else None

        can = capabilities.ALL
        if not (token or shared):
            can -= capabilities.BY_WEBHOOK
        return cls(account, surroundings, access, verify, can)

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self._capabilities

    async def webhook(self, request: WebhookRequest) -> WebhookAnswer:
        return await self._webhooks.handle(request)

    async def close(self) -> None:
        self._rest.close()

    # -- calls

    async def place(self, order: CallOrder) -> str:
        self._must_have(Capability.PLACE, "calls out")
        wanted: dict[str, Any] = {
            "to": order.to,
            "from_": order.caller,
            "url": order.doors.answer,
            "method": "POST",
            "status_callback": order.doors.status,
            "status_callback_event": ["initiated", "ringing", "answered", "completed"],
            "status_callback_method": "POST",
            "timeout": max(1, min(round(order.timeout_s), LONGEST_RING_S)),
        }
        if order.record:
            wanted |= {"record": True, "recording_channels": "dual"}
            if order.doors.recording:
                wanted["recording_status_callback"] = order.doors.recording
                wanted["recording_status_callback_event"] = ["completed", "absent"]
        if order.detect_machine and order.doors.machine:
            wanted["machine_detection"] = "DetectMessageEnd"
            wanted["async_amd"] = "true"
            wanted["async_amd_status_callback"] = order.doors.machine
        return await self._rest.order(lambda api: str(api.calls.create(**wanted).sid), "placing a call")

    async def hang_up(self, ref: str, why: Termination | None = None) -> None:
        try:
            await self._rest.ask(lambda api: api.calls(ref).update(status="completed"), "hanging up")
        except TelephonyError as error:
            if error.code not in _OVER:
                raise

    async def transfer(self, ref: str, to: str, caller: str, session: UUID, turn: str = "") -> bool:
        self._must_have(Capability.TRANSFER, "transfers")
        try:
            # Asked how it went: a caller whose target is busy would be cut off without a word.
            asks = told = ""
            if self._account.public_url:
                asks = doors.answer(self._account, session, turn)
                told = doors.hook(self._account, "dialled", session, turn)
            verb = twiml.dial(to, caller=caller, timeout_s=TRANSFER_RINGS_S, action=asks, answered=told)
        except ValueError as error:
            raise self._refusal(str(error)) from None
        document = twiml.response(verb).decode()
        # Done twice it would ring there twice: the second order takes the call off what the first began.
        await self._rest.order(lambda api: api.calls(ref).update(twiml=document), "transferring a call")
        return bool(told)

    async def send_digits(self, ref: str, digits: str) -> None:
        self._must_have(Capability.SEND_DIGITS, "keys pressed by its interface in the middle of a call")

    async def call(self, ref: str) -> CallReport | None:
        try:
            return await self._rest.ask(lambda api: _report(api.calls(ref).fetch()), "asking for a call")
        except TelephonyError as error:
            if error.code in _GONE:
                return None
            raise

    async def live_calls(self) -> list[CallReport]:
        """Asked for in the order in which calls go through their states, so that none slips through."""

        def listed(api: Any) -> list[CallReport]:
            found: dict[str, CallReport] = {}
            for status in ("queued", "ringing", "in-progress"):
                for each in api.calls.list(status=status, limit=MOST_LISTED, page_size=PAGE):
                    found[each.sid] = _report(each)
            return list(found.values())

        return await self._rest.ask(listed, "listing calls")

    # -- recordings

    async def start_recording(self, ref: str, doors: Doors) -> str:
        self._must_have(Capability.RECORD, "recordings")
        wanted = {
            "recording_channels": "dual",
            "recording_status_callback": doors.recording,
            "recording_status_callback_event": ["completed", "absent"],
        }
        return await self._rest.order(
            lambda api: str(api.calls(ref).recordings.create(**wanted).sid), "starting a recording"
        )

    def fetch_recording(self, ref: str) -> AsyncIterator[bytes]:
        """WAV; both sides on channels of their own where they were recorded so."""
        if not ref.replace("-", "").isalnum():
            raise self._refusal("there is no such recording")
        account = self._rest.access.account
        return self._rest.recording(f"2010-04-01/Accounts/{account}/Recordings/{ref}.wav")

    async def delete_recording(self, ref: str) -> None:
        try:
            await self._rest.ask(lambda api: api.recordings(ref).delete(), "deleting a recording")
        except TelephonyError as error:
            if error.code not in _GONE:
                raise

    # -- numbers

    async def numbers(self) -> list[ProviderNumber]:
        return await self._rest.ask(
            lambda api: [
                self._number(each)
                for each in api.incoming_phone_numbers.list(limit=MOST_LISTED, page_size=PAGE)
            ],
            "listing numbers",
        )

    async def configure_number(self, number: str, *, voice: str, status: str, messages: str) -> None:
        """Raises TelephonyError (REFUSED) for a number that the account has not, and for one whose calls
        something else takes: it would go on doing so, whatever address is set."""

        def find(api: Any) -> tuple[str, str]:
            for each in api.incoming_phone_numbers.list(phone_number=number, limit=20):
                if each.phone_number == number:
                    taken = getattr(each, "trunk_sid", None) or getattr(each, "voice_application_sid", None)
                    return str(each.sid), str(taken or "")
            return "", ""

        sid, taken = await self._rest.ask(find, "looking for a number")
        if not sid:
            raise self._refusal(f"the account has no number {number[:20]}")
        if taken:
            raise self._refusal(
                f"the calls of {number} go to {taken} (a SIP trunk or an application): take the number out "
                "of that in the console first"
            )
        wanted = {"voice_url": voice, "voice_method": "POST"}
        if status:
            wanted |= {"status_callback": status, "status_callback_method": "POST"}
        if messages:
            # Twilio tells a message once more by the fallback alone.
            wanted |= {"sms_url": messages, "sms_method": "POST"}
            wanted |= {"sms_fallback_url": messages, "sms_fallback_method": "POST"}
        if self._settings.fallback_url:
            wanted |= {"voice_fallback_url": self._settings.fallback_url, "voice_fallback_method": "POST"}
        await self._rest.ask(
            lambda api: api.incoming_phone_numbers(sid).update(**wanted), "configuring a number"
        )

    # -- messages

    async def send_message(self, to: str, sender: str, text: str, status: str) -> str:
        if not text or len(text) > LONGEST_TEXT:
            raise self._refusal(f"a message has 1 to {LONGEST_TEXT} characters, this one has {len(text)}")
        wanted = {"to": to, "from_": sender, "body": text}
        if status:
            wanted["status_callback"] = status
        return await self._rest.order(lambda api: str(api.messages.create(**wanted).sid), "sending a message")

    # -- check

    async def check(self) -> list[Finding]:
        try:
            numbers, about = await self.numbers(), await self._account_told()
        except TelephonyError as error:
            mend = f"voiceforge providers set {self._account.name} --secrets, as its console shows them"
            return [
                Finding("credentials", False, str(error), mend if error.kind is ProviderFault.KEY else "")
            ]
        found = [Finding("credentials", True, f"{self._who} takes them"), *about]
        ours = sum(each.ours for each in numbers)
        found.append(
            Finding(
                "numbers", ours > 0, f"{counted(len(numbers), 'number')}, of which {ours} lead here",
                "" if ours else f"voiceforge providers point {self._account.name} NUMBER --agent AGENT",
                required=False,
            )
        )  # fmt: skip
        caller = self._settings.caller
        if caller and all(each.number != caller for each in numbers):
            found.append(
                Finding(
                    "caller", False, f"{caller} is none of the account's numbers",
                    "choose one of them, or verify this one with the provider", False,
                )
            )  # fmt: skip
        return [*found, self._proof()]

    async def _account_told(self) -> list[Finding]:
        """Its state, where the credentials may see it: most API keys may not."""
        try:
            state, sort = await self._rest.ask(
                lambda api: (lambda it: (str(it.status), str(it.type)))(api.fetch()), "asking for the account"
            )
        except TelephonyError as error:
            if error.kind is ProviderFault.DOWN or error.kind is ProviderFault.LIMIT:
                raise
            return []
        active = state == "active"
        trial = ", a trial: it calls verified numbers only, and says so first" if sort == "Trial" else ""
        return [Finding("account", active, f"it is {state}{trial}", "" if active else "see its console")]

    def _proof(self) -> Finding:
        good = Capability.RECEIVE in self._capabilities
        return Finding(
            "webhooks", good, "they can be verified" if good else "nothing is there to verify them with",
            "" if good else "give the account its auth token: calls are told by webhooks, signed with it",
        )  # fmt: skip

    # -- inside

    async def _glanced(self, ref: str) -> CallReport | None:
        """`call`, at once or not at all. Its call waits for this: what was sent before must not ring anybody.
        Nothing else does."""
        try:
            return await self._rest.glance(lambda api: _report(api.calls(ref).fetch()))
        except TelephonyError as error:
            if error.code in _GONE:
                return None
            raise

    def _number(self, each: Any) -> ProviderNumber:
        can = getattr(each, "capabilities", None) or {}
        here = self._account.public_url
        voice = str(each.voice_url or "")
        return ProviderNumber(
            number=str(each.phone_number),
            ref=str(each.sid),
            label=str(each.friendly_name or ""),
            voice_to=voice,
            messages_to=str(each.sms_url or ""),
            ours=bool(here) and voice.startswith(f"{here}/"),
            can=frozenset(name for name in ("voice", "sms") if _can(can, name)),
        )

    def _must_have(self, capability: Capability, what: str) -> None:
        if capability not in self._capabilities:
            raise TelephonyError(
                f"{self._who}, account {self._account.name}: it has no {what}", ProviderFault.REFUSED
            )

    def _refusal(self, why: str) -> TelephonyError:
        return TelephonyError(f"{self._who}: {why}", ProviderFault.REFUSED)


def _can(capabilities: Any, name: str) -> bool:
    if isinstance(capabilities, dict):
        return bool(capabilities.get(name) or capabilities.get(name.upper()))
    return bool(getattr(capabilities, name, False))


def _report(call: Any) -> CallReport:
    """As the SDK has it."""
    cost = states.price(call.price)
    return CallReport(
        ref=str(call.sid),
        state=states.state_of(str(call.status or "")),
        direction=states.direction_of(str(call.direction or "")),
        caller=who_calls(str(call._from or "")),
        to=str(call.to or ""),
        at=call.date_created or call.start_time,
        duration_s=states.whole(str(call.duration or "")),
        cost=cost,
        currency=str(call.price_unit or "") if cost is not None else "",
        answered_by=states.answered_by(str(call.answered_by or "")),
    )
