from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.warm_wanted_accept_type_0 import (
    WarmWantedAcceptType0,
    check_warm_wanted_accept_type_0,
)
from ..models.warm_wanted_hears_type_0 import (
    WarmWantedHearsType0,
    check_warm_wanted_hears_type_0,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="WarmWanted")


@_attrs_define
class WarmWanted:
    """How a warm transfer is to differ from the settings."""

    briefing: None | str | Unset = UNSET
    """ Said word for word. """
    accept: None | Unset | WarmWantedAcceptType0 = UNSET
    """ `key`: 1 takes; `stay`: who stays on takes. """
    hears: None | Unset | WarmWantedHearsType0 = UNSET
    """ What the caller hears meanwhile. """
    ring_s: float | None | Unset = UNSET
    confirm_s: float | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        briefing: None | str | Unset
        if isinstance(self.briefing, Unset):
            briefing = UNSET
        else:
            briefing = self.briefing

        accept: None | str | Unset
        if isinstance(self.accept, Unset):
            accept = UNSET
        elif isinstance(self.accept, str):
            accept = self.accept
        else:
            accept = self.accept

        hears: None | str | Unset
        if isinstance(self.hears, Unset):
            hears = UNSET
        elif isinstance(self.hears, str):
            hears = self.hears
        else:
            hears = self.hears

        ring_s: float | None | Unset
        if isinstance(self.ring_s, Unset):
            ring_s = UNSET
        else:
            ring_s = self.ring_s

        confirm_s: float | None | Unset
        if isinstance(self.confirm_s, Unset):
            confirm_s = UNSET
        else:
            confirm_s = self.confirm_s

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if briefing is not UNSET:
            field_dict["briefing"] = briefing
        if accept is not UNSET:
            field_dict["accept"] = accept
        if hears is not UNSET:
            field_dict["hears"] = hears
        if ring_s is not UNSET:
            field_dict["ring_s"] = ring_s
        if confirm_s is not UNSET:
            field_dict["confirm_s"] = confirm_s

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_briefing(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        briefing = _parse_briefing(d.pop("briefing", UNSET))

        def _parse_accept(data: object) -> None | Unset | WarmWantedAcceptType0:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                accept_type_0 = check_warm_wanted_accept_type_0(data)

                return accept_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | WarmWantedAcceptType0, data)

        accept = _parse_accept(d.pop("accept", UNSET))

        def _parse_hears(data: object) -> None | Unset | WarmWantedHearsType0:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                hears_type_0 = check_warm_wanted_hears_type_0(data)

                return hears_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | WarmWantedHearsType0, data)

        hears = _parse_hears(d.pop("hears", UNSET))

        def _parse_ring_s(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        ring_s = _parse_ring_s(d.pop("ring_s", UNSET))

        def _parse_confirm_s(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        confirm_s = _parse_confirm_s(d.pop("confirm_s", UNSET))

        warm_wanted = cls(
            briefing=briefing,
            accept=accept,
            hears=hears,
            ring_s=ring_s,
            confirm_s=confirm_s,
        )

        return warm_wanted
