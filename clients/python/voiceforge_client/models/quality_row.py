from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="QualityRow")


@_attrs_define
class QualityRow:
    """What was measured on legs that are over, by our own packets."""

    legs: int
    mos_p5: float | None
    """ Estimated listening quality, 1 to 4.5. """
    mos_p50: float | None
    jitter_ms_p50: float | None
    jitter_ms_p95: float | None
    rtt_ms_p50: float | None
    rtt_ms_p95: float | None
    loss_pct_p50: float | None
    loss_pct_p95: float | None
    day: datetime.date | None | Unset = UNSET
    agent: None | str | Unset = UNSET
    flow: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        legs = self.legs

        mos_p5: float | None
        mos_p5 = self.mos_p5

        mos_p50: float | None
        mos_p50 = self.mos_p50

        jitter_ms_p50: float | None
        jitter_ms_p50 = self.jitter_ms_p50

        jitter_ms_p95: float | None
        jitter_ms_p95 = self.jitter_ms_p95

        rtt_ms_p50: float | None
        rtt_ms_p50 = self.rtt_ms_p50

        rtt_ms_p95: float | None
        rtt_ms_p95 = self.rtt_ms_p95

        loss_pct_p50: float | None
        loss_pct_p50 = self.loss_pct_p50

        loss_pct_p95: float | None
        loss_pct_p95 = self.loss_pct_p95

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
                "legs": legs,
                "mos_p5": mos_p5,
                "mos_p50": mos_p50,
                "jitter_ms_p50": jitter_ms_p50,
                "jitter_ms_p95": jitter_ms_p95,
                "rtt_ms_p50": rtt_ms_p50,
                "rtt_ms_p95": rtt_ms_p95,
                "loss_pct_p50": loss_pct_p50,
                "loss_pct_p95": loss_pct_p95,
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
        legs = d.pop("legs")

        def _parse_mos_p5(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        mos_p5 = _parse_mos_p5(d.pop("mos_p5"))

        def _parse_mos_p50(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        mos_p50 = _parse_mos_p50(d.pop("mos_p50"))

        def _parse_jitter_ms_p50(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        jitter_ms_p50 = _parse_jitter_ms_p50(d.pop("jitter_ms_p50"))

        def _parse_jitter_ms_p95(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        jitter_ms_p95 = _parse_jitter_ms_p95(d.pop("jitter_ms_p95"))

        def _parse_rtt_ms_p50(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        rtt_ms_p50 = _parse_rtt_ms_p50(d.pop("rtt_ms_p50"))

        def _parse_rtt_ms_p95(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        rtt_ms_p95 = _parse_rtt_ms_p95(d.pop("rtt_ms_p95"))

        def _parse_loss_pct_p50(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        loss_pct_p50 = _parse_loss_pct_p50(d.pop("loss_pct_p50"))

        def _parse_loss_pct_p95(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        loss_pct_p95 = _parse_loss_pct_p95(d.pop("loss_pct_p95"))

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

        quality_row = cls(
            legs=legs,
            mos_p5=mos_p5,
            mos_p50=mos_p50,
            jitter_ms_p50=jitter_ms_p50,
            jitter_ms_p95=jitter_ms_p95,
            rtt_ms_p50=rtt_ms_p50,
            rtt_ms_p95=rtt_ms_p95,
            loss_pct_p50=loss_pct_p50,
            loss_pct_p95=loss_pct_p95,
            day=day,
            agent=agent,
            flow=flow,
        )

        quality_row.additional_properties = d
        return quality_row

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
