from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="DigitsWanted")


@_attrs_define
class DigitsWanted:
    """Keys to be pressed."""

    digits: str
    """ 0-9, *, # and A-D. """

    def to_dict(self) -> dict[str, Any]:
        digits = self.digits

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "digits": digits,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        digits = d.pop("digits")

        digits_wanted = cls(
            digits=digits,
        )

        return digits_wanted
