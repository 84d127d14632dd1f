from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.file_format import FileFormat, check_file_format
from ..models.open_ai_speech_stream_format import (
    OpenAiSpeechStreamFormat,
    check_open_ai_speech_stream_format,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.open_ai_speech_voice_type_1 import OpenAiSpeechVoiceType1


T = TypeVar("T", bound="OpenAiSpeech")


@_attrs_define
class OpenAiSpeech:
    model: str
    """ An engine (`GET /v1/models`), or one of OpenAI's. """
    input_: str
    voice: OpenAiSpeechVoiceType1 | str
    """ Of the catalogue, an engine's own, or one of OpenAI's, which stand for the usual one. """
    response_format: FileFormat | Unset = UNSET
    """ As clients name it. """
    speed: float | Unset = 1.0
    stream_format: OpenAiSpeechStreamFormat | Unset = "audio"
    instructions: str | Unset = ""
    """ Taken, and not followed. """
    language: str | Unset = ""
    sample_rate: int | Unset = 0
    """ Not OpenAI's: 24000 unless said here. """

    def to_dict(self) -> dict[str, Any]:
        from ..models.open_ai_speech_voice_type_1 import OpenAiSpeechVoiceType1  # noqa: PLC0415

        model = self.model

        input_ = self.input_

        voice: dict[str, Any] | str
        if isinstance(self.voice, OpenAiSpeechVoiceType1):
            voice = self.voice.to_dict()
        else:
            voice = self.voice

        response_format: str | Unset = UNSET
        if not isinstance(self.response_format, Unset):
            response_format = self.response_format

        speed = self.speed

        stream_format: str | Unset = UNSET
        if not isinstance(self.stream_format, Unset):
            stream_format = self.stream_format

        instructions = self.instructions

        language = self.language

        sample_rate = self.sample_rate

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "model": model,
                "input": input_,
                "voice": voice,
            }
        )
        if response_format is not UNSET:
            field_dict["response_format"] = response_format
        if speed is not UNSET:
            field_dict["speed"] = speed
        if stream_format is not UNSET:
            field_dict["stream_format"] = stream_format
        if instructions is not UNSET:
            field_dict["instructions"] = instructions
        if language is not UNSET:
            field_dict["language"] = language
        if sample_rate is not UNSET:
            field_dict["sample_rate"] = sample_rate

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.open_ai_speech_voice_type_1 import OpenAiSpeechVoiceType1  # noqa: PLC0415

        d = dict(src_dict)
        model = d.pop("model")

        input_ = d.pop("input")

        def _parse_voice(data: object) -> OpenAiSpeechVoiceType1 | str:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                voice_type_1 = OpenAiSpeechVoiceType1.from_dict(data)

                return voice_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(OpenAiSpeechVoiceType1 | str, data)

        voice = _parse_voice(d.pop("voice"))

        _response_format = d.pop("response_format", UNSET)
        response_format: FileFormat | Unset
        if isinstance(_response_format, Unset):
            response_format = UNSET
        else:
            response_format = check_file_format(_response_format)

        speed = d.pop("speed", UNSET)

        _stream_format = d.pop("stream_format", UNSET)
        stream_format: OpenAiSpeechStreamFormat | Unset
        if isinstance(_stream_format, Unset):
            stream_format = UNSET
        else:
            stream_format = check_open_ai_speech_stream_format(_stream_format)

        instructions = d.pop("instructions", UNSET)

        language = d.pop("language", UNSET)

        sample_rate = d.pop("sample_rate", UNSET)

        open_ai_speech = cls(
            model=model,
            input_=input_,
            voice=voice,
            response_format=response_format,
            speed=speed,
            stream_format=stream_format,
            instructions=instructions,
            language=language,
            sample_rate=sample_rate,
        )

        return open_ai_speech
