from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="MessageLive")


@_attrs_define
class MessageLive:
    """A message of the caller's has ended."""

    call: UUID
    at: float
    """ Seconds since 1970. """
    index: int | None
    """ null: nothing is kept. """
    seconds: float
    ended_by: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        at = self.at

        index: int | None
        index = self.index

        seconds = self.seconds

        ended_by = self.ended_by

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "at": at,
                "index": index,
                "seconds": seconds,
                "ended_by": ended_by,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        call = UUID(d.pop("call"))

        at = d.pop("at")

        def _parse_index(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        index = _parse_index(d.pop("index"))

        seconds = d.pop("seconds")

        ended_by = d.pop("ended_by")

        message_live = cls(
            call=call,
            at=at,
            index=index,
            seconds=seconds,
            ended_by=ended_by,
        )

        message_live.additional_properties = d
        return message_live

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
