from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.recording_state import RecordingState, check_recording_state

T = TypeVar("T", bound="RecordingLive")


@_attrs_define
class RecordingLive:
    """Somebody has the recording begun, paused, resumed or stopped."""

    call: UUID
    at: float
    """ Seconds since 1970. """
    state: RecordingState
    """ What becomes of what is said. """
    recorded_ms: int
    """ Where in the recording that is. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        at = self.at

        state: str = self.state

        recorded_ms = self.recorded_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "at": at,
                "state": state,
                "recorded_ms": recorded_ms,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        call = UUID(d.pop("call"))

        at = d.pop("at")

        state = check_recording_state(d.pop("state"))

        recorded_ms = d.pop("recorded_ms")

        recording_live = cls(
            call=call,
            at=at,
            state=state,
            recorded_ms=recorded_ms,
        )

        recording_live.additional_properties = d
        return recording_live

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
