"""Who may still call out, and how much: limits on calls, minutes and money, for all together, for whoever has
calls made, and for each trunk.

Pure: `now` is seconds since 1970 of a clock that never jumps. It counts a call before it is placed and
charges it while it is up, so that neither a burst nor one long call gets past a limit by more than a second's
worth. What it counts goes to `put` at once, minute by minute; a process that comes back takes it up again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from mediaserver.errors import OutboundCapError
from mediaserver.media.leg import Leg
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.outbound.prices import MICROS, Price, PriceTable
from mediaserver.outbound.usage import NOTHING_USED, RollingUsage, Used
from mediaserver.settings.outbound import CALLER, OutboundCaps, OutboundSettings
from mediaserver.storage.records import OutboundUsed

ALL = "all"
TRUNK = "trunk:"
PUT_EVERY_S = 10.0
"""So often the time of calls that are up is kept; a crash forgets no more of it."""
NO_CAPS = OutboundCaps()
Verdict: TypeAlias = Literal["warn", "end"]


@dataclass(frozen=True, slots=True)
class CapReached:
    """A limit is reached from now on. `scope`: whose; `which`: the setting's name; `text`: one line."""

    scope: str
    which: str
    limit: float
    text: str


@dataclass(slots=True, eq=False)
class OutboundTicket:
    """One leg that costs money, from before it is placed until it is over."""

    number: str
    scopes: list[str]
    price: Price
    call_id: UUID | None = None
    leg: Leg | None = None
    """Once it is answered."""
    answered_at: float | None = None
    ms: int = 0
    micros: int = 0
    warned_at: float | None = None
    ended: bool = False
    """We have hung it up."""


@dataclass(slots=True)
class _Scope:
    usage: RollingUsage = field(default_factory=RollingUsage)
    calls: int = 0
    """That ring or are up."""
    reserved: int = 0
    """What those that ring will cost as soon as they are answered."""


