"""Builds one server from its settings: the place where SIP, media, pipeline, store and HTTP meet.

Order of start: what can fail for the operator's reasons comes first; SIP opens last, so that nobody can call
before there is somebody who listens.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import asyncpg
from aiohttp import web

from api.app import build_app
from api.context import ApiContext
from cli.agents import fault, makers
from cli.serving.speech import Speech
from mediaserver.calls.directory import Directory
from mediaserver.calls.events import EventBus
from mediaserver.calls.hold_music import SILENCE, hold_music
from mediaserver.calls.playing import Frames
from mediaserver.calls.recorder import Recorder, salvage
from mediaserver.calls.registry import CallRegistry
from mediaserver.calls.sounds import Sounds
from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.calls.targets import Targets
from mediaserver.config import Settings, is_loopback
from mediaserver.data_folder import make_data_folder
from mediaserver.diagnosis.health import Health
from mediaserver.diagnosis.media_clock import ClockHealth
from mediaserver.errors import CapacityError, ConfigError, PeerError, PortInUseError
from mediaserver.media.clock import MediaClock, quiet_gc
from mediaserver.media.hearing import SWITCH_S
from mediaserver.metrics import Metrics
from mediaserver.rtp.wire import RtpWire
from mediaserver.storage.migrations import migrate
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection, open_pool
from mediaserver.storage.presence import NodeName, Presence
from mediaserver.storage.writer import StoreWriter
from pipelines.engines.builtin import VAD, registry
from pipelines.engines.protocols import Kind
from pipelines.engines.registry import EngineOptions
from pipelines.engines.running import Engines
from sip.calls.carrier import SipCarrier
from sip.calls.registrar import Registrar
from sip.calls.user_agent import SipAgent, legs_for
from sip.transport.listening import try_port

log = logging.getLogger(__name__)

GOODBYE_S = 3.2
"""Of the five seconds that a stop may take, this much belongs to the callers."""
WATCH_S = 1.0
ENGINES_S = 20.0
"""Engines that take longer to start do not keep the server from answering."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a started server can be reached."""

    sip: str
    """HOST:PORT for UDP and TCP."""
    http: str
    """Base address."""

    def as_dict(self) -> dict[str, Any]:
        return {"sip": self.sip, "http": self.http}


