from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="MuteWanted")


@_attrs_define
class MuteWanted:
    """Whom nobody is to hear."""

    party: str

    def to_dict(self) -> dict[str, Any]:
        party = self.party

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "party": party,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        party = d.pop("party")

        mute_wanted = cls(
            party=party,
        )

        return mute_wanted
