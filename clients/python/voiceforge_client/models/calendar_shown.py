from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.calendar_day_shown import CalendarDayShown


T = TypeVar("T", bound="CalendarShown")


@_attrs_define
class CalendarShown:
    """A calendar."""

    name: str
    version: int
    """ Goes up with each change. """
    label: str
    days: list[CalendarDayShown]
    fault: str
    """ Why no route can go by it; empty: all is well. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        version = self.version

        label = self.label

        days = []
        for days_item_data in self.days:
            days_item = days_item_data.to_dict()
            days.append(days_item)

        fault = self.fault

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "version": version,
                "label": label,
                "days": days,
                "fault": fault,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.calendar_day_shown import CalendarDayShown  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        version = d.pop("version")

        label = d.pop("label")

        days = []
        _days = d.pop("days")
        for days_item_data in _days:
            days_item = CalendarDayShown.from_dict(days_item_data)

            days.append(days_item)

        fault = d.pop("fault")

        calendar_shown = cls(
            name=name,
            version=version,
            label=label,
            days=days,
            fault=fault,
        )

        calendar_shown.additional_properties = d
        return calendar_shown

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
