from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.calendar_day import CalendarDay


T = TypeVar("T", bound="NewCalendar")


@_attrs_define
class NewCalendar:
    """A calendar to be added."""

    days: list[CalendarDay]
    name: str
    """ By which routes name it. """
    label: str | Unset = ""
    """ For people. """

    def to_dict(self) -> dict[str, Any]:
        days = []
        for days_item_data in self.days:
            days_item = days_item_data.to_dict()
            days.append(days_item)

        name = self.name

        label = self.label

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "days": days,
                "name": name,
            }
        )
        if label is not UNSET:
            field_dict["label"] = label

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.calendar_day import CalendarDay  # noqa: PLC0415

        d = dict(src_dict)
        days = []
        _days = d.pop("days")
        for days_item_data in _days:
            days_item = CalendarDay.from_dict(days_item_data)

            days.append(days_item)

        name = d.pop("name")

        label = d.pop("label", UNSET)

        new_calendar = cls(
            days=days,
            name=name,
            label=label,
        )

        return new_calendar
