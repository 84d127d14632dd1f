"""Who is served when: the legs that are attached to the media clock, in the phases of its 20 ms.

It only keeps lists; what is done with them is `mediaserver.media.clock`'s business.
"""

from __future__ import annotations

from collections.abc import Callable

from mediaserver.media.leg import App, AudioSide, Lane, Wire
from mediaserver.media.line_condition import Cleaner, WantsCleaned

OnError = Callable[[Exception], None]


class Member:
    """One attached leg."""

    __slots__ = (
        "app", "chunk_end", "cleaner", "lane", "leg", "live", "on_error", "phase", "settle_at", "t", "ticket",
        "wire",
    )  # fmt: skip

    def __init__(
        self,
        leg: AudioSide,
        app: App,
        lane: Lane | None,
        ticket: int,
        on_error: OnError | None,
        settle_at: int,
    ) -> None:
        self.leg = leg
        self.use(app)
        self.wire = lane.wire if lane is not None else None
        self.lane = lane.number if lane is not None else -1
        """Its number on the wire; means nothing without one."""
        self.ticket = ticket
        self.on_error = on_error
        self.t = 0
        self.settle_at = settle_at
        """The `t` at which to see whether another phase would be better."""
        self.chunk_end = 0
        self.live = True
        self.phase: Phase | None = None

    def use(self, app: App) -> None:
        """This is its app now."""
        self.app = app
        self.cleaner: Cleaner | None = app.cleaner if isinstance(app, WantsCleaned) else None


class Group:
    """The members of a phase that share a wire (None: read one by one). Lists are replaced, never changed,
    since apps attach and detach legs in mid-tick."""

    __slots__ = ("cleaned", "lanes", "members", "tickets", "wire")

    def __init__(self, wire: Wire | None) -> None:
        self.wire = wire
        self.fill([])

    def fill(self, members: list[Member]) -> None:
        self.members = members
        self.lanes = [m.lane for m in members]
        self.tickets = [m.ticket for m in members]
        self.cleaned = [(row, m) for row, m in enumerate(members) if m.cleaner is not None]
        """Whose app wants what is heard cleaned, and in which row they are."""


class Phase:
    __slots__ = ("groups", "index")

    def __init__(self, index: int) -> None:
        self.index = index
        self.groups: dict[int, Group] = {}

    @property
    def size(self) -> int:
        return sum(len(group.members) for group in self.groups.values())

    def add(self, member: Member) -> None:
        group = self.groups.setdefault(id(member.wire), Group(member.wire))
        group.fill([*group.members, member])
        member.phase = self

    def dress(self, member: Member) -> None:
        """Its app has changed."""
        group = self.groups[id(member.wire)]
        group.fill(group.members)

    def remove(self, member: Member) -> None:
        group = self.groups[id(member.wire)]
        group.fill([m for m in group.members if m is not member])
        if not group.members:
            del self.groups[id(member.wire)]
        member.phase = None
