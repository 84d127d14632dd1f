from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="InterruptionsRow")


@_attrs_define
class InterruptionsRow:
    """How often callers cut agents short."""

    lines: int
    """ That agents said. """
    interrupted: int
    interrupted_rate: float | None
    taken: int
    """ Sounds of callers that took the floor. """
    dismissed: int
    """ That were noise, or words of assent. """
    day: datetime.date | None | Unset = UNSET
    agent: None | str | Unset = UNSET
    flow: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        lines = self.lines

        interrupted = self.interrupted

        interrupted_rate: float | None
        interrupted_rate = self.interrupted_rate

        taken = self.taken

        dismissed = self.dismissed

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
                "lines": lines,
                "interrupted": interrupted,
                "interrupted_rate": interrupted_rate,
                "taken": taken,
                "dismissed": dismissed,
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
        lines = d.pop("lines")

        interrupted = d.pop("interrupted")

        def _parse_interrupted_rate(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        interrupted_rate = _parse_interrupted_rate(d.pop("interrupted_rate"))

        taken = d.pop("taken")

        dismissed = d.pop("dismissed")

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

        interruptions_row = cls(
            lines=lines,
            interrupted=interrupted,
            interrupted_rate=interrupted_rate,
            taken=taken,
            dismissed=dismissed,
            day=day,
            agent=agent,
            flow=flow,
        )

        interruptions_row.additional_properties = d
        return interruptions_row

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
