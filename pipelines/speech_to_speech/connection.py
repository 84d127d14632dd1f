"""The WebSocket to a speech-to-speech model: opened, kept, and opened anew when it breaks.

It moves messages and knows nothing of what is in them. The media clock calls `send` and `hear`, which return
at once; a server that does not read loses the oldest audio, never an event.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp

from pipelines.speech_to_speech.machine import audio_event
from pipelines.speech_to_speech.meter import MessageMeter

log = logging.getLogger(__name__)
_closing_down: set[asyncio.Task[None]] = set()
"""Connections that still say goodbye; the loop itself holds tasks only weakly."""

CONNECT_S = 5.0
ANSWER_S = 5.0
"""For the first message of the server."""
PING_S = 15.0
MESSAGE_COST = 1_000
"""Characters that any message counts beside its own."""
TRIES = 3
"""To connect, one after another, before the call is given up."""
BACK_OFF_S = 0.3
"""Before the second try; twice as long before the third."""
MOST_BREAKS = 4
"""Of connections that had worked, in one call."""
MOST_MESSAGE = 1024 * 1024
"""Octets; ten seconds of PCM are 640 KB. It is parsed in one piece, on the loop of all calls."""
AT_ONCE = 64 * 1024
"""Characters that are taken before others have their turn; a server may send thousands of messages in one
packet."""
MOST_EVENTS = 1_000
"""That wait to be sent."""
AUDIO_EVERY_MS = 40
"""Audio goes out in such pieces: half the messages, and 20 ms later at most."""


@dataclass(frozen=True, slots=True)
class SpeechEndpoint:
    """Where the model is."""

    url: str
    """wss:// or ws://, with `?model=` where the server wants it."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class ConnectionOwner(Protocol):
    """Whom a connection tells."""

    def connected(self) -> None:
        """It is open, for the first time or again."""

    def received(self, message: str) -> None: ...

    def lost(self, reason: str, over: bool) -> None:
        """It broke. `over`: no more tries are made."""


