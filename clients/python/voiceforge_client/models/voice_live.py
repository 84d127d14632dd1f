from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="VoiceLive")


@_attrs_define
class VoiceLive:
    """A turn of the caller's begins or is over."""

    call: UUID
    at: float
    """ Seconds since 1970. """
    turn: int
    """ Counted from 1. """
    began: int | None | Unset = UNSET
    """ In ms since the answer. """
    ended: int | None | Unset = UNSET
    """ In ms since the answer. """
    committed: bool | None | Unset = UNSET
    """ The caller has declared it over. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        at = self.at

        turn = self.turn

        began: int | None | Unset
        if isinstance(self.began, Unset):
            began = UNSET
        else:
            began = self.began

        ended: int | None | Unset
        if isinstance(self.ended, Unset):
            ended = UNSET
        else:
            ended = self.ended

        committed: bool | None | Unset
        if isinstance(self.committed, Unset):
            committed = UNSET
        else:
            committed = self.committed

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "at": at,
                "turn": turn,
            }
        )
        if began is not UNSET:
            field_dict["began"] = began
        if ended is not UNSET:
            field_dict["ended"] = ended
        if committed is not UNSET:
            field_dict["committed"] = committed

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        call = UUID(d.pop("call"))

        at = d.pop("at")

        turn = d.pop("turn")

        def _parse_began(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        began = _parse_began(d.pop("began", UNSET))

        def _parse_ended(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        ended = _parse_ended(d.pop("ended", UNSET))

        def _parse_committed(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        committed = _parse_committed(d.pop("committed", UNSET))

        voice_live = cls(
            call=call,
            at=at,
            turn=turn,
            began=began,
            ended=ended,
            committed=committed,
        )

        voice_live.additional_properties = d
        return voice_live

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
