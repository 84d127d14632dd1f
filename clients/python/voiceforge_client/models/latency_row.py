from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="LatencyRow")


@_attrs_define
class LatencyRow:
    """From the caller's last voiced sample to our first, and where the time went; in milliseconds."""

    turns: int
    """ Answers that were measured. """
    voice_to_voice_p50: float | None
    voice_to_voice_p95: float | None
    voice_to_voice_p99: float | None
    endpoint_p50: float | None
    endpoint_p95: float | None
    endpoint_p99: float | None
    stt_p50: float | None
    stt_p95: float | None
    stt_p99: float | None
    llm_first_token_p50: float | None
    llm_first_token_p95: float | None
    llm_first_token_p99: float | None
    tts_first_audio_p50: float | None
    tts_first_audio_p95: float | None
    tts_first_audio_p99: float | None
    transport_p50: float | None
    transport_p95: float | None
    transport_p99: float | None
    day: datetime.date | None | Unset = UNSET
    agent: None | str | Unset = UNSET
    flow: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        turns = self.turns

        voice_to_voice_p50: float | None
        voice_to_voice_p50 = self.voice_to_voice_p50

        voice_to_voice_p95: float | None
        voice_to_voice_p95 = self.voice_to_voice_p95

        voice_to_voice_p99: float | None
        voice_to_voice_p99 = self.voice_to_voice_p99

        endpoint_p50: float | None
        endpoint_p50 = self.endpoint_p50

        endpoint_p95: float | None
        endpoint_p95 = self.endpoint_p95

        endpoint_p99: float | None
        endpoint_p99 = self.endpoint_p99

        stt_p50: float | None
        stt_p50 = self.stt_p50

        stt_p95: float | None
        stt_p95 = self.stt_p95

        stt_p99: float | None
        stt_p99 = self.stt_p99

        llm_first_token_p50: float | None
        llm_first_token_p50 = self.llm_first_token_p50

        llm_first_token_p95: float | None
        llm_first_token_p95 = self.llm_first_token_p95

        llm_first_token_p99: float | None
        llm_first_token_p99 = self.llm_first_token_p99

        tts_first_audio_p50: float | None
        tts_first_audio_p50 = self.tts_first_audio_p50

        tts_first_audio_p95: float | None
        tts_first_audio_p95 = self.tts_first_audio_p95

        tts_first_audio_p99: float | None
        tts_first_audio_p99 = self.tts_first_audio_p99

        transport_p50: float | None
        transport_p50 = self.transport_p50

        transport_p95: float | None
        transport_p95 = self.transport_p95

        transport_p99: float | None
        transport_p99 = self.transport_p99

        day: None | str | Unset
        if isinstance(self.day, Unset):
            day = UNSET
        elif isinstance(self.day, datetime.date):
            day = self.day.isoformat()
        else:
            day = self.day

        agent: None | str | Unset
        if isinstance(self.agent, Unset):
            agent = UNSET
        else:
            agent = self.agent

        flow: None | str | Unset
        if isinstance(self.flow, Unset):
            flow = UNSET
        else:
            flow = self.flow

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "turns": turns,
                "voice_to_voice_p50": voice_to_voice_p50,
                "voice_to_voice_p95": voice_to_voice_p95,
                "voice_to_voice_p99": voice_to_voice_p99,
                "endpoint_p50": endpoint_p50,
                "endpoint_p95": endpoint_p95,
                "endpoint_p99": endpoint_p99,
                "stt_p50": stt_p50,
                "stt_p95": stt_p95,
                "stt_p99": stt_p99,
                "llm_first_token_p50": llm_first_token_p50,
                "llm_first_token_p95": llm_first_token_p95,
                "llm_first_token_p99": llm_first_token_p99,
                "tts_first_audio_p50": tts_first_audio_p50,
                "tts_first_audio_p95": tts_first_audio_p95,
                "tts_first_audio_p99": tts_first_audio_p99,
                "transport_p50": transport_p50,
                "transport_p95": transport_p95,
                "transport_p99": transport_p99,
            }
        )
        if day is not UNSET:
            field_dict["day"] = day
        if agent is not UNSET:
            field_dict["agent"] = agent
        if flow is not UNSET:
            field_dict["flow"] = flow

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        turns = d.pop("turns")

        def _parse_voice_to_voice_p50(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        voice_to_voice_p50 = _parse_voice_to_voice_p50(d.pop("voice_to_voice_p50"))

        def _parse_voice_to_voice_p95(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        voice_to_voice_p95 = _parse_voice_to_voice_p95(d.pop("voice_to_voice_p95"))

        def _parse_voice_to_voice_p99(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        voice_to_voice_p99 = _parse_voice_to_voice_p99(d.pop("voice_to_voice_p99"))

        def _parse_endpoint_p50(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        endpoint_p50 = _parse_endpoint_p50(d.pop("endpoint_p50"))

        def _parse_endpoint_p95(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        endpoint_p95 = _parse_endpoint_p95(d.pop("endpoint_p95"))

        def _parse_endpoint_p99(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        endpoint_p99 = _parse_endpoint_p99(d.pop("endpoint_p99"))

        def _parse_stt_p50(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        stt_p50 = _parse_stt_p50(d.pop("stt_p50"))

        def _parse_stt_p95(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        stt_p95 = _parse_stt_p95(d.pop("stt_p95"))

        def _parse_stt_p99(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        stt_p99 = _parse_stt_p99(d.pop("stt_p99"))

        def _parse_llm_first_token_p50(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        llm_first_token_p50 = _parse_llm_first_token_p50(d.pop("llm_first_token_p50"))

        def _parse_llm_first_token_p95(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        llm_first_token_p95 = _parse_llm_first_token_p95(d.pop("llm_first_token_p95"))

        def _parse_llm_first_token_p99(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        llm_first_token_p99 = _parse_llm_first_token_p99(d.pop("llm_first_token_p99"))

        def _parse_tts_first_audio_p50(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        tts_first_audio_p50 = _parse_tts_first_audio_p50(d.pop("tts_first_audio_p50"))

        def _parse_tts_first_audio_p95(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        tts_first_audio_p95 = _parse_tts_first_audio_p95(d.pop("tts_first_audio_p95"))

        def _parse_tts_first_audio_p99(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        tts_first_audio_p99 = _parse_tts_first_audio_p99(d.pop("tts_first_audio_p99"))

        def _parse_transport_p50(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        transport_p50 = _parse_transport_p50(d.pop("transport_p50"))

        def _parse_transport_p95(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        transport_p95 = _parse_transport_p95(d.pop("transport_p95"))

        def _parse_transport_p99(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        transport_p99 = _parse_transport_p99(d.pop("transport_p99"))

        def _parse_day(data: object) -> datetime.date | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                day_type_0 = datetime.date.fromisoformat(data)

                return day_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None | Unset, data)

        day = _parse_day(d.pop("day", UNSET))

        def _parse_agent(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        agent = _parse_agent(d.pop("agent", UNSET))

        def _parse_flow(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        flow = _parse_flow(d.pop("flow", UNSET))

        latency_row = cls(
            turns=turns,
            voice_to_voice_p50=voice_to_voice_p50,
            voice_to_voice_p95=voice_to_voice_p95,
            voice_to_voice_p99=voice_to_voice_p99,
            endpoint_p50=endpoint_p50,
            endpoint_p95=endpoint_p95,
            endpoint_p99=endpoint_p99,
            stt_p50=stt_p50,
            stt_p95=stt_p95,
            stt_p99=stt_p99,
            llm_first_token_p50=llm_first_token_p50,
            llm_first_token_p95=llm_first_token_p95,
            llm_first_token_p99=llm_first_token_p99,
            tts_first_audio_p50=tts_first_audio_p50,
            tts_first_audio_p95=tts_first_audio_p95,
            tts_first_audio_p99=tts_first_audio_p99,
            transport_p50=transport_p50,
            transport_p95=transport_p95,
            transport_p99=transport_p99,
            day=day,
            agent=agent,
            flow=flow,
        )

        latency_row.additional_properties = d
        return latency_row

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