class RealtimeConnection:
    """One call's. `octets_per_ms`: of the audio that is sent. `most_audio_ms`: kept while nobody reads."""

    def __init__(
        self,
        endpoint: SpeechEndpoint,
        owner: ConnectionOwner,
        octets_per_ms: int,
        most_audio_ms: int = 10_000,
    ) -> None:
        self._endpoint = endpoint
        self._owner: ConnectionOwner | None = owner
        self._events: deque[Mapping[str, Any]] = deque()
        self._audio = bytearray()
        self._piece = AUDIO_EVERY_MS * octets_per_ms
        self._most_audio = most_audio_ms * octets_per_ms
        self._open_for_audio = False
        self._meter = MessageMeter()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self.lost_octets = 0
        """Of audio that nobody read in time."""

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    def send(self, event: Mapping[str, Any]) -> None:
        """Send an event after those before it, and after the audio that was heard before it."""
        if len(self._events) >= MOST_EVENTS:
            self._fail("it does not read what we send")
            return
        self._events.append(event)
        self._wake.set()

    def hear(self, octets: bytes) -> None:
        """Audio of the caller's."""
        self._audio += octets
        if (late := len(self._audio) - self._most_audio) > 0:
            del self._audio[:late]
            self.lost_octets += late
        if self._open_for_audio and len(self._audio) >= self._piece:
            self._wake.set()

    def take_audio(self) -> None:
        """The session is set up: what was heard so far goes out, and what is heard from now on."""
        self._open_for_audio = True
        self._wake.set()

    def renew(self) -> None:
        """Open another connection in the place of this one."""
        if self._socket is not None:
            closing = asyncio.create_task(_close(self._socket))
            _closing_down.add(closing)
            closing.add_done_callback(_closing_down.discard)

    def close(self) -> None:
        """Nobody is told of anything any more. Idempotent."""
        self._owner = None
        if self._task is not None:
            self._task.cancel()
            _closing_down.add(self._task)
            self._task.add_done_callback(_closing_down.discard)
            self._task = None

    def _fail(self, reason: str) -> None:
        owner, task = self._owner, self._task
        self.close()
        if owner is not None and task is not None:
            owner.lost(reason, over=True)

    async def _run(self) -> None:
        tried = broken = 0
        async with aiohttp.ClientSession(trace_configs=[_straight()]) as session:
            while True:
                tried += 1
                began = False
                try:
                    async with asyncio.timeout(CONNECT_S):
                        socket = await session.ws_connect(
                            self._endpoint.url,
                            headers=self._endpoint.headers,
                            heartbeat=PING_S,
                            max_msg_size=MOST_MESSAGE,
                            autoclose=True,
                        )
                    async with socket:
                        began = await self._talk(socket)
                    reason = f"the server closed the connection ({_closing(socket)})"
                except aiohttp.WSServerHandshakeError as error:
                    reason = _refused(error)
                    if error.status in (400, 401, 403, 404):
                        tried = TRIES  # it will not be nicer a second time
                except TimeoutError:
                    reason = "the server does not answer"
                except (aiohttp.ClientError, OSError, ValueError) as error:
                    reason = f"there is no connection: {' '.join(str(error).split()) or type(error).__name__}"
                self._open_for_audio = False
                self._events.clear()
                if began:
                    tried, broken = 1, broken + 1
                if self._owner is None:
                    return
                log.warning("speech to speech: %s", reason)
                if tried >= TRIES or broken > MOST_BREAKS:
                    self._fail_from_within(reason)
                    return
                self._owner.lost(reason, over=False)
                await asyncio.sleep(BACK_OFF_S * tried)

    def _fail_from_within(self, reason: str) -> None:
        owner, self._owner, self._task = self._owner, None, None
        if owner is not None:
            owner.lost(reason, over=True)

    async def _talk(self, socket: aiohttp.ClientWebSocketResponse) -> bool:
        """Until it closes. Returns whether the server has ever said anything."""
        if self._owner is not None:
            self._owner.connected()
        self._socket = socket
        writing = asyncio.create_task(self._write(socket))
        began, taken = False, 0
        try:
            while True:
                message = await socket.receive(None if began else ANSWER_S)
                if message.type is not aiohttp.WSMsgType.TEXT:
                    return began
                began = True
                if self._owner is None:
                    return began
                if not self._meter.take(len(message.data), asyncio.get_running_loop().time()):
                    self._fail("it sends more than anybody can listen to")
                    return began
                self._owner.received(message.data)
                taken += len(message.data) + MESSAGE_COST
                if taken >= AT_ONCE:
                    taken = 0
                    await asyncio.sleep(0)
        finally:
            self._socket = None
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _write(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._events or (self._open_for_audio and len(self._audio) >= self._piece):
                if self._open_for_audio and self._audio:
                    octets = bytes(self._audio)
                    self._audio.clear()
                    await socket.send_str(json.dumps(audio_event(octets)))
                if self._events:
                    await socket.send_str(json.dumps(self._events.popleft()))


def _straight() -> aiohttp.TraceConfig:
    """Nobody is followed elsewhere: `ws_connect` would ask whomever a server names, in our network, too."""

    async def refuse(*_: object) -> None:
        raise aiohttp.ClientError("the server sends us elsewhere; set that address if it is right")

    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(refuse)
    return trace


async def _close(socket: aiohttp.ClientWebSocketResponse) -> None:
    await socket.close()


def _closing(socket: aiohttp.ClientWebSocketResponse) -> str:
    error = socket.exception()
    return str(socket.close_code or error or "no reason given")


def _refused(error: aiohttp.WSServerHandshakeError) -> str:
    match error.status:
        case 401 | 403:
            return "the server refuses the key: set another one"
        case 404:
            return "there is no such address or model"
        case 429:
            return "the server has had too many requests from this key"
        case _:
            return f"the server refuses the connection: {error.status} {error.message}"
