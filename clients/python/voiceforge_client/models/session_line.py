from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.session_line_latency import SessionLineLatency


T = TypeVar("T", bound="SessionLine")


@_attrs_define
class SessionLine:
    """A line of what was said."""

    call_id: UUID
    index: int
    speaker: str
    text: str
    heard: str
    """ What the caller heard of it. """
    started_ms: int
    ended_ms: int
    confidence: float | None
    understood: bool
    interrupted: bool
    latency: SessionLineLatency
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call_id = str(self.call_id)

        index = self.index

        speaker = self.speaker

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
                "call_id": call_id,
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
        from ..models.session_line_latency import SessionLineLatency  # noqa: PLC0415

        d = dict(src_dict)
        call_id = UUID(d.pop("call_id"))

        index = d.pop("index")

        speaker = d.pop("speaker")

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

        latency = SessionLineLatency.from_dict(d.pop("latency"))

        session_line = cls(
            call_id=call_id,
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

        session_line.additional_properties = d
        return session_line

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
