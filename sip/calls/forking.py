"""The states of a call to all phones of an extension (RFC 3261 sections 16.6 and 16.7, as a user agent does
it).

    NEW ──begin──▶ ASKING ──one rings──▶ RINGING ──one answers──▶ ANSWERED
                     │ ▲                   │ │
                     │ └─all asked refused─┘ │ all refused, one for all (6xx), nobody waits any more
                     └───────────────────────┴──▶ OVER

The most wanted (q) are asked together, and the next ones when all of these refused or their share of the time
is up. The first answer is the call; the other phones are told to stop, and one whose answer crosses that is
hung up on.

Sans-I/O: events and `now` (seconds) in, what to do out. It must never see a message, a socket or a timer;
`sip.calls.forked_call` drives it, and each branch keeps its own time.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias


class ForkState(enum.Enum):
    NEW = enum.auto()
    ASKING = enum.auto()
    """Nobody rings yet."""
    RINGING = enum.auto()
    ANSWERED = enum.auto()
    OVER = enum.auto()


class ForkEvent(enum.Enum):
    BEGIN = enum.auto()
    RANG = enum.auto()
    ANSWERED = enum.auto()
    REFUSED = enum.auto()
    """Others that were asked have not said yet."""
    EXHAUSTED = enum.auto()
    """The last of those that were asked refused, and more can be asked."""
    FRUITLESS = enum.auto()
    """The last of all refused."""
    DECLINED = enum.auto()
    """6xx: for all phones of whom we call."""
    GIVE_UP = enum.auto()
    """Nobody waits any more."""


class ForkAction(enum.Enum):
    ASK = enum.auto()
    """Call these, with `patience_s` for each."""
    RANG = enum.auto()
    """Tell whoever waits that it rings."""
    TAKE = enum.auto()
    """This one is the call."""
    STOP = enum.auto()
    """Cancel these."""
    DROP = enum.auto()
    """Hang up on this one, which answered too late."""
    END = enum.auto()
    """It came to nothing; `best` says what whoever waits is told."""


S, E, D = ForkState, ForkEvent, ForkAction

TABLE: dict[tuple[ForkState, ForkEvent], tuple[ForkState, tuple[ForkAction, ...]]] = {
    (S.NEW, E.BEGIN): (S.ASKING, (D.ASK,)),
    (S.NEW, E.GIVE_UP): (S.OVER, ()),
    (S.ASKING, E.RANG): (S.RINGING, (D.RANG,)),
    (S.ASKING, E.ANSWERED): (S.ANSWERED, (D.STOP, D.TAKE)),
    (S.ASKING, E.REFUSED): (S.ASKING, ()),
    (S.ASKING, E.EXHAUSTED): (S.ASKING, (D.ASK,)),
    (S.ASKING, E.FRUITLESS): (S.OVER, (D.END,)),
    (S.ASKING, E.DECLINED): (S.OVER, (D.STOP, D.END)),
    (S.ASKING, E.GIVE_UP): (S.OVER, (D.STOP,)),
    (S.RINGING, E.RANG): (S.RINGING, ()),
    (S.RINGING, E.ANSWERED): (S.ANSWERED, (D.STOP, D.TAKE)),
    (S.RINGING, E.REFUSED): (S.RINGING, ()),
    (S.RINGING, E.EXHAUSTED): (S.RINGING, (D.ASK,)),
    (S.RINGING, E.FRUITLESS): (S.OVER, (D.END,)),
    (S.RINGING, E.DECLINED): (S.OVER, (D.STOP, D.END)),
    (S.RINGING, E.GIVE_UP): (S.OVER, (D.STOP,)),
    (S.ANSWERED, E.RANG): (S.ANSWERED, ()),
    (S.ANSWERED, E.ANSWERED): (S.ANSWERED, (D.DROP,)),
    (S.ANSWERED, E.REFUSED): (S.ANSWERED, ()),  # as it was told to
    (S.ANSWERED, E.GIVE_UP): (S.ANSWERED, ()),
    (S.OVER, E.RANG): (S.OVER, ()),
    (S.OVER, E.ANSWERED): (S.OVER, (D.DROP,)),
    (S.OVER, E.REFUSED): (S.OVER, ()),
    (S.OVER, E.GIVE_UP): (S.OVER, ()),
}
"""What is not in here is a fault of the driver's and raises."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do."""

    action: ForkAction
    branches: tuple[int, ...] = ()
    patience_s: float = 0.0
    """Of ASK: how long each may take to answer."""


