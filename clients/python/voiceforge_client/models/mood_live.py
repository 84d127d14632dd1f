from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="MoodLive")


@_attrs_define
class MoodLive:
    """An estimate of how the caller feels, beside how this caller spoke at first."""

    arousal: float
    """ -1 (subdued) to 1 (agitated), by the voice. """
    arousal_sure: float
    """ 0 to 1. """
    valence: float
    """ -1 (cross words) to 1 (kind words). """
    valence_sure: float
    """ 0: no word of it says anything. """
    hint: str
    """ In words; empty while nothing stands out. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        arousal = self.arousal

        arousal_sure = self.arousal_sure

        valence = self.valence

        valence_sure = self.valence_sure

        hint = self.hint

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "arousal": arousal,
                "arousal_sure": arousal_sure,
                "valence": valence,
                "valence_sure": valence_sure,
                "hint": hint,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        arousal = d.pop("arousal")

        arousal_sure = d.pop("arousal_sure")

        valence = d.pop("valence")

        valence_sure = d.pop("valence_sure")

        hint = d.pop("hint")

        mood_live = cls(
            arousal=arousal,
            arousal_sure=arousal_sure,
            valence=valence,
            valence_sure=valence_sure,
            hint=hint,
        )

        mood_live.additional_properties = d
        return mood_live

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
