from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import types
from ..types import UNSET, File, Unset

T = TypeVar("T", bound="SpeechVadFilesBody")


@_attrs_define
class SpeechVadFilesBody:
    file: File
    """ The recording. """
    threshold: float | Unset = 0.5
    """ Probability from which sound is speech. """
    min_speech_ms: int | Unset = 250
    """ Shorter sounds are none. """
    min_silence_ms: int | Unset = 100
    """ Shorter silences do not end a segment. """
    pad_ms: int | Unset = 30
    """ Added before and after each segment. """
    probabilities: bool | Unset = False
    """ The probability of each step, too. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        file = self.file.to_tuple()

        threshold = self.threshold

        min_speech_ms = self.min_speech_ms

        min_silence_ms = self.min_silence_ms

        pad_ms = self.pad_ms

        probabilities = self.probabilities

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "file": file,
            }
        )
        if threshold is not UNSET:
            field_dict["threshold"] = threshold
        if min_speech_ms is not UNSET:
            field_dict["min_speech_ms"] = min_speech_ms
        if min_silence_ms is not UNSET:
            field_dict["min_silence_ms"] = min_silence_ms
        if pad_ms is not UNSET:
            field_dict["pad_ms"] = pad_ms
        if probabilities is not UNSET:
            field_dict["probabilities"] = probabilities

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("file", self.file.to_tuple()))

        if not isinstance(self.threshold, Unset):
            files.append(
                ("threshold", (None, str(self.threshold).encode(), "text/plain"))
            )

        if not isinstance(self.min_speech_ms, Unset):
            files.append(
                (
                    "min_speech_ms",
                    (None, str(self.min_speech_ms).encode(), "text/plain"),
                )
            )

        if not isinstance(self.min_silence_ms, Unset):
            files.append(
                (
                    "min_silence_ms",
                    (None, str(self.min_silence_ms).encode(), "text/plain"),
                )
            )

        if not isinstance(self.pad_ms, Unset):
            files.append(("pad_ms", (None, str(self.pad_ms).encode(), "text/plain")))

        if not isinstance(self.probabilities, Unset):
            files.append(
                (
                    "probabilities",
                    (None, str(self.probabilities).encode(), "text/plain"),
                )
            )

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        file = File(payload=BytesIO(d.pop("file")))

        threshold = d.pop("threshold", UNSET)

        min_speech_ms = d.pop("min_speech_ms", UNSET)

        min_silence_ms = d.pop("min_silence_ms", UNSET)

        pad_ms = d.pop("pad_ms", UNSET)

        probabilities = d.pop("probabilities", UNSET)

        speech_vad_files_body = cls(
            file=file,
            threshold=threshold,
            min_speech_ms=min_speech_ms,
            min_silence_ms=min_silence_ms,
            pad_ms=pad_ms,
            probabilities=probabilities,
        )

        speech_vad_files_body.additional_properties = d
        return speech_vad_files_body

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
