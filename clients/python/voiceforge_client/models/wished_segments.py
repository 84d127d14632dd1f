from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="WishedSegments")


@_attrs_define
class WishedSegments:
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
    url: str | Unset = ""
    """ Where the audio is, in place of a file. """

    def to_dict(self) -> dict[str, Any]:
        threshold = self.threshold

        min_speech_ms = self.min_speech_ms

        min_silence_ms = self.min_silence_ms

        pad_ms = self.pad_ms

        probabilities = self.probabilities

        url = self.url

        field_dict: dict[str, Any] = {}

        field_dict.update({})
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
        if url is not UNSET:
            field_dict["url"] = url

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        threshold = d.pop("threshold", UNSET)

        min_speech_ms = d.pop("min_speech_ms", UNSET)

        min_silence_ms = d.pop("min_silence_ms", UNSET)

        pad_ms = d.pop("pad_ms", UNSET)

        probabilities = d.pop("probabilities", UNSET)

        url = d.pop("url", UNSET)

        wished_segments = cls(
            threshold=threshold,
            min_speech_ms=min_speech_ms,
            min_silence_ms=min_silence_ms,
            pad_ms=pad_ms,
            probabilities=probabilities,
            url=url,
        )

        return wished_segments
