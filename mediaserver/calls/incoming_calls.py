"""Calls that come in: where an invitation leads, and how it is answered by an agent or another phone."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from mediaserver import logs
from mediaserver.calls.call import Call
from mediaserver.calls.call_setup import CallSetup, could_not_begin
from mediaserver.calls.joining import Joining, unanswered
from mediaserver.calls.live import LiveCall, failed
from mediaserver.calls.means import Means
from mediaserver.calls.protocols import Invitation
from mediaserver.calls.referring import Referring
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
from mediaserver.calls.targets import Targets, number_of
from mediaserver.config import is_loopback
from mediaserver.errors import CallError, CapacityError, VoiceForgeError
from mediaserver.media.leg import EndedBy, Leg, Termination, Why
from mediaserver.seldom import Seldom

log = logging.getLogger(__name__)


class IncomingCalls:
    """Of one switchboard."""

    def __init__(
        self,
        setup: CallSetup,
        routes: Routes,
        targets: Targets,
        means: Means,
        joining: Joining,
        referring: Referring,
        transcript_at: Callable[[UUID], str | None],
    ) -> None:
        """`transcript_at`: where a caller on this machine may read the transcript of its call."""
        self._setup = setup
        self._routes = routes
        self._targets = targets
        self._means = means
        self._joining = joining
        self._referring = referring
        self._transcript_at = transcript_at
        self._forbidden = Seldom()

    def invited(
        self, invitation: Invitation, known: AgentSpec | None = None, owner: UUID | None = None
    ) -> Call | None:
        """A new call. Returns at once; the rest happens in a task of the call's own. `known`: the agent that
        is called, where whoever opened the door has found it; `owner`: the key whose call it is; None: the
        agent's. The call; None where there is no new one: the leg is told why."""
        leg = invitation.leg
        if invitation.replaces is not None:
            self._referring.replaces(leg, invitation.replaces)
            return None
        to = self._lead(invitation) if known is None else ToAgent(known)
        if isinstance(to, Refused):
            why = Why.NOT_FOUND if to.code == 404 else Why.REJECTED
            self._means.spawn(leg.hangup(Termination(EndedBy.SERVER, why, to.code, to.why)))
            return None
        agent = to.agent if isinstance(to, ToAgent) else None
        try:
            self._setup.check_room()
        except CapacityError as error:
            log.warning("call to %r refused: %s", invitation.dialled[:LONGEST], error)
            self._means.spawn(leg.hangup(Termination(EndedBy.SERVER, Why.FAILED, 503, str(error))))
            return None
        if owner is None and agent is not None:
            owner = agent.owner
        call = self._setup.new_call(
            "inbound", invitation.from_uri, invitation.to_uri, agent, invitation.about, owner
        )
        call.payer, call.shown_as = invitation.payer, invitation.shown_as
        live = self._setup.new_live(call, leg)
        live.hops_left = invitation.hops_left
        self._means.spawn(self._serve(live, invitation, to))
        return call

    def _lead(self, invitation: Invitation) -> Resolution:
        """Where it leads. The list of what this caller may dial comes first: were what exists looked at
        before, the answers would tell."""
        dialled, reach, refused = invitation.dialled, invitation.reach, self._means.metrics.calls_refused
        to: Resolution = Refused(403, "this caller may not call there")
        if reach.may_ask_for(dialled):
            to = self._routes.resolve(dialled, datetime.now(UTC))
            if isinstance(to, Refused) and to.code == 404 and reach.dials_out:
                to = self._outside(dialled, to)
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

    def _outside(self, dialled: str, nobody: Refused) -> Resolution:
        """A number elsewhere, called for one who may have any called that this server may call."""
        number = number_of(dialled.partition("@")[0])
        if not number or not self._targets.granted(number):
            return nobody
        try:
            self._targets.check(number)
        except CallError as error:
            return Refused(error.code or 403, str(error))
        return ToRing(number)

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
                    live.talks_to(self._setup.make(to.agent, live))
                    await self._answer(live, invitation, record=to.agent.recording)
                elif isinstance(to, ToRing):
                    self._targets.check(to.to)
                    await self._bridge(live, invitation, to.to)
                else:
                    await self._bridge(live, invitation, to.extension)
            except VoiceForgeError as error:
                over = leg.termination
                if over is not None and over.why is Why.SHUTDOWN:
                    log.info("the call was not answered: the server is being stopped")
                else:
                    log.warning("the call could not be answered: %s", error)
                await leg.hangup(could_not_begin(error))
            except Exception as error:
                log.exception("the call failed")
                await leg.hangup(failed(error))

    async def _answer(self, live: LiveCall, invitation: Invitation, *, record: bool) -> None:
        if is_loopback(invitation.source_host) and (url := self._transcript_at(live.call.id)) is not None:
            invitation.announce(url)
        leg = live.first.leg
        await leg.answer()
        if leg.termination is None:
            live.call.answer()
            self._setup.begin(live, record=record)

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
