"""Calling numbers by accounts at providers, for whoever places calls at all: the best account first, the next
when the provider did not take the call.

Nobody is called twice: once a provider may have taken an order, no other is asked. And nobody keeps ringing:
whoever gives up has it hung up there, also where the provider's answer is still on its way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from mediaserver import logs
from mediaserver.calls.about import NOTHING, About
from mediaserver.calls.protocols import MOST_HOPS, Behalf
from mediaserver.calls.targets import number_of
from mediaserver.calls.wishes import NO_WISHES, Wishes
from mediaserver.errors import (
    CallError,
    ConfigError,
    EngineMissingError,
    NotTakenError,
    ProviderFault,
    TelephonyError,
)
from mediaserver.media.leg import Direction, EndedBy, Leg, Termination, Why
from providers.accounts.served import ServedAccount
from providers.calls.call import ProviderCall
from providers.calls.endings import call_error, error_of
from providers.calls.machine import Phase
from providers.calls.office import ProviderCalls
from providers.provider import CallOrder, CallReport, Capability, ProviderNumber
from sip.trunks.numbers import fitting_prefix, may_call

log = logging.getLogger(__name__)

NO_ACCOUNT = 503
LOST_LOOKS_S = (3.0, 7.0)
"""After so long, and so long again, an order whose answer was lost is looked for among the provider's
calls."""
CLOCKS_APART_S = 60.0
"""So far a provider's clock and ours may be apart, with the time that an order takes."""
SHORTEST_S = 1.0
"""With less time left no other account is asked."""
NOT_IN_TIME = Termination(EndedBy.SERVER, Why.NO_ANSWER, 408, "nobody answered in time")
GIVEN_UP = Termination(EndedBy.SERVER, Why.CANCELLED, 487)


def _nobody_listens() -> None: ...


def _nobody_hears(leg: Leg) -> None: ...


