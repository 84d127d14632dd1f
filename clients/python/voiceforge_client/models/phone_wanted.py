from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="PhoneWanted")


@_attrs_define
class PhoneWanted:
    """A phone in a browser."""

    extension: str | Unset = ""
    """ `web-` and small letters, digits and hyphens; or one of `sip.extensions`, with the scope admin. Left out:
    one of your own, each time the same. """

    def to_dict(self) -> dict[str, Any]:
        extension = self.extension

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if extension is not UNSET:
            field_dict["extension"] = extension

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        extension = d.pop("extension", UNSET)

        phone_wanted = cls(
            extension=extension,
        )

        return phone_wanted
