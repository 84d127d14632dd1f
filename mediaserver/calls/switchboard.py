"""The one owner of the calls of this process: what may be asked of them, and their ends.

It knows no protocol and no agent: legs come with invitations (`incoming_calls`) and from a carrier
(`outgoing_calls`), who talks comes from makers of apps, one for each kind of agent (`call_setup`). What
happens within one call is in `live`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any
from uuid import UUID

from mediaserver import logs
from mediaserver.calls.about import NOTHING, About, checked
from mediaserver.calls.call import Call
from mediaserver.calls.call_setup import CallSetup, could_not_begin
from mediaserver.calls.errands import CallWanted
from mediaserver.calls.events import EventBus, LiveEvent
from mediaserver.calls.handing_over import HandingOver
from mediaserver.calls.hold_music import SILENCE
from mediaserver.calls.incoming_calls import IncomingCalls
from mediaserver.calls.joining import RING_TIMEOUT_S, Joining
from mediaserver.calls.live import LiveCall, failed, not_for_us
from mediaserver.calls.means import Means
from mediaserver.calls.outbound_metering import OutboundMeter
from mediaserver.calls.outgoing_calls import OutgoingCalls
from mediaserver.calls.party import Party
from mediaserver.calls.playing import Frames
from mediaserver.calls.protocols import AppMaker, Carrier, Invitation, Steering, WrittenMaker
from mediaserver.calls.recorder import Recorder, RecordingState
from mediaserver.calls.recording_control import control_recording
from mediaserver.calls.recording_step import RecordingStep
from mediaserver.calls.referring import Referring
from mediaserver.calls.referring_away import refer_away
from mediaserver.calls.registry import CallRegistry
from mediaserver.calls.routes import (
    AgentSpec,
    Routes,
)
from mediaserver.calls.seat_kinds import SeatKind
from mediaserver.calls.setting_aside import bring_back
from mediaserver.calls.stored_first import StoreCall, StoredFirst
from mediaserver.calls.supervising import change_seat, pressed
from mediaserver.calls.targets import Targets
from mediaserver.calls.warm import Back, Manner, Warm
from mediaserver.calls.warning_tone import warning_tone
from mediaserver.errors import CallError, NoSuchCallError, VoiceForgeError
from mediaserver.media.clock import MediaClock
from mediaserver.media.leg import EndedBy, Leg, Termination, TransferAsked, Why
from mediaserver.metrics import Metrics
from mediaserver.redaction.choices import RedactionChoices
from mediaserver.redaction.redactor import Redactor
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
        self._registry = registry
        self._bus = bus
        self._record = record
        self.targets = targets
        self._hold_music = hold_music
        self._means = Means(clock, sink, metrics, recorder, self._spawn, hold_music)
        self._joining = Joining(targets, self._means, self._way_out)
        self._handing_over = HandingOver(self._joining, hold_music, warm, self._count)
        self._setup = setup = CallSetup(
            makers=makers,
            registry=registry,
            bus=bus,
            means=self._means,
            record=record,
            redaction=redaction,
            handing_over=self._handing_over,
            transfer_asked=self._transfer_asked,
            pressed=pressed if supervisor_keys else not_for_us,
        )
        self._live = setup.live
        self._referring = referring = Referring(
            routes, targets, self._joining, setup.make, self._live.values, self._spawn
        )
        self._incoming = IncomingCalls(
            setup, routes, targets, self._means, self._joining, referring, self._transcript_at
        )
        self._outgoing = OutgoingCalls(setup, routes, targets, referring, self._way_out, self._check_limits)
        self._placing = self._outgoing.placing
        self._tasks: set[asyncio.Task[None]] = set()
        self.carriers: list[Carrier] = []
        """The ways out: whoever opens one adds it. The first that serves a target calls it."""
        self.outbound: OutboundMeter | None = None
        """The limits on calls out, where there are any."""
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

    # -- calls begin

    def invited(self, invitation: Invitation) -> None:
        """A new call. Returns at once; the rest happens in a task of the call's own."""
        self._incoming.invited(invitation)

    def receive(
        self, invitation: Invitation, agent: AgentSpec | None = None, owner: UUID | None = None
    ) -> Call | None:
        """As `invited`, with the call that it becomes; see `IncomingCalls.invited`."""
        return self._incoming.invited(invitation, agent, owner)

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
        detect_machine: bool | None = None,
    ) -> Call:
        return self._outgoing.place(
            to, agent, caller=caller, ring_s=ring_s, about=about, owner=owner, may_use=may_use, first=first,
            detect_machine=detect_machine,
        )  # fmt: skip

    async def place_stored(self, to: str, agent: str | AgentSpec, store: StoreCall, **more: Any) -> Call:
        first = StoredFirst(store)
        call = self.place(to, agent, first=first, **more)
        await first.wait()
        return call

    def called_for(self, wanted: CallWanted) -> None:
        """Somebody outside of all calls wants an agent to call somebody: answer it, and do it."""
        self._outgoing.called_for(wanted)

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
        maker = maker or self._setup.maker(agent)
        if words_only and not isinstance(maker, WrittenMaker):
            raise CallError(f"agents of kind {agent.kind} only speak: choose the mode voice", 480)
        if not words_only:
            maker.check(agent)
        self._registry.check_room()
        call = self._setup.new_call("inbound", from_uri, to_uri, agent, about, owner)
        live = self._setup.new_live(call, leg)
        with logs.in_call(call.id):
            log.info("%s joins %s", from_uri, to_uri)
            try:
                live.talks_to(self._setup.make(agent, live, words_only, maker))
            except Exception as error:
                why = could_not_begin(error) if isinstance(error, VoiceForgeError) else failed(error)
                leg.on_event = None
                call.end(why)
                live.is_over(why)
                raise
        call.answer()
        self._setup.begin(live, record=agent.recording)
        return call

    def steering(self, call_id: UUID) -> Steering:
        live = self._talked_in(call_id)
        talker = live.talker
        if talker is None or talker.steering is None or live.aside is not None:
            raise CallError("whoever talks in this call goes by the voice alone")
        return talker.steering

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
        self._count(live.call.payer, to)
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

    def redactor_of(self, agent: AgentSpec | None) -> Redactor | None:
        """What leaves numbers and names out of what calls of this agent leave behind; None: nothing does."""
        return self._setup.redactor_of(agent)

    # -- inside

    def _way_out(self, to: str, call: Call | None = None) -> Carrier:
        """Who calls there, for this call."""
        carrier = next((each for each in self.carriers if each.serves(to)), None)
        if carrier is None:
            raise CallError(f"there is no way to call {to}", 503)
        return carrier if self.outbound is None else self.outbound.metered(carrier, to, call)

    def _check_limits(self, payer: str, to: str) -> None:
        """Raises CallError where this payer may not have it called now."""
        if self.outbound is not None:
            self.outbound.check(payer, to)

    def _count(self, payer: str, to: str) -> None:
        """A carrier that is sent elsewhere may have us pay for it. Raises CallError where it may not be."""
        if self.outbound is not None:
            self.outbound.count(payer, to)

    def _transfer_asked(self, live: LiveCall, party: Party, asked: TransferAsked) -> None:
        self._referring.asked(live, party, asked)

    def _transcript_at(self, call_id: UUID) -> str | None:
        return self.transcript_url(call_id) if self.transcript_url is not None else None

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

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
