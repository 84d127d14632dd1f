"""Placing calls as a browser does (WHIP, :rfc:`9725`), whose audio runs over the measuring wire."""

from __future__ import annotations

import asyncio
import sys
import time
from types import TracebackType
from urllib.parse import urljoin, urlsplit

import aiohttp

from callers.browser.connecting import CODECS, Connecting
from callers.browser.stream import BrowserStream
from callers.calling import local_address
from callers.conversation import CallFigures, Conversation
from callers.opus import CallerOpus
from callers.rtp import MeasuringStream, MeasuringWire
from mediaserver.errors import CallError

OFFER = "/api/webrtc/offer"
"""Where a VoiceForge server takes offers."""
_ANSWER_WITHIN_S = 20.0
_MOST_OCTETS = 64 * 1024
"""Of an answer."""


class BrowserTalk:
    """A call that is connected: audio may flow."""

    post_dial_delay_s: float | None = None
    """A browser hears of no ringing."""

    def __init__(
        self, party: BrowserParty, stream: BrowserStream, over: asyncio.Event, place: str, transcript: str
    ) -> None:
        self.answered_ns = time.monotonic_ns()
        self.stream: MeasuringStream = stream
        self.setup_s: float | None = None
        self.ended = over
        self.transcript_url: str | None = transcript or None
        self.talk = Conversation(stream, lambda: not over.is_set(), self.answered_ns)
        self._party, self._link, self._place = party, stream, place
        self._ended_ns: int | None = None

    async def hang_up(self) -> None:
        """DELETE the call, and close; also fine when the far end was first."""
        if self._ended_ns is None:
            self._party.wire.halt(self.stream)
            self._ended_ns = time.monotonic_ns()
        if not self.ended.is_set():
            self.ended.set()
            await self._party.end(self._place)
            self._link.goodbye()
        self.stream.close()

    def figures(self) -> CallFigures:
        """Of the whole call; after its end."""
        return self.talk.measure(self._ended_ns or time.monotonic_ns())


class BrowserParty:
    """`async with BrowserParty(url) as party: call = await party.call()`."""

    def __init__(self, url: str, *, key: str = "", codecs: tuple[str, ...] = CODECS) -> None:
        """`url`: of a WHIP endpoint, with its query. `key`: of that server's API, or a call token; empty:
        nobody's. `codecs`: what is offered, of opus and PCMU. Raises CallError when there is no way there."""
        self.url = url
        self._codecs = codecs
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.wire = MeasuringWire(local_address(urlsplit(url).hostname or ""))
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> BrowserParty:
        # The wire's thread must get the interpreter within a fraction of a packet.
        sys.setswitchinterval(0.0005)
        timeout = aiohttp.ClientTimeout(total=_ANSWER_WITHIN_S)
        self._http = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        if "opus" in self._codecs:
            CallerOpus()  # loads the library: no call is to wait for that
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.close()
        await asyncio.to_thread(self.wire.close)

    async def call(self) -> BrowserTalk:
        """Raises CallError, with the HTTP status where the offer was refused."""
        assert self._http is not None  # we were entered
        way = Connecting(self.wire.host)
        over, loop = asyncio.Event(), asyncio.get_running_loop()
        began, place = time.monotonic(), ""
        try:
            sdp = {"Content-Type": "application/sdp"}
            async with self._http.post(self.url, data=way.offer(self._codecs), headers=sdp) as response:
                text = await response.content.read(_MOST_OCTETS)
                if response.status != 201:
                    raise CallError(f"the offer was refused: {_said(text)}", response.status)
                place = urljoin(self.url, response.headers.get("Location", ""))
                call_id = response.headers.get("X-Call-Id", "")
                ticket = response.headers.get("X-Call-Ticket", "")
            found = await asyncio.to_thread(way.connect, text)
        except (aiohttp.ClientError, TimeoutError) as error:
            way.link.close()
            raise CallError(f"no answer from {self.url}: {str(error) or 'it takes too long'}") from None
        except BaseException:
            way.link.close()
            if place:
                await self.end(place)
            raise

        def ended() -> None:
            loop.call_soon_threadsafe(over.set)

        stream = BrowserStream(self.wire, way.link, found.checks, way.handshake, ended)
        stream.configure(found.remote, found.codec, found.payload_type, None, 20, "sendrecv", None)
        self.wire.adopt(stream)
        stream.secure(found.keys)
        transcript = f"/api/telephony/calls/{call_id}/events?ticket={ticket}" if call_id and ticket else ""
        call = BrowserTalk(self, stream, over, place, transcript and urljoin(self.url, transcript))
        call.setup_s = time.monotonic() - began
        return call

    async def end(self, place: str) -> None:
        """Tell the server that a call is over; who does not hear it sees it by the silence."""
        assert self._http is not None
        try:
            async with self._http.delete(place):
                pass
        except (aiohttp.ClientError, TimeoutError):
            pass


def _said(text: bytes) -> str:
    """A refusal in one short line."""
    return " ".join(text.decode("utf-8", "replace").split())[:300] or "without a reason"
