from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CallbackWanted")


@_attrs_define
class CallbackWanted:
    """Who is to be connected."""

    to: str
    """ E.164; rung second. """
    first: str | Unset = ""
    """ E.164; rung first. Empty: the account's own extension, where an agent may answer. """

    def to_dict(self) -> dict[str, Any]:
        to = self.to

        first = self.first

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "to": to,
            }
        )
        if first is not UNSET:
            field_dict["first"] = first

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        to = d.pop("to")

        first = d.pop("first", UNSET)

        callback_wanted = cls(
            to=to,
            first=first,
        )

        return callback_wanted
