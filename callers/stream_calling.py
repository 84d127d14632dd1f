"""Placing calls as Twilio does: a signed webhook, the stream that its answer names, and audio between that
and the measuring wire. It plays what it is sent in real time from a buffer, echoes marks when that is played
and tells when it was told to clear.

Its messages are written apart from the server's dialects, from the same documents. It must never be imported
by the server.
"""

from __future__ import annotations

import asyncio
import base64
import bisect
import contextlib
import hmac
import json
import struct
import sys
import time
from collections.abc import Sequence
from operator import itemgetter
from types import TracebackType
from typing import cast
from urllib.parse import urlencode
from uuid import uuid4
from xml.etree import ElementTree

import aiohttp

from callers.calling import local_address
from callers.conversation import CallFigures, Conversation
from callers.rtp import MeasuringStream, MeasuringWire
from mediaserver.errors import CallError

FRAME_S, FRAME_OCTETS = 0.02, 160
PUBLIC = "https://voice.example.com"
"""A server's public address, which leads nowhere from here."""
_RTP = struct.Struct("!BBHII")
_ANSWER_WITHIN_S = 20.0
AHEAD_MS = 40.0
"""Less in its buffer is the frame that is being played, and one that came a little early."""
REST_S = 0.3
"""Audio after so long without any is a new line."""


class StreamedCall:
    """A call whose stream is open."""

    post_dial_delay_s: float | None = None
    transcript_url: str | None = None
    """The server shows it to nobody by this way."""

    def __init__(self, stream: MeasuringStream, bridge: _Bridge) -> None:
        self.answered_ns = time.monotonic_ns()
        self.stream = stream
        self.setup_s: float | None = None
        self.ended = bridge.over
        self.talk = Conversation(stream, lambda: not bridge.over.is_set(), self.answered_ns)
        self._bridge = bridge
        self._ended_ns: int | None = None

    @property
    def clears_ns(self) -> list[int]:
        """When it was told to drop what it had not played."""
        return self._bridge.clears_ns

    def clears_ms(self) -> list[float | None]:
        """From the first sound of each line that was said while audio lay ahead until it was told to drop
        that; None where it was not before the line was over."""
        return [
            cleared_ms(played.voice_began_ns, played.voice_ended_ns, self.clears_ns)
            for played in self.talk.played
            if played.done and ahead_ms(self._bridge.ahead, played.voice_began_ns) >= AHEAD_MS
        ]

    async def hang_up(self) -> None:
        """As a caller who hangs up; also fine when the far end was first."""
        if self._ended_ns is None:
            self._bridge.halt()
            self._ended_ns = time.monotonic_ns()
        await self._bridge.stop()
        self.stream.close()

    def figures(self) -> CallFigures:
        """Of the whole call; after its end."""
        return self.talk.measure(self._ended_ns or time.monotonic_ns())


def ahead_ms(known: Sequence[tuple[int, int]], at_ns: int) -> float:
    """How much it had to play still at a time, by `known`: when that changed, and until when it would play
    from then on, in order of time (ns)."""
    place = bisect.bisect_right(known, at_ns, key=itemgetter(0))
    return max(0, known[place - 1][1] - at_ns) / 1e6 if place else 0.0


def cleared_ms(began_ns: int, ended_ns: int, clears_ns: Sequence[int]) -> float | None:
    first = next((at for at in clears_ns if at >= began_ns), None)
    return round((first - began_ns) / 1e6, 3) if first is not None and first <= ended_ns else None


