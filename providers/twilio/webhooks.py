"""What Twilio calls: each request proves itself, is read, and handed to the desk; some ask what to do.

Nothing here awaits Twilio. A request that came before (Twilio signs no time) is told by its signature, which
is over all that it says.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from mediaserver.media.leg import Why
from mediaserver.printable import printable
from mediaserver.seldom import Seldom
from providers.accounts import doors
from providers.asked_about import NOT_TAKEN, Asks, CallsAskedAbout
from providers.call_state import CallState
from providers.calls.endings import CODES
from providers.kind import Account
from providers.provider import (
    CallReport,
    Connect,
    Decision,
    Desk,
    Divert,
    IncomingCall,
    MessageReport,
    RecordingReport,
    Refuse,
    TextMessage,
    TransferReport,
    WebhookAnswer,
    WebhookRequest,
)
from providers.telephone_numbers import called, who_calls
from providers.told_once import told_once
from providers.twilio import states, twiml
from providers.twilio.account import SpokenFallback
from providers.twilio.faults import in_words
from providers.twilio.signature import Form, form_of

log = logging.getLogger(__name__)

RINGS_FOR_S = 8.0
"""Before the caller hears it from us; Twilio waits 15 s for an answer."""
VOICEMAIL_S = 180
MOST_MEDIA = 10
_DONE = WebhookAnswer(204)
_NOT_REACHED = frozenset((CallState.BUSY, CallState.NO_ANSWER, CallState.FAILED, CallState.CANCELED))
"""How a transfer ended that nobody took (`DialCallStatus`)."""
_ABOUT = ("FromCity", "FromState", "FromZip", "FromCountry", "ToCity", "ToState", "ToCountry", "SipDomain")

Fields = Mapping[str, str]
Verify = Callable[[WebhookRequest], str | None]
"""The signature that proves the request; None: it is not proven. Raises ValueError: it cannot be read."""


class Webhooks:
    """Of one account."""

    def __init__(
        self,
        account: Account,
        who: str,
        account_id: str,
        verify: Verify,
        ask: Asks,
        call_ids: re.Pattern[str],
        desk: Desk,
        stream: Mapping[str, str] | None = None,
    ) -> None:
        """`who`: "Twilio". `account_id`: as the provider has it, which requests name. `ask`:
        for a call, at once or not at all. `call_ids`: what its ids look like. `stream`: further attributes of
        media streams."""
        assert isinstance(account.settings, SpokenFallback)
        self._account = account
        self._settings = account.settings
        self._who = who
        self._account_id = account_id
        self._verify = verify
        self._desk = desk
        self._stream = stream
        self._unproven = Seldom()
        self._asked_about = CallsAskedAbout(account.name, who, desk, ask, call_ids)
        self._hooks = {
            "voice": self._voice,
            "answer": self._answer,
            "dialled": self._dialled,
            "status": self._status,
            "recording": self._recording,
            "recorded": self._recorded,
            "machine": self._machine,
            "sms": self._message,
            "sms-status": self._message_status,
        }

    async def handle(self, request: WebhookRequest) -> WebhookAnswer:
        """403 for what is not proven, 400 for what cannot be read, 404 for a hook that there is not."""
        if request.method not in ("GET", "POST"):
            return WebhookAnswer(405, headers={"Allow": "GET, POST"})
        try:
            proof = self._verify(request)
            form = form_of(request.body, request.headers.get("content-type", ""))
        except ValueError:
            return WebhookAnswer(400, b"the form cannot be read")
        if proof is None:
            return self._refused(request, "its signature is wrong or missing")
        fields = _fields(form or (), request.url)
        if fields.get("AccountSid", self._account_id) != self._account_id:
            return self._refused(request, "it is of another account of theirs")
        take = self._hooks.get(request.hook)
        if take is None:
            return WebhookAnswer(404, b"no such webhook")
        return await take(request, fields, f"{request.hook} {proof}")

    # -- calls

    async def _voice(self, request: WebhookRequest, fields: Fields, key: str) -> WebhookAnswer:
        ref = _ref(fields, "CallSid")
        if not ref:
            return _unreadable("CallSid")
        if await self._asked_about.against(key, ref):
            return NOT_TAKEN
        about = {name: fields[name] for name in _ABOUT if fields.get(name)}
        about |= {name: value for name, value in fields.items() if name.startswith("SipHeader_")}
        decision = await self._desk.incoming(
            IncomingCall(
                ref=ref,
                caller=who_calls(fields.get("From", "")),
                to=called(fields.get("To", "")),
                forwarded_from=fields.get("ForwardedFrom", ""),
                caller_name=fields.get("CallerName", ""),
                about=about,
                attested=states.attestation(fields.get("StirVerstat", "")),
            ),
            RINGS_FOR_S,
        )
        return _twiml(*self._verbs(decision, answered=False))

    async def _answer(self, request: WebhookRequest, fields: Fields, key: str) -> WebhookAnswer:
        """A call of ours is up, or a stream is over and Twilio asks how to go on."""
        ref = _ref(fields, "CallSid")
        if request.session is None or not ref:
            return _unreadable("CallSid or session")
        report = self._report(ref, request.session, fields, key)
        if report.state is not None:
            self._desk.call_reported(report)
            if report.state.over:
                return _twiml()
        turn = doors.turn_of(request.url)
        if not self._goes_on(TransferReport(ref, False, request.session, turn=turn), fields):
            log.warning(
                "account %s: the call %s was handed over, and nobody took it (%s): the caller is told",
                self._account.name, ref, fields.get("DialCallStatus"),
            )  # fmt: skip
            return _twiml(*self._spoken(""))
        decision = await self._desk.answering(request.session, turn)
        return _twiml(*self._verbs(decision, answered=True))

    def _goes_on(self, report: TransferReport, fields: Fields) -> bool:
        """False: the call was handed over, nobody has taken it, and it is not up here again."""
        dialled = states.state_of(fields.get("DialCallStatus", ""))
        if dialled not in _NOT_REACHED:
            if dialled is not None:
                self._desk.transfer_reported(replace(report, taken=True))
            return True
        sip = states.whole(fields.get("DialSipResponseCode"))
        code = sip if sip is not None and sip >= 400 else CODES[dialled]
        return self._desk.transfer_reported(replace(report, code=code, detail=f"{dialled} there"))

    async def _dialled(self, request: WebhookRequest, fields: Fields, key: str) -> WebhookAnswer:
        """Whoever a call was handed over to has answered."""
        ref = _ref(fields, "ParentCallSid")
        if not ref or request.session is None:
            return _unreadable("ParentCallSid or session")
        answered = states.state_of(fields.get("CallStatus", "")) is CallState.IN_PROGRESS
        if answered and not self._desk.seen(key):
            turn = doors.turn_of(request.url)
            self._desk.transfer_reported(TransferReport(ref, True, request.session, turn=turn))
        return _DONE

    async def _status(self, request: WebhookRequest, fields: Fields, key: str) -> WebhookAnswer:
        ref = _ref(fields, "CallSid")
        if not ref:
            return _unreadable("CallSid")
        self._desk.call_reported(self._report(ref, request.session, fields, key))
        return _DONE

    async def _machine(self, request: WebhookRequest, fields: Fields, key: str) -> WebhookAnswer:
        ref = _ref(fields, "CallSid")
        found = states.answered_by(fields.get("AnsweredBy", ""))
        if not ref or found is None:
            return _unreadable("CallSid or AnsweredBy")
        self._desk.call_reported(CallReport(ref, session=request.session, answered_by=found, key=key))
        return _DONE

    async def _recording(self, request: WebhookRequest, fields: Fields, key: str) -> WebhookAnswer:
        ref, call = _ref(fields, "RecordingSid"), _ref(fields, "CallSid")
        if not ref or not call:
            return _unreadable("RecordingSid or CallSid")
        status = fields.get("RecordingStatus", "completed")
        if status not in ("completed", "absent", "failed"):
            return _DONE
        report = RecordingReport(
            ref=ref,
            call_ref=call,
            ready=status == "completed",
            detail="nothing was recorded" if status == "absent" else _fault(fields),
            key=key,
        )
        with told_once(self._desk, key) as first:
            if first:
                self._desk.recording_reported(report)
        return _DONE

    async def _recorded(self, request: WebhookRequest, fields: Fields, key: str) -> WebhookAnswer:
        """The caller has left a message."""
        return _twiml(twiml.hang_up())

    # -- messages

    async def _message(self, request: WebhookRequest, fields: Fields, key: str) -> WebhookAnswer:
        ref = _ref(fields, "MessageSid") or _ref(fields, "SmsSid")
        if not ref or not fields.get("From"):
            return _unreadable("MessageSid or From")
        with told_once(self._desk, key) as first:
            if first:
                count = min(states.whole(fields.get("NumMedia")) or 0, MOST_MEDIA)
                media = tuple(fields[name] for at in range(count) if (name := f"MediaUrl{at}") in fields)
                text = TextMessage(ref, fields["From"], fields.get("To", ""), fields.get("Body", ""), media)
                await self._desk.message_received(text)
        return _twiml()

    async def _message_status(self, request: WebhookRequest, fields: Fields, key: str) -> WebhookAnswer:
        ref = _ref(fields, "MessageSid") or _ref(fields, "SmsSid")
        state = states.message_state(fields.get("MessageStatus", ""))
        if not ref:
            return _unreadable("MessageSid")
        with told_once(self._desk, key) as first:
            if first and state is not None:
                await self._desk.message_reported(
                    MessageReport(ref, state, _fault(fields), doors.text_of(request.url))
                )
        return _DONE

    # -- inside

    def _verbs(self, decision: Decision, *, answered: bool) -> list[str]:
        """`answered`: the call is up, so that it can no more be refused."""
        match decision:
            case Connect(session=session, doors=ways):
                parameters = {"session": str(session)}
                return [
                    twiml.connect(
                        ways.media, parameters, action=ways.answer, told=ways.status, more=self._stream
                    )
                ]
            case Refuse(why=why):
                if answered:
                    return [twiml.hang_up()]
                return [twiml.reject("busy" if why.why is Why.BUSY else "rejected")]
            case Divert(to="", text=text):
                return self._spoken(text)
            case Divert(to=to, text=text, caller=caller):
                try:
                    return [twiml.dial(to, caller=caller)]
                except ValueError as error:
                    log.warning("account %s: a call cannot go elsewhere: %s", self._account.name, error)
                    return self._spoken(text)

    def _spoken(self, text: str) -> list[str]:
        settings = self._settings
        if settings.fallback_audio:
            verbs = [twiml.play(settings.fallback_audio)]
        else:
            said = text or settings.fallback_text
            verbs = [twiml.say(said, language=settings.say_language, voice=settings.say_voice)]
        if settings.fallback_voicemail:
            told = doors.hook(self._account, "recording")
            over = doors.hook(self._account, "recorded")
            verbs.append(twiml.record(told, action=over, longest_s=VOICEMAIL_S))
        return verbs

    def _report(self, ref: str, session: UUID | None, fields: Fields, key: str) -> CallReport:
        stream = fields.get("StreamError", "")
        said = f"the media stream failed: {printable(stream)[:300]}" if stream else _fault(fields)
        return CallReport(
            ref=ref,
            state=states.state_of(fields.get("CallStatus", "")),
            session=session,
            direction=states.direction_of(fields.get("Direction", "")),
            caller=who_calls(fields.get("From", "")),
            to=fields.get("To", ""),
            at=states.moment(fields.get("Timestamp", "")),
            duration_s=states.whole(fields.get("CallDuration")),
            answered_by=states.answered_by(fields.get("AnsweredBy", "")),
            code=states.whole(fields.get("SipResponseCode")),
            detail=said,
            key=key,
        )

    def _refused(self, request: WebhookRequest, why: str) -> WebhookAnswer:
        unsaid = self._unproven.due(time.monotonic())
        if unsaid is not None:
            log.warning(
                "account %s: a request to its webhook %s does nothing: %s. If it was %s's own: the account's "
                "key for webhooks, and its public address (%s), must be those that %s has (%d more like it)",
                self._account.name, printable(request.hook)[:40], why, self._who,
                self._account.public_url or "none is set", self._who, unsaid,
            )  # fmt: skip
        return WebhookAnswer(403, b"not signed by the account")


def _fields(form: Form, url: str) -> dict[str, str]:
    """Each by its first value; those of a GET stand in the address."""
    every = [*form] or parse_qsl(urlsplit(url).query, keep_blank_values=True)
    return dict(reversed(every))


def _ref(fields: Fields, name: str) -> str:
    """An id of the provider's; empty: there is none that can be one."""
    ref = fields.get(name, "")
    return ref if 8 <= len(ref) <= 64 and ref.replace("-", "").isalnum() and ref.isascii() else ""


def _fault(fields: Fields) -> str:
    return in_words(states.whole(fields.get("ErrorCode")), fields.get("ErrorMessage", ""))


def _twiml(*verbs: str) -> WebhookAnswer:
    return WebhookAnswer(200, twiml.response(*verbs), twiml.CONTENT_TYPE)


def _unreadable(what: str) -> WebhookAnswer:
    return WebhookAnswer(400, f"{what} is missing".encode())