class ProviderCarrier:
    """Implements mediaserver.calls.protocols.Carrier and mediaserver.calls.ways_out.RankedCarrier."""

    name = "providers"

    def __init__(
        self, calls: ProviderCalls, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._calls = calls
        self._pause = pause
        self._numbers: dict[str, frozenset[str]] = {}
        self.against: Callable[[str, str, str], str] = lambda account, number, dialled: ""
        """Why an account (its name) may not be used for a number; see `TrunkCarrier.against`."""

    # -- which accounts

    def serves(self, to: str) -> bool:
        return bool(self._for(to))

    def knows(self, name: str) -> bool:
        """Whether there is an account of that name."""
        return self._calls.board.served(name) is not None

    def priority_for(self, to: str) -> int | None:
        """Of the best account for this number; None: there is none."""
        return min((each.account.settings.priority for each in self._for(to)), default=None)

    def prefix_for(self, number: str) -> str | None:
        """The longest prefix by which some account may call a number; None: none may."""
        found = (fitting_prefix(each.account.settings, number) for each in self._for(number))
        return max((each for each in found if each is not None), key=len, default=None)

    def has_numbers(self, account: str, numbers: list[ProviderNumber]) -> None:
        """An account has these: each may be shown as the caller."""
        self._numbers[account] = frozenset(each.number for each in numbers)

    # -- placing

    async def place(
        self,
        to: str,
        caller: str,
        *,
        timeout_s: float,
        on_ringing: Callable[[], object] = _nobody_listens,
        on_early: Callable[[Leg], object] = _nobody_hears,
        hops: int = MOST_HOPS,
        about: About = NOTHING,
        behalf: Behalf | None = None,
        trunk: str = "",
        wishes: Wishes = NO_WISHES,
    ) -> Leg:
        """Call a number by the best account, and by the next one while none takes it and there is time.
        `trunk`: the name of the only one that is asked. `wishes`: the account that is preferred
        is asked first. Raises CallError: what became of the call;
        NotTakenError where no account took it. Cancelling the task hangs the call up."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        wanted = [each for each in self._for(to) if trunk in ("", each.account.name)]
        reasons: list[str] = []
        for served in sorted(wanted, key=lambda each: _rank(each, wishes.prefers)):
            left = deadline - loop.time()
            if reasons and left < SHORTEST_S:
                break
            try:
                return await self._by(served, to, caller, left, on_ringing, wishes)
            except NotTakenError as error:
                log.info("%s", error)
                reasons.append(str(error))
        if not reasons:
            reasons = [f"the account {trunk} may not call {to}" if trunk else f"no account may call {to}"]
        raise NotTakenError("; ".join(reasons), NO_ACCOUNT)

    # -- inside

    def _for(self, to: str) -> list[ServedAccount]:
        """Those that may call it, ready or not, but for the disabled."""
        return [each for each in self._calls.board.accounts if _may(each, to)]

    async def _by(
        self,
        served: ServedAccount,
        to: str,
        caller: str,
        timeout_s: float,
        on_ringing: Callable[[], object],
        wishes: Wishes,
    ) -> Leg:
        """Raises NotTakenError: the provider has not taken it. CallError: it has, and nobody answered."""
        name, settings = served.account.name, served.account.settings
        try:
            served.refuse_placing()
            if Capability.PLACE not in served.capabilities:
                raise ConfigError("it places no calls with their audio here")
            shown = shown_number(
                (caller, wishes.number), settings.caller, self._numbers.get(name, frozenset())
            )
            if not shown:
                raise ConfigError("it has no number to be shown as the caller: set `caller`")
        except (TelephonyError, ConfigError) as error:
            raise NotTakenError(f"{name}: {error}", NO_ACCOUNT) from None
        call = self._begun(served, to, shown)
        call.on_ringing = on_ringing
        # A task of its own: who gives up must not take the provider's answer away, which has the id by which
        # the call is hung up.
        calls = self._calls
        calls.means.spawn(self._order(call, timeout_s, wishes), f"a call by {name}")
        try:
            await self._answered(call, timeout_s)
        except TimeoutError:
            call.leg.ended(NOT_IN_TIME)
            raise CallError(f"{name}: nobody answered within {timeout_s:g} s", 408) from None
        except BaseException:
            call.leg.ended(GIVEN_UP)
            raise
        if (ending := call.leg.termination) is None:
            return call.leg
        if (refusal := call.refusal) is not None:
            raise NotTakenError(f"{name}: {refusal}", call_error(refusal, name).code)
        raise error_of(ending, name)

    def _begun(self, served: ServedAccount, to: str, shown: str) -> ProviderCall:
        """Raises NotTakenError."""
        calls, name, settings = self._calls, served.account.name, served.account.settings
        limits = calls.limits[name]
        if why := limits.take(settings.max_calls, settings.max_cps, calls.means.now()):
            raise NotTakenError(f"{name} is {_LIMITS[why]}", NO_ACCOUNT)
        if why := self.against(name, to, to):
            limits.give_back()
            raise NotTakenError(f"{name}: {why}", NO_ACCOUNT)
        try:
            call = calls.new_call(served, Direction.OUTBOUND, caller=shown, to=to, remote=served.account.kind)
        except (TelephonyError, ConfigError, EngineMissingError) as error:
            raise NotTakenError(f"{name}: {error}", NO_ACCOUNT) from None
        call.call_id = logs.calling()
        call.find = self._find
        return call

    async def _answered(self, call: ProviderCall, timeout_s: float) -> None:
        """It is connected, or over. Raises TimeoutError: nobody has answered."""
        try:
            async with asyncio.timeout(timeout_s):
                await call.connected_or_over()
        except TimeoutError:
            if call.machine.phase is not Phase.CONNECTING:
                raise
            await call.connected_or_over()  # answered in time; its stream has a limit of its own

    async def _order(self, call: ProviderCall, timeout_s: float, wishes: Wishes) -> None:
        settings = call.account.settings
        can = call.provider.capabilities
        detect = settings.detect_machine if wishes.detect_machine is None else wishes.detect_machine
        try:
            order = CallOrder(
                call.session, call.to, call.caller, timeout_s, call.order_doors(timeout_s), call.format,
                detect_machine=detect and Capability.DETECT_MACHINE in can,
                record=settings.record and Capability.RECORD in can,
            )  # fmt: skip
            call.on_changed(call)
            ref = await call.provider.place(order)
        except ConfigError as error:
            call.not_taken(TelephonyError(str(error), ProviderFault.REFUSED))
        except TelephonyError as error:
            if error.maybe:
                log.warning("%s may have taken the call to %s: %s", call.account.name, call.to, error)
                call.may_be_taken()
                await self._look_for(call)
            else:
                call.not_taken(error)
        except Exception:
            log.exception("a call by the account %s could not be ordered", call.account.name)
            call.not_taken(TelephonyError("it failed here; the log says more", ProviderFault.REFUSED))
        else:
            call.named(ref)

    async def _look_for(self, call: ProviderCall) -> None:
        """Its order's answer was lost. Where the provider lists its calls and has none like it, nobody is
        waited for any longer."""
        looked = False
        for pause_s in LOST_LOOKS_S:
            await self._pause(pause_s)
            if call.ref or call.machine.phase is not Phase.ORDERED:
                return
            looked = await self._find(call)
        if looked and not call.ref:
            call.never_taken()

    async def _find(self, call: ProviderCall) -> bool:
        """Among the provider's live calls: the one that names it, else the only one that can be it. False:
        that cannot be said, and its webhooks, which name it, are waited for."""
        if Capability.LIST_CALLS not in call.provider.capabilities:
            return False
        try:
            live = await call.provider.live_calls()
        except TelephonyError as error:
            log.warning("%s could not say which calls it has: %s", call.account.name, error)
            return False
        book, name = self._calls.book, call.account.name
        others = [each for each in live if book.of_ref(name, each.ref) is None]
        named = [each for each in others if each.session == call.session]
        found = named or [each for each in others if each.session is None and _may_be(each, call)]
        if len(found) == 1 and (named or _says_all(found[0])):
            call.named(found[0].ref)
        elif found:
            log.warning("%s has %d calls that may be that to %s: they are left", name, len(found), call.to)
            return False
        return True


def _may_be(report: CallReport, call: ProviderCall) -> bool:
    """Nothing that is told of it speaks against its being the one that was ordered. Another program of the
    same account may call the same number, but hardly at the same moment."""
    at = report.at or call.facts.began
    return (
        report.direction is not Direction.INBOUND
        and report.to in ("", call.to)
        and report.caller in ("", call.caller)
        and abs((at - call.facts.began).total_seconds()) <= CLOCKS_APART_S
    )


def _says_all(report: CallReport) -> bool:
    return bool(report.direction and report.to and report.caller and report.at)


def _rank(served: ServedAccount, preferred: str) -> tuple[bool, bool, int]:
    """Those in trouble last."""
    account = served.account
    return bool(served.trouble), account.name != preferred, account.settings.priority


def _may(served: ServedAccount, to: str) -> bool:
    settings = served.account.settings
    return settings.enabled and served.kind.dialect is not None and may_call(settings, to)


def shown_number(wanted: Iterable[str], usual: str, numbers: frozenset[str]) -> str:
    """The first that is wanted and one of the account's, else the account's usual one; empty: none."""
    return next((each for each in map(number_of, wanted) if each and each in numbers), usual)


_LIMITS = {"full": "full (max_calls)", "too fast": "called too often in this second (max_cps)"}
