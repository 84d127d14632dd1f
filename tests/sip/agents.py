"""What the tests of the user agent share: agents on loopback, a raw peer, and a record-routing proxy."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

from mediaserver.media.leg import Ended, LegEvent
from mediaserver.rtp.wire import RtpWire
from sip.calls.invitation import SipInvitation
from sip.calls.leg import SipLeg
from sip.calls.user_agent import SipAgent
from sip.messages.message import Request, Response
from sip.messages.parsing import parse_head
from sip.messages.uri import Uri
from sip.transactions.timing import Timing
from sip.transport.connection import ConnectionLimits
from sip.transport.queue_delay import QueueDelay
from sip.transport.shedding import IntakeLimits
from sip.transport.token_buckets import Rate

FAST = Timing(t1=0.03, t2=0.12, t4=0.15)
"""The RFC's timers, so much faster that 64*T1 is two seconds."""
PLENTY = Rate(1e6, 1e6)
UNHURRIED = IntakeLimits(PLENTY, PLENTY, PLENTY, PLENTY, PLENTY, PLENTY, PLENTY)
"""All tests come from one address, as fast as they can."""
SDP = (
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio 40000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)

PHONE = {
    "Allow": "INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, NOTIFY, INFO, PUBLISH, MESSAGE, UPDATE",
    "Supported": "replaces, norefersub, gruu, outbound, path, histinfo, timer, from-change",
    "Accept": "application/sdp, application/dtmf-relay, message/sipfrag, application/pidf+xml",
    "User-Agent": "A phone as most are/4.5.1-20260930 (firmware 12.2; hardware 96.0.0.128)",
    "P-Preferred-Identity": "<sip:raw@127.0.0.1>",
    "Session-Expires": "1800",
    "Min-SE": "90",
    "P-Access-Network-Info": "3GPP-E-UTRAN-FDD; utran-cell-id-3gpp=2620251234567890abcdef",
    "History-Info": "<sip:raw@127.0.0.1;user=phone>;index=1, <sip:demo@127.0.0.1;user=phone>;index=1.1",
    "X-Correlation": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
}
"""What a phone says of itself, which makes its INVITE as long as they are: what may be sent to a caller that
nobody has proven depends on it."""


class Callee:
    """An application that keeps what it was called with; `answers` decides what it does with a call."""

    def __init__(self, answers: Callable[[SipInvitation], Awaitable[Any] | None] | None = None) -> None:
        self.calls: asyncio.Queue[SipInvitation] = asyncio.Queue()
        self._answers = answers

    async def __call__(self, call: SipInvitation) -> None:
        self.calls.put_nowait(call)
        if self._answers is not None and (work := self._answers(call)) is not None:
            await work

    @staticmethod
    def answering() -> Callee:
        return Callee(lambda call: call.leg.answer())


class Events:
    """The events of a leg, to be waited for."""

    def __init__(self, leg: SipLeg) -> None:
        self.queue: asyncio.Queue[LegEvent] = asyncio.Queue()
        leg.on_event = self.queue.put_nowait

    async def next(self) -> LegEvent:
        return await asyncio.wait_for(self.queue.get(), 10)

    async def end(self) -> Ended:
        while not isinstance(event := await self.next(), Ended):
            pass
        return event


class Attention(QueueDelay):
    """How far an agent is behind: what the test says, whatever the machine is busy with."""

    def __init__(self) -> None:
        super().__init__()
        self.behind_s = 0.0

    def measured(self, delay: float, now: float) -> None:
        return None

    def at(self, now: float) -> float:
        return self.behind_s


def audio_ports() -> RtpWire:
    """More of them than all tests of some runs on one machine need at a time; each takes what is free."""
    return RtpWire("127.0.0.1", (20_000, 31_999))


@asynccontextmanager
async def agent(
    on_invite: Any = None, attention: Attention | None = None, **options: Any
) -> AsyncIterator[SipAgent]:
    wire = audio_ports()
    options.setdefault("timing", FAST)
    options.setdefault("port", 0)
    options.setdefault("intake", UNHURRIED)
    options.setdefault("limits", ConnectionLimits(opened_per_source=PLENTY))
    host = options.pop("host", "127.0.0.1")
    made = SipAgent(host=host, wire=wire, on_invite=on_invite or Callee(), **options)
    made.transport.queue_delay = attention or Attention()
    await made.start()
    try:
        yield made
    finally:
        await made.stop(1.0)
        wire.close()


def legs_of(agent: SipAgent) -> int:
    """Legs that ring or are up, in both directions."""
    return len(agent._places.taken)


