from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.turn_latency_shown_speaker import (
    TurnLatencyShownSpeaker,
    check_turn_latency_shown_speaker,
)

if TYPE_CHECKING:
    from ..models.turn_latency_shown_parts import TurnLatencyShownParts


T = TypeVar("T", bound="TurnLatencyShown")


@_attrs_define
class TurnLatencyShown:
    """How long one answer took."""

    index: int
    """ Of the line in the transcript. """
    speaker: TurnLatencyShownSpeaker
    started_ms: int
    """ Since the answer. """
    parts: TurnLatencyShownParts
    """ ms: `endpoint`, `stt`, `llm_first_token`, `tts_first_audio`, `voice_to_voice`, others; `text_to_voice` and
    `text_to_text` of what was typed. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        index = self.index

        speaker: str = self.speaker

        started_ms = self.started_ms

        parts = self.parts.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "index": index,
                "speaker": speaker,
                "started_ms": started_ms,
                "parts": parts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.turn_latency_shown_parts import TurnLatencyShownParts  # noqa: PLC0415

        d = dict(src_dict)
        index = d.pop("index")

        speaker = check_turn_latency_shown_speaker(d.pop("speaker"))

        started_ms = d.pop("started_ms")

        parts = TurnLatencyShownParts.from_dict(d.pop("parts"))

        turn_latency_shown = cls(
            index=index,
            speaker=speaker,
            started_ms=started_ms,
            parts=parts,
        )

        turn_latency_shown.additional_properties = d
        return turn_latency_shown

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
