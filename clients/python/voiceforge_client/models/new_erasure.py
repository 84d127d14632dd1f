from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="NewErasure")


@_attrs_define
class NewErasure:
    """Whose data are to be removed."""

    caller: str
    """ A telephone number: `+441215550100`. """

    def to_dict(self) -> dict[str, Any]:
        caller = self.caller

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "caller": caller,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        caller = d.pop("caller")

        new_erasure = cls(
            caller=caller,
        )

        return new_erasure
