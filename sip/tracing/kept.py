"""What is kept of signalling: all that belongs to our calls, for a while, and a little of all else.

Bounded in every direction. A call of ours keeps its first messages and its latest; what makes no call (a
scanner, a flood, a registration) has a small place of its own, in which one pushes out another and never a
call. Calls that have ended give way before those that live.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from sip.tracing.traced import TracedMessage

OVERHEAD = 400
"""Bytes that a message takes beside its octets, about."""


@dataclass(frozen=True, slots=True)
class TraceLimits:
    """What is kept at most. Sizes in bytes."""

    after_s: float = 600.0
    """Of a call that has ended, for so long; 0: nothing is kept at all."""
    first: int = 40
    """Messages of a call that stay, from its beginning."""
    latest: int = 160
    """And so many of the latest."""
    call_bytes: int = 256 << 10
    all_bytes: int = 32 << 20
    other_messages: int = 2_000
    """Of what belongs to no call of ours, together."""
    other_bytes: int = 2 << 20
    other_of_one: int = 20
    """Of these under one Call-ID."""


class CallTrace:
    """The messages of one call, of all its legs."""

    __slots__ = ("call_ids", "first", "last_t", "latest", "left_out", "size")

    def __init__(self) -> None:
        self.first: list[TracedMessage] = []
        self.latest: deque[TracedMessage] = deque()
        self.call_ids: list[str] = []
        """Of its legs, in the order in which they came."""
        self.size = 0
        self.left_out = 0
        """Messages between the first and the latest that were let go."""
        self.last_t = 0.0

    def __iter__(self) -> Iterator[TracedMessage]:
        """In the order of time: a leg may become known as one after it has begun."""
        return iter(sorted([*self.first, *self.latest], key=lambda message: message.t))

    def __len__(self) -> int:
        return len(self.first) + len(self.latest)

    def add(self, message: TracedMessage, limits: TraceLimits) -> None:
        self.last_t = message.t
        self.size += size_of(message)
        if len(self.first) < limits.first:
            self.first.append(message)
        else:
            self.latest.append(message)
        while len(self.latest) > limits.latest or (self.size > limits.call_bytes and self.latest):
            self.drop_one()
        while self.size > limits.call_bytes and len(self.first) > 1:
            self.size -= size_of(self.first.pop())
            self.left_out += 1

    def drop_one(self) -> None:
        """The oldest of the latest."""
        self.size -= size_of(self.latest.popleft())
        self.left_out += 1


class Kept:
    """All of it. `is_live`: whether a call of ours still goes on."""

    def __init__(self, limits: TraceLimits, is_live: Callable[[UUID], bool]) -> None:
        self.limits = limits
        self._is_live = is_live
        self._calls: dict[UUID, CallTrace] = {}
        self._by_call_id: dict[str, UUID] = {}
        self._others: OrderedDict[str, list[TracedMessage]] = OrderedDict()
        """What belongs to no call, by Call-ID, the longest unheard first."""
        self.size = 0
        """Bytes of the calls' messages."""
        self._other_size = self._other_count = 0

    def __len__(self) -> int:
        """Messages."""
        return sum(map(len, self._calls.values())) + self._other_count

    @property
    def calls(self) -> int:
        return len(self._calls)

    @property
    def bytes(self) -> int:
        return self.size + self._other_size

    def call_of(self, call_id: str) -> UUID | None:
        """The call of ours that a Call-ID is a leg of, as far as is known."""
        return self._by_call_id.get(call_id)

    def belongs(self, call_id: str, call: UUID) -> None:
        """This Call-ID is a leg of that call: what was said before belongs to it, too."""
        if not call_id or call_id in self._by_call_id:
            return
        trace = self._calls.setdefault(call, CallTrace())
        if len(trace.call_ids) >= self.limits.first:
            return  # a call has few legs: who tries so many servers fills no memory
        trace.call_ids.append(call_id)
        self._by_call_id[call_id] = call
        earlier = self._others.pop(call_id, ())
        for message in earlier:
            self._other_size -= size_of(message)
            self._other_count -= 1
            self._keep(trace, replace(message, call=call))

    def add(self, message: TracedMessage, call_id: str) -> None:
        if message.call is not None and (trace := self._calls.get(message.call)) is not None:
            self._keep(trace, message)
            if self.size > self.limits.all_bytes:
                self._make_room()
        else:
            self._keep_other(message, call_id)

    def of_call(self, call: UUID) -> CallTrace | None:
        return self._calls.get(call)

    def everything(self) -> list[TracedMessage]:
        """All messages, in no order: there may be many, and sorting them is for another thread."""
        found = [message for trace in self._calls.values() for message in trace]
        found += [message for some in self._others.values() for message in some]
        return found

    def sweep(self, now: float) -> None:
        """Let go of what was kept for long enough. `now`: seconds of the event loop's clock."""
        before = now - self.limits.after_s
        for call in [call for call, trace in self._calls.items() if trace.last_t < before]:
            if not self._is_live(call):
                self._forget(call)
        while self._others:
            call_id, some = next(iter(self._others.items()))
            if some[-1].t >= before:
                break
            self._forget_other(call_id)

    def _keep(self, trace: CallTrace, message: TracedMessage) -> None:
        before = trace.size
        trace.add(message, self.limits)
        self.size += trace.size - before

    def _keep_other(self, message: TracedMessage, call_id: str) -> None:
        limits = self.limits
        some = self._others.setdefault(call_id, [])
        self._others.move_to_end(call_id)
        some.append(message)
        self._other_size += size_of(message)
        self._other_count += 1
        if len(some) > limits.other_of_one:
            self._other_size -= size_of(some.pop(0))
            self._other_count -= 1
        while self._other_count > limits.other_messages or self._other_size > limits.other_bytes:
            self._forget_other(next(iter(self._others)))

    def _make_room(self) -> None:
        """A tenth at once, since it costs a look at all: first calls that are over, then what is not the
        beginning of those with the longest traces."""
        enough = self.limits.all_bytes * 9 // 10
        for call in [call for call in self._calls if not self._is_live(call)]:
            if self.size <= enough:
                return
            self._forget(call)
        for trace in sorted(self._calls.values(), key=lambda trace: -trace.size):
            while trace.latest and self.size > enough:
                before = trace.size
                trace.drop_one()
                self.size += trace.size - before
        for call in list(self._calls):  # beginnings alone are too much: the oldest calls go
            if self.size <= enough:
                return
            self._forget(call)

    def _forget(self, call: UUID) -> None:
        trace = self._calls.pop(call)
        self.size -= trace.size
        for call_id in trace.call_ids:
            del self._by_call_id[call_id]

    def _forget_other(self, call_id: str) -> None:
        for message in self._others.pop(call_id):
            self._other_size -= size_of(message)
            self._other_count -= 1


def size_of(message: TracedMessage) -> int:
    """Bytes that it takes, about."""
    return len(message.data) + OVERHEAD
