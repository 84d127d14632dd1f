from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.call_event_shown_data import CallEventShownData


T = TypeVar("T", bound="CallEventShown")


@_attrs_define
class CallEventShown:
    """What else happened in a call."""

    at_ms: int
    """ Since the answer. """
    kind: str
    data: CallEventShownData
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at_ms = self.at_ms

        kind = self.kind

        data = self.data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "at_ms": at_ms,
                "kind": kind,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call_event_shown_data import CallEventShownData  # noqa: PLC0415

        d = dict(src_dict)
        at_ms = d.pop("at_ms")

        kind = d.pop("kind")

        data = CallEventShownData.from_dict(d.pop("data"))

        call_event_shown = cls(
            at_ms=at_ms,
            kind=kind,
            data=data,
        )

        call_event_shown.additional_properties = d
        return call_event_shown

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
