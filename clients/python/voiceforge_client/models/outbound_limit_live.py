from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="OutboundLimitLive")


@_attrs_define
class OutboundLimitLive:
    """A limit on calls out is reached; of no call, so `call` is all zeros."""

    call: UUID
    at: float
    """ Seconds since 1970. """
    scope: str
    limit: str
    value: float
    text: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        at = self.at

        scope = self.scope

        limit = self.limit

        value = self.value

        text = self.text

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "at": at,
                "scope": scope,
                "limit": limit,
                "value": value,
                "text": text,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        call = UUID(d.pop("call"))

        at = d.pop("at")

        scope = d.pop("scope")

        limit = d.pop("limit")

        value = d.pop("value")

        text = d.pop("text")

        outbound_limit_live = cls(
            call=call,
            at=at,
            scope=scope,
            limit=limit,
            value=value,
            text=text,
        )

        outbound_limit_live.additional_properties = d
        return outbound_limit_live

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
