from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="HoldWanted")


@_attrs_define
class HoldWanted:
    """What the caller hears meanwhile."""

    music: bool | str | Unset = "True"
    """ true: what `sounds.hold_music` says; false: silence; or a file of the folder of sounds. """

    def to_dict(self) -> dict[str, Any]:
        music: bool | str | Unset
        if isinstance(self.music, Unset):
            music = UNSET
        else:
            music = self.music

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if music is not UNSET:
            field_dict["music"] = music

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_music(data: object) -> bool | str | Unset:
            if isinstance(data, Unset):
                return data
            return cast(bool | str | Unset, data)

        music = _parse_music(d.pop("music", UNSET))

        hold_wanted = cls(
            music=music,
        )

        return hold_wanted
