"""The tables `routes`, `numbers` and `calendars` at one moment, as something to look addresses up in. Pure.

Making one of thousands of rows takes a quarter of a second: it may be made in a thread.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator

from mediaserver.calls.hours import Calendar
from mediaserver.calls.pattern_index import PatternIndex
from mediaserver.calls.route import Number, Route
from mediaserver.errors import ConfigError
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.storage.sql import Row

_NUMBER = re.compile(r"[+*?\d\-.() ]*")
"""With a digit in it: strangers choose what is compared, so that the expression must not go back."""
_DIGIT = re.compile(r"\d")
_SEPARATORS = str.maketrans("", "", "-.() ")
"""Visual separators in telephone numbers (:rfc:`3966` section 5.1.1), and the space that people write."""


class RouteIndex:
    """Never changes."""

    def __init__(
        self,
        routes: Iterable[Row] = (),
        numbers: Iterable[Row] = (),
        calendars: Iterable[Row] = (),
        plan: NumberPlan | None = None,
    ) -> None:
        """`plan`: how numbers are dialled where this server stands."""
        self._plan = plan or NumberPlan()
        self.routes: dict[int, Route] = {}
        """By id."""
        self.idle: list[Route] = []
        """Those that are never in force."""
        self.faulty: list[Route] = []
        """Those by which nobody can go."""
        known = {row["name"]: _calendar(row) for row in calendars}
        self._exact: dict[str, list[Route]] = {}
        self._of_users, self._of_addresses = PatternIndex[Route](), PatternIndex[Route]()
        for route in sorted((Route.of(row, known) for row in routes), key=_rank):
            self.routes[route.id] = route
            if route.fault:
                self.faulty.append(route)
            if route.valid_from and route.valid_until and route.valid_until <= route.valid_from:
                self.idle.append(route)
                continue
            pattern = _plain(route.pattern)
            if route.exact:
                self._exact.setdefault(pattern, []).append(route)
            else:
                (self._of_addresses if "@" in route.pattern else self._of_users).add(pattern, route)
        self._numbers = {
            row["number"].lstrip("+"): Number(row["number"], row["agent"] or "", row["route"])
            for row in numbers
        }

    def named(self, dialled: str) -> Iterator[Route]:
        """The routes with this very address."""
        return (route for form in _forms(dialled) for route in self._exact.get(form, ()))

    def number(self, dialled: str) -> Number | None:
        """The row of a number, however it is written."""
        if not self._numbers:
            return None
        plain = _plain(dialled.partition("@")[0])
        if not _is_number(plain):
            return None
        found = (self._numbers.get(each) for each in sorted(self._plan.readings(plain)))
        return next((each for each in found if each is not None), None)

    def fitting(self, dialled: str) -> Iterator[Route]:
        """The routes whose pattern fits, the first one first."""
        whole, user = _forms(dialled)
        by_address, by_user = self._of_addresses.fitting(whole), self._of_users.fitting(user)
        return heapq.merge(by_address, by_user, key=_rank)


def _rank(route: Route) -> tuple[int, int, int]:
    return route.priority, -len(route.pattern.replace("*", "")), route.id


def _forms(dialled: str) -> tuple[str, str]:
    """The whole address, and its user part or number."""
    return _plain(dialled), _plain(dialled.partition("@")[0])


def _plain(address: str) -> str:
    """A telephone number without what only people read; anything else as it is."""
    return address.translate(_SEPARATORS) if _is_number(address) else address


def _is_number(address: str) -> bool:
    return _NUMBER.fullmatch(address) is not None and _DIGIT.search(address) is not None


def _calendar(row: Row) -> Calendar | str:
    """What is wrong with it in its place."""
    try:
        return Calendar.parse(row["name"], row["days"])
    except ConfigError as error:
        return f"the calendar {row['name']} makes no sense: {error}"
