"""Transfers that a party of a call asks for (SIP: REFER), for any kind of leg: who may, where to, and their
outcome.

Whoever is wanted takes the place of whoever asked: those who talked to the one talk to the other, an agent
among them. Nobody reaches by a transfer whom it may not reach by dialling, and nothing goes out that may not
go out anyway. Whatever fails, the call goes on as it was.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

from mediaserver import logs
from mediaserver.calls.joining import Joining, unanswered
from mediaserver.calls.live import LiveCall
from mediaserver.calls.party import Party
from mediaserver.calls.protocols import Behalf, Talker
from mediaserver.calls.routes import (
    LONGEST,
    AgentSpec,
    Refused,
    Routes,
    ToAgent,
    ToExtension,
    ToRing,
    nobody_at,
)
from mediaserver.calls.succession import GAVE_ITS_PLACE, company_of, hire, release, succeed
from mediaserver.calls.targets import Targets
from mediaserver.calls.transfer_steps import told
from mediaserver.errors import CallError, CapacityError, VoiceForgeError
from mediaserver.media.leg import EndedBy, Leg, Termination, TransferAsked, Why

log = logging.getLogger(__name__)

CONNECTED_WITHIN_S = 0.5
"""After a call was answered its agent and its recording are up: a party may ask before they are."""

MOST_TRANSFERS = 10
"""That the parties of one call may have done: past that, machines send it in circles."""


class Referring:
    """Of one switchboard."""

    def __init__(
        self,
        routes: Routes,
        targets: Targets,
        joining: Joining,
        make: Callable[[AgentSpec, LiveCall], Talker],
        calls: Callable[[], Iterable[LiveCall]],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        """`make`: an agent for a call; raises VoiceForgeError. `calls`: those that live. `spawn`: have
        something done that nobody waits for."""
        self._routes = routes
        self._targets = targets
        self._joining = joining
        self._make = make
        self._calls = calls
        self._spawn = spawn

    def asked(self, live: LiveCall, party: Party, asked: TransferAsked) -> None:
        """A party wants a transfer: answer it at once, and do it."""
        with logs.in_call(live.call.id):
            if party.attached or live.over:
                self._do(live, party, asked, lambda error: asked.answer.refuse(code_of(error), str(error)))
            else:
                asked.answer.accept()
                self._spawn(self._once_connected(live, party, asked))

    async def _once_connected(self, live: LiveCall, party: Party, asked: TransferAsked) -> None:
        """A machine may ask in the very packet after its ACK, when its call is just being connected."""
        with logs.in_call(live.call.id):
            with suppress(TimeoutError):
                async with asyncio.timeout(CONNECTED_WITHIN_S):
                    await party.connected.wait()
            self._do(live, party, asked, partial(_failed, live, asked, asked.address[:LONGEST]))

    def _do(
        self,
        live: LiveCall,
        party: Party,
        asked: TransferAsked,
        refuse: Callable[[VoiceForgeError], None],
    ) -> None:
        try:
            self._check(live, party)
            if asked.other is not None:
                self._join(live, party, asked, asked.other)
            else:
                self._send(live, party, asked)
        except VoiceForgeError as error:
            refuse(error)

    def replaces(self, leg: Leg, other: Leg) -> None:
        """A new leg, which is not answered yet, is to take the place of one that is up."""
        try:
            live, party = self._seat_of(other)
            self._check(live, party)
        except VoiceForgeError as error:
            log.warning("a call that was to take the place of another was refused: %s", error)
            why = Termination(EndedBy.SERVER, Why.REJECTED, code_of(error), str(error))
            self._spawn(leg.hangup(why))
            return
        live.transferring, live.giving_way = True, party
        self._spawn(self._take_over(live, party, leg))

    async def _take_over(self, live: LiveCall, party: Party, leg: Leg) -> None:
        with logs.in_call(live.call.id):
            try:
                with self._joining.hung_up_on_error(leg):
                    await leg.answer()
                    live.giving_way = None
                    if live.over or live.draining:
                        raise CallError("the call ended meanwhile", 487)
                    succeed(live, party, leg, linger=False)
            except VoiceForgeError as error:
                live.giving_way = None
                log.warning("nobody took the place of %s: %s", party.name, error)
                live.end_if_alone(unanswered(error))
            else:
                _note(live, party, leg.remote)
            finally:
                live.transferring, live.giving_way = False, None

    # -- whether

    def _check(self, live: LiveCall, party: Party) -> None:
        """Raises CallError, CapacityError."""
        if party.listens or (party is not live.first and party not in live.others):
            raise CallError("who only listens transfers nobody", 403)
        if party is live.taker:
            raise CallError("whoever has taken the call over gives it back first", 488)
        if not party.attached or not (live.talker or company_of(live, party)):
            raise CallError("it talks to nobody who could be transferred", 480)
        if live.transferring:
            raise CallError("the call is being transferred already", 491)
        if live.transferred >= MOST_TRANSFERS:
            raise CallError(f"the call was transferred {MOST_TRANSFERS} times, maybe in a circle", 483)
        live.check_seat()

    def lead(self, asked: TransferAsked) -> AgentSpec | str:
        """The agent, or whom to call, that this party may reach. Raises CallError."""
        reach, wanted = asked.reach, asked.address
        if not reach.may_ask_for(wanted):
            raise CallError(f"this party may not call {wanted[:LONGEST]!r}: see may_dial", 403)
        to = self._routes.resolve(wanted, datetime.now(UTC)) if asked.here else nobody_at(wanted)
        if not isinstance(to, Refused) and not reach.may_reach(to):
            to = nobody_at(wanted)
            raise CallError(to.why, to.code)
        match to:
            case ToAgent(agent=agent):
                return agent
            case ToExtension(extension=extension):
                return extension
            case ToRing(to=target):
                self._targets.check(target)
                return target
            case Refused(code=404):
                return self._way_out(asked)
            case Refused(code=code, why=why):
                raise CallError(why, code)

    def _way_out(self, asked: TransferAsked) -> str:
        """Raises CallError."""
        if not asked.reach.may_go_out():
            raise CallError(f"this party may not have {asked.address[:LONGEST]!r} called: see may_dial", 403)
        *others, last = asked.ways
        for way in others:
            try:
                self._targets.check(way)
            except CallError:
                continue
            return way
        self._targets.check(last)
        return last

    # -- how

    def _send(self, live: LiveCall, party: Party, asked: TransferAsked) -> None:
        to = self.lead(asked)
        if isinstance(to, AgentSpec):
            self._hire(live, party, asked, to)
            return
        asked.answer.accept()
        live.transferring, live.giving_way = True, party
        log.info("%s has the call transferred to %s", party.name, to)
        live.call.note("transfer_asked", by=party.name, to=to)
        live.spawn(self._carry_out(live, party, asked, to))

    async def _carry_out(self, live: LiveCall, party: Party, asked: TransferAsked, to: str) -> None:
        answer, behalf = asked.answer, Behalf(asked.by, asked.replaces, asked.payer)
        with logs.in_call(live.call.id):
            try:
                leg = await self._joining.ring(
                    live, to, on_ringing=lambda: answer.happened(180), behalf=behalf
                )
                live.giving_way = None  # from now on the end of a leg is what it is
                with self._joining.hung_up_on_error(leg):
                    succeed(live, party, leg)
            except VoiceForgeError as error:
                live.giving_way = None
                _failed(live, asked, to, error)
                live.end_if_alone(unanswered(error))
            else:
                _done(live, party, asked, to)
            finally:
                live.transferring, live.giving_way = False, None

    def _hire(self, live: LiveCall, party: Party, asked: TransferAsked, agent: AgentSpec) -> None:
        """An agent takes the place of the party."""
        if live.talker is not None or len(company_of(live, party)) != 1:
            raise CallError("an agent talks to one party: there is another agent, or there are others", 488)
        talker = self._make(agent, live)
        asked.answer.accept()
        hire(live, party, talker)
        _done(live, party, asked, agent.name)

    def _join(self, live: LiveCall, party: Party, asked: TransferAsked, other: Leg) -> None:
        """Those whom a party talks to in two calls of ours talk to each other from now on: one of them goes
        over into the call of the other, whose agent, if it has one, stays."""
        its, there = self._seat_of(other)
        self._check(its, there)
        if its is live:
            raise CallError("both are in one call already", 488)
        ways = ((live, party, its, there), (its, there, live, party))
        free = (way for way in ways if way[2].talker is None and len(company_of(way[2], way[3])) == 1)
        if (way := next(free, None)) is None:
            raise CallError("two agents, or a conference, cannot be joined to another call", 488)
        stays, place, goes, left = way
        (moves,) = company_of(goes, left)
        asked.answer.accept()
        leg = release(goes, moves)
        try:
            succeed(stays, place, leg, far_held=moves.far_held)
        except VoiceForgeError as error:
            _failed(live, asked, str(stays.call.id), error)
            stays.spawn(leg.hangup(GAVE_ITS_PLACE))
        else:
            _done(stays, place, asked, f"{moves.name} of call {goes.call.id}")
        goes.call.note("joined", to=str(stays.call.id))
        goes.part()

    def _seat_of(self, leg: Leg) -> tuple[LiveCall, Party]:
        """Raises CallError."""
        for live in self._calls():
            for party in (live.first, *live.others):
                if party.leg is leg:
                    return live, party
        raise CallError("the other call is over", 603)


def code_of(error: VoiceForgeError) -> int:
    """As what a transfer failed."""
    code = error.code if isinstance(error, CallError) else 503 if isinstance(error, CapacityError) else 500
    return code if code is not None and 300 <= code < 700 else 480


def _done(live: LiveCall, party: Party, asked: TransferAsked, to: str) -> None:
    _note(live, party, to)
    asked.answer.happened(200)


def _note(live: LiveCall, party: Party, to: str) -> None:
    live.transferred += 1
    live.hops_left -= 1
    log.info("%s gave its place in the call to %s", party.name, to)
    told(live.call, "accepted", to, by=party.name)


def _failed(live: LiveCall, asked: TransferAsked, to: str, error: VoiceForgeError) -> None:
    asked.answer.happened(code_of(error), str(error))
    if live.over:
        return
    log.warning("the call was not transferred to %s and goes on: %s", to, error)
    told(live.call, "failed", to, reason=str(error))
