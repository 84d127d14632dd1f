"""The one owner of the calls of this process: whom an invitation reaches, outgoing calls, and their ends.

It knows no protocol and no agent: legs come with invitations and from a carrier, who talks comes from makers
of apps, one for each kind of agent. What happens within one call is in `live`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from mediaserver import logs
from mediaserver.calls.about import NOTHING, About, checked
from mediaserver.calls.agent_controls import AgentControls
from mediaserver.calls.call import Call
from mediaserver.calls.errands import OURS, CallWanted, Errand, agent_wanted, errand_of
from mediaserver.calls.events import EventBus, LiveEvent
from mediaserver.calls.handing_over import HandingOver
from mediaserver.calls.hold_music import SILENCE
from mediaserver.calls.joining import RING_TIMEOUT_S, Joining, unanswered
from mediaserver.calls.live import LiveCall, failed, not_for_us
from mediaserver.calls.means import Means
from mediaserver.calls.outbound_metering import API, OutboundMeter
from mediaserver.calls.playing import Frames
from mediaserver.calls.protocols import AppMaker, Carrier, Invitation, Steering, Talker, WrittenMaker
from mediaserver.calls.recorder import Recorder, RecordingState
from mediaserver.calls.recording_control import control_recording
from mediaserver.calls.recording_step import RecordingStep
from mediaserver.calls.referring import Referring, code_of
from mediaserver.calls.referring_away import refer_away
from mediaserver.calls.registry import CallRegistry
from mediaserver.calls.routes import (
    LONGEST,
    AgentSpec,
    Refused,
    Resolution,
    Routes,
    ToAgent,
    ToExtension,
    ToRing,
    nobody_at,
)
from mediaserver.calls.seat_kinds import SeatKind
from mediaserver.calls.setting_aside import bring_back
from mediaserver.calls.stored_first import StoreCall, StoredFirst
from mediaserver.calls.supervising import change_seat, pressed
from mediaserver.calls.targets import Targets
from mediaserver.calls.warm import Back, Manner, Warm, check_ring
from mediaserver.calls.warning_tone import warning_tone
from mediaserver.config import is_loopback
from mediaserver.errors import CallError, CapacityError, NoSuchCallError, VoiceForgeError
from mediaserver.media.clock import MediaClock
from mediaserver.media.leg import EndedBy, Leg, Termination, Why
from mediaserver.metrics import Metrics
from mediaserver.redaction.choices import RedactionChoices
from mediaserver.redaction.redactor import Redactor
from mediaserver.seldom import Seldom
from mediaserver.storage.records import Sink

log = logging.getLogger(__name__)

STOPPING_S = 0.5
"""So long after all have been hung up the last signalling may take."""
NOBODY: Mapping[str, float] = MappingProxyType({})


def everybody(agent: AgentSpec) -> bool:
    return True


class LocalSwitchboard:
    """Implements `mediaserver.calls.protocols.Switchboard`."""

    def __init__(
        self,
        *,
        routes: Routes,
        makers: Mapping[str, AppMaker],
        registry: CallRegistry,
        bus: EventBus,
        sink: Sink,
        metrics: Metrics,
        clock: MediaClock,
        recorder: Recorder,
        targets: Targets,
        record: bool = True,
        hold_music: Frames = SILENCE,
        warm: Manner = Manner(),  # noqa: B008 - it never changes
        supervisor_keys: bool = False,
        redaction: RedactionChoices = RedactionChoices(),  # noqa: B008 - it never changes
    ) -> None:
        """`makers`: by kind of agent. `targets`: whom calls may go out to. `record`: whether calls are
        recorded whose agent does not say no. `hold_music`: for a hold that names none. `warm`:
        how warm transfers are done. `supervisor_keys`: who listens changes seats by key. `redaction`: what is
        left out of what calls leave behind whose agents do not say otherwise."""
        self._routes = routes
        self._makers = makers
        self._registry = registry
        self._bus = bus
        self._sink = sink
        self._redaction = redaction
        self._record = record
        self.targets = targets
        self._hold_music = hold_music
        self._means = Means(clock, sink, metrics, recorder, self._spawn, hold_music)
        self._joining = Joining(targets, self._means, self._way_out)
        self._handing_over = HandingOver(self._joining, hold_music, warm)
        self._pressed = pressed if supervisor_keys else not_for_us
        self._live: dict[UUID, LiveCall] = {}
        self._referring = Referring(
            routes, targets, self._joining, self._make, self._live.values, self._spawn
        )
        self._placing: dict[UUID, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.carriers: list[Carrier] = []
        """The ways out: whoever opens one adds it. The first that serves a target calls it."""
        self.outbound: OutboundMeter | None = None
        """The limits on calls out, where there are any."""
        self._forbidden = Seldom()
        self.transcript_url: Callable[[UUID], str] | None = None
        """Where a caller on this machine may read the transcript of its call; None: nowhere."""

    # -- what exists

    @property
    def draining(self) -> bool:
        return self._registry.draining

    @property
    def overloaded(self) -> bool:
        """New calls are refused for the sake of those that are up."""
        return self._registry.overloaded

    def __len__(self) -> int:
        return len(self._registry)

    def __iter__(self) -> Iterator[Call]:
        return iter(self._registry)

    def get(self, call_id: UUID) -> Call | None:
        return self._registry.get(call_id)

    def is_live(self, call_id: UUID) -> bool:
        return self._registry.is_live(call_id)

    def snapshot(self) -> list[dict[str, Any]]:
        return self._registry.snapshot()

    # -- calls come in

    def invited(self, invitation: Invitation) -> None:
        """A new call. Returns at once; the rest happens in a task of the call's own."""
        leg = invitation.leg
        if invitation.replaces is not None:
            self._referring.replaces(leg, invitation.replaces)
            return
        to = self._lead(invitation)
        if isinstance(to, Refused):
            why = Why.NOT_FOUND if to.code == 404 else Why.REJECTED
            self._spawn(leg.hangup(Termination(EndedBy.SERVER, why, to.code, to.why)))
            return
        agent = to.agent if isinstance(to, ToAgent) else None
        try:
            self._registry.check_room()
        except CapacityError as error:
            log.warning("call to %r refused: %s", invitation.dialled[:LONGEST], error)
            self._spawn(leg.hangup(Termination(EndedBy.SERVER, Why.FAILED, 503, str(error))))
            return
        owner = agent.owner if agent is not None else None
        call = self._new_call(
            "inbound", invitation.from_uri, invitation.to_uri, agent, invitation.about, owner
        )
        call.payer = invitation.payer
        live = self._new_live(call, leg)
        live.hops_left = invitation.hops_left
        self._spawn(self._serve(live, invitation, to))

    def _lead(self, invitation: Invitation) -> Resolution:
        """Where it leads. The list of what this caller may dial comes first: were what exists looked at
        before, the answers would tell."""
        dialled, reach, refused = invitation.dialled, invitation.reach, self._means.metrics.calls_refused
        to: Resolution = Refused(403, "this caller may not call there")
        if reach.may_ask_for(dialled):
            to = self._routes.resolve(dialled, datetime.now(UTC))
            if isinstance(to, Refused):
                refused.labels("unknown" if to.code == 404 else "unfit").inc()
                return to
            if reach.may_reach(to):
                return to
            to = nobody_at(dialled)
        refused.labels("forbidden").inc()
        if (unsaid := self._forbidden.due(time.monotonic())) is not None:
            more = f" (and {unsaid} more such calls since the last such line)" if unsaid else ""
            log.warning(
                "the caller at %s may not call %r%s: see may_dial",
                invitation.source_host,
                dialled[:LONGEST],
                more,
            )
        return to

    async def _serve(
        self, live: LiveCall, invitation: Invitation, to: ToAgent | ToExtension | ToRing
    ) -> None:
        call, leg = live.call, live.first.leg
        with logs.in_call(call.id):
            log.info("%s calls %s", call.from_uri, call.to_uri)
            try:
                if live.over:
                    return  # it was taken back before our first step: no agent is made for it
                call.ring()
                await leg.ring()
                if isinstance(to, ToAgent):
                    live.talks_to(self._make(to.agent, live))
                    await self._answer(live, invitation, record=to.agent.recording)
                elif isinstance(to, ToRing):
                    self.targets.check(to.to)
                    await self._bridge(live, invitation, to.to)
                else:
                    await self._bridge(live, invitation, to.extension)
            except VoiceForgeError as error:
                over = leg.termination
                if over is not None and over.why is Why.SHUTDOWN:
                    log.info("the call was not answered: the server is being stopped")
                else:
                    log.warning("the call could not be answered: %s", error)
                await leg.hangup(_could_not(error))
            except Exception as error:
                log.exception("the call failed")
                await leg.hangup(failed(error))

    async def _answer(self, live: LiveCall, invitation: Invitation, *, record: bool) -> None:
        if self.transcript_url is not None and is_loopback(invitation.source_host):
            invitation.announce(self.transcript_url(live.call.id))
        leg = live.first.leg
        await leg.answer()
        if leg.termination is None:
            live.call.answer()
            live.begin(record=record and self._record)

    async def _bridge(self, live: LiveCall, invitation: Invitation, to: str) -> None:
        """Ring a phone and connect the two."""
        far: Leg | None = None
        try:
            far = await self._joining.bridge(live, to)
            if far is None:
                return  # the caller gave up
            callee = live.admit(far, "callee")
        except CallError as error:
            why = unanswered(error)
            if far is not None and far.termination is not None:  # it hung up as it answered
                why = replace(far.termination.on_call(far.direction), code=480)
            await live.first.leg.hangup(why)
            return
        try:
            await self._answer(live, invitation, record=True)
        except BaseException:
            await far.hangup(Termination(EndedBy.SERVER, Why.FAILED))
            raise
        live.attach(callee)

    # -- legs that are up already

    def join(
        self,
        leg: Leg,
        agent: AgentSpec,
        *,
        owner: UUID | None,
        about: About,
        from_uri: str,
        to_uri: str,
        words_only: bool = False,
        maker: AppMaker | None = None,
    ) -> Call:
        about = checked(about)
        maker = maker or self._maker(agent)
        if words_only and not isinstance(maker, WrittenMaker):
            raise CallError(f"agents of kind {agent.kind} only speak: choose the mode voice", 480)
        if not words_only:
            maker.check(agent)
        self._registry.check_room()
        call = self._new_call("inbound", from_uri, to_uri, agent, about, owner)
        live = self._new_live(call, leg)
        with logs.in_call(call.id):
            log.info("%s joins %s", from_uri, to_uri)
            try:
                live.talks_to(self._make(agent, live, words_only, maker))
            except Exception as error:
                why = _could_not(error) if isinstance(error, VoiceForgeError) else failed(error)
                leg.on_event = None
                call.end(why)
                live.is_over(why)
                raise
        call.answer()
        live.begin(record=agent.recording and self._record)
        return call

    def steering(self, call_id: UUID) -> Steering:
        live = self._talked_in(call_id)
        talker = live.talker
        if talker is None or talker.steering is None or live.aside is not None:
            raise CallError("whoever talks in this call goes by the voice alone")
        return talker.steering

    # -- calls go out

    def place(
        self,
        to: str,
        agent: str | AgentSpec,
        *,
        caller: str = "",
        ring_s: float = RING_TIMEOUT_S,
        about: About = NOTHING,
        owner: UUID | None = None,
        may_use: Callable[[AgentSpec], bool] = everybody,
        first: StoredFirst | None = None,
    ) -> Call:
        self.targets.check(to)
        self.targets.check_caller(caller)
        if self.outbound is not None:
            self.outbound.check(API, to)
        check_ring(ring_s)
        about = checked(about)
        spec = self._routes.agent(agent) if isinstance(agent, str) else agent
        if spec is None or not may_use(spec):
            name = agent if isinstance(agent, str) else agent.name
            raise CallError(f"there is no agent {name!r}", 404)
        return self._begin(to, spec, caller, ring_s, about, owner, first=first)

    async def place_stored(self, to: str, agent: str | AgentSpec, store: StoreCall, **more: Any) -> Call:
        first = StoredFirst(store)
        call = self.place(to, agent, first=first, **more)
        await first.wait()
        return call

    def called_for(self, wanted: CallWanted) -> None:
        """Somebody outside of all calls wants an agent to call somebody: answer it, and do it."""
        whom = wanted.whom
        try:
            spec, to = agent_wanted(self._routes, wanted), self._referring.lead(whom)
            if isinstance(to, AgentSpec):
                raise CallError("agents do not call each other", 488)
            errand = errand_of(wanted)
            if self.outbound is not None:
                self.outbound.check(whom.payer, to)
            call = self._begin(to, spec, "", RING_TIMEOUT_S, NOTHING, spec.owner, errand)
        except VoiceForgeError as error:
            whom.answer.refuse(code_of(error), str(error))
            return
        with logs.in_call(call.id):
            log.info("%s has %s call %s", wanted.sender, spec.name, to)
        call.note("asked_for", by=wanted.sender, to=to)
        whom.answer.accept()

    def _begin(
        self,
        to: str,
        spec: AgentSpec,
        caller: str,
        ring_s: float,
        about: About,
        owner: UUID | None,
        errand: Errand = OURS,
        *,
        first: StoredFirst | None = None,
    ) -> Call:
        """Raises CallError, CapacityError."""
        self._maker(spec).check(spec)  # nobody's phone is to ring for an agent that cannot talk
        self._registry.check_room()
        begin = first is None
        call = self._new_call("outbound", caller or spec.name, to, spec, about, owner, begin=begin)
        if errand.behalf is not None:
            call.payer = errand.behalf.payer
        task = asyncio.create_task(self._place(call, to, spec, caller, ring_s, errand, first))
        self._placing[call.id] = task

        def placed(task: asyncio.Task[None]) -> None:
            del self._placing[call.id]
            if task.cancelled():  # maybe before its first step
                call.end(Termination(EndedBy.SERVER, Why.CANCELLED))
            errand.tell(487)  # unless it was told how it ended
            if first is not None:
                first.given_up()

        task.add_done_callback(placed)
        return call

    async def _place(
        self,
        call: Call,
        to: str,
        agent: AgentSpec,
        caller: str,
        ring_s: float,
        errand: Errand,
        first: StoredFirst | None,
    ) -> None:
        def rings() -> None:
            call.ring()
            errand.tell(180)

        with logs.in_call(call.id):
            if first is not None and not await first.stored(call):
                return
            try:
                way_out = self._way_out(to, call)
                leg = await way_out.place(
                    to, caller, timeout_s=ring_s, on_ringing=rings, hops=errand.hops, about=call.about,
                    behalf=errand.behalf,
                )  # fmt: skip
            except VoiceForgeError as error:
                call.end(unanswered(error))
                errand.tell(code_of(error))
                return
            except Exception as error:
                log.exception("the call failed")
                call.end(failed(error))
                return
            live = self._new_live(call, leg)
            if leg.termination is not None:
                return  # it hung up at once
            call.answer()
            try:
                live.talks_to(self._make(agent, live))
                live.begin(record=agent.recording and self._record)
                errand.tell(200)
            except VoiceForgeError as error:
                log.warning("the call has no agent: %s", error)
                errand.tell(code_of(error))
                await leg.hangup(_could_not(error))
            except Exception as error:
                log.exception("the call failed")
                await leg.hangup(failed(error))

    # -- what is asked of a call

    async def hang_up(self, call_id: UUID, why: Termination | None = None) -> None:
        if placing := self._placing.get(call_id):
            placing.cancel()
        if live := self._live.get(call_id):
            await live.first.leg.hangup(why or Termination(EndedBy.SERVER, Why.HANGUP))
        elif placing is None:
            raise NoSuchCallError(call_id)

    async def transfer(self, call_id: UUID, to: str, warm: Warm | None = None) -> None:
        live = self._answered(call_id)
        if warm is not None:
            await self._handing_over.hand_over(live, to, warm)
        else:
            await self._joining.transfer(live, to)

    async def refer(self, call_id: UUID, to: str) -> None:
        live = self._answered(call_id)
        self._handing_over.check(live, to, None)
        if self.outbound is not None:  # a carrier that is sent elsewhere may have us pay for it
            self.outbound.count(live.call.payer, to)
        await refer_away(self._handing_over, live, to, self._hold_music)

    async def add(self, call_id: UUID, to: str) -> None:
        await self._joining.add(self._answered(call_id), to)

    async def monitor(self, call_id: UUID, to: str, heard_by: Mapping[str, float] = NOBODY) -> None:
        await self._joining.monitor(self._answered(call_id), to, heard_by)

    def listen(self, call_id: UUID, leg: Leg, heard_by: Mapping[str, float] = NOBODY) -> str:
        return self._answered(call_id).listen(leg, heard_by)

    def change_seat(
        self, call_id: UUID, party: str, seat: SeatKind, whisper_to: str = "", gain: float = 1.0
    ) -> None:
        change_seat(self._answered(call_id), party, seat, whisper_to, gain)

    def parties(self, call_id: UUID) -> list[dict[str, Any]]:
        return self._answered(call_id).parties()

    def set_gain(self, call_id: UUID, listener: str, speaker: str, gain: float) -> None:
        self._answered(call_id).seating.set_gain(listener, speaker, gain)

    def mute(self, call_id: UUID, party: str, muted: bool) -> None:
        self._answered(call_id).seating.mute(party, muted)

    def say(self, call_id: UUID, text: str) -> None:
        live = self._talked_in(call_id)
        talker = live.talker
        if talker is None or talker.say is None or live.aside is not None:
            raise CallError("nobody in this call can say that now")
        talker.say(text)

    def send_digits(self, call_id: UUID, digits: str) -> None:
        self._answered(call_id).send_digits(digits)

    def play(self, call_id: UUID, sound: Frames) -> None:
        self._answered(call_id).seating.play(sound)

    def stop_playing(self, call_id: UUID) -> None:
        self._answered(call_id).seating.stop_playing()

    def control_recording(self, call_id: UUID, step: RecordingStep) -> RecordingState:
        return control_recording(self._answered(call_id), step, may_start=self._record)

    def hold(self, call_id: UUID, music: Frames | None = None) -> None:
        self._answered(call_id).hold(self._hold_music if music is None else music)

    def resume(self, call_id: UUID) -> None:
        self._answered(call_id).resume()

    def warn(self, call_id: UUID) -> None:
        """Let everybody in a call hear that it will be ended soon, if it still lives."""
        live = self._live.get(call_id)
        if live is not None and live.first.attached and not live.over:
            live.seating.play(warning_tone())
            live.call.publish("ending_soon")

    # -- the end

    def refuse_new(self, refuse: bool) -> None:
        self._registry.refuse_new(refuse)

    async def emptied(self) -> None:
        await self._registry.emptied()

    async def stop(self, goodbye: str, within_s: float) -> None:
        self._registry.start_draining()
        await self.end_all(goodbye, within_s)

    async def end_all(self, goodbye: str, within_s: float) -> None:
        for task in tuple(self._placing.values()):
            task.cancel()
        async with asyncio.TaskGroup() as group:
            for live in list(self._live.values()):
                group.create_task(self._end(live, goodbye, within_s))
                await asyncio.sleep(0)  # all at once would hold the others' audio up
        with suppress(TimeoutError):
            async with asyncio.timeout(STOPPING_S):
                await self._registry.emptied()

    def watch(self, call_id: UUID | None = None) -> AsyncGenerator[LiveEvent, None]:
        return self._bus.watch(call_id)

    async def close(self) -> None:
        """Cancel what is still being set up, and end all watches; for the very end."""
        self._bus.close()
        tasks = [*self._tasks, *self._placing.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _end(self, live: LiveCall, goodbye: str, within_s: float) -> None:
        live.draining = True
        live.stop_ringing()
        if live.first.held is not None:
            live.resume()  # the goodbye is to be heard
        bring_back(live, Back.FAILED, "")
        shutdown = live.talker.shutdown if live.talker is not None else None
        if shutdown is not None and (live.first.attached or live.words_only) and goodbye:
            await shutdown(goodbye, within_s)
        await live.first.leg.hangup(Termination(EndedBy.SERVER, Why.SHUTDOWN))

    # -- inside

    def _new_call(
        self,
        direction: str,
        from_uri: str,
        to_uri: str,
        agent: AgentSpec | None,
        about: About,
        owner: UUID | None,
        *,
        begin: bool = True,
    ) -> Call:
        """`agent`: whom it begins with; None for a call between phones. `owner`: the key whose call it is.
        `begin`: as `Call` has it."""
        app = agent.name if agent is not None else "extension"
        call = Call(
            uuid4(), direction, from_uri, to_uri, app, self._sink, self._bus,
            agent=agent.name if agent is not None else "",
            agent_version=agent.version if agent is not None else None, about=about, owner=owner,
            redactor=self.redactor_of(agent),
            begin=begin,
        )  # fmt: skip
        self._registry.add(call)
        return call

    def redactor_of(self, agent: AgentSpec | None) -> Redactor | None:
        """What leaves numbers and names out of a call of this agent's; None: nothing is left out."""
        choices = self._redaction if agent is None else self._redaction.changed(agent.redaction)
        return Redactor(choices) if choices.enabled else None

    def _new_live(self, call: Call, leg: Leg) -> LiveCall:
        live = self._live[call.id] = LiveCall(call, leg, self._means, self._gone, self._pressed)
        live.asked_for_transfer = lambda party, asked: self._referring.asked(live, party, asked)
        live.watch()
        return live

    def _make(
        self,
        agent: AgentSpec,
        live: LiveCall,
        words_only: bool = False,
        maker: AppMaker | None = None,
    ) -> Talker:
        if live.call.redactor is None:  # an agent that goes on with a call may turn it on, never off
            live.call.redactor = self.redactor_of(agent)
        maker = maker or self._maker(agent)
        controls = AgentControls(live, self._handing_over, self._spawn)
        if words_only and isinstance(maker, WrittenMaker):
            return maker.make_written(agent, live.call, controls)
        return maker.make(agent, live.call, live.agents_leg, controls)

    def _maker(self, agent: AgentSpec) -> AppMaker:
        maker = self._makers.get(agent.kind)
        if maker is None:
            raise CallError(f"agent {agent.name}: nobody makes agents of kind {agent.kind!r}", 500)
        return maker

    def _way_out(self, to: str, call: Call | None = None) -> Carrier:
        """Who calls there, for this call."""
        carrier = next((each for each in self.carriers if each.serves(to)), None)
        if carrier is None:
            raise CallError(f"there is no way to call {to}", 503)
        return carrier if self.outbound is None else self.outbound.metered(carrier, to, call)

    def _talked_in(self, call_id: UUID) -> LiveCall:
        """Raises NoSuchCallError, and CallError for a call that nobody talks in yet."""
        live = self._live.get(call_id)
        if live is None and call_id not in self._placing:
            raise NoSuchCallError(call_id)
        if live is None or not (live.first.attached or live.words_only):
            raise CallError("the call is not answered yet")
        return live

    def _answered(self, call_id: UUID) -> LiveCall:
        """Raises NoSuchCallError, and CallError for a call in which nothing is to be heard, or not yet."""
        live = self._talked_in(call_id)
        if live.words_only:
            raise CallError("this call is in writing: nothing is heard in it")
        return live

    def _gone(self, live: LiveCall) -> None:
        self._live.pop(live.call.id, None)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _could_not(error: VoiceForgeError) -> Termination:
    code = error.code if isinstance(error, CallError) else 503 if isinstance(error, CapacityError) else 500
    return Termination(EndedBy.SERVER, Why.FAILED, code, str(error))