class _Bridge(asyncio.DatagramProtocol):
    """Between the wire's RTP and the WebSocket, whose audio it plays in real time, each frame when those
    before it are over; a clear drops what it has not begun to play."""

    def __init__(
        self, wire: MeasuringWire, stream: MeasuringStream, sid: str, call: str, stalls_s: float
    ) -> None:
        self.over = asyncio.Event()
        self.clears_ns: list[int] = []
        self.ahead: list[tuple[int, int]] = []
        """See `ahead_ms`."""
        self._stalls_s = stalls_s
        self._lines = 0
        self.tasks: list[asyncio.Task[None]] = []
        self.ws: aiohttp.ClientWebSocketResponse | None = None
        self._wire, self._stream = wire, stream
        self._sid, self._call = sid, call
        self._chunk = self._sequence = self._packet = 0
        self._timestamp = 0
        self._played_at = self._on_wire_until = 0.0
        self._marks: dict[asyncio.TimerHandle, str] = {}
        self._ahead: set[asyncio.TimerHandle] = set()
        self._out: asyncio.Queue[str] = asyncio.Queue()
        self._udp: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._udp = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        """20 ms of the caller."""
        self._chunk += 1
        payload = base64.b64encode(data[12:]).decode()
        media = {"track": "inbound", "chunk": str(self._chunk), "timestamp": str(20 * self._chunk)}
        self.put("media", media | {"payload": payload})

    def put(self, event: str, content: object) -> None:
        self._sequence += 1
        self._out.put_nowait(
            json.dumps(
                {
                    "event": event,
                    "sequenceNumber": str(self._sequence),
                    event: content,
                    "streamSid": self._sid,
                }
            )
        )

    async def send(self) -> None:
        assert self.ws is not None
        with contextlib.suppress(ConnectionError):  # the reader sees it, too
            while True:
                await self.ws.send_str(await self._out.get())

    async def read(self) -> None:
        assert self.ws is not None
        async for message in self.ws:
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            told = json.loads(message.data)
            match told["event"]:
                case "media":
                    await self._come()
                    self._play(base64.b64decode(told["media"]["payload"]))
                case "mark":
                    self._mark(told["mark"]["name"])
                case "clear":
                    self.clears_ns.append(time.monotonic_ns())
                    for waiting in self._ahead:
                        waiting.cancel()
                    self._ahead.clear()
                    self._played_at = self._on_wire_until
                    self._know()
                    for timer in list(self._marks):
                        self._echo(timer)
                case _:
                    """Nothing else is sent by a server."""
        self.over.set()

    def _play(self, octets: bytes) -> None:
        loop = asyncio.get_running_loop()
        for at in range(0, len(octets), FRAME_OCTETS):
            now = loop.time()
            piece = octets[at : at + FRAME_OCTETS]
            if self._played_at <= now:
                self._played_at = now
                self._put_on_wire(piece)
            else:
                self._wait_for(self._played_at, piece)
            self._played_at += FRAME_S
        self._know()

    async def _come(self) -> None:
        """The way of every second line stands still at its beginning; what was sent meanwhile comes at
        once."""
        if asyncio.get_running_loop().time() - self._played_at > REST_S:
            self._lines += 1
            if self._lines % 2 == 0:
                await asyncio.sleep(self._stalls_s)

    def _know(self) -> None:
        now = time.monotonic_ns()
        left = max(0.0, self._played_at - asyncio.get_running_loop().time())
        self.ahead.append((now, now + round(left * 1e9)))

    def _wait_for(self, due: float, piece: bytes) -> None:
        def begin() -> None:
            self._ahead.discard(timer)
            self._put_on_wire(piece)

        timer = asyncio.get_running_loop().call_at(due, begin)
        self._ahead.add(timer)

    def _put_on_wire(self, piece: bytes) -> None:
        """What begins to be played now."""
        now = asyncio.get_running_loop().time()
        if self._on_wire_until and now > self._on_wire_until:  # it had run empty
            self._timestamp += round((now - self._on_wire_until) * 8_000)
        self._on_wire_until = max(now, self._on_wire_until) + FRAME_S
        self._packet = (self._packet + 1) & 0xFFFF
        header = _RTP.pack(0x80, 0, self._packet, self._timestamp & 0xFFFFFFFF, 7)
        self._timestamp += FRAME_OCTETS
        if self._udp is not None:
            self._udp.sendto(header + piece, (self._wire.host, self._stream.local_port))

    def _mark(self, name: str) -> None:
        loop = asyncio.get_running_loop()
        timer: asyncio.TimerHandle
        timer = loop.call_at(max(loop.time(), self._played_at), lambda: self._echo(timer))
        self._marks[timer] = name

    def _echo(self, timer: asyncio.TimerHandle) -> None:
        name = self._marks.pop(timer, None)
        timer.cancel()
        if name is not None:
            self.put("mark", {"name": name})

    def halt(self) -> None:
        self._wire.halt(self._stream)

    async def stop(self) -> None:
        self.over.set()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        if self.ws is not None and not self.ws.closed:
            stop = {"event": "stop", "stop": {"callSid": self._call}, "streamSid": self._sid}
            await self.ws.send_str(json.dumps(stop))
            await self.ws.close()
        for waiting in self._ahead:
            waiting.cancel()
        if self._udp is not None:
            self._udp.close()


