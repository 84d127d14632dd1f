"""Keeps trunks registered and asks them for signs of life, and tells each trunk's line what it finds.

What happens when is the machines' to say (`sip.trunks.registration`, `sip.trunks.keep_alive`); this sends,
waits and tells. One task tends one trunk; being cancelled it takes the registration back, within a moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from dataclasses import replace

from mediaserver.errors import CallError
from sip.calls.enrolment import Enrolment
from sip.calls.user_agent import SipAgent
from sip.messages.uri import Uri
from sip.trunks.keep_alive import OptionsPings
from sip.trunks.line import TrunkLine
from sip.trunks.registrar_answer import Outcome, RegistrarAnswer, read_answer, silent
from sip.trunks.registration import Registration, RegistrationAction, RegistrationState
from sip.trunks.spec import TrunkSpec

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""How often it is looked whether our address or a connection has changed."""
PARTING_S = 0.8
"""Of a server's stop, for taking a registration back."""


class TrunkTender:
    """Of all trunks of one agent: `tend` is what a `TrunkBoard` is `tended_by`."""

    def __init__(
        self, agent: SipAgent, draw: Callable[[], float] = random.random, look_s: float = LOOK_S
    ) -> None:
        """`draw`: evenly from [0, 1)."""
        self._agent = agent
        self._draw = draw
        self._look_s = look_s

    async def tend(self, line: TrunkLine) -> None:
        """Until cancelled. Whatever the server says, nothing but CancelledError comes out."""
        spec = line.spec
        registrant = Registrant(self._agent, line, self._draw, self._look_s) if spec.register else None
        async with asyncio.TaskGroup() as works:
            if registrant is not None:
                works.create_task(registrant.run(), name=f"registering at {spec.name}")
            if spec.keep_alive_s:
                came_back = registrant.came_back if registrant is not None else _nobody_registers
                asking = _kept_alive(self._agent, line, came_back, self._draw)
                works.create_task(asking, name=f"asking {spec.name}")


class Registrant:
    """One trunk's registration."""

    def __init__(self, agent: SipAgent, line: TrunkLine, draw: Callable[[], float], look_s: float) -> None:
        spec = self._spec = line.spec
        self._line = line
        self._look_s = look_s
        self._now = asyncio.get_running_loop().time
        self._enrolment = enrolment_of(agent, line)
        self._machine = Registration(spec.expires_s, draw)
        self._woken = asyncio.Event()
        self._told: tuple[bool, str, tuple[str, ...]] | None = None
        self._said: str | None = None

    def came_back(self) -> None:
        """The server was silent for a while, and answers again."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled."""
        machine = self._machine
        doing = machine.begin(self._now())
        try:
            while True:
                while RegistrationAction.ASK in doing:
                    answer = await self._asked(machine.expires_s)
                    doing = machine.answered(answer, self._now())
                self._tell()
                doing = await self._next()
        finally:
            await self._leave()

    async def _next(self) -> tuple[RegistrationAction, ...]:
        machine, deadline = self._machine, self._machine.deadline
        until = self._now() + self._look_s
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until if deadline is None else min(until, deadline)):
                await self._woken.wait()
        if self._woken.is_set():
            self._woken.clear()
            return machine.came_back(self._now())
        if self._enrolment.disturbed:
            return machine.disturbed(self._now())
        return machine.due(self._now())

    async def _asked(self, expires_s: int) -> RegistrarAnswer:
        enrolment = self._enrolment
        try:
            response = await enrolment.ask(expires_s)
        except CallError as error:
            return silent(str(error))
        answer = read_answer(response, enrolment.contact or Uri("sip"), expires_s, self._spec.username)
        if answer.outcome is Outcome.PASSWORD_REFUSED and (why := enrolment.unproven):
            # It was not even tried, so that asking again locks nobody out.
            return replace(answer, outcome=Outcome.REFUSED, why=f"the registrar is not answered: {why}")
        return answer

    async def _leave(self) -> None:
        """Take back what was granted. The line is not told: its row may be another one by now."""
        if RegistrationAction.TAKE_BACK in self._machine.leave(self._now()):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PARTING_S):
                    await self._asked(0)

    def _tell(self) -> None:
        machine, name = self._machine, self._line.spec.name
        granted = machine.granted(self._now())
        told = granted, machine.why, machine.routes if granted else ()
        if told != self._told:
            self._told = told
            self._line.registration(*told)
        if machine.state is RegistrationState.STOPPED:
            said = f"{machine.why}. It is not tried again until the trunk is changed"
        else:
            said = machine.why
        if said == self._said:
            return
        if said:
            log.warning("trunk %s is not registered%s: %s", name, " anew" if granted else "", said)
        else:
            log.info("trunk %s is registered as %s", name, self._spec.address_of_record)
        self._said = said


def enrolment_of(agent: SipAgent, line: TrunkLine) -> Enrolment:
    """The registration that a trunk asks for."""
    spec = line.spec
    return agent.enrolment(
        spec.address_of_record,
        spec.target,
        contact_user=spec.quirks.contact_user or spec.username,
        proxy=spec.outbound_proxy or None,
        transport=spec.transport,
        account=line.account,
    )


async def _kept_alive(
    agent: SipAgent, line: TrunkLine, came_back: Callable[[], None], draw: Callable[[], float]
) -> None:
    """Ask until cancelled."""
    now, spec = asyncio.get_running_loop().time, line.spec
    machine = OptionsPings(spec.keep_alive_s, draw)
    machine.begin(now())
    while True:
        assert machine.deadline is not None
        await asyncio.sleep(machine.deadline - now())
        machine.asked()
        before = machine.reachable
        status, why = await _sign_of_life(agent, spec, machine.patience_s)
        machine.answered(status, now())
        if machine.reachable is not None:
            line.answers(machine.reachable, why)
        if machine.reachable is before:
            continue
        if machine.reachable is False:
            log.warning("trunk %s is down: %s", spec.name, why)
        elif before is False:
            log.info("trunk %s answers again", spec.name)
            came_back()


async def _sign_of_life(agent: SipAgent, spec: TrunkSpec, patience_s: float) -> tuple[int | None, str]:
    """The final response to OPTIONS; None and why there was none."""
    proxy = spec.outbound_proxy or None
    try:
        async with asyncio.timeout(patience_s):
            response = await agent.options(str(spec.target), proxy=proxy, transport=spec.transport)
    except TimeoutError:
        return None, f"{spec.next_hop.host} did not answer OPTIONS within {patience_s:g} s"
    except CallError as error:
        return None, str(error)
    return response.status, f"{spec.next_hop.host} says {response.status} {response.reason} to OPTIONS"


def _nobody_registers() -> None:
    return None
