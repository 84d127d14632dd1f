"""How much one person is answered in writing, so that no stranger runs up a bill and two machines that answer
each other come to an end. Pure: `now` in, seconds of one clock.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

HOUR_S = 3600.0
MOST_AN_HOUR = 30
"""Messages of one person that are answered."""
BURST_S, MOST_IN_BURST = 60.0, 8
"""Nobody writes so many in a minute; machines do."""
SAME_S, MOST_SAME = 900.0, 3
"""So many times the same words within this, and it is a machine that says them."""
CONFIRMED_S = 3600.0
"""So often at most one person is told that it gets no more texts: who writes STOP and START in turn is
told once."""
REST_S = 3600.0
"""So long a machine is not answered; it is forgotten what it wrote."""
MOST_PEOPLE = 20_000
"""That are remembered; beyond that who wrote longest ago is forgotten."""


@dataclass(slots=True)
class _Person:
    at: deque[float] = field(default_factory=deque)
    words: deque[tuple[float, str]] = field(default_factory=deque)
    rests_until: float = 0.0
    confirmed_at: float | None = None
    """When it was told last that it gets no more texts."""


class PeopleBudget:
    """Who writes to us."""

    def __init__(self) -> None:
        self._people: OrderedDict[str, _Person] = OrderedDict()

    def against(self, who: str, text: str, now: float) -> str:
        """Why this message is not answered, in words for the operator; empty: it is, and counts."""
        person = self._person(who)
        if now < person.rests_until:
            return "it was taken for a machine, and rests"
        _forget(person, now)
        said = " ".join(text.casefold().split())
        person.words.append((now, said))
        if sum(words == said for _, words in person.words) > MOST_SAME:
            return self._rest(person, now, f"it said the same more than {MOST_SAME} times")
        if sum(at > now - BURST_S for at in person.at) >= MOST_IN_BURST:
            return self._rest(person, now, f"it wrote more than {MOST_IN_BURST} times in a minute")
        if len(person.at) >= MOST_AN_HOUR:
            return f"it was answered {MOST_AN_HOUR} times within the hour"
        person.at.append(now)
        return ""

    def may_be_confirmed(self, who: str, now: float) -> bool:
        """Whether somebody is told that it gets no more texts, whatever else it was answered; if so it
        counts. The carriers of the United States demand that a wish to stop is confirmed (CTIA, Messaging
        Principles, 5.1.3)."""
        person = self._person(who)
        if person.confirmed_at is not None and now < person.confirmed_at + CONFIRMED_S:
            return False
        person.confirmed_at = now
        return True

    def _person(self, who: str) -> _Person:
        person = self._people.setdefault(who, _Person())
        self._people.move_to_end(who)
        if len(self._people) > MOST_PEOPLE:
            self._people.popitem(last=False)
        return person

    def _rest(self, person: _Person, now: float, why: str) -> str:
        person.rests_until = now + REST_S
        person.words.clear()
        return f"{why}: it is taken for a machine, and not answered for an hour"


def _forget(person: _Person, now: float) -> None:
    while person.at and person.at[0] <= now - HOUR_S:
        person.at.popleft()
    while person.words and person.words[0][0] <= now - SAME_S:
        person.words.popleft()
