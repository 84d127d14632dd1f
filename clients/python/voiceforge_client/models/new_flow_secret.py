from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="NewFlowSecret")


@_attrs_define
class NewFlowSecret:
    """A secret, or another value for it."""

    host: str
    """ The only one that it is sent to: `api.example.com`. """
    value: str
    """ It is never shown again. """

    def to_dict(self) -> dict[str, Any]:
        host = self.host

        value = self.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "host": host,
                "value": value,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        host = d.pop("host")

        value = d.pop("value")

        new_flow_secret = cls(
            host=host,
            value=value,
        )

        return new_flow_secret
