from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.seat_kind import SeatKind, check_seat_kind
from ..types import UNSET, Unset

T = TypeVar("T", bound="SeatLive")


@_attrs_define
class SeatLive:
    """Somebody changes seats."""

    call: UUID
    at: float
    """ Seconds since 1970. """
    party: str
    seat: SeatKind
    whisper_to: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        at = self.at

        party = self.party

        seat: str = self.seat

        whisper_to: None | str | Unset
        if isinstance(self.whisper_to, Unset):
            whisper_to = UNSET
        else:
            whisper_to = self.whisper_to

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "at": at,
                "party": party,
                "seat": seat,
            }
        )
        if whisper_to is not UNSET:
            field_dict["whisper_to"] = whisper_to

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        call = UUID(d.pop("call"))

        at = d.pop("at")

        party = d.pop("party")

        seat = check_seat_kind(d.pop("seat"))

        def _parse_whisper_to(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        whisper_to = _parse_whisper_to(d.pop("whisper_to", UNSET))

        seat_live = cls(
            call=call,
            at=at,
            party=party,
            seat=seat,
            whisper_to=whisper_to,
        )

        seat_live.additional_properties = d
        return seat_live

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
