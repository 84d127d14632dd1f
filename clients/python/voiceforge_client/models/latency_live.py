from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="LatencyLive")


@_attrs_define
class LatencyLive:
    """The agent begins to answer: how long that took, by parts, in ms."""

    call: UUID
    at: float
    """ Seconds since 1970. """
    voice_to_voice: float | None | Unset = UNSET
    text_to_voice: float | None | Unset = UNSET
    text_to_text: float | None | Unset = UNSET
    endpoint: float | None | Unset = UNSET
    stt: float | None | Unset = UNSET
    llm_first_token: float | None | Unset = UNSET
    tts_first_audio: float | None | Unset = UNSET
    transport: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        at = self.at

        voice_to_voice: float | None | Unset
        if isinstance(self.voice_to_voice, Unset):
            voice_to_voice = UNSET
        else:
            voice_to_voice = self.voice_to_voice

        text_to_voice: float | None | Unset
        if isinstance(self.text_to_voice, Unset):
            text_to_voice = UNSET
        else:
            text_to_voice = self.text_to_voice

        text_to_text: float | None | Unset
        if isinstance(self.text_to_text, Unset):
            text_to_text = UNSET
        else:
            text_to_text = self.text_to_text

        endpoint: float | None | Unset
        if isinstance(self.endpoint, Unset):
            endpoint = UNSET
        else:
            endpoint = self.endpoint

        stt: float | None | Unset
        if isinstance(self.stt, Unset):
            stt = UNSET
        else:
            stt = self.stt

        llm_first_token: float | None | Unset
        if isinstance(self.llm_first_token, Unset):
            llm_first_token = UNSET
        else:
            llm_first_token = self.llm_first_token

        tts_first_audio: float | None | Unset
        if isinstance(self.tts_first_audio, Unset):
            tts_first_audio = UNSET
        else:
            tts_first_audio = self.tts_first_audio

        transport: float | None | Unset
        if isinstance(self.transport, Unset):
            transport = UNSET
        else:
            transport = self.transport

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "at": at,
            }
        )
        if voice_to_voice is not UNSET:
            field_dict["voice_to_voice"] = voice_to_voice
        if text_to_voice is not UNSET:
            field_dict["text_to_voice"] = text_to_voice
        if text_to_text is not UNSET:
            field_dict["text_to_text"] = text_to_text
        if endpoint is not UNSET:
            field_dict["endpoint"] = endpoint
        if stt is not UNSET:
            field_dict["stt"] = stt
        if llm_first_token is not UNSET:
            field_dict["llm_first_token"] = llm_first_token
        if tts_first_audio is not UNSET:
            field_dict["tts_first_audio"] = tts_first_audio
        if transport is not UNSET:
            field_dict["transport"] = transport

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        call = UUID(d.pop("call"))

        at = d.pop("at")

        def _parse_voice_to_voice(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        voice_to_voice = _parse_voice_to_voice(d.pop("voice_to_voice", UNSET))

        def _parse_text_to_voice(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        text_to_voice = _parse_text_to_voice(d.pop("text_to_voice", UNSET))

        def _parse_text_to_text(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        text_to_text = _parse_text_to_text(d.pop("text_to_text", UNSET))

        def _parse_endpoint(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        endpoint = _parse_endpoint(d.pop("endpoint", UNSET))

        def _parse_stt(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        stt = _parse_stt(d.pop("stt", UNSET))

        def _parse_llm_first_token(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        llm_first_token = _parse_llm_first_token(d.pop("llm_first_token", UNSET))

        def _parse_tts_first_audio(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        tts_first_audio = _parse_tts_first_audio(d.pop("tts_first_audio", UNSET))

        def _parse_transport(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        transport = _parse_transport(d.pop("transport", UNSET))

        latency_live = cls(
            call=call,
            at=at,
            voice_to_voice=voice_to_voice,
            text_to_voice=text_to_voice,
            text_to_text=text_to_text,
            endpoint=endpoint,
            stt=stt,
            llm_first_token=llm_first_token,
            tts_first_audio=tts_first_audio,
            transport=transport,
        )

        latency_live.additional_properties = d
        return latency_live

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
