from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="AnsweredByLive")


@_attrs_define
class AnsweredByLive:
    """It was found out who has picked up where we called; a later one corrects it."""

    call: UUID
    at: float
    """ Seconds since 1970. """
    by: str
    """ `human`, `machine`, `machine_end`, `fax` or `unknown`. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        at = self.at

        by = self.by

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "at": at,
                "by": by,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        call = UUID(d.pop("call"))

        at = d.pop("at")

        by = d.pop("by")

        answered_by_live = cls(
            call=call,
            at=at,
            by=by,
        )

        answered_by_live.additional_properties = d
        return answered_by_live

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