class OutboundLedger:
    """One for a server. `on_reached` is told when a limit is reached, once until it is free again."""

    def __init__(
        self,
        settings: OutboundSettings,
        plan: NumberPlan,
        prices: PriceTable,
        put: Callable[[OutboundUsed], None],
    ) -> None:
        self._settings = settings
        self._limits = settings.limits
        self._plan = plan
        self._prices = prices
        self._put = put
        self._scopes: dict[str, _Scope] = {}
        self._others: Mapping[str, Used] = {}
        self._reached: dict[tuple[str, str], str] = {}
        self._unput: dict[str, int] = {}
        self._put_at = 0.0
        self.tickets: set[OutboundTicket] = set()
        self.refused: Counter[str] = Counter()
        """Calls that were refused, by the setting that did."""
        self.on_reached: Callable[[CapReached], None] = _nobody

    # -- what is known from elsewhere

    def restore(self, rows: Iterable[tuple[int, str, int, int, int]]) -> None:
        """What this server used before it was started: minute, scope, calls, ms, micros; oldest first."""
        for minute, scope, calls, ms, micros in rows:
            self._of(scope).usage.add(minute, calls=calls, ms=ms, micros=micros)

    def others_used(self, used: Mapping[str, Used]) -> None:
        """What the other servers of the same database have used up to now, by scope."""
        self._others = used

    # -- a call's way

    def check(self, payer: str, number: str, now: float) -> None:
        """Raises OutboundCapError when a call for `payer` would be refused now."""
        price = self._price(number)
        for scope in (ALL, payer):
            self._check(scope, price, now)

    def take(self, payer: str, number: str, now: float, call_id: UUID | None = None) -> OutboundTicket:
        """Count a call that is about to be placed; `over` has to follow. Raises OutboundCapError."""
        self.check(payer, number, now)
        ticket = OutboundTicket(number, [ALL, payer], self._price(number), call_id)
        for scope in ticket.scopes:
            of = self._of(scope)
            of.calls += 1
            of.reserved += ticket.price.of(0)
            self._use(scope, now, calls=1)
        self.tickets.add(ticket)
        self._put_used(now)
        return ticket

    def against_trunk(self, trunk: str, number: str, now: float, ticket: OutboundTicket | None = None) -> str:
        """Why a trunk is not asked for a call now; when it is, its empty word counts one. `ticket`: of the
        leg, which is that trunk's from now on and no other's any more."""
        scope = TRUNK + trunk
        if ticket is not None:
            self._leave_trunk(ticket)
        try:
            self._check(scope, self._price(number), now)
        except OutboundCapError as error:
            return str(error)
        if ticket is not None:
            self._goes_by(ticket, scope)
        self._use(scope, now, calls=1)
        self._put_used(now)
        return ""

    def answered(self, ticket: OutboundTicket, leg: Leg, trunk: str, now: float) -> None:
        """From now on it costs money. `trunk`: that carries it; empty for none."""
        self._unreserve(ticket)
        if trunk and TRUNK + trunk not in ticket.scopes:
            ticket.scopes.append(TRUNK + trunk)
            self._of(TRUNK + trunk).calls += 1
        ticket.leg, ticket.answered_at = leg, now
        self._charge(ticket, now)
        self._put_used(now)

    def over(self, ticket: OutboundTicket, now: float) -> None:
        """It has ended, or was never answered. Idempotent."""
        if ticket not in self.tickets:
            return
        self.tickets.remove(ticket)
        if ticket.answered_at is None:
            self._unreserve(ticket)
        else:
            self._charge(ticket, now)
        for scope in ticket.scopes:
            self._of(scope).calls -= 1
        ticket.leg = None
        self._put_used(now)

    # -- time goes by

    def tick(self, now: float) -> list[tuple[OutboundTicket, Verdict]]:
        """About every second: charge what is up, and say whom to warn and whom to hang up."""
        for ticket in self.tickets:
            if ticket.answered_at is not None:
                self._charge(ticket, now)
        if now - self._put_at >= PUT_EVERY_S:
            self._put_used(now)
        for scope, which in list(self._reached):
            if not any(which == each for each, _, _ in self._exceeded(scope, NOTHING_PAID, now)):
                del self._reached[scope, which]
        return list(self._verdicts(now))

    def _verdicts(self, now: float) -> Iterator[tuple[OutboundTicket, Verdict]]:
        used_up = set()
        for scope in {
            scope for each in self.tickets if each.answered_at is not None for scope in each.scopes
        }:
            for which, limit, text in self._exceeded(scope, NOTHING_PAID, now):
                if which in ("minutes_per_day", "spend_per_day"):
                    self._announce(scope, which, limit, text)
                    used_up.add(scope)
        longest, warning_s = self._settings.max_call_s, self._settings.warning_s
        for ticket in self.tickets:
            if ticket.answered_at is None or ticket.ended:
                continue
            left = longest - (now - ticket.answered_at) if longest else warning_s + 1
            ending = self._settings.hard and not used_up.isdisjoint(ticket.scopes)
            if not ending and left > warning_s:
                ticket.warned_at = None
            elif ticket.warned_at is None and left > 0 and warning_s:
                ticket.warned_at = now
                yield ticket, "warn"
            elif left <= 0 or (ending and now - (ticket.warned_at or now) >= warning_s):
                ticket.ended = True
                yield ticket, "end"

    # -- shown

    def report(self, now: float) -> list[dict[str, Any]]:
        """What each has used and has left, JSON-ready: of limits, those that are set."""
        named = {name for name in self._limits if name not in ("each_caller", "each_trunk")}
        rows = []
        for scope in sorted(
            {ALL, *named, *self._scopes, *self._others}, key=lambda each: (each != ALL, each)
        ):
            used, caps = self._used(scope, now), self._caps(scope)
            figures = {
                "max_calls": self._calls(scope),
                "calls_per_minute": used.calls_minute,
                "calls_per_hour": used.calls_hour,
                "calls_per_day": used.calls_day,
                "minutes_per_day": round(used.ms_day / 60_000, 2),
                "spend_per_day": round(used.micros_day / MICROS, 4),
            }
            limits = {name: limit for name, limit in caps.model_dump().items() if limit}
            left = {name: round(max(0, limit - figures[name]), 4) for name, limit in limits.items()}
            rows.append({"scope": scope, "used": figures, "limits": limits, "left": left})
        return rows

    @property
    def reached(self) -> list[str]:
        """The limits that refuse calls now, a line each."""
        return list(self._reached.values())

    # -- inside

    def _price(self, number: str) -> Price:
        return self._prices.of(self._plan.readings(number))

    def _of(self, scope: str) -> _Scope:
        return self._scopes.setdefault(scope, _Scope())

    def _caps(self, scope: str) -> OutboundCaps:
        if (own := self._limits.get(scope)) is not None:
            return own
        if scope == ALL:
            return NO_CAPS
        if scope.startswith(TRUNK):
            return self._limits.get("each_trunk", NO_CAPS)
        return self._limits.get("each_caller", CALLER)

    def _calls(self, scope: str) -> int:
        of = self._scopes.get(scope)
        return 0 if of is None else of.calls

    def _used(self, scope: str, now: float) -> Used:
        of = self._scopes.get(scope)
        own = NOTHING_USED if of is None else of.usage.used(_minute(now))
        return own + self._others.get(scope, NOTHING_USED)

    def _check(self, scope: str, price: Price, now: float) -> None:
        for which, limit, text in self._exceeded(scope, price, now):
            self.refused[which] += 1
            self._announce(scope, which, limit, text)
            raise OutboundCapError(text)

    def _exceeded(self, scope: str, price: Price, now: float) -> Iterator[tuple[str, float, str]]:
        """The limits that speak against one more call: the setting's name, its value, and why in words."""
        caps, used = self._caps(scope), self._used(scope, now)
        of = self._scopes.get(scope)
        coming = price.of(0) + (of.reserved if of is not None else 0)
        for which, limit, reached, what in (
            ("max_calls", caps.max_calls, self._calls(scope) >= caps.max_calls, "calls at once"),
            ("calls_per_minute", caps.calls_per_minute, used.calls_minute >= caps.calls_per_minute,
             "calls a minute"),
            ("calls_per_hour", caps.calls_per_hour, used.calls_hour >= caps.calls_per_hour, "calls an hour"),
            ("calls_per_day", caps.calls_per_day, used.calls_day >= caps.calls_per_day, "calls a day"),
            ("minutes_per_day", caps.minutes_per_day, used.ms_day >= caps.minutes_per_day * 60_000,
             "minutes a day"),
            ("spend_per_day", caps.spend_per_day,
             used.micros_day + coming >= caps.spend_per_day * MICROS, f"{self._settings.currency} a day"),
        ):  # fmt: skip
            if limit and reached:
                whose = "all calls out together have" if scope == ALL else f"{scope} has"
                yield which, limit, f"{whose} used up {limit:g} {what} ({self._setting(scope)}.{which})"

    def _setting(self, scope: str) -> str:
        if scope in self._limits or scope == ALL:
            return f"outbound.limits.{scope}"
        return f"outbound.limits.{'each_trunk' if scope.startswith(TRUNK) else 'each_caller'}"

    def _announce(self, scope: str, which: str, limit: float, text: str) -> None:
        if (scope, which) not in self._reached:
            self._reached[scope, which] = text
            self.on_reached(CapReached(scope, which, limit, text))

    def _goes_by(self, ticket: OutboundTicket, scope: str) -> None:
        """A trunk is asked to carry it: until it is answered its place and its first price are kept there."""
        ticket.scopes.append(scope)
        of = self._of(scope)
        of.calls += 1
        of.reserved += ticket.price.of(0)

    def _leave_trunk(self, ticket: OutboundTicket) -> None:
        """The trunk that was asked before could not carry it."""
        for scope in [each for each in ticket.scopes if each.startswith(TRUNK)]:
            ticket.scopes.remove(scope)
            of = self._of(scope)
            of.calls -= 1
            of.reserved -= ticket.price.of(0)

    def _unreserve(self, ticket: OutboundTicket) -> None:
        for scope in ticket.scopes:
            self._of(scope).reserved -= ticket.price.of(0)

    def _charge(self, ticket: OutboundTicket, now: float) -> None:
        assert ticket.answered_at is not None
        seconds = max(0.0, now - ticket.answered_at)
        ms, micros = int(seconds * 1000), ticket.price.of(seconds)
        for scope in ticket.scopes:
            self._use(scope, now, ms=ms - ticket.ms, micros=micros - ticket.micros)
        ticket.ms, ticket.micros = ms, micros

    def _use(self, scope: str, now: float, *, calls: int = 0, ms: int = 0, micros: int = 0) -> None:
        minute = _minute(now)
        # What is not kept yet of an earlier minute is kept before the next one begins.
        if self._unput.get(scope, minute) < minute:
            self._put_scope(scope)
        self._of(scope).usage.add(minute, calls=calls, ms=ms, micros=micros)
        self._unput[scope] = minute

    def _put_used(self, now: float) -> None:
        for scope in list(self._unput):
            self._put_scope(scope)
        self._put_at = now

    def _put_scope(self, scope: str) -> None:
        self._unput.pop(scope, None)
        last = self._of(scope).usage.last
        if last is not None:
            at = datetime.fromtimestamp(last.minute * 60, UTC)
            self._put(OutboundUsed(at, scope, last.calls, last.ms, last.micros))


NOTHING_PAID = Price(0)


def _minute(now: float) -> int:
    return int(now // 60)


def _nobody(reached: CapReached) -> None:
    return None
