"""PJSIP on a thread of its own: it is made there, polled there, asked there and ended there.

PJSIP is one for a process, aborts it when a thread that it does not know asks something, and its objects must
be gone before it is. So no such object ever leaves this thread: calls are known outside by numbers of ours,
what is asked of them is queued (`do`), and what they tell is handed to the event loop.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mediaserver.errors import CapacityError, StartupError
from sip.calls.dialog import Headers
from sip.pjsua2.bindings import load
from sip.pjsua2.parameters import op_param

if TYPE_CHECKING:
    from sip.pjsua2.directors import PjAccount, PjCall

log = logging.getLogger(__name__)

POLL_MS = 5
"""So long at most what is asked waits for PJSIP, when nothing else happens."""
MOST_WAITING = 4_096
"""Things asked and not yet done."""
STOPPING_S = 2.0
"""So long calls may take to say goodbye."""
STATS_EVERY_S = 1.0
FIRST_WAIT_S = 20.0


@dataclass(frozen=True, slots=True)
class StackOptions:
    """What PJSIP is started with."""

    host: str
    port: int
    tcp: bool
    public_host: str
    audio_host: str
    public_audio_host: str
    ports: tuple[int, int]
    """Of RTP: first and last."""
    codecs: tuple[str, ...]
    """By preference; the others are switched off."""
    calls: int
    user_agent: str


@dataclass(frozen=True, slots=True)
class PjFigures:
    """A call's figures, as PJSIP's RTCP has them; times in milliseconds."""

    packets: int
    lost: int
    jitter_ms: float
    rtt_ms: float | None
    buffer_ms: float


class PjsuaStack:
    """One at a time in a process. `invited(number, message, source)`, on the event loop: an INVITE came from
    source (host:port), and the call has this number; who takes it says who hears its events (`listen`)."""

    def __init__(self, options: StackOptions, invited: Callable[[int, str, str], None]) -> None:
        self._options = options
        self._invited = invited
        self._loop = asyncio.get_running_loop()
        self._asked: queue.Queue[Callable[[], None]] = queue.Queue(MOST_WAITING)
        self._numbers = itertools.count(1)
        self._listeners: dict[int, Callable[..., None]] = {}
        """Whom each call's events are for; on the event loop."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pjsip", daemon=True)
        self._ready: asyncio.Future[int] = self._loop.create_future()
        self._gone: asyncio.Future[None] = self._loop.create_future()
        # PJSIP's, for its thread alone.
        self._pj: Any = None
        self._endpoint: Any = None
        self._account: PjAccount | None = None
        self._calls: dict[int, PjCall] = {}
        self.version = ""
        """Of PJSIP; known once it runs."""
        self.room = 0
        """Calls that the bindings were built for, or that were asked for, whichever is less."""

    # -- for the event loop

    async def start(self) -> None:
        """Raises StartupError when PJSIP cannot be had or does not start."""
        load()
        self._thread.start()
        self.room = await self._ready

    async def stop(self) -> None:
        """Hang up what is up, and end PJSIP; idempotent."""
        if not self._thread.is_alive():
            return
        self._stopping.set()
        await self._gone
        await asyncio.to_thread(self._thread.join)

    def listen(self, number: int, told: Callable[..., None]) -> None:
        """From now on a call's events go there. Its last is "over"."""
        self._listeners[number] = told

    def do(self, number: int, what: Callable[[Any, PjCall], object]) -> None:
        """Have this done to a call, with pjsua2 as first argument. Nothing when it is over. Raises
        CapacityError when PJSIP does not keep up."""

        def done() -> None:
            if (call := self._calls.get(number)) is not None and not call.ended:
                what(self._pj, call)

        self._ask(done)

    def call(self, to: str, caller: str, headers: Headers, told: Callable[..., None]) -> int:
        """Call a SIP address with these headers; the call's number. That it cannot even begin is told as its
        end. Raises CapacityError."""
        number = next(self._numbers)
        self._ask(lambda: self._place(number, to, caller, headers))
        self.listen(number, told)
        return number

    def _ask(self, what: Callable[[], None]) -> None:
        try:
            self._asked.put_nowait(what)
        except queue.Full:
            raise CapacityError("PJSIP does not keep up with what it is asked") from None

    def _deliver(self, number: int, event: str, *values: Any) -> None:
        told = self._listeners.get(number) if event != "over" else self._listeners.pop(number, None)
        if told is not None:
            told(event, *values)

    # -- for PJSIP's thread

    def _run(self) -> None:
        try:
            room = self._begin()
        except Exception as error:
            self._end()
            reason = StartupError(f"PJSIP does not start: {_said(error)}")
            self._loop.call_soon_threadsafe(self._ready.set_exception, reason)
        else:
            self._loop.call_soon_threadsafe(self._ready.set_result, room)
            self._serve()
            self._end()
        self._loop.call_soon_threadsafe(self._gone.set_result, None)

    def _begin(self) -> int:
        import pjsua2 as pj

        from sip.pjsua2.directors import PjAccount

        self._pj, wanted = pj, self._options
        endpoint = self._endpoint = pj.Endpoint()
        endpoint.libCreate()
        self.version = str(endpoint.libVersion().full)
        config = pj.EpConfig()
        config.logConfig.level = config.logConfig.consoleLevel = 0
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.userAgent = wanted.user_agent
        # Its default is what the bindings were built for (PJSUA_MAX_CALLS).
        room = config.uaConfig.maxCalls = min(int(config.uaConfig.maxCalls), wanted.calls)
        config.medConfig.clockRate = config.medConfig.sndClockRate = 16_000
        config.medConfig.audioFramePtime = 20
        config.medConfig.maxMediaPorts = room + 8
        config.medConfig.noVad = True
        endpoint.libInit(config)
        for kind in ("UDP", "TCP") if wanted.tcp else ("UDP",):
            transport = pj.TransportConfig()
            transport.port, transport.boundAddress = wanted.port, wanted.host
            transport.publicAddress = wanted.public_host
            endpoint.transportCreate(getattr(pj, f"PJSIP_TRANSPORT_{kind}"), transport)
        endpoint.libStart()
        endpoint.audDevManager().setNullDev()
        _prefer(endpoint, wanted.codecs)
        account = pj.AccountConfig()
        account.idUri = f"sip:{_bracketed(wanted.public_host or wanted.host)}:{wanted.port}"
        account.regConfig.registerOnAdd = False
        account.natConfig.contactRewriteUse = account.natConfig.viaRewriteUse = 0
        account.natConfig.sipOutboundUse = 0
        account.mediaConfig.srtpUse = pj.PJMEDIA_SRTP_DISABLED
        audio = account.mediaConfig.transportConfig
        audio.port, audio.portRange = wanted.ports[0], wanted.ports[1] - wanted.ports[0]
        audio.boundAddress, audio.publicAddress = wanted.audio_host, wanted.public_audio_host
        self._account = PjAccount(self._incoming)
        self._account.create(account, True)
        return room

    def _serve(self) -> None:
        looked_at = time.monotonic()
        while not self._stopping.is_set():
            self._endpoint.libHandleEvents(POLL_MS)
            self._do_asked()
            self._let_go()
            if (now := time.monotonic()) - looked_at > STATS_EVERY_S:
                looked_at = now
                self._look()

    def _do_asked(self) -> None:
        for _ in range(self._asked.qsize()):
            what = self._asked.get_nowait()
            try:
                what()
            except Exception as error:
                log.warning("PJSIP: %s", _said(error))

    def _let_go(self) -> None:
        """Of calls that are over; within their callback they must stay."""
        for number in [number for number, call in self._calls.items() if call.ended]:
            del self._calls[number]

    def _look(self) -> None:
        for number, call in self._calls.items():
            if call.stream is None or call.ended:
                continue
            try:
                stat = call.getStreamStat(call.stream)
            except self._pj.Error:
                continue  # its audio is being made anew
            received, rtt = stat.rtcp.rxStat, stat.rtcp.rttUsec
            figures = PjFigures(
                int(received.pkt),
                int(received.loss),
                received.jitterUsec.mean / 1_000,
                rtt.mean / 1_000 if rtt.n else None,
                float(stat.jbuf.avgDelayMsec),
            )
            self._tell(number, "figures", figures)

    def _tell(self, number: int, event: str, *values: Any) -> None:
        self._loop.call_soon_threadsafe(self._deliver, number, event, *values)

    def _incoming(self, pj_number: int, message: str, source: str) -> None:
        number = next(self._numbers)
        self._made(number, pj_number)
        self._loop.call_soon_threadsafe(self._invited, number, message, source)

    def _made(self, number: int, pj_number: int) -> PjCall:
        from sip.pjsua2.directors import PjCall

        def told(event: str, *values: Any) -> None:
            self._tell(number, event, *values)

        call = self._calls[number] = PjCall(self._account, pj_number, told)
        return call

    def _place(self, number: int, to: str, caller: str, headers: Headers) -> None:
        call = self._made(number, -1)  # PJSUA_INVALID_ID
        parameters = op_param(self._pj, 0, headers)
        parameters.txOption.localUri = caller
        try:
            call.makeCall(to, parameters)
        except self._pj.Error as error:
            call.ended = True
            self._tell(number, "over", 503, _said(error))

    def _end(self) -> None:
        """Everything of PJSIP's away, on the thread that made it, and then PJSIP."""
        endpoint, pj = self._endpoint, self._pj
        if endpoint is None:
            return
        try:
            if self._calls:
                endpoint.hangupAllCalls()
            until = time.monotonic() + STOPPING_S
            while self._calls and time.monotonic() < until:
                endpoint.libHandleEvents(POLL_MS)
                self._let_go()
            for number in self._calls:
                self._tell(number, "over", 503, "the server was stopped")
            self._calls.clear()
            if self._account is not None:
                self._account.shutdown()
                self._account = None
            gc.collect()  # a destructor that runs after the end of PJSIP would crash the process
            endpoint.libDestroy()
        except pj.Error as error:
            log.warning("PJSIP ends badly: %s", _said(error))
        del endpoint
        self._endpoint = None


def _prefer(endpoint: Any, codecs: tuple[str, ...]) -> None:
    """These codecs alone, in this order."""
    wanted = [codec.lower() for codec in codecs]
    for each in endpoint.codecEnum2():
        name = each.codecId.partition("/")[0].lower()
        endpoint.codecSetPriority(each.codecId, 250 - wanted.index(name) if name in wanted else 0)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _said(error: Exception) -> str:
    """In one line; pjsua2's errors say theirs in a method."""
    info = getattr(error, "info", None)
    return str(info() if callable(info) else error).replace("\n", " ").strip() or type(error).__name__
