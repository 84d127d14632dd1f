"""A page's phone without a browser: SIP over a WebSocket that is two queues."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping

from sip.access.digest import answer_challenge
from sip.calls.user_agent import SipAgent
from sip.messages.message import Request, Response
from sip.messages.parsing import parse
from sip.messages.uri import Uri

FINGERPRINT = ":".join(["AB"] * 32)
OFFER = (
    "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "a=extmap-allow-mixed\r\na=msid-semantic: WMS s\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 63 0 8 110 126\r\n"
    "c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"
    "a=ice-ufrag:5wUf\r\na=ice-pwd:PpNXZnQ0Uy8qdUvyzTPtRyYb\r\n"
    f"a=ice-options:trickle\r\na=fingerprint:sha-256 {FINGERPRINT}\r\na=setup:actpass\r\na=mid:0\r\n"
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=sendrecv\r\na=msid:s t\r\na=rtcp-mux\r\n"
    "a=rtcp-rsize\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n"
    "a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:110 telephone-event/48000\r\n"
    "a=rtpmap:126 telephone-event/8000\r\na=ssrc:1234 cname:c\r\na=ssrc:1234 msid:s t\r\n"
).encode()
"""Of a browser, as Chromium writes it."""


class PageWire:
    """The socket as our side writes to it."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.sent: asyncio.Queue[bytes] = asyncio.Queue()
        self.unread = 0
        """Bytes that the page leaves unread."""
        self.closed = self.aborted = self.paused = False
        self._address = address

    def write(self, data: bytes) -> None:
        self.sent.put_nowait(data)

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = self.aborted = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False

    def get_write_buffer_size(self) -> int:
        return self.unread

    def get_extra_info(self, name: str) -> object:
        return self._address if name == "peername" else None


class Page:
    """One tab: what it says, and what it hears. `relayed`: a proxy stands between."""

    ports = iter(range(40_000, 65_000))

    def __init__(
        self, us: SipAgent, *, relayed: bool = False, host: str = "127.0.0.1", name: str = ""
    ) -> None:
        self.wire = PageWire((host, next(Page.ports)))
        self.name = name or secrets.token_hex(4)
        self.uri = f"sip:{self.name}@{self.name}.invalid;transport=ws"
        self.proven = False
        self.connection = us.transport.socket_opened(
            self.wire, relayed=relayed, greeted=True, known_as="console.test", on_proven=self._proved
        )

    def _proved(self) -> None:
        self.proven = True

    def say(self, message: Request | Response | bytes) -> None:
        self.connection.data_received(bytes(message))

    def leave(self) -> None:
        """The socket is closed, by whomever."""
        self.wire.closed = True
        self.connection.connection_lost(None)

    async def next(self) -> Request | Response:
        return parse(await asyncio.wait_for(self.wire.sent.get(), 10))

    async def response(self, *statuses: int) -> Response:
        """The next response with one of these statuses."""
        while True:
            message = await self.next()
            if isinstance(message, Response) and message.status in statuses:
                return message

    async def request(self, *methods: str) -> Request:
        while True:
            message = await self.next()
            if isinstance(message, Request) and message.method in methods:
                return message

    def make(
        self,
        method: str,
        to: str = "sip:demo@pbx",
        *,
        cseq: int = 1,
        call: str = "call",
        body: bytes = b"",
        lines: Mapping[str, str] | None = None,
    ) -> Request:
        headers = {
            "Via": f"SIP/2.0/WS {self.name}.invalid;branch=z9hG4bK{secrets.token_hex(6)}",
            "Max-Forwards": "69",
            "From": f"<sip:{self.name}@pbx>;tag={self.name}",
            "To": f"<{to}>",
            "Call-ID": f"{call}-{self.name}",
            "CSeq": f"{cseq} {method}",
            "Contact": f"<{self.uri}>",
        }
        if body:
            headers["Content-Type"] = "application/sdp"
        return Request(method, Uri.parse(to), list({**headers, **(lines or {})}.items()), body)

    def in_dialog(self, method: str, ok: Response, *, cseq: int = 2, body: bytes = b"") -> Request:
        """A request in the dialog that a response to our INVITE made."""
        lines = {"To": ok.get("To") or "", "From": ok.get("From") or "", "Call-ID": ok.call_id}
        return self.make(method, str(ok.contacts[0].uri), cseq=cseq, body=body, lines=lines)

    async def register(
        self, extension: str, password: str, *, contact: str = "", expires: int = 600, user: str = ""
    ) -> Response:
        """The final answer. `user`: in the digest."""
        lines = {
            "From": f"<sip:{extension}@pbx>;tag=r",
            "To": f"<sip:{extension}@pbx>",
            "Contact": f"<{contact or self.uri}>;expires={expires}",
        }
        call = secrets.token_hex(4)
        asked = self.make("REGISTER", "sip:pbx", lines=lines, call=call)
        self.say(asked)
        challenge = await self.response(401, 403, 503)
        if challenge.status != 401:
            return challenge
        proof = answer_challenge(
            challenge.get_all("WWW-Authenticate")[:1], user or extension, password, "REGISTER", asked.uri
        )
        lines["Authorization"] = proof
        self.say(self.make("REGISTER", "sip:pbx", cseq=2, lines=lines, call=call))
        return await self.response(200, 400, 401, 403, 423)

    async def called(self, us: SipAgent, to: str = "sip:demo@pbx", body: bytes = OFFER) -> Response:
        """Call them, and be answered."""
        self.say(self.make("INVITE", to, body=body))
        ok = await self.response(200)
        self.say(self.in_dialog("ACK", ok, cseq=1))
        return ok