class Server:
    """One running server. `start` raises a VoiceForgeError whose text is one clear line; `stop` may follow
    a start that failed half-way."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._began = time.perf_counter()
        self._undo = contextlib.AsyncExitStack()
        self.health = Health("database", "sip")
        self.metrics = Metrics()
        self.bus = EventBus()
        self.registry = CallRegistry(settings.sip.max_calls, self.metrics)
        self._switchboard: LocalSwitchboard | None = None
        self._writer: StoreWriter | None = None
        self._ready = False

    async def start(self) -> Addresses:
        """Start everything. Returns when calls are answered."""
        settings = self._settings
        await asyncio.to_thread(make_data_folder, settings.data)
        context = ApiContext(settings, self.bus, self.health, self.metrics)
        http = await self._open_http(context)
        try_port(settings.sip.host, settings.sip.port, settings.sip.tcp)
        wire = RtpWire(
            settings.rtp_host,
            (settings.rtp.port_min, settings.rtp.port_max),
            media_timeout_s=settings.rtp.media_timeout_s,
        )
        self._undo.callback(wire.close)
        _try_rtp(wire)
        known = registry()
        engines = Engines(
            known,
            {
                Kind.STT: EngineOptions(settings.engines.stt_workers),
                Kind.TTS: EngineOptions(settings.engines.tts_workers),
            },
        )
        self._undo.push_async_callback(engines.stop)
        speech = Speech(engines, settings.engines, self.metrics.calls_refused.labels("engines").inc)
        cache = EngineOptions(cache=settings.data / "cache")
        try:
            async with asyncio.TaskGroup() as group:
                database = group.create_task(self._open_database(speech))
                vad = group.create_task(asyncio.to_thread(known.make, Kind.VAD, VAD, cache))
        except BaseExceptionGroup as group_error:
            raise group_error.exceptions[0] from None
        await engines.settle(ENGINES_S)
        self.health.ask(speech.findings)
        pool, self._writer, directory = database.result()
        context.pool = pool

        sys.setswitchinterval(SWITCH_S)
        clock = MediaClock(vad.result(), phases=settings.media.phases, threaded_hearing=True)
        self.metrics.watch_clock(clock)
        clock.start()
        self._undo.callback(clock.stop)
        recorder = Recorder(settings.recordings, self._writer, self.metrics)
        self._undo.push_async_callback(recorder.close)
        registrar = Registrar(
            settings.sip.realm,
            {name: secret.get_secret_value() for name, secret in settings.sip.extensions.items()}.get,
            algorithms=settings.sip.digest,
        )
        switchboard = self._switchboard = LocalSwitchboard(
            routes=directory,
            makers=makers(speech),
            registry=self.registry,
            bus=self.bus,
            sink=self._writer,
            metrics=self.metrics,
            clock=clock,
            recorder=recorder,
            targets=Targets(settings.sip.extensions, settings.sip.allowed_targets),
            record=settings.recording.enabled,
            hold_music=await asyncio.to_thread(_hold_music, settings),
        )
        self._undo.push_async_callback(switchboard.close)
        context.switchboard = switchboard
        if is_loopback(settings.http.host):
            switchboard.http = http
        agent = SipAgent(
            host=settings.sip.host,
            port=settings.sip.port,
            wire=wire,
            on_invite=switchboard.invited,
            registrar=registrar,
            tcp=settings.sip.tcp,
            max_legs=legs_for(settings.sip.max_calls),
            on_refused=lambda reason: self.metrics.calls_refused.labels(reason).inc(),
            advertised=settings.sip.public_host or None,
        )
        switchboard.carrier = SipCarrier(agent, registrar)
        await agent.start()
        self._undo.push_async_callback(agent.stop)
        self._watch(engines, clock)
        quiet_gc()
        self._ready = True
        context.sip_address = f"{settings.sip.host}:{agent.port}"
        self.health.set("sip", True, f"answers sip:demo@{context.sip_address}")
        log.info(
            "ready in %.1f s: call sip:demo@%s, watch %s/",
            time.perf_counter() - self._began, context.sip_address, http,
        )  # fmt: skip
        return Addresses(context.sip_address, http)

    async def stop(self) -> None:
        """No new calls, goodbye to those that run, everything stored: within five seconds."""
        if self._switchboard is not None:
            self.registry.start_draining()
            self.health.set("sip", False, "the server is being stopped")
            await self._switchboard.end_all(self._settings.agent.goodbye, GOODBYE_S)
            await self.registry.drain(0.5)
        await self._undo.aclose()
        if self._ready:
            log.info("stopped")

    async def _open_http(self, context: ApiContext) -> str:
        """Serve health and the page from the beginning, so that a start can be watched."""
        settings = self._settings.http
        runner = web.AppRunner(build_app(context), access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        self._undo.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, settings.host, settings.port)
        try:
            await site.start()
        except OSError as error:
            # asyncio's own text repeats the address and buries the reason.
            known = error.errno is not None and error.errno > 0
            reason = os.strerror(error.errno or 0) if known else error.strerror or str(error)
            raise PortInUseError(
                f"cannot listen on HTTP {settings.host}:{settings.port} ({reason}): "
                "end the process that holds the port, or choose another with http.port"
            ) from None
        host, port = runner.addresses[0][:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    async def _open_database(self, speech: Speech) -> tuple[asyncpg.Pool, StoreWriter, Directory]:
        database = self._settings.database
        dsn, revive = database.url.get_secret_value(), None
        if not dsn:
            embedded = EmbeddedPostgres(self._settings.data)
            self._undo.push_async_callback(embedded.stop)
            dsn, revive = await embedded.start(), embedded.ensure_running
        pool = await open_pool(dsn, database.pool_size)
        self._undo.callback(pool.terminate)
        async with pool.acquire() as connection:
            await migrate(connection)
        # The rows say which engines are needed; these start while the rest goes on.
        directory = Directory(
            lambda: open_connection(dsn),
            self._settings.sip.extensions,
            on_change=lambda: speech.follow(directory.agents()),
            check=fault,
        )
        self._undo.push_async_callback(directory.close)
        await directory.start()
        self.health.ask(directory.findings)
        name = NodeName(self._settings.data)
        self._undo.callback(name.release)
        presence = Presence(pool, name.id)
        self._undo.push_async_callback(presence.close)
        await presence.start()
        writer = StoreWriter(pool, self._settings.data, self.metrics, revive, node=name.id)
        self._undo.push_async_callback(writer.close)
        # What the last process still had goes first, so that an interrupted call has its whole transcript.
        await writer.start()
        interrupted = await presence.close_own()
        for call_id, began in interrupted:
            if made := await asyncio.to_thread(salvage, self._settings.recordings, call_id, began):
                writer.put(made)
        if interrupted:
            log.warning(
                "%d calls were live when the last process died; closed as interrupted", len(interrupted)
            )
        self.health.set("database", True, "PostgreSQL" if database.url.get_secret_value() else "embedded")
        return pool, writer, directory

    def _watch(self, engines: Engines, clock: MediaClock) -> None:
        """Keep health and counters true, once a second."""
        restarts: Counter[str] = Counter()

        media = ClockHealth(clock, lambda: len(clock))
        self.health.ask(lambda: [media.look()])

        def look() -> None:
            for state in engines.states:
                self.metrics.engine_restarts.labels(state.name).inc(state.restarts - restarts[state.name])
                restarts[state.name] = state.restarts
            if self._writer is not None:
                healthy = self._writer.healthy
                self.health.set(
                    "database", healthy, "" if healthy else f"{self._writer.waiting} records wait for it",
                    "" if healthy else "start PostgreSQL; nothing is lost meanwhile",
                )  # fmt: skip

        async def timings() -> None:
            async for event in self.bus.watch():
                if event.kind == "latency" and "voice_to_voice" in event.data:
                    self.metrics.voice_to_voice.observe(event.data["voice_to_voice"] / 1000)
                elif event.kind == "barge_in":
                    self.metrics.barge_in.observe(event.data["ms"] / 1000)

        async def every_second() -> None:
            while True:
                look()
                await asyncio.sleep(WATCH_S)

        for work in (every_second(), timings()):
            self._undo.callback(asyncio.create_task(work).cancel)


def _hold_music(settings: Settings) -> Frames:
    """What the settings name. Raises ConfigError."""
    match settings.sounds.hold_music:
        case "built-in":
            return hold_music()
        case "silence":
            return SILENCE
        case name:
            try:
                return Sounds(settings.sounds_folder).read(name)
            except PeerError as error:
                raise ConfigError(f"sounds.hold_music: {error}") from None


def _try_rtp(wire: RtpWire) -> None:
    """Open one pair of ports. Raises PortInUseError when no call could ever have audio on this address."""
    try:
        wire.open().close()
    except CapacityError as error:
        log.warning("calls will be refused: %s", error)
