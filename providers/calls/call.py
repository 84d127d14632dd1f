"""One call by a provider: drives its `machine` and its leg, and asks the provider for what follows.

It must never decide whom the call is connected to (the switchboard does), nor read a webhook (the provider's
own module does).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

from mediaserver.calls.playing import Looped
from mediaserver.calls.ringing_tone import ringing_tone
from mediaserver.errors import CallError, ConfigError, TelephonyError
from mediaserver.media.leg import Direction, EndedBy, Termination, WhoAnswered, Why
from mediaserver.printable import printable
from providers.accounts.served import ServedAccount
from providers.call_state import CallState
from providers.calls.call_doors import diverted, doors_of
from providers.calls.call_streams import CallStreams
from providers.calls.endings import HANDED_OVER, NOT_ASKED, ending_of_call
from providers.calls.facts import CallFacts
from providers.calls.handing_over import Parting, Partings, hand_over
from providers.calls.hanging_up import hang_up
from providers.calls.keys import Keys
from providers.calls.machine import GOES_ON, CallMachine, Do, Event, Phase
from providers.calls.means import CallMeans
from providers.calls.phase_limit import PhaseLimit
from providers.provider import (
    LONGEST_WORD,
    CallReport,
    Connect,
    Decision,
    Divert,
    Doors,
    Provider,
    Refuse,
    TransferReport,
)
from providers.streams.dialect import Dialect, Started
from providers.streams.host import StreamRefused
from providers.streams.leg import ProviderLeg, StreamPeer

log = logging.getLogger(__name__)

TOKEN_S = 60.0
"""A stream's token is good for so long once the provider is told to open one; of an order, as long as it may
ring besides."""
AGAIN_S = 10.0
"""A token for a stream in the place of one that there is."""
_TAKES_STREAMS = (Phase.ORDERED, Phase.CONNECTING, Phase.UP, Phase.AWAY, Phase.LEAVING)


def _nobody_listens() -> None: ...


async def _not_found(call: ProviderCall) -> bool:
    return False


class ProviderCall:
    """Implements providers.streams.leg.LegControl."""

    def __init__(
        self,
        served: ServedAccount,
        provider: Provider,
        dialect: Dialect,
        means: CallMeans,
        direction: Direction,
        *,
        caller: str,
        to: str,
        ref: str = "",
        remote: str = "",
    ) -> None:
        """`dialect`: of its streams, for their format. `ref`: the provider's id, where it is known."""
        self.session = uuid4()
        self.served, self.provider = served, provider
        self.account = served.account
        self.direction = direction
        self.caller, self.to = caller, to
        self.ref = ref
        self.call_id: UUID | None = None
        self.machine = CallMachine(Phase.OFFERED if direction is Direction.INBOUND else Phase.ORDERED)
        self.decided: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        """What the provider is to do with a call in."""
        self.settled = asyncio.Event()
        self.maybe_taken = False
        """An order was sent whose answer was lost."""
        self.refusal: TelephonyError | None = None
        """Why the order was not taken."""
        self.facts = CallFacts()
        self.on_ringing: Callable[[], object] = _nobody_listens
        self.on_changed: Callable[[ProviderCall], None] = lambda call: None
        """Something that is stored is other than it was."""
        self.on_ref: Callable[[ProviderCall], None] = lambda call: None
        self.find: Callable[[ProviderCall], Awaitable[bool]] = _not_found
        """Look among the provider's calls for one that was ordered, and whose id was lost: `named` follows.
        False: nobody can say whether there is one."""
        self.on_up: Callable[[ProviderCall], None] = lambda call: None
        """Its first stream has begun."""
        self.on_over: Callable[[ProviderCall], None] = lambda call: None
        """Its leg is over; the call may go on without us."""
        self.on_settled: Callable[[ProviderCall], None] = lambda call: None
        self._means = means
        self._release = served.borrow()
        self._connected = asyncio.Event()
        self._partings = Partings(means.now)
        self._limit = PhaseLimit(means.later, self._late)
        self._rings_here = False
        self._phase = self.machine.phase
        self.format = dialect.format
        self.leg = ProviderLeg(
            means.wires, dialect.format, self,
            kind=self.account.kind, direction=direction, ref=ref or str(self.session), remote=remote,
            now=means.now,
        )  # fmt: skip
        self._streams = CallStreams(self.leg, self.account.settings.named_by_streams, means.now)
        self._keys = Keys(provider, dialect, self.leg, means)
        self.leg.labels["trunk"] = self.account.name
        self.leg.labels["number"] = to

    def __repr__(self) -> str:
        return f"<{self.account.name} {self.direction} {self.ref or self.session} {self.machine.phase.value}>"

    @property
    def state(self) -> CallState:
        return self.machine.state

    @property
    def own_number(self) -> str:
        """Ours, of the two."""
        return self.to if self.direction is Direction.INBOUND else self.caller

    # -- what is known of it

    def named(self, ref: str) -> None:
        """The provider's id of it is this."""
        if self.ref or not ref:
            return
        self.ref = self.leg.ref = ref
        self.on_ref(self)
        self.on_changed(self)
        self._do(self.machine.happened(Event.TAKEN))

    def reported(self, report: CallReport) -> None:
        """The provider says something of it."""
        before, answered_by = self.state, self.facts.answered_by
        news = self.facts.take(report, over=before.over)
        if self.facts.answered_by is not None and self.facts.answered_by is not answered_by:
            self.leg.tell(WhoAnswered(self.facts.answered_by))
        follows = self.machine.reported(report.state) if report.state is not None else ()
        if self.state is CallState.IN_PROGRESS:
            self.facts.was_answered()
        if news or self.state is not before:
            self.on_changed(self)
        self._do(follows)

    def not_taken(self, refusal: TelephonyError) -> None:
        """The provider has not taken the order."""
        if not self.ref:  # else it has told of the call meanwhile
            self.refusal = refusal
            self.facts.detail = str(refusal)
            self._do(self.machine.not_taken())

    def may_be_taken(self) -> None:
        """The order's answer was lost: its reports say whether there is a call, or nothing does."""
        self.maybe_taken = True
        if self.machine.phase is Phase.CLOSING:
            self._do((Do.HANG_UP,))

    def never_taken(self) -> None:
        """The provider has no such call, as far as it can be looked. No other is asked in its place: it may
        have had one."""
        if not self.ref:
            self.facts.detail = "the provider's answer was lost, and it has no such call"
            self._do(self.machine.not_taken())

    def unknown_there(self, detail: str = "") -> None:
        """The provider has no such call any more."""
        self.facts.detail = self.facts.detail or detail
        self._do(self.machine.settle())

    # -- what the provider asks

    def accept(self) -> None:
        """Have the provider answer now, whether or not anybody has."""
        self._do(self.machine.happened(Event.ANSWERED))

    def next_step(self, turn: str | None) -> Decision:
        """What is to be done with a call that the provider asks about: answered, or back from elsewhere.
        `turn`: see `Desk.answering`."""
        if turn is not None and not self._streams.turns.asked(turn):
            return Refuse(NOT_ASKED)
        match self.machine.phase:
            case Phase.LEAVING if (parting := self._partings.current) is not None and parting.has(turn):
                return parting.to
            case Phase.ORDERED | Phase.CONNECTING | Phase.UP | Phase.AWAY | Phase.LEAVING:
                self._do(self.machine.happened(Event.ANSWERED))
                return self._connect(turn)
            case Phase.OFFERED:
                self.accept()
                return self.decided.result()
            case _:
                return Refuse(self.leg.termination or self._ending())

    def order_doors(self, timeout_s: float) -> Doors:
        """Raises ConfigError where no public address is known."""
        return self._doors(self._streams.token(timeout_s + TOKEN_S))

    # -- handed over (see handing_over.py)

    def leave(self, to: Divert) -> Parting:
        """From now on a provider that asks what next is told to go there."""
        self._do(self.machine.happened(Event.LEAVE))
        return self._partings.begin(to, self._streams.turns.issue())

    def has_left(self) -> None:
        self._do(self.machine.happened(Event.HANDED))

    def stays(self) -> None:
        """Nobody has taken it over."""
        self._partings.give_up()
        if self.machine.phase is Phase.LEAVING:
            self._do(self.machine.happened(Event.STAYED if self.leg.attached else Event.STAYED_AWAY))

    def transfer_reported(self, report: TransferReport) -> bool:
        """The provider says what became of it. Whether the call is with us still: up, or about to go by
        another order."""
        phase = self.machine.phase
        parting = self._partings.current if phase is Phase.LEAVING else None
        if parting is not None and parting.has(report.turn):
            parting.told(report)
            self.has_left() if report.taken else self.stays()
        elif self._partings.may_be_taken(report) and report.taken:
            if parting is not None:  # by whom the order before it rang
                parting.told(report)
                self.has_left()
            elif phase in (Phase.UP, Phase.AWAY) or (phase is Phase.CLOSING and self._streams.stopped):
                self._went()
        return self.machine.phase in (Phase.UP, Phase.AWAY, Phase.LEAVING)

    # -- its stream

    @property
    def stream_gone(self) -> asyncio.Event:
        return self._streams.gone

    def admit(self, token: str, started: Started, peer: StreamPeer, remote: str) -> ProviderLeg:
        """Raises StreamRefused."""
        self._streams.check(token, started, self.ref)
        if len(started.call_ref) > LONGEST_WORD or printable(started.call_ref) != started.call_ref:
            raise StreamRefused("what it says of its call is no id")
        if self.leg.termination is not None or self.machine.phase not in _TAKES_STREAMS:
            raise StreamRefused("its call is over")
        parting = self._partings.current if self.machine.phase is Phase.LEAVING else None
        if parting is not None and parting.awaited:
            raise StreamRefused("its call is being handed over")
        self._streams.take(peer, remote)
        if parting is not None and parting.lost:  # the order was not taken: its far end is here again
            parting.told(TransferReport(self.ref, False, code=503, detail="the order was not taken"))
        self.named(started.call_ref)
        self._do(self.machine.happened(Event.STREAM))
        return self.leg

    def stream_stopped(self, peer: StreamPeer, detail: str) -> None:
        self._without(peer, Event.STREAM_STOPPED, detail)

    def stream_lost(self, peer: StreamPeer, detail: str) -> None:
        self._without(peer, Event.STREAM_LOST, detail)

    async def connected_or_over(self) -> None:
        """Returns once its stream has begun, or its leg is over."""
        await self._connected.wait()

    async def connected(self) -> None:
        """Returns once its stream has begun. Raises CallError when the call is over before."""
        await self._connected.wait()
        if (over := self.leg.termination) is not None:
            raise CallError(f"the call was over before it was connected: {over}", over.code or 487)

    # -- LegControl

    async def ring(self) -> None:
        """Who calls hears the network's own tone until the provider answers."""

    async def progress(self) -> bool:
        if self.leg.termination is None:
            self.accept()
        await self.connected()
        return True

    async def answer(self) -> None:
        self._rings_here = False
        if self.leg.termination is None:
            self.accept()
        await self.connected()
        self._means.clock.detach(self.leg)  # the ringing tone, or who was heard before
        self.facts.was_answered()
        self.on_changed(self)

    async def refer(self, to: str, timeout_s: float) -> None:
        await hand_over(self, to, timeout_s)

    def press(self, digit: str) -> bool:
        return self._keys.press(digit, self.ref)

    def over(self, why: Termination) -> None:
        self._rings_here = False
        self._means.clock.detach(self.leg)
        self._connected.set()
        self.stream_gone.set()
        if (parting := self._partings.current) is not None:
            parting.told(TransferReport(self.ref, False, code=487, detail=f"it is over ({why})"))
        diverts = self.machine.phase is Phase.OFFERED and isinstance(self._refusal(why), Divert)
        self._do(self.machine.happened(Event.DIVERTED if diverts else Event.LEFT))
        self.on_over(self)

    # -- inside

    def _do(self, follows: tuple[Do, ...]) -> None:
        phase, before = self.machine.phase, self._phase
        self._phase = phase
        self._limit.watch(phase)
        if phase is not before and (phase in GOES_ON or before in GOES_ON):
            self.on_changed(self)  # at once: a server that dies next must not be the end of that call
        for each in follows:
            match each:
                case Do.RING:
                    self.on_ringing()
                case Do.ACCEPT:
                    self._accept()
                case Do.DECLINE:
                    self._decide(self._refusal(self.leg.termination or self._ending()))
                case Do.CONNECT:
                    self._connected.set()
                    self._ring_here()
                    self.on_up(self)
                case Do.END_LEG:
                    self.leg.ended(self._ending())
                case Do.HANG_UP:
                    self._means.spawn(self._hang_up(), f"hanging up at {self.account.name}")
                case Do.SETTLE:
                    self._settle()

    def _late(self, phase: Phase) -> None:
        if self.machine.phase is not phase:
            return
        if phase is Phase.CLOSING:
            log.debug("%r is hung up again", self)
        self._do(self.machine.happened(Event.LATE))

    def _ending(self) -> Termination:
        return ending_of_call(self.machine, self.direction, self.facts, stopped=self._streams.stopped)

    def _without(self, peer: StreamPeer, event: Event, detail: str) -> None:
        if not self._streams.left(peer, stopped=event is Event.STREAM_STOPPED):
            return
        if event is Event.STREAM_STOPPED and self.machine.phase is Phase.UP and self._partings.in_doubt:
            self._went()
            return
        self.facts.detail = self.facts.detail or detail
        self._do(self.machine.happened(event))

    def _went(self) -> None:
        """The order to hand it over was taken, and the answer to that lost: we had it for ours again."""
        self._do(self.machine.happened(Event.LEAVE))
        self.has_left()
        self.leg.ended(HANDED_OVER)

    def _connect(self, turn: str | None = None) -> Connect:
        for_s = AGAIN_S if self.leg.attached else TOKEN_S
        if (told := self._streams.offered(turn, for_s)) is not None:
            return told
        connect = Connect(self.session, self._doors(token := self._streams.token(for_s)))
        self._streams.offer(turn, token, connect)
        return connect

    def _doors(self, token: str) -> Doors:
        return doors_of(self.served, self.session, token, self._streams.turns.issue())

    def _accept(self) -> None:
        self._rings_here = self.leg.termination is None
        try:
            self._decide(self._connect())
        except ConfigError as error:  # the account has lost its public address
            log.error("a call by %s cannot be answered: %s", self.account.name, error)
            self._decide(diverted(self.served))
            self.leg.ended(Termination(EndedBy.SERVER, Why.FAILED, 500, str(error)))

    def _decide(self, decision: Decision) -> None:
        if not self.decided.done():
            self.decided.set_result(decision)

    def _refusal(self, why: Termination) -> Decision:
        """Of a call in that nobody takes: elsewhere while we are full or down, else the reason."""
        if why.why in (Why.FAILED, Why.SHUTDOWN) and why.by is EndedBy.SERVER:
            return diverted(self.served)
        return Refuse(why)

    def _ring_here(self) -> None:
        """The provider has answered; nobody else has yet."""
        if self._rings_here and self.direction is Direction.INBOUND:
            self._rings_here = False
            self._means.clock.detach(self.leg)
            self._means.clock.attach(self.leg, Looped(ringing_tone()))

    async def _hang_up(self) -> None:
        if not self.ref and self.maybe_taken:
            await self.find(self)  # it is hung up where one is found
        else:
            await hang_up(self)

    def _settle(self) -> None:
        self._limit.cancel()
        self.facts.has_ended()
        self._release()
        self.settled.set()
        self.on_changed(self)
        self.on_settled(self)
