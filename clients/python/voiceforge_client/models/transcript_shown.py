from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.segment_shown import SegmentShown


T = TypeVar("T", bound="TranscriptShown")


@_attrs_define
class TranscriptShown:
    text: str
    language: str
    duration_ms: int
    confidence: float | None
    """ Of all segments, by their length; 0 where nothing was understood, null where the recogniser does not tell.
    """
    engine: str
    segments: list[SegmentShown]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        text = self.text

        language = self.language

        duration_ms = self.duration_ms

        confidence: float | None
        confidence = self.confidence

        engine = self.engine

        segments = []
        for segments_item_data in self.segments:
            segments_item = segments_item_data.to_dict()
            segments.append(segments_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "text": text,
                "language": language,
                "duration_ms": duration_ms,
                "confidence": confidence,
                "engine": engine,
                "segments": segments,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.segment_shown import SegmentShown  # noqa: PLC0415

        d = dict(src_dict)
        text = d.pop("text")

        language = d.pop("language")

        duration_ms = d.pop("duration_ms")

        def _parse_confidence(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        confidence = _parse_confidence(d.pop("confidence"))

        engine = d.pop("engine")

        segments = []
        _segments = d.pop("segments")
        for segments_item_data in _segments:
            segments_item = SegmentShown.from_dict(segments_item_data)

            segments.append(segments_item)

        transcript_shown = cls(
            text=text,
            language=language,
            duration_ms=duration_ms,
            confidence=confidence,
            engine=engine,
            segments=segments,
        )

        transcript_shown.additional_properties = d
        return transcript_shown

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
