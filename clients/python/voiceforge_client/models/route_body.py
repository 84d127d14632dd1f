from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.route_body_hours_type_0 import RouteBodyHoursType0
    from ..models.route_fallback import RouteFallback


T = TypeVar("T", bound="RouteBody")


@_attrs_define
class RouteBody:
    """A route."""

    pattern: str
    """ A number, name or address; `*` stands for any characters, `?` for one. With `@` it is compared with the
    whole address, else with its user part or number. """
    agent: str
    priority: int | Unset = 100
    """ The lowest goes first. """
    label: str | Unset = ""
    """ For people. """
    valid_from: datetime.datetime | None | Unset = UNSET
    """ From then on it counts. """
    valid_until: datetime.datetime | None | Unset = UNSET
    """ From then on it does not. """
    time_zone: str | Unset = "UTC"
    """ Of its hours (IANA). """
    hours: None | RouteBodyHoursType0 | Unset = UNSET
    """ When the agent answers, by day of the week; null: at any time. """
    calendar: None | str | Unset = UNSET
    """ Days that are not as usual. """
    fallback: None | RouteFallback | Unset = UNSET
    """ Null: outside of its hours it is as if there were no such route. """

    def to_dict(self) -> dict[str, Any]:
        from ..models.route_body_hours_type_0 import RouteBodyHoursType0  # noqa: PLC0415
        from ..models.route_fallback import RouteFallback  # noqa: PLC0415

        pattern = self.pattern

        agent = self.agent

        priority = self.priority

        label = self.label

        valid_from: None | str | Unset
        if isinstance(self.valid_from, Unset):
            valid_from = UNSET
        elif isinstance(self.valid_from, datetime.datetime):
            valid_from = self.valid_from.isoformat()
        else:
            valid_from = self.valid_from

        valid_until: None | str | Unset
        if isinstance(self.valid_until, Unset):
            valid_until = UNSET
        elif isinstance(self.valid_until, datetime.datetime):
            valid_until = self.valid_until.isoformat()
        else:
            valid_until = self.valid_until

        time_zone = self.time_zone

        hours: dict[str, Any] | None | Unset
        if isinstance(self.hours, Unset):
            hours = UNSET
        elif isinstance(self.hours, RouteBodyHoursType0):
            hours = self.hours.to_dict()
        else:
            hours = self.hours

        calendar: None | str | Unset
        if isinstance(self.calendar, Unset):
            calendar = UNSET
        else:
            calendar = self.calendar

        fallback: dict[str, Any] | None | Unset
        if isinstance(self.fallback, Unset):
            fallback = UNSET
        elif isinstance(self.fallback, RouteFallback):
            fallback = self.fallback.to_dict()
        else:
            fallback = self.fallback

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "pattern": pattern,
                "agent": agent,
            }
        )
        if priority is not UNSET:
            field_dict["priority"] = priority
        if label is not UNSET:
            field_dict["label"] = label
        if valid_from is not UNSET:
            field_dict["valid_from"] = valid_from
        if valid_until is not UNSET:
            field_dict["valid_until"] = valid_until
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone
        if hours is not UNSET:
            field_dict["hours"] = hours
        if calendar is not UNSET:
            field_dict["calendar"] = calendar
        if fallback is not UNSET:
            field_dict["fallback"] = fallback

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.route_body_hours_type_0 import RouteBodyHoursType0  # noqa: PLC0415
        from ..models.route_fallback import RouteFallback  # noqa: PLC0415

        d = dict(src_dict)
        pattern = d.pop("pattern")

        agent = d.pop("agent")

        priority = d.pop("priority", UNSET)

        label = d.pop("label", UNSET)

        def _parse_valid_from(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                valid_from_type_0 = datetime.datetime.fromisoformat(data)

                return valid_from_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        valid_from = _parse_valid_from(d.pop("valid_from", UNSET))

        def _parse_valid_until(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                valid_until_type_0 = datetime.datetime.fromisoformat(data)

                return valid_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        valid_until = _parse_valid_until(d.pop("valid_until", UNSET))

        time_zone = d.pop("time_zone", UNSET)

        def _parse_hours(data: object) -> None | RouteBodyHoursType0 | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                hours_type_0 = RouteBodyHoursType0.from_dict(data)

                return hours_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RouteBodyHoursType0 | Unset, data)

        hours = _parse_hours(d.pop("hours", UNSET))

        def _parse_calendar(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        calendar = _parse_calendar(d.pop("calendar", UNSET))

        def _parse_fallback(data: object) -> None | RouteFallback | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                fallback_type_0 = RouteFallback.from_dict(data)

                return fallback_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RouteFallback | Unset, data)

        fallback = _parse_fallback(d.pop("fallback", UNSET))

        route_body = cls(
            pattern=pattern,
            agent=agent,
            priority=priority,
            label=label,
            valid_from=valid_from,
            valid_until=valid_until,
            time_zone=time_zone,
            hours=hours,
            calendar=calendar,
            fallback=fallback,
        )

        return route_body
