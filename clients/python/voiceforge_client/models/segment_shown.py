from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.word_shown import WordShown


T = TypeVar("T", bound="SegmentShown")


@_attrs_define
class SegmentShown:
    """What was said between two pauses."""

    start_ms: int
    end_ms: int
    text: str
    confidence: float | None
    """ 0 to 1; null where the recogniser does not tell. """
    speech_probability: float
    """ 0 to 1, of the voice detector: that it is speech. """
    words: list[WordShown]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        start_ms = self.start_ms

        end_ms = self.end_ms

        text = self.text

        confidence: float | None
        confidence = self.confidence

        speech_probability = self.speech_probability

        words = []
        for words_item_data in self.words:
            words_item = words_item_data.to_dict()
            words.append(words_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "start_ms": start_ms,
                "end_ms": end_ms,
                "text": text,
                "confidence": confidence,
                "speech_probability": speech_probability,
                "words": words,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.word_shown import WordShown  # noqa: PLC0415

        d = dict(src_dict)
        start_ms = d.pop("start_ms")

        end_ms = d.pop("end_ms")

        text = d.pop("text")

        def _parse_confidence(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        confidence = _parse_confidence(d.pop("confidence"))

        speech_probability = d.pop("speech_probability")

        words = []
        _words = d.pop("words")
        for words_item_data in _words:
            words_item = WordShown.from_dict(words_item_data)

            words.append(words_item)

        segment_shown = cls(
            start_ms=start_ms,
            end_ms=end_ms,
            text=text,
            confidence=confidence,
            speech_probability=speech_probability,
            words=words,
        )

        segment_shown.additional_properties = d
        return segment_shown

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
