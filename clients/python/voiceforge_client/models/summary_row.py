from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="SummaryRow")


@_attrs_define
class SummaryRow:
    """Calls and their length."""

    calls: int
    answered: int
    live: int
    """ That are up. """
    unanswered: int
    failed: int
    """ By a fault of the server's, or because it died. """
    answer_rate: float | None
    """ Answered ones, of those that are not ringing. """
    seconds: float
    """ Talked, in calls that are over. """
    mean_seconds: float | None
    day: datetime.date | None | Unset = UNSET
    agent: None | str | Unset = UNSET
    flow: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        calls = self.calls

        answered = self.answered

        live = self.live

        unanswered = self.unanswered

        failed = self.failed

        answer_rate: float | None
        answer_rate = self.answer_rate

        seconds = self.seconds

        mean_seconds: float | None
        mean_seconds = self.mean_seconds

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
                "calls": calls,
                "answered": answered,
                "live": live,
                "unanswered": unanswered,
                "failed": failed,
                "answer_rate": answer_rate,
                "seconds": seconds,
                "mean_seconds": mean_seconds,
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
        calls = d.pop("calls")

        answered = d.pop("answered")

        live = d.pop("live")

        unanswered = d.pop("unanswered")

        failed = d.pop("failed")

        def _parse_answer_rate(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        answer_rate = _parse_answer_rate(d.pop("answer_rate"))

        seconds = d.pop("seconds")

        def _parse_mean_seconds(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        mean_seconds = _parse_mean_seconds(d.pop("mean_seconds"))

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

        summary_row = cls(
            calls=calls,
            answered=answered,
            live=live,
            unanswered=unanswered,
            failed=failed,
            answer_rate=answer_rate,
            seconds=seconds,
            mean_seconds=mean_seconds,
            day=day,
            agent=agent,
            flow=flow,
        )

        summary_row.additional_properties = d
        return summary_row

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