class StreamParty:
    """`async with StreamParty(...) as party: call = await party.call()`."""

    def __init__(
        self, http: str, *, account: str, sid: str, token: str, number: str, public: str = PUBLIC
    ) -> None:
        """`http`: the server's address; `account`: its name there; `sid`, `token`: its credentials at Twilio,
        by which webhooks are signed, under the address `public`; `number`: that is called. Raises CallError
        when there is no way there."""
        self._server = http
        self._voice = f"/api/telephony/providers/{account}/webhooks/voice"
        self._public = public
        self._sid, self._token, self._number = sid, token, number
        self.stalls_s = 0.0
        """In calls from now on the way to the provider stands still for so long at the beginning of every
        second line, so that it has as much ahead from then on."""
        self.wire = MeasuringWire(local_address("127.0.0.1"))
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> StreamParty:
        sys.setswitchinterval(0.0005)  # the wire's thread must get the interpreter soon
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, connect=5))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.close()
        await asyncio.to_thread(self.wire.close)

    async def ring(self, call: str) -> tuple[str, dict[str, str]]:
        """Ask what is to be done with a call: the stream's address, and its parameters. Raises CallError."""
        assert self._http is not None  # we were entered
        form = {
            "CallSid": call,
            "AccountSid": self._sid,
            "From": "+15550100",
            "To": self._number,
            "CallStatus": "ringing",
            "ApiVersion": "2010-04-01",
            "Direction": "inbound",
        }
        text = self._public + self._voice + "".join(name + form[name] for name in sorted(form))
        signature = base64.b64encode(hmac.digest(self._token.encode(), text.encode(), "sha1")).decode()
        headers = {
            "X-Twilio-Signature": signature,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        async with asyncio.timeout(_ANSWER_WITHIN_S):
            async with self._http.post(
                self._server + self._voice, data=urlencode(form), headers=headers
            ) as response:
                body = await response.text()
                if response.status != 200:
                    raise CallError(f"the webhook was refused: {body[:200]}", response.status)
        stream = ElementTree.fromstring(body).find("Connect/Stream")
        if stream is None:
            raise CallError(f"the call is not connected: {body[:300]}")
        given = {each.get("name", ""): each.get("value", "") for each in stream.findall("Parameter")}
        return stream.get("url", ""), given

    async def call(self) -> StreamedCall:
        """Raises CallError."""
        assert self._http is not None
        began = time.monotonic()
        call, sid = f"CA{uuid4().hex}", f"MZ{uuid4().hex}"
        url, given = await self.ring(call)
        stream = self.wire.open()
        bridge = _Bridge(self.wire, stream, sid, call, self.stalls_s)
        loop = asyncio.get_running_loop()
        udp, _ = await loop.create_datagram_endpoint(lambda: bridge, local_addr=(self.wire.host, 0))
        bridge.ws = await self._http.ws_connect(self._at(url), max_msg_size=1 << 20)
        await bridge.ws.send_str(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        start = {
            "accountSid": self._sid,
            "streamSid": sid,
            "callSid": call,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": given,
        }
        bridge.put("start", start)
        bridge.tasks = [asyncio.create_task(bridge.send()), asyncio.create_task(bridge.read())]
        host, port = udp.get_extra_info("sockname")[:2]
        stream.configure((host, port), "PCMU", 0, None, 20, "sendrecv", None)
        stream.secure(None)
        made = StreamedCall(stream, bridge)
        made.setup_s = time.monotonic() - began
        return made

    def _at(self, url: str) -> str:
        """The same door without the public address."""
        return "ws" + self._server.removeprefix("http") + "/" + url.split("/", 3)[3]
