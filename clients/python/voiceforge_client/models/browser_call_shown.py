from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.browser_call_shown_state import (
    BrowserCallShownState,
    check_browser_call_shown_state,
)

T = TypeVar("T", bound="BrowserCallShown")


@_attrs_define
class BrowserCallShown:
    """What the server knows of a browser's call; what it heard, not what the browser did."""

    call_id: None | UUID
    state: BrowserCallShownState
    codec: str
    encryption: None | str
    packets: int
    lost: int
    loss_pct: float
    jitter_ms: float
    rtt_ms: float | None
    mos: float | None
    """ Listening quality, 1 to 4.5; null: nothing was heard yet. """
    concealed: int
    """ Frames of 20 ms that were made up, in whole or in part. """
    recovered: int
    """ Lost packets that were made good by forward error correction. """
    remote_loss_pct: float | None
    """ Of our packets, as the browser reports. """
    remote_jitter_ms: float | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call_id: None | str
        if isinstance(self.call_id, UUID):
            call_id = str(self.call_id)
        else:
            call_id = self.call_id

        state: str = self.state

        codec = self.codec

        encryption: None | str
        encryption = self.encryption

        packets = self.packets

        lost = self.lost

        loss_pct = self.loss_pct

        jitter_ms = self.jitter_ms

        rtt_ms: float | None
        rtt_ms = self.rtt_ms

        mos: float | None
        mos = self.mos

        concealed = self.concealed

        recovered = self.recovered

        remote_loss_pct: float | None
        remote_loss_pct = self.remote_loss_pct

        remote_jitter_ms: float | None
        remote_jitter_ms = self.remote_jitter_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call_id": call_id,
                "state": state,
                "codec": codec,
                "encryption": encryption,
                "packets": packets,
                "lost": lost,
                "loss_pct": loss_pct,
                "jitter_ms": jitter_ms,
                "rtt_ms": rtt_ms,
                "mos": mos,
                "concealed": concealed,
                "recovered": recovered,
                "remote_loss_pct": remote_loss_pct,
                "remote_jitter_ms": remote_jitter_ms,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_call_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                call_id_type_0 = UUID(data)

                return call_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        call_id = _parse_call_id(d.pop("call_id"))

        state = check_browser_call_shown_state(d.pop("state"))

        codec = d.pop("codec")

        def _parse_encryption(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        encryption = _parse_encryption(d.pop("encryption"))

        packets = d.pop("packets")

        lost = d.pop("lost")

        loss_pct = d.pop("loss_pct")

        jitter_ms = d.pop("jitter_ms")

        def _parse_rtt_ms(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        rtt_ms = _parse_rtt_ms(d.pop("rtt_ms"))

        def _parse_mos(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        mos = _parse_mos(d.pop("mos"))

        concealed = d.pop("concealed")

        recovered = d.pop("recovered")

        def _parse_remote_loss_pct(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        remote_loss_pct = _parse_remote_loss_pct(d.pop("remote_loss_pct"))

        def _parse_remote_jitter_ms(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        remote_jitter_ms = _parse_remote_jitter_ms(d.pop("remote_jitter_ms"))

        browser_call_shown = cls(
            call_id=call_id,
            state=state,
            codec=codec,
            encryption=encryption,
            packets=packets,
            lost=lost,
            loss_pct=loss_pct,
            jitter_ms=jitter_ms,
            rtt_ms=rtt_ms,
            mos=mos,
            concealed=concealed,
            recovered=recovered,
            remote_loss_pct=remote_loss_pct,
            remote_jitter_ms=remote_jitter_ms,
        )

        browser_call_shown.additional_properties = d
        return browser_call_shown

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
