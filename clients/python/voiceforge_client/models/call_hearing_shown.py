from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.call_hearing_shown_interruptions import CallHearingShownInterruptions
    from ..models.call_hearing_shown_reasks import CallHearingShownReasks
    from ..models.call_hearing_shown_timings import CallHearingShownTimings


T = TypeVar("T", bound="CallHearingShown")


@_attrs_define
class CallHearingShown:
    """How well an agent heard its caller. Levels in dBFS; null: not known."""

    seconds: float
    noise_db: float | None
    speech_db: float | None
    snr_db: float | None
    echo_loss_db: float | None
    echo_delay_ms: float | None
    clipping_pct: float
    loss_pct: float | None
    jitter_ms: float | None
    double_talk_pct: float
    hum_hz: int | None
    hum_db: float | None
    dc_pct: float
    silent_s: float
    music_s: float
    talking_s: float
    speech_s: float
    looped: bool
    arrives: bool | None
    tones: list[str]
    troubles: list[str]
    interruptions: CallHearingShownInterruptions
    reasks: CallHearingShownReasks
    false_starts: int
    timings: CallHearingShownTimings
    advice: list[str]
    """ What a telephone engineer would advise. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        seconds = self.seconds

        noise_db: float | None
        noise_db = self.noise_db

        speech_db: float | None
        speech_db = self.speech_db

        snr_db: float | None
        snr_db = self.snr_db

        echo_loss_db: float | None
        echo_loss_db = self.echo_loss_db

        echo_delay_ms: float | None
        echo_delay_ms = self.echo_delay_ms

        clipping_pct = self.clipping_pct

        loss_pct: float | None
        loss_pct = self.loss_pct

        jitter_ms: float | None
        jitter_ms = self.jitter_ms

        double_talk_pct = self.double_talk_pct

        hum_hz: int | None
        hum_hz = self.hum_hz

        hum_db: float | None
        hum_db = self.hum_db

        dc_pct = self.dc_pct

        silent_s = self.silent_s

        music_s = self.music_s

        talking_s = self.talking_s

        speech_s = self.speech_s

        looped = self.looped

        arrives: bool | None
        arrives = self.arrives

        tones = self.tones

        troubles = self.troubles

        interruptions = self.interruptions.to_dict()

        reasks = self.reasks.to_dict()

        false_starts = self.false_starts

        timings = self.timings.to_dict()

        advice = self.advice

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "seconds": seconds,
                "noise_db": noise_db,
                "speech_db": speech_db,
                "snr_db": snr_db,
                "echo_loss_db": echo_loss_db,
                "echo_delay_ms": echo_delay_ms,
                "clipping_pct": clipping_pct,
                "loss_pct": loss_pct,
                "jitter_ms": jitter_ms,
                "double_talk_pct": double_talk_pct,
                "hum_hz": hum_hz,
                "hum_db": hum_db,
                "dc_pct": dc_pct,
                "silent_s": silent_s,
                "music_s": music_s,
                "talking_s": talking_s,
                "speech_s": speech_s,
                "looped": looped,
                "arrives": arrives,
                "tones": tones,
                "troubles": troubles,
                "interruptions": interruptions,
                "reasks": reasks,
                "false_starts": false_starts,
                "timings": timings,
                "advice": advice,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call_hearing_shown_interruptions import (
            CallHearingShownInterruptions,  # noqa: PLC0415
        )
        from ..models.call_hearing_shown_reasks import CallHearingShownReasks  # noqa: PLC0415
        from ..models.call_hearing_shown_timings import CallHearingShownTimings  # noqa: PLC0415

        d = dict(src_dict)
        seconds = d.pop("seconds")

        def _parse_noise_db(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        noise_db = _parse_noise_db(d.pop("noise_db"))

        def _parse_speech_db(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        speech_db = _parse_speech_db(d.pop("speech_db"))

        def _parse_snr_db(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        snr_db = _parse_snr_db(d.pop("snr_db"))

        def _parse_echo_loss_db(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        echo_loss_db = _parse_echo_loss_db(d.pop("echo_loss_db"))

        def _parse_echo_delay_ms(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        echo_delay_ms = _parse_echo_delay_ms(d.pop("echo_delay_ms"))

        clipping_pct = d.pop("clipping_pct")

        def _parse_loss_pct(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        loss_pct = _parse_loss_pct(d.pop("loss_pct"))

        def _parse_jitter_ms(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        jitter_ms = _parse_jitter_ms(d.pop("jitter_ms"))

        double_talk_pct = d.pop("double_talk_pct")

        def _parse_hum_hz(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        hum_hz = _parse_hum_hz(d.pop("hum_hz"))

        def _parse_hum_db(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        hum_db = _parse_hum_db(d.pop("hum_db"))

        dc_pct = d.pop("dc_pct")

        silent_s = d.pop("silent_s")

        music_s = d.pop("music_s")

        talking_s = d.pop("talking_s")

        speech_s = d.pop("speech_s")

        looped = d.pop("looped")

        def _parse_arrives(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        arrives = _parse_arrives(d.pop("arrives"))

        tones = cast(list[str], d.pop("tones"))

        troubles = cast(list[str], d.pop("troubles"))

        interruptions = CallHearingShownInterruptions.from_dict(d.pop("interruptions"))

        reasks = CallHearingShownReasks.from_dict(d.pop("reasks"))

        false_starts = d.pop("false_starts")

        timings = CallHearingShownTimings.from_dict(d.pop("timings"))

        advice = cast(list[str], d.pop("advice"))

        call_hearing_shown = cls(
            seconds=seconds,
            noise_db=noise_db,
            speech_db=speech_db,
            snr_db=snr_db,
            echo_loss_db=echo_loss_db,
            echo_delay_ms=echo_delay_ms,
            clipping_pct=clipping_pct,
            loss_pct=loss_pct,
            jitter_ms=jitter_ms,
            double_talk_pct=double_talk_pct,
            hum_hz=hum_hz,
            hum_db=hum_db,
            dc_pct=dc_pct,
            silent_s=silent_s,
            music_s=music_s,
            talking_s=talking_s,
            speech_s=speech_s,
            looped=looped,
            arrives=arrives,
            tones=tones,
            troubles=troubles,
            interruptions=interruptions,
            reasks=reasks,
            false_starts=false_starts,
            timings=timings,
            advice=advice,
        )

        call_hearing_shown.additional_properties = d
        return call_hearing_shown

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
