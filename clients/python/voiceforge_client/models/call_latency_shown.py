from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.call_latency_shown_percentiles import CallLatencyShownPercentiles
    from ..models.turn_latency_shown import TurnLatencyShown


T = TypeVar("T", bound="CallLatencyShown")


@_attrs_define
class CallLatencyShown:
    """How fast the agent of a call answered."""

    call: UUID
    turns: list[TurnLatencyShown]
    percentiles: CallLatencyShownPercentiles
    """ Over these turns, by part. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        turns = []
        for turns_item_data in self.turns:
            turns_item = turns_item_data.to_dict()
            turns.append(turns_item)

        percentiles = self.percentiles.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "turns": turns,
                "percentiles": percentiles,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call_latency_shown_percentiles import CallLatencyShownPercentiles  # noqa: PLC0415
        from ..models.turn_latency_shown import TurnLatencyShown  # noqa: PLC0415

        d = dict(src_dict)
        call = UUID(d.pop("call"))

        turns = []
        _turns = d.pop("turns")
        for turns_item_data in _turns:
            turns_item = TurnLatencyShown.from_dict(turns_item_data)

            turns.append(turns_item)

        percentiles = CallLatencyShownPercentiles.from_dict(d.pop("percentiles"))

        call_latency_shown = cls(
            call=call,
            turns=turns,
            percentiles=percentiles,
        )

        call_latency_shown.additional_properties = d
        return call_latency_shown

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
