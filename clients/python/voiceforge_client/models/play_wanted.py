from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="PlayWanted")


@_attrs_define
class PlayWanted:
    """What is to be played."""

    sound: str
    """ A file of the folder of sounds. """

    def to_dict(self) -> dict[str, Any]:
        sound = self.sound

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "sound": sound,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        sound = d.pop("sound")

        play_wanted = cls(
            sound=sound,
        )

        return play_wanted
