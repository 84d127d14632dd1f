"""A call that is up is handed to a number by its provider: our stream, and our part, end with that.

As a REFER of SIP's does it returns once somebody has answered there, where the provider tells of that, and
says why where nobody does; the call is back with us then. Of the others nothing is known but that the far end
has left our stream.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from mediaserver.errors import CallError, ProviderFault, TelephonyError
from providers.calls.machine import CallMachine, Phase
from providers.kind import Account
from providers.provider import Capability, Divert, Provider, TransferReport
from sip.trunks.numbers import may_call

HANDED_S = 5.0
"""A provider that has taken the order, and tells nothing more, may leave our stream open for so long; then it
counts as done."""
UNTOLD_S = 50.0
"""Longer than providers ring somebody for us. One that has the far end by then, and has not said what became
of it, counts as having handed it over: its word was lost, and two people may be talking."""
DOUBT_S = 15.0
"""A provider takes the far end off our stream as soon as it does what was ordered: an order whose answer was
lost, and that was given up here, was taken where our stream is ended within this."""

_EXTENSION = re.compile(r"[0-9*#]{1,20}")


class Parting:
    """Of a call that is being handed over."""

    def __init__(self, to: Divert, turn: str) -> None:
        self.to = to
        """For a provider that asks where to."""
        self.turn = turn
        """Its word: who asks where to, or tells what became of it, has it from us, for this time alone."""
        self.awaited = False
        """The provider has the far end, and will say what becomes of it: until then no stream is its own."""
        self.lost = False
        """The answer to its order was, and the far end has left our stream."""
        self.refused = False
        self._outcome: asyncio.Future[TransferReport] = asyncio.get_running_loop().create_future()

    def has(self, turn: str | None) -> bool:
        """Whether that is its word; in constant time. None: it comes by no request that could be kept."""
        return turn is None or hmac.compare_digest(turn.encode("utf-8", "replace"), self.turn.encode())

    def told(self, report: TransferReport) -> None:
        """What became of it; the first word counts."""
        if not self._outcome.done():
            self._outcome.set_result(report)

    @property
    def open(self) -> bool:
        """The provider may have taken the order, and nobody knows what became of it."""
        return not (self.refused or self._outcome.done())

    async def outcome(self) -> TransferReport:
        return await self._outcome


class Partings:
    """Of one call: the one that goes on, and the last that was given up and may have been taken all the
    same."""

    def __init__(self, now: Callable[[], float]) -> None:
        """`now`: in seconds of one clock."""
        self.current: Parting | None = None
        self._given_up: Parting | None = None
        self._at = 0.0
        self._now = now

    def begin(self, to: Divert, turn: str) -> Parting:
        self.current = Parting(to, turn)
        return self.current

    def give_up(self) -> None:
        """The call is ours again, as far as we know."""
        given_up, self.current = self.current, None
        if given_up is not None and given_up.open:
            self._given_up, self._at = given_up, self._now()

    def may_be_taken(self, report: TransferReport) -> bool:
        """Whether a report is of the one that was given up; of one that nobody took no more can come."""
        found = self._given_up is not None and self._given_up.has(report.turn)
        if found and not report.taken:
            self._given_up = None
        return found

    @property
    def in_doubt(self) -> bool:
        """The far end may be taken off our stream any moment, for the one that was given up."""
        return self._given_up is not None and self._now() - self._at <= DOUBT_S


class Handed(Protocol):
    """What is needed of `ProviderCall`."""

    session: UUID
    account: Account
    provider: Provider
    ref: str
    machine: CallMachine

    @property
    def stream_gone(self) -> asyncio.Event: ...
    @property
    def own_number(self) -> str: ...
    def leave(self, to: Divert) -> Parting: ...
    def has_left(self) -> None: ...
    def stays(self) -> None: ...


async def hand_over(call: Handed, to: str, timeout_s: float) -> None:
    """Returns when somebody has answered, or, where the provider does not tell, when the far end is with it
    again. Raises CallError, with the call as it was: 405 where the account hands none over, or none there,
    408 where the provider has not answered the order after `timeout_s`, or has told nothing `UNTOLD_S` after
    that with the far end still here, else the code of why nobody has answered."""
    name = call.account.name
    if Capability.TRANSFER not in call.provider.capabilities:
        raise CallError(f"the account {name} hands no calls over", 405)
    settings = call.account.settings
    its_own = settings.own_exchange and _EXTENSION.fullmatch(to) is not None
    if not its_own and not to.lower().startswith(("sip:", "sips:")) and not may_call(settings, to):
        # Somebody else may call there for us, or it is a phone of ours: that number is none of the network's.
        raise CallError(f"the account {name} may not call {to}", 405)
    if call.machine.phase is not Phase.UP or not call.ref:
        raise CallError("the call is not up")
    shown = call.own_number
    parting = call.leave(Divert(to, caller=shown))
    try:
        tells = await _ordered(call, parting, to, shown, timeout_s)
        parting.awaited, parting.lost = tells is True, tells is None
        # Limits of their own from here on: what a slow provider took of ours is no reason to take the far end
        # for back, and hang up on two people who talk.
        if tells is not False:
            await _taken(call, parting)
        else:
            await _gone(call)
    except BaseException as error:
        call.stays()
        if isinstance(error, TelephonyError):
            raise CallError(f"{name}: {error}") from None
        if isinstance(error, TimeoutError):
            raise CallError(f"{name} did not hand the call over in time", 408) from None
        raise
    call.has_left()


async def _ordered(call: Handed, parting: Parting, to: str, shown: str, timeout_s: float) -> bool | None:
    """Whether the provider, which has taken the order, will tell what becomes of it. None: its answer was
    lost, but the far end has left our stream, as it does once the order is taken; it has not been taken where
    another stream comes. Raises TelephonyError and TimeoutError."""
    try:
        async with asyncio.timeout(timeout_s):
            return await call.provider.transfer(call.ref, to, shown, call.session, parting.turn)
    except (TelephonyError, TimeoutError) as error:
        lost = isinstance(error, TimeoutError) or error.kind is ProviderFault.DOWN
        parting.refused = not lost
        if not lost or not call.stream_gone.is_set():
            raise
        return None


async def _taken(call: Handed, parting: Parting) -> None:
    """Somebody has answered there. Raises CallError where nobody does."""
    try:
        async with asyncio.timeout(UNTOLD_S):
            report = await parting.outcome()
    except TimeoutError:
        if not call.stream_gone.is_set():
            raise
        return
    if not report.taken:
        raise CallError(f"{call.account.name}: nobody took the call: {report.detail}", report.code)


async def _gone(call: Handed) -> None:
    """Its far end has left our stream, or nothing says that it will."""
    try:
        async with asyncio.timeout(HANDED_S):
            await call.stream_gone.wait()
    except TimeoutError:
        return