Steps: TypeAlias = tuple[Step, ...]


class ForkMachine:
    """Branches are known by their place in `wanted`. Each method returns what is to be done, in order."""

    __slots__ = ("_asked", "_groups", "_until", "refusals", "state")

    def __init__(self, wanted: Sequence[float], until: float) -> None:
        """`wanted`: the q of each branch, the most wanted first. `until`: when it is too late, in the
        seconds of `now`."""
        self.state = ForkState.NEW
        self._groups = [
            tuple(branch for branch, _ in group) for _, group in groupby(enumerate(wanted), lambda at: at[1])
        ]
        self._until = until
        self._asked: set[int] = set()
        """Those that have not said yet."""
        self.refusals: dict[int, int] = {}
        """The status of each that refused."""

    def begin(self, now: float) -> Steps:
        return self._step(ForkEvent.BEGIN, (), now)

    def rang(self, branch: int, now: float) -> Steps:
        return self._step(ForkEvent.RANG, (branch,), now)

    def answered(self, branch: int, now: float) -> Steps:
        self._asked.discard(branch)
        return self._step(ForkEvent.ANSWERED, (branch,), now)

    def refused(self, branch: int, status: int, now: float) -> Steps:
        """A final status that is no answer; 408 and 503 for one that cannot be reached."""
        self._asked.discard(branch)
        self.refusals[branch] = status
        event = ForkEvent.REFUSED
        if self.state in (ForkState.ASKING, ForkState.RINGING):
            if status >= 600:
                event = ForkEvent.DECLINED
            elif not self._asked:
                more = self._groups and now < self._until
                event = ForkEvent.EXHAUSTED if more else ForkEvent.FRUITLESS
        return self._step(event, (branch,), now)

    def give_up(self, now: float) -> Steps:
        return self._step(ForkEvent.GIVE_UP, (), now)

    def _step(self, event: ForkEvent, branches: tuple[int, ...], now: float) -> Steps:
        self.state, actions = TABLE[self.state, event]
        steps = []
        for action in actions:
            if action is ForkAction.ASK:
                # Each group its share of what is left: a phone that rings on must not keep the next silent.
                share = max(0.0, self._until - now) / len(self._groups)
                group = self._groups.pop(0)
                self._asked.update(group)
                steps.append(Step(action, group, share))
            elif action is ForkAction.STOP:
                steps.append(Step(action, tuple(sorted(self._asked))))
            else:
                steps.append(Step(action, branches))
        return tuple(steps)


_RESUBMIT = frozenset({401, 407, 415, 420, 484})
"""What whoever calls could do better (16.7 step 6)."""
_ABOUT_A_PERSON = frozenset({486, 488})
_AWAY = frozenset({408, 480, 487})


def _rank(status: int) -> tuple[int, int]:
    if status >= 600:
        return (0, 0)
    if status in _RESUBMIT:
        detail = 0
    elif status in _ABOUT_A_PERSON:
        detail = 1
    else:
        detail = 3 if status in _AWAY or status == 503 else 2
    return (status // 100, detail)


def best(refusals: Mapping[int, int]) -> int:
    """The branch whose status whoever called is told (16.7 step 6): 6xx, else the lowest class; in that, what
    says most."""
    return min(refusals, key=lambda branch: _rank(refusals[branch]))
