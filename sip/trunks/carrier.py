"""Calling numbers by trunks, for whoever places calls at all: the best trunk first, the next when it cannot.

It must never decide whom to call: a number that no trunk has a prefix for is called by none. The caller waits
no longer than it wanted to, however many trunks are asked.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable

from mediaserver.calls.about import NOTHING, About
from mediaserver.calls.protocols import Behalf
from mediaserver.calls.wishes import NO_WISHES, Wishes
from mediaserver.errors import CallError, NotTakenError
from mediaserver.media.leg import Leg
from mediaserver.seldom import Seldom
from sip.calls.leg import SipLeg
from sip.calls.outgoing import nobody_hears, nobody_listens
from sip.calls.user_agent import SipAgent
from sip.messages.message import MOST_HOPS
from sip.trunks.attempt import TrunkAttempt
from sip.trunks.failover import line_about
from sip.trunks.identity_signer import IdentitySigner
from sip.trunks.line import TrunkLine
from sip.trunks.numbers import fitting_prefix, is_number, rewritten
from sip.trunks.selection import for_number, in_order

log = logging.getLogger(__name__)

NO_TRUNK = 503
SHORTEST_S = 0.2
"""With less time left no other trunk is asked."""


class TrunkCarrier:
    """Implements mediaserver.calls.protocols.Carrier."""

    name = "trunks"

    def __init__(
        self,
        agent: SipAgent,
        lines: Callable[[], Iterable[TrunkLine]],
        draw: Callable[[], float] = random.random,
    ) -> None:
        """`lines`: the trunks as they stand. `draw`: evenly from [0, 1), for those of equal priority."""
        self._agent = agent
        self._lines = lines
        self._draw = draw
        self._said: dict[str, Seldom] = {}
        self.signer: IdentitySigner | None = None
        """Who vouches for callers, by trunks whose rows want that."""
        self.against: Callable[[str, str, str], str] = _nothing_against
        """Why a trunk (its name) may not be used for a number that is dialled there so, else empty: a limit
        on what calls cost. Asked just before the trunk is."""

    def serves(self, to: str) -> bool:
        """Numbers that some trunk has a prefix for."""
        return is_number(to) and bool(for_number(self._lines(), to))

    def knows(self, name: str) -> bool:
        """Whether there is a trunk of that name."""
        return any(line.spec.name == name for line in self._lines())

    def priority_for(self, to: str) -> int | None:
        """Of the best trunk for a number; None: none may call it."""
        return min((line.spec.priority for line in for_number(self._lines(), to)), default=None)

    def prefix_for(self, number: str) -> str | None:
        """The longest prefix by which some trunk may call a number; None: none may."""
        found = (fitting_prefix(line.spec, number) for line in for_number(self._lines(), number))
        return max((each for each in found if each is not None), key=len, default=None)

    async def place(
        self,
        to: str,
        caller: str,
        *,
        timeout_s: float,
        on_ringing: Callable[[], object] = nobody_listens,
        on_early: Callable[[Leg], object] = nobody_hears,
        hops: int = MOST_HOPS,
        about: About = NOTHING,
        behalf: Behalf | None = None,
        trunk: str = "",
        wishes: Wishes = NO_WISHES,
    ) -> SipLeg:
        """Call a number by the best trunk, and by the next one while they fail and there is time. `about`: of
        which a trunk may give something along (see `given_along`). `behalf`: who had it called. `trunk`: the
        name of the only one that is asked. `wishes`: the trunk that is preferred is asked first, if it stands
        well.

        Raises CallError: what a trunk said last of the call; NotTakenError when none took it (503: none could
        be asked), with the reason for each. CapacityError when no RTP port is free. Cancelling the task
        cancels the call.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        wanted = [line for line in for_number(self._lines(), to) if trunk in ("", line.spec.name)]
        if not wanted:
            which = f"the trunk {trunk} is not there, not enabled, or has no" if trunk else "no trunk has a"
            raise NotTakenError(f"{which} prefix for {to}", NO_TRUNK)
        if not self._agent.has_room:
            raise CallError("no more calls can be placed now: all places are taken or we are stopping", 503)
        told = _Once(on_ringing)
        reasons = [_standing(line, loop.time()) for line in wanted if not _usable(line, loop.time())]
        code: int | None = None
        asked = in_order(wanted, loop.time(), self._draw, wishes.prefers)
        for line in asked:
            left = deadline - loop.time()
            if left < SHORTEST_S:
                break
            spec = line.spec
            if why := line.limits.take(spec.max_calls, spec.max_cps, loop.time()):
                reasons.append(f"{spec.name} is {_LIMITS[why]}")
                continue
            if why := self.against(spec.name, to, rewritten(spec.dial, to)):
                line.limits.give_back()
                reasons.append(f"{spec.name}: {why}")
                continue
            others = line is not asked[-1]
            attempt = TrunkAttempt(self._agent, line, told, on_early, others=others, signer=self.signer)
            found = await attempt.place(to, caller, patience_s=left, hops=hops, about=about, behalf=behalf)
            if isinstance(found, SipLeg):
                return found
            self._mend(attempt.code, spec.name, loop.time())
            if not found.next_trunk:
                raise CallError(attempt.error, attempt.code)
            log.info("trunk %s could not call %s: %s", spec.name, to, attempt.error)
            reasons.append(f"{spec.name}: {attempt.error}")
            code = attempt.code
        raise NotTakenError(
            f"no trunk took the call to {to}: {'; '.join(reasons) or 'no time is left'}", code or 503
        )

    def _mend(self, code: int | None, trunk: str, now: float) -> None:
        """Say how a trunk that refuses us is mended, now and then."""
        if (line := line_about(code or 0, trunk)) and (
            unsaid := self._said.setdefault(trunk, Seldom(60.0)).due(now)
        ) is not None:
            more = f" ({unsaid} more such calls since the last such line)" if unsaid else ""
            log.warning("%s%s", line, more)


def _nothing_against(trunk: str, number: str, dialled: str) -> str:
    return ""


_LIMITS = {"full": "full (max_calls)", "too fast": "called too often in this second (max_cps)"}


class _Once:
    """Told at most once, whatever trunk it rings on."""

    def __init__(self, tell: Callable[[], object]) -> None:
        self._tell: Callable[[], object] | None = tell

    def __call__(self) -> None:
        tell, self._tell = self._tell, None
        if tell is not None:
            tell()


def _usable(line: TrunkLine, now: float) -> bool:
    return line.standing(now).usable


def _standing(line: TrunkLine, now: float) -> str:
    why = f" ({line.why})" if line.why else ""
    return f"{line.spec.name} is {line.standing(now).value}{why}"
