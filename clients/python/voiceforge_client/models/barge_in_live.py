from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="BargeInLive")


@_attrs_define
class BargeInLive:
    """A sound of the caller's while we spoke was judged."""

    call: UUID
    at: float
    """ Seconds since 1970. """
    outcome: str
    """ `taken`, `backchannel`, `noise` or `resumed`. """
    ms: float | None | Unset = UNSET
    duck_ms: float | None | Unset = UNSET
    """ Until we were quieter. """
    decision_ms: float | None | Unset = UNSET
    """ Until it was decided. """
    after_ms: float | None | Unset = UNSET
    """ Into our line. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        at = self.at

        outcome = self.outcome

        ms: float | None | Unset
        if isinstance(self.ms, Unset):
            ms = UNSET
        else:
            ms = self.ms

        duck_ms: float | None | Unset
        if isinstance(self.duck_ms, Unset):
            duck_ms = UNSET
        else:
            duck_ms = self.duck_ms

        decision_ms: float | None | Unset
        if isinstance(self.decision_ms, Unset):
            decision_ms = UNSET
        else:
            decision_ms = self.decision_ms

        after_ms: float | None | Unset
        if isinstance(self.after_ms, Unset):
            after_ms = UNSET
        else:
            after_ms = self.after_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "at": at,
                "outcome": outcome,
            }
        )
        if ms is not UNSET:
            field_dict["ms"] = ms
        if duck_ms is not UNSET:
            field_dict["duck_ms"] = duck_ms
        if decision_ms is not UNSET:
            field_dict["decision_ms"] = decision_ms
        if after_ms is not UNSET:
            field_dict["after_ms"] = after_ms

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        call = UUID(d.pop("call"))

        at = d.pop("at")

        outcome = d.pop("outcome")

        def _parse_ms(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        ms = _parse_ms(d.pop("ms", UNSET))

        def _parse_duck_ms(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        duck_ms = _parse_duck_ms(d.pop("duck_ms", UNSET))

        def _parse_decision_ms(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        decision_ms = _parse_decision_ms(d.pop("decision_ms", UNSET))

        def _parse_after_ms(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        after_ms = _parse_after_ms(d.pop("after_ms", UNSET))

        barge_in_live = cls(
            call=call,
            at=at,
            outcome=outcome,
            ms=ms,
            duck_ms=duck_ms,
            decision_ms=decision_ms,
            after_ms=after_ms,
        )

        barge_in_live.additional_properties = d
        return barge_in_live

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
