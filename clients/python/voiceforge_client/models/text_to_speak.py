from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.file_format import FileFormat, check_file_format
from ..types import UNSET, Unset

T = TypeVar("T", bound="TextToSpeak")


@_attrs_define
class TextToSpeak:
    text: str
    """ At most `speech.text_characters` characters. """
    voice: str | Unset = ""
    """ Of the catalogue, or an engine's own. Empty: as the settings say. """
    language: str | Unset = ""
    """ BCP 47. Empty: the voice's own. """
    format_: FileFormat | Unset = UNSET
    """ As clients name it. """
    sample_rate: int | Unset = 0
    """ 8000 to 48000; 0: 24000, and 8000 for mulaw. MP3 and AAC have those of MPEG alone. """
    speed: float | Unset = 1.0
    """ Of the speech; engines bear less at either end. """
    ssml: bool | Unset = False
    """ The text is SSML: speak, p, s, break, say-as, prosody (rate, volume), sub and lang; phoneme and pitch where
    the voice can; of other elements the words are said. Else nothing in it is markup. """
    timestamps: bool | Unset = False
    """ Lines of JSON with pieces of the audio (base64) and the words that end in them. """

    def to_dict(self) -> dict[str, Any]:
        text = self.text

        voice = self.voice

        language = self.language

        format_: str | Unset = UNSET
        if not isinstance(self.format_, Unset):
            format_ = self.format_

        sample_rate = self.sample_rate

        speed = self.speed

        ssml = self.ssml

        timestamps = self.timestamps

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "text": text,
            }
        )
        if voice is not UNSET:
            field_dict["voice"] = voice
        if language is not UNSET:
            field_dict["language"] = language
        if format_ is not UNSET:
            field_dict["format"] = format_
        if sample_rate is not UNSET:
            field_dict["sample_rate"] = sample_rate
        if speed is not UNSET:
            field_dict["speed"] = speed
        if ssml is not UNSET:
            field_dict["ssml"] = ssml
        if timestamps is not UNSET:
            field_dict["timestamps"] = timestamps

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        text = d.pop("text")

        voice = d.pop("voice", UNSET)

        language = d.pop("language", UNSET)

        _format_ = d.pop("format", UNSET)
        format_: FileFormat | Unset
        if isinstance(_format_, Unset):
            format_ = UNSET
        else:
            format_ = check_file_format(_format_)

        sample_rate = d.pop("sample_rate", UNSET)

        speed = d.pop("speed", UNSET)

        ssml = d.pop("ssml", UNSET)

        timestamps = d.pop("timestamps", UNSET)

        text_to_speak = cls(
            text=text,
            voice=voice,
            language=language,
            format_=format_,
            sample_rate=sample_rate,
            speed=speed,
            ssml=ssml,
            timestamps=timestamps,
        )

        return text_to_speak
