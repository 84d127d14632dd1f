from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.route_fallback_shown import RouteFallbackShown


T = TypeVar("T", bound="RouteShown")


@_attrs_define
class RouteShown:
    """A route."""

    id: int
    version: int
    """ Goes up with each change. """
    pattern: str
    agent: str
    priority: int
    label: str
    valid_from: datetime.datetime | None
    valid_until: datetime.datetime | None
    time_zone: str
    hours: Any
    """ By day of the week; null: at any time. """
    calendar: None | str
    fallback: None | RouteFallbackShown
    fault: str
    """ Why nobody can go by it, as far as is known; empty: all is well. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.route_fallback_shown import RouteFallbackShown  # noqa: PLC0415

        id = self.id

        version = self.version

        pattern = self.pattern

        agent = self.agent

        priority = self.priority

        label = self.label

        valid_from: None | str
        if isinstance(self.valid_from, datetime.datetime):
            valid_from = self.valid_from.isoformat()
        else:
            valid_from = self.valid_from

        valid_until: None | str
        if isinstance(self.valid_until, datetime.datetime):
            valid_until = self.valid_until.isoformat()
        else:
            valid_until = self.valid_until

        time_zone = self.time_zone

        hours = self.hours

        calendar: None | str
        calendar = self.calendar

        fallback: dict[str, Any] | None
        if isinstance(self.fallback, RouteFallbackShown):
            fallback = self.fallback.to_dict()
        else:
            fallback = self.fallback

        fault = self.fault

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "version": version,
                "pattern": pattern,
                "agent": agent,
                "priority": priority,
                "label": label,
                "valid_from": valid_from,
                "valid_until": valid_until,
                "time_zone": time_zone,
                "hours": hours,
                "calendar": calendar,
                "fallback": fallback,
                "fault": fault,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.route_fallback_shown import RouteFallbackShown  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        version = d.pop("version")

        pattern = d.pop("pattern")

        agent = d.pop("agent")

        priority = d.pop("priority")

        label = d.pop("label")

        def _parse_valid_from(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                valid_from_type_0 = datetime.datetime.fromisoformat(data)

                return valid_from_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        valid_from = _parse_valid_from(d.pop("valid_from"))

        def _parse_valid_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                valid_until_type_0 = datetime.datetime.fromisoformat(data)

                return valid_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        valid_until = _parse_valid_until(d.pop("valid_until"))

        time_zone = d.pop("time_zone")

        hours = d.pop("hours")

        def _parse_calendar(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        calendar = _parse_calendar(d.pop("calendar"))

        def _parse_fallback(data: object) -> None | RouteFallbackShown:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                fallback_type_0 = RouteFallbackShown.from_dict(data)

                return fallback_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RouteFallbackShown, data)

        fallback = _parse_fallback(d.pop("fallback"))

        fault = d.pop("fault")

        route_shown = cls(
            id=id,
            version=version,
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
            fault=fault,
        )

        route_shown.additional_properties = d
        return route_shown

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
