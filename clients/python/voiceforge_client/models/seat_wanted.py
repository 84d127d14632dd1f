from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.seat_kind import SeatKind, check_seat_kind
from ..types import UNSET, Unset

T = TypeVar("T", bound="SeatWanted")


@_attrs_define
class SeatWanted:
    """What somebody who was called in does from now on."""

    party: str
    seat: SeatKind
    whisper_to: str | Unset = ""
    """ With `whisper` alone. """
    gain: float | Unset = 1.0

    def to_dict(self) -> dict[str, Any]:
        party = self.party

        seat: str = self.seat

        whisper_to = self.whisper_to

        gain = self.gain

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "party": party,
                "seat": seat,
            }
        )
        if whisper_to is not UNSET:
            field_dict["whisper_to"] = whisper_to
        if gain is not UNSET:
            field_dict["gain"] = gain

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        party = d.pop("party")

        seat = check_seat_kind(d.pop("seat"))

        whisper_to = d.pop("whisper_to", UNSET)

        gain = d.pop("gain", UNSET)

        seat_wanted = cls(
            party=party,
            seat=seat,
            whisper_to=whisper_to,
            gain=gain,
        )

        return seat_wanted
