"""Which app answers which SIP address, and the life of a call around it: records, recording, the clock.

sip:demo@   the room-booking agent        sip:echo@   what is heard comes back
sip:EXT@    a phone that is registered    anything else is 404
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from mediaserver import logs
from mediaserver.calls.call import Call
from mediaserver.calls.echo import EchoApp
from mediaserver.calls.events import EventBus
from mediaserver.calls.recorder import Recorded, Recorder
from mediaserver.calls.registry import CallRegistry
from mediaserver.calls.room import Room
from mediaserver.config import Settings, is_loopback
from mediaserver.errors import CallError, CapacityError
from mediaserver.media.clock import MediaClock
from mediaserver.media.leg import App, Digit, Ended, EndedBy, Leg, LegEvent, Termination, Why
from mediaserver.metrics import Metrics
from mediaserver.storage.records import LegClosed, LegOpened, Sink
from pipelines.conversation.session import AgentSession
from pipelines.engines.protocols import Stt, Tts
from pipelines.flows.booking import booking_agent
from sip.calls.carrier import SipCarrier
from sip.calls.invitation import SipInvitation
from sip.calls.leg import SipLeg

log = logging.getLogger(__name__)

RING_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Services:
    """What the calls of one server share."""

    settings: Settings
    registry: CallRegistry
    bus: EventBus
    sink: Sink
    metrics: Metrics
    clock: MediaClock
    recorder: Recorder
    stt: Stt
    tts: Tts


@dataclass(slots=True)
class _Live:
    """A call and what belongs to it while it lives."""

    call: Call
    incoming: SipInvitation
    app: App | None = None
    session: AgentSession | None = None
    leg_id: UUID | None = None
    ringing: asyncio.Task[SipLeg] | None = None


class Router:
    """Answers incoming calls. `carrier` is set once it exists."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._tasks: set[asyncio.Task[None]] = set()
        self._live: dict[UUID, _Live] = {}
        self.carrier: SipCarrier | None = None
        self.http = ""
        """Base address of the HTTP server when callers on this machine may read their transcript there."""

    def on_invite(self, incoming: SipInvitation) -> None:
        """A new call. Returns at once; the rest happens in a task of the call's own."""
        user = incoming.dialled
        if user == "echo":
            name, connect = "echo", self._echo
        elif user == "demo":
            name, connect = "demo", self._demo
        elif user in self._services.settings.sip.extensions:
            name, connect = "extension", self._extension
        else:
            self._spawn(incoming.leg.hangup(Termination(EndedBy.SERVER, Why.NOT_FOUND, 404)))
            return
        services = self._services
        try:
            services.registry.check_room()
        except CapacityError as error:
            log.warning("call to %s refused: %s", name, error)
            self._spawn(incoming.leg.hangup(Termination(EndedBy.SERVER, Why.FAILED, 503, str(error))))
            return
        call = Call(uuid4(), "inbound", incoming.from_uri, incoming.to_uri, name, services.sink, services.bus)
        services.registry.add(call)
        live = self._live[call.id] = _Live(call, incoming)
        incoming.leg.on_event = lambda event: self._on_event(live, event)
        self._spawn(self._serve(live, connect))

    async def end_all(self, goodbye: str, within_s: float) -> None:
        """The server stops: let agents say goodbye, then hang up what is left."""
        async with asyncio.TaskGroup() as group:
            for live in list(self._live.values()):
                group.create_task(self._end(live, goodbye, within_s))

    async def close(self) -> None:
        """Cancel what is still being set up; for the very end."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ---- the life of one call

    async def _serve(self, live: _Live, connect: Callable[[_Live], Awaitable[None]]) -> None:
        with logs.in_call(live.call.id):
            call, leg = live.call, live.incoming.leg
            log.info("%s calls %s", call.from_uri, call.to_uri)
            try:
                call.ring()
                await leg.ring()
                await connect(live)
            except (CallError, CapacityError) as error:
                log.warning("the call could not be answered: %s", error)
                code = error.code if isinstance(error, CallError) else 503
                await leg.hangup(Termination(EndedBy.SERVER, Why.FAILED, code, str(error)))
            except Exception as error:
                log.exception("the call failed")
                await leg.hangup(Termination(EndedBy.SERVER, Why.FAILED, 500, type(error).__name__))

    async def _answer(self, live: _Live, app: App) -> None:
        """Take the call and give it to the app."""
        services, call, leg = self._services, live.call, live.incoming.leg
        if self.http and is_loopback(live.incoming.source_host):
            live.incoming.announce(f"{self.http}/api/telephony/calls/{call.id}/events")
        await leg.answer()
        if leg.termination is not None:
            return
        call.answer()
        if services.settings.recording.enabled:
            app = Recorded(app, services.recorder.open(call.id, call.started))
        live.app = app
        live.leg_id = self._opened(call, leg)
        services.clock.attach(leg, app, lambda error: self._app_failed(live, error))

    async def _echo(self, live: _Live) -> None:
        await self._answer(live, EchoApp())

    async def _demo(self, live: _Live) -> None:
        services = self._services
        session = AgentSession(
            live.call,
            booking_agent(live.call.id, date.today()),
            services.stt,
            services.tts,
            lambda why: self._spawn(live.incoming.leg.hangup(why)),
            live.incoming.leg,
            voice=services.settings.engines.voice,
        )
        live.session = session
        await self._answer(live, session)

    async def _extension(self, live: _Live) -> None:
        """Ring a registered phone and connect the two."""
        leg, call = live.incoming.leg, live.call
        if self.carrier is None:
            raise CallError("the server is still starting", 480)
        ringing = asyncio.create_task(
            self.carrier.place(live.incoming.dialled, call.from_uri, timeout_s=RING_TIMEOUT_S), name="ring"
        )
        live.ringing = ringing
        try:
            far = await ringing
        except asyncio.CancelledError:
            if leg.termination is None:
                raise
            return  # the caller gave up; the phone was told by CANCEL
        except CallError as error:
            busy = error.code in (486, 600)
            why = Why.BUSY if busy else Why.NO_ANSWER
            await leg.hangup(Termination(EndedBy.NETWORK, why, error.code or 480, str(error)))
            return
        finally:
            live.ringing = None
        room = Room()
        here = room.join("caller", send_digit=leg.send_digit)
        there = room.join("callee", send_digit=far.send_digit)

        def part(ended: Call) -> None:
            if ended.termination is not None:
                self._spawn(far.hangup(ended.termination))

        call.on_end(part)
        far_id = self._opened(call, far)

        def on_far_event(event: LegEvent) -> None:
            there.on_event(event)
            if isinstance(event, Ended):
                self._closed(far_id, far)
                self._spawn(leg.hangup(event.termination.on_call(far.direction)))

        far.on_event = on_far_event
        try:
            await self._answer(live, here)
        except BaseException:
            await far.hangup(Termination(EndedBy.SERVER, Why.FAILED))
            raise
        if far.termination is None and leg.termination is None:
            self._services.clock.attach(far, there, lambda error: self._spawn(leg.hangup(_failed(error))))

    def _on_event(self, live: _Live, event: LegEvent) -> None:
        if live.app is not None:
            live.app.on_event(event)
        if isinstance(event, Digit) and live.session is None:  # a session keeps its own digits
            live.call.note("dtmf", digit=event.digit, duration_ms=event.duration_ms)
            live.call.publish("digit", digit=event.digit)
        if not isinstance(event, Ended):
            return
        if live.ringing is not None:
            live.ringing.cancel()
        if live.leg_id is not None:
            self._closed(live.leg_id, live.incoming.leg)
        termination = event.termination.on_call(live.incoming.leg.direction)
        live.call.end(termination)
        self._live.pop(live.call.id, None)
        with logs.in_call(live.call.id):
            log.info("ended: %s", termination)

    async def _end(self, live: _Live, goodbye: str, within_s: float) -> None:
        if live.session is not None and live.app is not None and goodbye:
            await live.session.shutdown(goodbye, within_s)
        await live.incoming.leg.hangup(Termination(EndedBy.SERVER, Why.SHUTDOWN))

    def _app_failed(self, live: _Live, error: Exception) -> None:
        """What a call's app raised ends that call alone."""
        with logs.in_call(live.call.id):
            log.error("the app of the call failed", exc_info=error)
        self._spawn(live.incoming.leg.hangup(_failed(error)))

    def _opened(self, call: Call, leg: Leg) -> UUID:
        leg_id = uuid4()
        call.put(LegOpened(leg_id, call.id, leg.kind, leg.ref, leg.remote, leg.codec, datetime.now(UTC)))
        return leg_id

    def _closed(self, leg_id: UUID, leg: Leg) -> None:
        self._services.clock.detach(leg)
        stats = leg.stats().as_dict()
        self._services.sink.put(LegClosed(leg_id, datetime.now(UTC), stats))
        self._services.metrics.leg_closed(stats)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _failed(error: BaseException) -> Termination:
    return Termination(EndedBy.SERVER, Why.FAILED, 500, type(error).__name__)
