from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.recording_step import RecordingStep, check_recording_step

T = TypeVar("T", bound="RecordWanted")


@_attrs_define
class RecordWanted:
    """What is to become of the recording."""

    step: RecordingStep
    """ What can be asked for. """

    def to_dict(self) -> dict[str, Any]:
        step: str = self.step

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "step": step,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        step = check_recording_step(d.pop("step"))

        record_wanted = cls(
            step=step,
        )

        return record_wanted
