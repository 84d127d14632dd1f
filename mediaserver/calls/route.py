"""A row of `routes` and a row of `numbers`: what leads to an agent, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediaserver.calls.hours import Calendar, Hours, Week, zone_of
from mediaserver.errors import ConfigError
from mediaserver.storage.sql import Row

USUAL_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Fallback:
    """What a caller gets when nobody is there, or the agent cannot answer. At most one is given; none: as if
    there were no such route."""

    agent: str = ""
    ring: str = ""
    """An extension, a number or an address."""
    message: str = ""
    """Why the call is refused, for the caller's screen."""

    def __bool__(self) -> bool:
        return bool(self.agent or self.ring or self.message)


@dataclass(frozen=True, slots=True)
class Route:
    """A row of `routes`. A pattern with `@` is compared with the whole address, any other with its user part
    or number; `*` stands for any characters, `?` for one."""

    id: int
    pattern: str
    priority: int
    agent: str
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    hours: Hours | None = None
    """When its agent answers; None: at any time."""
    fallback: Fallback = Fallback()
    fault: str = ""
    """Why nobody can go by it; empty when all is well."""

    @classmethod
    def of(cls, row: Row, calendars: Mapping[str, Calendar | str]) -> Route:
        """`calendars`: by name; in the place of one that makes no sense, what is wrong with it."""
        hours, fault = None, ""
        try:
            hours = _hours(row, calendars)
        except ConfigError as error:
            fault = str(error)
        fallback = Fallback(*(row.get(f"fallback_{name}") or "" for name in ("agent", "ring", "message")))
        plain = ("id", "pattern", "priority", "agent", "valid_from", "valid_until")
        return cls(**{name: row[name] for name in plain}, hours=hours, fallback=fallback, fault=fault)

    @property
    def exact(self) -> bool:
        return not {"*", "?"} & set(self.pattern)

    def in_force(self, now: datetime) -> bool:
        """By this server's own clock; `valid_until` is the first moment when it no longer is."""
        return (self.valid_from is None or self.valid_from <= now) and (
            self.valid_until is None or now < self.valid_until
        )

    def is_open(self, now: datetime) -> bool:
        """Its agent answers at this hour."""
        return self.hours is None or self.hours.hold(now)


@dataclass(frozen=True, slots=True)
class Number:
    """A row of `numbers`: a telephone number of ours."""

    number: str
    """In E.164, with its `+`."""
    agent: str = ""
    route: int | None = None
    """Of `routes`, in the place of an agent. Neither: it leads where the routes' patterns say."""


def _hours(row: Mapping[str, Any], calendars: Mapping[str, Calendar | str]) -> Hours | None:
    """Raises ConfigError."""
    written, name = row.get("hours"), row.get("calendar")
    if written is None and not name:
        return None
    zone = zone_of(row.get("time_zone") or USUAL_ZONE)
    week = None if written is None else Week.parse(written)
    calendar = None
    if name:
        found = calendars.get(name, f"there is no calendar {name}")
        if isinstance(found, str):
            raise ConfigError(found)
        calendar = found
    return Hours(zone, week, calendar)
