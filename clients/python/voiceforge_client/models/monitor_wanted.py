from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="MonitorWanted")


@_attrs_define
class MonitorWanted:
    """Who is to listen, and who hears that one."""

    to: str
    whisper_to: str | Unset = ""
    """ The party that hears it. """
    barge: bool | Unset = False
    """ All hear it. """
    gain: float | Unset = 1.0

    def to_dict(self) -> dict[str, Any]:
        to = self.to

        whisper_to = self.whisper_to

        barge = self.barge

        gain = self.gain

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "to": to,
            }
        )
        if whisper_to is not UNSET:
            field_dict["whisper_to"] = whisper_to
        if barge is not UNSET:
            field_dict["barge"] = barge
        if gain is not UNSET:
            field_dict["gain"] = gain

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        to = d.pop("to")

        whisper_to = d.pop("whisper_to", UNSET)

        barge = d.pop("barge", UNSET)

        gain = d.pop("gain", UNSET)

        monitor_wanted = cls(
            to=to,
            whisper_to=whisper_to,
            barge=barge,
            gain=gain,
        )

        return monitor_wanted
