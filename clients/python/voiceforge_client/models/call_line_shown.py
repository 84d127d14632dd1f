from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.call_line_shown_speaker import (
    CallLineShownSpeaker,
    check_call_line_shown_speaker,
)

if TYPE_CHECKING:
    from ..models.call_line_shown_latency import CallLineShownLatency


T = TypeVar("T", bound="CallLineShown")


@_attrs_define
class CallLineShown:
    """One line of a transcript."""

    index: int
    speaker: CallLineShownSpeaker
    text: str
    """ What was understood, or what was set out to be said. """
    heard: str
    """ What the caller heard of it; of the caller's own lines the text. """
    started_ms: int
    """ Since the answer. """
    ended_ms: int
    confidence: float | None
    understood: bool
    interrupted: bool
    latency: CallLineShownLatency
    """ Parts of the time until the answer to it began, in ms. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        index = self.index

        speaker: str = self.speaker

        text = self.text

        heard = self.heard

        started_ms = self.started_ms

        ended_ms = self.ended_ms

        confidence: float | None
        confidence = self.confidence

        understood = self.understood

        interrupted = self.interrupted

        latency = self.latency.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "index": index,
                "speaker": speaker,
                "text": text,
                "heard": heard,
                "started_ms": started_ms,
                "ended_ms": ended_ms,
                "confidence": confidence,
                "understood": understood,
                "interrupted": interrupted,
                "latency": latency,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call_line_shown_latency import CallLineShownLatency  # noqa: PLC0415

        d = dict(src_dict)
        index = d.pop("index")

        speaker = check_call_line_shown_speaker(d.pop("speaker"))

        text = d.pop("text")

        heard = d.pop("heard")

        started_ms = d.pop("started_ms")

        ended_ms = d.pop("ended_ms")

        def _parse_confidence(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        confidence = _parse_confidence(d.pop("confidence"))

        understood = d.pop("understood")

        interrupted = d.pop("interrupted")

        latency = CallLineShownLatency.from_dict(d.pop("latency"))

        call_line_shown = cls(
            index=index,
            speaker=speaker,
            text=text,
            heard=heard,
            started_ms=started_ms,
            ended_ms=ended_ms,
            confidence=confidence,
            understood=understood,
            interrupted=interrupted,
            latency=latency,
        )

        call_line_shown.additional_properties = d
        return call_line_shown

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
