"""Twilio, as far as we speak with it: its REST interface as its published document has it (`api.json`), which
refuses what Twilio refuses, calls that go on as the test says, and webhooks signed as it signs them.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.standins.provider import StandIn, cut, hang
from tests.standins.twilio.call import Call, Stream
from tests.standins.twilio.document import Asked, Refusal, read

ACCOUNT_SID = "AC" + "a1" * 16
TOKEN = "0123456789abcdef0123456789abcdef"
KEY_SID = "SK" + "e5" * 16
KEY_SECRET = "a secret of a key"
NUMBER = "+442030000000"


@dataclass
class Told:
    """A request of the stand-in to the server's webhooks, and its answer."""

    url: str
    fields: Mapping[str, str]
    status: int
    body: bytes
    content_type: str


@dataclass
class Recording:
    sid: str
    call: str
    audio: bytes
    status: str = "completed"
    callback: str = ""
    deleted: bool = False


@dataclass
class Number:
    sid: str
    number: str
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass
class Message:
    sid: str
    to: str
    sender: str
    text: str
    callback: str


def sid(letters: str) -> str:
    return letters + uuid.uuid4().hex


class TwilioStandIn(StandIn):
    account = ACCOUNT_SID
    prefix = ""
    """Of all paths."""
    call_id = staticmethod(lambda: sid("CA"))
    signed_by = "X-Twilio-Signature"
    streams_take: frozenset[str] = frozenset()
    """Attributes of `<Stream>` beside Twilio's own."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = {f"{ACCOUNT_SID}:{TOKEN}", f"{KEY_SID}:{KEY_SECRET}"}
        self.token = TOKEN
        """Webhooks are signed with it."""
        self.calls: dict[str, Call] = {}
        self.recordings: dict[str, Recording] = {}
        self.messages: list[Message] = []
        self.numbers = [Number(sid("PN"), NUMBER), Number(sid("PN"), "+4930123456")]
        self.state = "active"
        self.sort = "Full"
        self.unverified: set[str] = set()
        """Numbers that a trial account must not call."""
        self.left: int | None = None
        """Requests until the limit of the rate is reached; None: there is none."""
        self.loses: set[str] = set()
        """Operations (`CreateMessage`) that are done, and whose answers are lost on the way."""
        self.asked: list[Asked] = []
        self.told: list[Told] = []
        self.leads: dict[str, str] = {}
        """Public address -> where it really is: a proxy in front of the server."""
        self._client: aiohttp.ClientSession | None = None

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", "/{path:.*}", self._handle)]

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    # -- REST

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        trouble = self.trouble()
        if trouble.silent:
            await hang()
        if trouble.cut_after is not None:
            cut(request)
            return web.Response()
        if trouble.status:
            body = trouble.body or {"code": None, "message": "", "status": trouble.status}
            return web.json_response(body, status=trouble.status, headers=dict(trouble.headers))
        if trouble.nonsense_after is not None:
            return web.Response(text="<html>", content_type="text/html")
        try:
            self._may(request)
            path = self._path(request.path)
            if path.endswith(".wav"):
                return self._audio(path)
            form = parse_qsl((await request.read()).decode(), keep_blank_values=True)
            asked = read(request.method, path, dict(request.query), form)
            if asked.path.get("AccountSid", ACCOUNT_SID) != ACCOUNT_SID:
                raise Refusal(401, 20003, "Authenticate")
            self.asked.append(asked)
            answer = getattr(self, f"_{asked.id.lower()}")(asked)
        except Refusal as refusal:
            self.refused(str(refusal))
            headers = {"Retry-After": "0"} if refusal.status == 429 else {}
            return web.json_response(refusal.body(), status=refusal.status, headers=headers)
        if asked.id in self.loses:
            cut(request)
        if asked.status == 204:
            return web.Response(status=204)
        unknown = set(answer) - set(asked.holds)
        assert not unknown, f"the document knows of no {unknown} in an answer to {asked.id}"
        return web.json_response(answer, status=asked.status)

    def _path(self, path: str) -> str:
        """As the document has it."""
        if not path.startswith(f"{self.prefix}/"):
            raise Refusal(404, 20404, f"The requested resource {path} was not found")
        return path.removeprefix(self.prefix).replace(f"/{self.account}", f"/{ACCOUNT_SID}", 1)

    def _may(self, request: web.Request) -> None:
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        try:
            user = base64.b64decode(given, validate=True).decode() if kind == "Basic" else ""
        except ValueError:
            user = ""
        if user not in self.keys:
            raise Refusal(401, 20003, "Authenticate")
        if user.startswith("SK") and request.path.endswith(f"Accounts/{ACCOUNT_SID}.json"):
            raise Refusal(401, 20003, "Authenticate")
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Refusal(429, 20429, "Too Many Requests")

    def _fetchaccount(self, asked: Asked) -> dict[str, Any]:
        return {"sid": ACCOUNT_SID, "status": self.state, "type": self.sort, "friendly_name": "Tests"}

    def _createcall(self, asked: Asked) -> dict[str, Any]:
        to, sender = asked.get("To"), asked.get("From")
        if not _is_number(to) and not to.startswith("sip:"):
            raise Refusal(400, 21211, f"The 'To' number {to} is not a valid phone number.")
        if to in self.unverified:
            raise Refusal(
                400, 21219, f"The number {to} is unverified. Trial accounts call verified ones only."
            )
        if sender not in {each.number for each in self.numbers}:
            raise Refusal(
                400, 21210, f"The source phone number {sender} is not yet verified for your account."
            )
        if not (asked.get("Url") or asked.get("Twiml") or asked.get("ApplicationSid")):
            raise Refusal(400, 21205, "Url parameter is required")
        for event in asked.form.get("StatusCallbackEvent", ()):
            if event not in ("initiated", "ringing", "answered", "completed"):
                raise Refusal(400, 21626, f"Invalid StatusCallbackEvent {event}")
        if asked.get("MachineDetection") not in ("", "Enable", "DetectMessageEnd"):
            raise Refusal(400, 20001, "MachineDetection")
        call = Call(self, self.call_id(), sender, to, "outbound-api", asked.form)
        self.calls[call.sid] = call
        return call.resource()

    def _listcall(self, asked: Asked) -> dict[str, Any]:
        wanted = asked.query.get("Status")
        size, page = int(asked.query.get("PageSize", 50)), int(asked.query.get("Page", 0))
        found = [each.resource() for each in self.calls.values() if wanted in (None, each.shown)]
        return self._paged(asked, "calls", found, size, page)

    def _fetchcall(self, asked: Asked) -> dict[str, Any]:
        return self._call(asked.path["Sid"]).resource()

    def _updatecall(self, asked: Asked) -> dict[str, Any]:
        call = self._call(asked.path["Sid"])
        if call.over:
            raise Refusal(400, 21220, "Call is not in-progress. Cannot redirect.")
        if asked.get("Status"):
            call.ended_by_api(asked.get("Status"))
        elif asked.get("Twiml") or asked.get("Url"):
            if call.state != "in-progress":
                raise Refusal(400, 21220, "Call is not in-progress. Cannot redirect.")
            call.redirected(asked.get("Twiml"), asked.get("Url"))
        return call.resource()

    def _createcallrecording(self, asked: Asked) -> dict[str, Any]:
        call = self._call(asked.path["CallSid"])
        if call.state != "in-progress":
            raise Refusal(404, 21220, "Requested resource is not eligible for recording")
        made = Recording(sid("RE"), call.sid, b"", "in-progress", asked.get("RecordingStatusCallback"))
        self.recordings[made.sid] = made
        channels = 2 if asked.get("RecordingChannels") == "dual" else 1
        return {"sid": made.sid, "call_sid": call.sid, "status": "in-progress", "channels": channels}

    def _fetchrecording(self, asked: Asked) -> dict[str, Any]:
        made = self._recording(asked.path["Sid"])
        return {"sid": made.sid, "call_sid": made.call, "status": made.status}

    def _deleterecording(self, asked: Asked) -> dict[str, Any]:
        self._recording(asked.path["Sid"]).deleted = True
        return {}

    def _listincomingphonenumber(self, asked: Asked) -> dict[str, Any]:
        wanted = asked.query.get("PhoneNumber")
        found = [
            {
                "sid": each.sid, "phone_number": each.number, "friendly_name": each.number, "voice_url": "",
                "sms_url": "", "trunk_sid": None, "voice_application_sid": None,
                "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False}, **each.fields,
            }
            for each in self.numbers
            if wanted in (None, each.number)
        ]  # fmt: skip
        size, page = int(asked.query.get("PageSize", 50)), int(asked.query.get("Page", 0))
        return self._paged(asked, "incoming_phone_numbers", found, size, page)

    def _updateincomingphonenumber(self, asked: Asked) -> dict[str, Any]:
        for each in self.numbers:
            if each.sid == asked.path["Sid"]:
                names = {
                    "VoiceUrl": "voice_url", "SmsUrl": "sms_url", "StatusCallback": "status_callback",
                    "VoiceFallbackUrl": "voice_fallback_url",
                }  # fmt: skip
                each.fields |= {
                    ours: asked.get(theirs) for theirs, ours in names.items() if theirs in asked.form
                }
                return {"sid": each.sid, "phone_number": each.number, **each.fields}
        raise Refusal(404, 20404, "The requested resource was not found")

    def _createmessage(self, asked: Asked) -> dict[str, Any]:
        to, sender, text = asked.get("To"), asked.get("From"), asked.get("Body")
        if not _is_number(to):
            raise Refusal(400, 21211, f"Invalid 'To' Phone Number: {to}")
        if sender not in {each.number for each in self.numbers}:
            raise Refusal(400, 21606, f"The 'From' phone number provided ({sender}) is not a valid sender")
        if not text:
            raise Refusal(400, 21602, "Message body is required.")
        made = Message(sid("SM"), to, sender, text, asked.get("StatusCallback"))
        self.messages.append(made)
        return {"sid": made.sid, "to": to, "from": sender, "body": text, "status": "queued", "price": None}

    def _paged(
        self, asked: Asked, name: str, every: list[dict[str, Any]], size: int, page: int
    ) -> dict[str, Any]:
        some = every[page * size : (page + 1) * size]
        kind = "Calls" if name == "calls" else "IncomingPhoneNumbers"
        path = f"{self.prefix}/2010-04-01/Accounts/{self.account}/{kind}.json"
        query = {key: value for key, value in asked.query.items() if key not in ("Page", "PageToken")}
        more = (page + 1) * size < len(every)
        uri = f"{path}?{urlencode(query | {'Page': str(page)})}"
        after = f"{path}?{urlencode(query | {'Page': str(page + 1), 'PageToken': 'PA' + uuid.uuid4().hex})}"
        return {
            name: some, "page": page, "page_size": size, "start": page * size, "end": page * size + len(some),
            "uri": uri, "first_page_uri": uri, "previous_page_uri": None,
            "next_page_uri": after if more else None,
        }  # fmt: skip

    def _call(self, ref: str) -> Call:
        if ref not in self.calls:
            raise Refusal(404, 20404, f"The requested resource {ref} was not found")
        return self.calls[ref]

    def _recording(self, ref: str) -> Recording:
        found = self.recordings.get(ref)
        if found is None or found.deleted:
            raise Refusal(404, 20404, f"The requested resource {ref} was not found")
        return found

    def _audio(self, path: str) -> web.Response:
        found = self._recording(path.rpartition("/")[2].removesuffix(".wav"))
        if found.status != "completed":
            raise Refusal(404, 20404, "The recording is not ready")
        return web.Response(body=found.audio, content_type="audio/x-wav")

    # -- webhooks

    async def tell(self, url: str, fields: Mapping[str, str], *, token: str = "") -> Told:
        """Posts a signed form to the server, by whatever leads from its public address to it."""
        signed = RequestValidator(token or self.token).compute_signature(url, dict(fields))
        parts = urlsplit(url)
        public = f"{parts.scheme}://{parts.netloc}"
        real = self.leads.get(public, public) + url[len(public) :]
        if self._client is None:
            self._client = aiohttp.ClientSession()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            self.signed_by: signed,
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
            "User-Agent": "TwilioProxy/1.1",
        }
        if real != url:
            headers |= {"X-Forwarded-Proto": parts.scheme, "X-Forwarded-Host": parts.netloc}
        async with self._client.post(
            real, data=urlencode(fields).encode(), headers=headers, allow_redirects=False
        ) as answer:
            told = Told(url, fields, answer.status, await answer.read(), answer.content_type)
        self.told.append(told)
        return told

    async def calls_in(
        self, caller: str, to: str = NUMBER, stream: Stream | None = None, **more: str
    ) -> Call:
        """Somebody calls a number of the account: its voice address is asked what to do."""
        [number] = [each for each in self.numbers if each.number == to]
        call = Call(self, self.call_id(), caller, to, "inbound", {}, extra=more)
        call.callback = number.fields.get("status_callback", "")
        call.stream = stream
        self.calls[call.sid] = call
        call.move("ringing")
        await call.follow(number.fields["voice_url"])
        return call

    async def writes_in(self, sender: str, text: str, to: str = NUMBER) -> Told:
        [number] = [each for each in self.numbers if each.number == to]
        fields = {
            "AccountSid": self.account, "MessageSid": sid("SM"), "From": sender, "To": to, "Body": text,
            "NumMedia": "0",
        }  # fmt: skip
        return await self.tell(number.fields["sms_url"], fields)

    def now(self) -> str:
        return format_datetime(datetime.now(UTC))


def _is_number(text: str) -> bool:
    return text.startswith("+") and text[1:].isdigit() and 5 <= len(text) <= 16