class RawPeer(asyncio.DatagramProtocol):
    """A UDP socket that speaks only when told to."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[Request | Response] = asyncio.Queue()
        self.port = 0
        self._wire: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast(asyncio.DatagramTransport, transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        # Not parse(), which refuses a response with two Vias: a peer may play a proxy.
        head, _, body = data.partition(b"\r\n\r\n")
        message, _ = parse_head(head)
        message.body = body
        self.messages.put_nowait(message)

    def send(self, message: Request | Response | bytes, port: int) -> None:
        assert self._wire is not None
        self._wire.sendto(bytes(message), ("127.0.0.1", port))

    async def next(self) -> Request | Response:
        return await asyncio.wait_for(self.messages.get(), 10)

    async def response(self, *statuses: int, method: str | None = None) -> Response:
        """The next response with one of these statuses."""
        while True:
            message = await self.next()
            if (
                isinstance(message, Response)
                and message.status in statuses
                and (method is None or message.cseq.method == method)
            ):
                return message

    async def request(self, *methods: str) -> Request:
        while True:
            message = await self.next()
            if isinstance(message, Request) and message.method in methods:
                return message

    async def sent_until(
        self, message: Request | Response, port: int, come: Callable[[], Awaitable[Any]]
    ) -> Any:
        """Send a message until what it leads to has come, as the timers of the RFC do: a busy machine loses
        datagrams on loopback, too."""
        async with asyncio.timeout(10):
            while True:
                self.send(message, port)
                with contextlib.suppress(TimeoutError):
                    return await asyncio.wait_for(come(), 0.5)

    def make(
        self,
        method: str,
        to: str,
        *,
        cseq: int = 1,
        branch: str = "1",
        body: bytes = b"",
        lines: Mapping[str, str] | None = None,
        short: bool = False,
    ) -> Request:
        """`short`: an INVITE without all that phones say of themselves."""
        headers = {
            "Via": f"SIP/2.0/UDP 127.0.0.1:{self.port};rport;branch=z9hG4bK{branch}",
            "Max-Forwards": "70",
            "From": "<sip:raw@127.0.0.1>;tag=raw",
            "To": f"<{to}>",
            "Call-ID": "raw-call",
            "CSeq": f"{cseq} {method}",
            "Contact": f"<sip:raw@127.0.0.1:{self.port}>",
        }
        if body:
            headers["Content-Type"] = "application/sdp"
        if method == "INVITE" and not short:
            headers |= PHONE
        headers |= lines or {}
        return Request(method, Uri.parse(to), list(headers.items()), body)

    def in_dialog(
        self, method: str, ok: Response, *, cseq: int = 2, branch: str = "d", body: bytes = b""
    ) -> Request:
        """A request in the dialog that a response made."""
        target = str(ok.contacts[0].uri)
        return self.make(
            method, target, cseq=cseq, branch=branch, body=body, lines={"To": ok.get("To") or ""}
        )


@asynccontextmanager
async def raw_peer(host: str = "127.0.0.1") -> AsyncIterator[RawPeer]:
    wire, peer = await asyncio.get_running_loop().create_datagram_endpoint(RawPeer, local_addr=(host, 0))
    try:
        yield peer
    finally:
        wire.close()


class Proxy(asyncio.DatagramProtocol):
    """A stateless record-routing proxy. `loses(message)`: what it drops; `strict`: as in RFC 2543."""

    def __init__(self, target: int, loses: Callable[[Request | Response], bool], strict: bool) -> None:
        self.seen: list[str] = []
        self.port = 0
        self._target = target
        self._loses = loses
        self._strict = strict
        self._wire: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast(asyncio.DatagramTransport, transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        # parse() rightly refuses a response with two Vias; a proxy is where such are at home.
        head, _, body = data.partition(b"\r\n\r\n")
        message, _ = parse_head(head)
        message.body = body
        if self._loses(message):
            return
        if isinstance(message, Response):
            rest = message.get_all("Via")[1:]
            message.remove("Via")
            for value in reversed(rest):
                message.prepend("Via", value)
            self._send(message, message.via.rport or message.via.port or 5060)
            return
        self.seen.append(message.method)
        routes = message.get_all("Route")
        uri = message.uri
        if uri.port == self.port and routes:  # a strict router finds itself in the Request-URI
            uri, routes = Uri.parse(routes[-1].strip("<>")), routes[:-1]
        elif routes and f":{self.port}" in routes[0]:
            routes = routes[1:]
        message.remove("Route")
        via = message.via
        seen = {**via.params, "received": addr[0], "rport": str(addr[1])}
        message.set_top_via(replace(via, params=seen))
        branch = f"{via.branch}p"
        message.prepend("Via", f"SIP/2.0/UDP 127.0.0.1:{self.port};branch={branch}")
        for route in routes:
            message.add("Route", route)
        in_dialog = message.to.tag is not None
        if message.method == "INVITE" and not in_dialog:
            lr = "" if self._strict else ";lr"
            message.add("Record-Route", f"<sip:127.0.0.1:{self.port}{lr}>")
        port = (uri.port or 5060) if in_dialog else self._target
        self._send(Request(message.method, uri, message.headers, message.body), port)

    def _send(self, message: Request | Response, port: int) -> None:
        assert self._wire is not None
        self._wire.sendto(bytes(message), ("127.0.0.1", port))


@asynccontextmanager
async def proxy(
    target: int, loses: Callable[[Request | Response], bool] = lambda _: False, *, strict: bool = False
) -> AsyncIterator[Proxy]:
    wire, made = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Proxy(target, loses, strict), local_addr=("127.0.0.1", 0)
    )
    try:
        yield made
    finally:
        wire.close()
