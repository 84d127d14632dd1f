from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CalendarDay")


@_attrs_define
class CalendarDay:
    """A day that is not as usual."""

    date: str
    """ "2026-12-25", or "12-25" for every year. """
    label: str | Unset = ""
    """ For people. """
    hours: list[str] | Unset = UNSET
    """ When somebody is there; none: nobody is. """

    def to_dict(self) -> dict[str, Any]:
        date = self.date

        label = self.label

        hours: list[str] | Unset = UNSET
        if not isinstance(self.hours, Unset):
            hours = self.hours

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "date": date,
            }
        )
        if label is not UNSET:
            field_dict["label"] = label
        if hours is not UNSET:
            field_dict["hours"] = hours

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        date = d.pop("date")

        label = d.pop("label", UNSET)

        hours = cast(list[str], d.pop("hours", UNSET))

        calendar_day = cls(
            date=date,
            label=label,
            hours=hours,
        )

        return calendar_day
