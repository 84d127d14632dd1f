from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.speech_segment_shown import SpeechSegmentShown


T = TypeVar("T", bound="SegmentsShown")


@_attrs_define
class SegmentsShown:
    duration_ms: int
    speech_ms: int
    """ Of all segments together. """
    segments: list[SpeechSegmentShown]
    step_ms: int | Unset = 32
    probabilities: list[float] | None | Unset = UNSET
    """ Of each `step_ms`, where they are wished. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        duration_ms = self.duration_ms

        speech_ms = self.speech_ms

        segments = []
        for segments_item_data in self.segments:
            segments_item = segments_item_data.to_dict()
            segments.append(segments_item)

        step_ms = self.step_ms

        probabilities: list[float] | None | Unset
        if isinstance(self.probabilities, Unset):
            probabilities = UNSET
        elif isinstance(self.probabilities, list):
            probabilities = self.probabilities

        else:
            probabilities = self.probabilities

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "duration_ms": duration_ms,
                "speech_ms": speech_ms,
                "segments": segments,
            }
        )
        if step_ms is not UNSET:
            field_dict["step_ms"] = step_ms
        if probabilities is not UNSET:
            field_dict["probabilities"] = probabilities

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.speech_segment_shown import SpeechSegmentShown  # noqa: PLC0415

        d = dict(src_dict)
        duration_ms = d.pop("duration_ms")

        speech_ms = d.pop("speech_ms")

        segments = []
        _segments = d.pop("segments")
        for segments_item_data in _segments:
            segments_item = SpeechSegmentShown.from_dict(segments_item_data)

            segments.append(segments_item)

        step_ms = d.pop("step_ms", UNSET)

        def _parse_probabilities(data: object) -> list[float] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                probabilities_type_0 = cast(list[float], data)

                return probabilities_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[float] | None | Unset, data)

        probabilities = _parse_probabilities(d.pop("probabilities", UNSET))

        segments_shown = cls(
            duration_ms=duration_ms,
            speech_ms=speech_ms,
            segments=segments,
            step_ms=step_ms,
            probabilities=probabilities,
        )

        segments_shown.additional_properties = d
        return segments_shown

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
