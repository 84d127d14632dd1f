from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CallMessageShown")


@_attrs_define
class CallMessageShown:
    """A message that the caller left."""

    index: int
    at_ms: int
    seconds: float
    size_bytes: int
    transcript: str
    """ What was understood of it; may be empty. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        index = self.index

        at_ms = self.at_ms

        seconds = self.seconds

        size_bytes = self.size_bytes

        transcript = self.transcript

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "index": index,
                "at_ms": at_ms,
                "seconds": seconds,
                "size_bytes": size_bytes,
                "transcript": transcript,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        index = d.pop("index")

        at_ms = d.pop("at_ms")

        seconds = d.pop("seconds")

        size_bytes = d.pop("size_bytes")

        transcript = d.pop("transcript")

        call_message_shown = cls(
            index=index,
            at_ms=at_ms,
            seconds=seconds,
            size_bytes=size_bytes,
            transcript=transcript,
        )

        call_message_shown.additional_properties = d
        return call_message_shown

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
