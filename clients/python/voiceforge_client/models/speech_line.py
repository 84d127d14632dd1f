from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.timed_word_shown import TimedWordShown


T = TypeVar("T", bound="SpeechLine")


@_attrs_define
class SpeechLine:
    """One line of an answer with `timestamps`; the last one has `done`."""

    audio: str | Unset = ""
    """ Base64; the pieces of all lines, one behind the other, are the file. """
    words: list[TimedWordShown] | Unset = UNSET
    done: bool | Unset = False
    duration_ms: int | None | Unset = UNSET
    """ With `done`: of the whole. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        audio = self.audio

        words: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.words, Unset):
            words = []
            for words_item_data in self.words:
                words_item = words_item_data.to_dict()
                words.append(words_item)

        done = self.done

        duration_ms: int | None | Unset
        if isinstance(self.duration_ms, Unset):
            duration_ms = UNSET
        else:
            duration_ms = self.duration_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if audio is not UNSET:
            field_dict["audio"] = audio
        if words is not UNSET:
            field_dict["words"] = words
        if done is not UNSET:
            field_dict["done"] = done
        if duration_ms is not UNSET:
            field_dict["duration_ms"] = duration_ms

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.timed_word_shown import TimedWordShown  # noqa: PLC0415

        d = dict(src_dict)
        audio = d.pop("audio", UNSET)

        _words = d.pop("words", UNSET)
        words: list[TimedWordShown] | Unset = UNSET
        if _words is not UNSET:
            words = []
            for words_item_data in _words:
                words_item = TimedWordShown.from_dict(words_item_data)

                words.append(words_item)

        done = d.pop("done", UNSET)

        def _parse_duration_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        duration_ms = _parse_duration_ms(d.pop("duration_ms", UNSET))

        speech_line = cls(
            audio=audio,
            words=words,
            done=done,
            duration_ms=duration_ms,
        )

        speech_line.additional_properties = d
        return speech_line

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
