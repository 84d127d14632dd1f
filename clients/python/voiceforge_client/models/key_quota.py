from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="KeyQuota")


@_attrs_define
class KeyQuota:
    """What may be used up in a calendar month (UTC). What is left out, or null, has no limit."""

    requests: float | None | Unset = UNSET
    tts_characters: float | None | Unset = UNSET
    stt_seconds: float | None | Unset = UNSET
    call_minutes: float | None | Unset = UNSET
    tokens: float | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        requests: float | None | Unset
        if isinstance(self.requests, Unset):
            requests = UNSET
        else:
            requests = self.requests

        tts_characters: float | None | Unset
        if isinstance(self.tts_characters, Unset):
            tts_characters = UNSET
        else:
            tts_characters = self.tts_characters

        stt_seconds: float | None | Unset
        if isinstance(self.stt_seconds, Unset):
            stt_seconds = UNSET
        else:
            stt_seconds = self.stt_seconds

        call_minutes: float | None | Unset
        if isinstance(self.call_minutes, Unset):
            call_minutes = UNSET
        else:
            call_minutes = self.call_minutes

        tokens: float | None | Unset
        if isinstance(self.tokens, Unset):
            tokens = UNSET
        else:
            tokens = self.tokens

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if requests is not UNSET:
            field_dict["requests"] = requests
        if tts_characters is not UNSET:
            field_dict["tts_characters"] = tts_characters
        if stt_seconds is not UNSET:
            field_dict["stt_seconds"] = stt_seconds
        if call_minutes is not UNSET:
            field_dict["call_minutes"] = call_minutes
        if tokens is not UNSET:
            field_dict["tokens"] = tokens

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_requests(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        requests = _parse_requests(d.pop("requests", UNSET))

        def _parse_tts_characters(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        tts_characters = _parse_tts_characters(d.pop("tts_characters", UNSET))

        def _parse_stt_seconds(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        stt_seconds = _parse_stt_seconds(d.pop("stt_seconds", UNSET))

        def _parse_call_minutes(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        call_minutes = _parse_call_minutes(d.pop("call_minutes", UNSET))

        def _parse_tokens(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        tokens = _parse_tokens(d.pop("tokens", UNSET))

        key_quota = cls(
            requests=requests,
            tts_characters=tts_characters,
            stt_seconds=stt_seconds,
            call_minutes=call_minutes,
            tokens=tokens,
        )

        return key_quota
