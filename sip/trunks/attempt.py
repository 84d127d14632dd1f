"""One call by one trunk, up to its answer or to what speaks for the next trunk.

It keeps the trunk's places, scorecard and standing true whatever happens. Which trunk is asked, and what
becomes of the caller, is the carrier's to say.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial

from mediaserver.calls.about import About
from mediaserver.calls.may_dial import AGENTS, MayDial
from mediaserver.calls.protocols import Behalf
from mediaserver.errors import CallError, UnreachableError
from mediaserver.media.leg import EndedBy, Leg, LegStats, Termination, Why
from sip.calls.leg import SipLeg
from sip.calls.on_behalf import on_behalf
from sip.calls.outgoing import OutgoingCall, nobody_hears
from sip.calls.user_agent import CallOptions, SipAgent
from sip.trunks.callers import ANONYMOUS, caller_on, given_along, is_private, number_on
from sip.trunks.failover import Consequence, FailedAttempt, consequence
from sip.trunks.identity_signer import GATEWAY, IdentitySigner
from sip.trunks.line import TrunkLine
from sip.trunks.numbers import rewritten
from sip.trunks.scorecard import SILENT

STUCK = Termination(EndedBy.SERVER, Why.NO_ANSWER, 408, "nothing rang; another trunk was asked")
DEAF = Termination(EndedBy.SERVER, Why.UNREACHABLE, 408, "the trunk was silent; another one was asked")


class TrunkAttempt:
    """A place of the trunk's must have been taken for it; it is given back when the call is over."""

    def __init__(
        self,
        agent: SipAgent,
        line: TrunkLine,
        on_ringing: Callable[[], object],
        on_early: Callable[[Leg], object] = nobody_hears,
        *,
        others: bool,
        signer: IdentitySigner | None = None,
    ) -> None:
        """`on_ringing`: it rings there; called at most once. `on_early`: it can be heard before its answer.
        `others`: there is another trunk to be asked. `signer`: who vouches for callers where the trunk's row
        wants that."""
        self._on_early = on_early
        self._agent = agent
        self._line = line
        self._on_ringing = on_ringing
        self._now = asyncio.get_running_loop().time
        self._began = self._now()
        self._rang = False
        self._silent = self._stuck = False
        self._others = others
        self._signer = signer
        self._call: OutgoingCall | None = None
        self.answered = False
        self._number = ""
        self._headers: list[tuple[str, str]] = []
        """More of them, of who had it called."""

    async def place(
        self,
        number: str,
        caller: str,
        *,
        patience_s: float,
        hops: int,
        about: About,
        behalf: Behalf | None = None,
    ) -> SipLeg | Consequence:
        """Call a number in E.164. What follows for the next trunk, when this one came to nothing, and
        `error` says why. Raises what is no trunk's to mend: CapacityError, our own lack of room. Cancelling
        the task cancels the call."""
        line = self._line
        self._number = number
        self._headers = on_behalf(None if is_private(about) else behalf)
        line.scorecard.attempted(self._began)
        self.error = ""
        self.code: int | None = None
        try:
            leg = await self._reached(number, caller, patience_s, hops, about)
        except CallError as error:
            call = self._call
            self.error, self.code = str(error), error.code
            silent = self._silent or isinstance(error, UnreachableError) or call is None
            headers = tuple(call.session.leg.answer_headers) if call is not None and not silent else ()
            del call
            return self._failed(FailedAttempt(error.code, self._rang, silent, headers))
        finally:
            if not self.answered:
                line.limits.give_back()
            self._call = None  # an error that is on its way has this frame
        return leg

    async def _reached(self, number: str, caller: str, patience_s: float, hops: int, about: About) -> SipLeg:
        """The answered call, by the first server of the trunk that works (RFC 3263 4.3). Raises CallError."""
        until = self._began + patience_s
        while True:
            call = self._call = await self._prepared(number, caller, until - self._now(), hops, about)
            try:
                return await self._heard_of(call)
            except CallError as error:
                gone = isinstance(error, UnreachableError) or error.code == 503
                if self._rang or not gone or self._now() >= until or not self._agent.avoid(call):
                    raise
            finally:
                del call

    async def _prepared(
        self, number: str, caller: str, patience_s: float, hops: int, about: About
    ) -> OutgoingCall:
        """Raises CallError: the trunk has no address, or none in time."""
        spec = self._line.spec
        said = caller_on(spec, caller, private=is_private(about))
        headers = [*said.headers, *given_along(spec, about), *self._headers]
        hidden = said.from_uri == ANONYMOUS and not spec.caller.asserts  # what is signed names the caller
        signer = None if hidden or any(h[0] == "Identity" for h in headers) else self._signer
        if signer is not None and spec.sign != "off":
            shown, ours = number_on(spec, caller, about)
            headers += signer.headers(shown, number, spec.sign if ours else GATEWAY, time.time())
        options = CallOptions(
            from_uri=said.from_uri,
            account=self._line.account,
            proxy=spec.outbound_proxy or None,
            routes=self._line.service_routes,
            transport=spec.transport,
            headers=headers,
            hops=hops,
            timeout=patience_s,
            on_ringing=self._ringing,
            on_early=self._on_early,
            media=spec.media,
            reach=AGENTS if spec.may_dial is None else MayDial(spec.may_dial),
        )
        try:
            async with asyncio.timeout(spec.first_response_s):
                return await self._agent.prepare(str(spec.callee(rewritten(spec.dial, number))), **options)
        except TimeoutError:
            raise UnreachableError(
                f"nobody could say within {spec.first_response_s:g} s where {spec.host} is", 503
            ) from None

    async def _heard_of(self, call: OutgoingCall) -> SipLeg:
        """The answered call. Raises CallError; UnreachableError also when nothing at all came back soon."""
        spec = self._line.spec
        self._silent, loop = False, asyncio.get_running_loop()
        patience_s = spec.first_response_s
        guards = [loop.call_later(patience_s, self._deaf, call)]
        if self._others and spec.progress_s:
            guards.append(loop.call_later(spec.progress_s, self._no_progress, call))
        try:
            leg = await call.place()
        except CallError:
            if self._silent:
                raise UnreachableError(
                    f"{spec.next_hop.host} did not answer within {patience_s:g} s", 408
                ) from None
            if self._stuck:
                raise CallError(f"nothing rang within {spec.progress_s:g} s", 408) from None
            raise
        finally:
            for guard in guards:
                guard.cancel()
        self._worked(leg)
        return leg

    def _deaf(self, call: OutgoingCall) -> None:
        if not call.heard:
            self._silent = True
            call.give_up(DEAF)

    def _no_progress(self, call: OutgoingCall) -> None:
        if not self._rang:
            self._stuck = True
            call.give_up(STUCK)

    def _ringing(self) -> None:
        self._rings()
        self._on_ringing()

    def _rings(self) -> None:
        if not self._rang:
            self._rang = True
            now = self._now()
            self._line.scorecard.rang(now - self._began, now)

    def _worked(self, leg: SipLeg) -> None:
        self._rings()  # answered without
        line = self._line
        self.answered = True
        line.worked()
        line.scorecard.answered(self._now())
        lend(line, leg)
        leg.labels["number"] = self._number

    def _failed(self, attempt: FailedAttempt) -> Consequence:
        follows = consequence(attempt)
        now, line = self._now(), self._line
        code = SILENT if attempt.silent or attempt.code is None else attempt.code
        line.scorecard.failed(code, now, fault=follows.fault)
        if follows.fault:
            line.bore(follows, now)
        else:
            line.worked()
        return follows


def lend(line: TrunkLine, leg: SipLeg) -> None:
    """The leg has a place of the trunk's until it is over."""
    leg.labels["trunk"] = line.spec.name
    spec = line.spec
    leg.number_of = partial(rewritten, spec.receive)
    leg.address_of = lambda number: str(spec.callee(rewritten(spec.dial, number)))
    if leg.termination is not None:
        line.limits.give_back()
    else:
        leg.on_ended = partial(_over, line, asyncio.get_running_loop().time)


def _over(line: TrunkLine, now: Callable[[], float], stats: LegStats) -> None:
    line.limits.give_back()
    if stats.mos is not None:
        line.scorecard.heard(stats.mos, now())
