from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.turn_data_speaker import TurnDataSpeaker, check_turn_data_speaker

if TYPE_CHECKING:
    from ..models.turn_data_latency import TurnDataLatency


T = TypeVar("T", bound="TurnData")


@_attrs_define
class TurnData:
    """A line of the transcript, when it is over. A second one of the same `index` takes its place."""

    index: int
    """ In the call, from 0. """
    speaker: TurnDataSpeaker
    text: str
    """ What was recognised, or set out to be said. """
    heard: str
    """ What the caller heard of it. """
    started_ms: int
    """ Since the answer. """
    ended_ms: int
    confidence: float | None
    understood: bool
    interrupted: bool
    latency: TurnDataLatency
    """ Milliseconds, by part; `voice_to_voice` is the whole, of what was typed `text_to_voice` or `text_to_text`.
    """
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
        from ..models.turn_data_latency import TurnDataLatency  # noqa: PLC0415

        d = dict(src_dict)
        index = d.pop("index")

        speaker = check_turn_data_speaker(d.pop("speaker"))

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

        latency = TurnDataLatency.from_dict(d.pop("latency"))

        turn_data = cls(
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

        turn_data.additional_properties = d
        return turn_data

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
