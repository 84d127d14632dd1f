from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="GainWanted")


@_attrs_define
class GainWanted:
    """How loud one hears another."""

    listener: str
    speaker: str
    gain: float | Unset = 1.0

    def to_dict(self) -> dict[str, Any]:
        listener = self.listener

        speaker = self.speaker

        gain = self.gain

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "listener": listener,
                "speaker": speaker,
            }
        )
        if gain is not UNSET:
            field_dict["gain"] = gain

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        listener = d.pop("listener")

        speaker = d.pop("speaker")

        gain = d.pop("gain", UNSET)

        gain_wanted = cls(
            listener=listener,
            speaker=speaker,
            gain=gain,
        )

        return gain_wanted
