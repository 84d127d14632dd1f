"""Calls that go out, until they are answered: for whoever asks us, or for somebody outside of all calls.

Nobody is rung for an agent that cannot talk, nor where nobody may be called.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from uuid import UUID

from mediaserver import logs
from mediaserver.calls.about import NOTHING, About, checked
from mediaserver.calls.call import Call
from mediaserver.calls.call_setup import CallSetup, could_not_begin
from mediaserver.calls.errands import OURS, CallWanted, Errand, agent_wanted, errand_of
from mediaserver.calls.joining import RING_TIMEOUT_S, unanswered
from mediaserver.calls.live import failed
from mediaserver.calls.outbound_metering import API
from mediaserver.calls.protocols import Carrier
from mediaserver.calls.referring import Referring, code_of
from mediaserver.calls.routes import AgentSpec, Routes
from mediaserver.calls.stored_first import StoredFirst
from mediaserver.calls.targets import Targets
from mediaserver.calls.warm import check_ring
from mediaserver.calls.wishes import NO_WISHES, Wishes
from mediaserver.errors import CallError, VoiceForgeError
from mediaserver.media.leg import EndedBy, Termination, Why

log = logging.getLogger(__name__)


class OutgoingCalls:
    """Of one switchboard."""

    def __init__(
        self,
        setup: CallSetup,
        routes: Routes,
        targets: Targets,
        referring: Referring,
        way_out: Callable[[str, Call], Carrier],
        check_limits: Callable[[str, str], None],
    ) -> None:
        """`way_out`: who calls a target for a call. `check_limits`: whether a payer may have a target called
        now. Both raise CallError."""
        self._setup = setup
        self._routes = routes
        self._targets = targets
        self._referring = referring
        self._way_out = way_out
        self._check_limits = check_limits
        self.placing: dict[UUID, asyncio.Task[None]] = {}
        """Calls that nobody has answered yet."""

    def place(
        self,
        to: str,
        agent: str | AgentSpec,
        *,
        caller: str,
        ring_s: float,
        about: About,
        owner: UUID | None,
        may_use: Callable[[AgentSpec], bool],
        first: StoredFirst | None = None,
        detect_machine: bool | None = None,
    ) -> Call:
        """As `mediaserver.calls.protocols.Switchboard` has it. `first`: stores it before anybody is rung."""
        self._targets.check(to)
        self._targets.check_caller(caller)
        self._check_limits(API, to)
        check_ring(ring_s)
        about = checked(about)
        spec = self._routes.agent(agent) if isinstance(agent, str) else agent
        if spec is None or not may_use(spec):
            name = agent if isinstance(agent, str) else agent.name
            raise CallError(f"there is no agent {name!r}", 404)
        wishes = Wishes(detect_machine=detect_machine)
        return self._begin(to, spec, caller, ring_s, about, owner, first=first, wishes=wishes)

    def called_for(self, wanted: CallWanted) -> None:
        """Somebody outside of all calls wants an agent to call somebody: answer it, and do it."""
        whom = wanted.whom
        try:
            spec, to = agent_wanted(self._routes, wanted), self._referring.lead(whom)
            if isinstance(to, AgentSpec):
                raise CallError("agents do not call each other", 488)
            errand = errand_of(wanted)
            self._check_limits(whom.payer, to)
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
        wishes: Wishes = NO_WISHES,
    ) -> Call:
        """Raises CallError, CapacityError."""
        self._setup.maker(spec).check(spec)  # nobody's phone is to ring for an agent that cannot talk
        self._setup.check_room()
        begin = first is None
        call = self._setup.new_call("outbound", caller or spec.name, to, spec, about, owner, begin=begin)
        if errand.behalf is not None:
            call.payer = errand.behalf.payer
        task = asyncio.create_task(self._place(call, to, spec, caller, ring_s, errand, first, wishes))
        self.placing[call.id] = task

        def placed(task: asyncio.Task[None]) -> None:
            del self.placing[call.id]
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
        wishes: Wishes,
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
                    behalf=errand.behalf, wishes=wishes,
                )  # fmt: skip
            except VoiceForgeError as error:
                call.end(unanswered(error))
                errand.tell(code_of(error))
                return
            except Exception as error:
                log.exception("the call failed")
                call.end(failed(error))
                return
            live = self._setup.new_live(call, leg)
            if leg.termination is not None:
                return  # it hung up at once
            call.answer()
            try:
                live.talks_to(self._setup.make(agent, live))
                self._setup.begin(live, record=agent.recording)
                errand.tell(200)
            except VoiceForgeError as error:
                log.warning("the call has no agent: %s", error)
                errand.tell(code_of(error))
                await leg.hangup(could_not_begin(error))
            except Exception as error:
                log.exception("the call failed")
                await leg.hangup(failed(error))
