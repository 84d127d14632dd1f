from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.call_ended_data_direction import (
    CallEndedDataDirection,
    check_call_ended_data_direction,
)

T = TypeVar("T", bound="CallEndedData")


@_attrs_define
class CallEndedData:
    """A call is over. It may come a second time, when a server that was taken for dead knows better."""

    direction: CallEndedDataDirection
    from_: str
    to: str
    agent: str
    by: str
    """ Who ended it: `caller`, `agent`, `network`, `server` ... """
    why: str
    """ In words: `hung up`, `busy`, `interrupted` ... """
    code: int | None
    """ The SIP or provider code, where there is one. """
    detail: str
    started_at: datetime.datetime
    answered_at: datetime.datetime | None
    """ Null: nobody answered. """
    ended_at: datetime.datetime
    seconds: float
    """ From the answer to the end; 0: nobody answered. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        direction: str = self.direction

        from_ = self.from_

        to = self.to

        agent = self.agent

        by = self.by

        why = self.why

        code: int | None
        code = self.code

        detail = self.detail

        started_at = self.started_at.isoformat()

        answered_at: None | str
        if isinstance(self.answered_at, datetime.datetime):
            answered_at = self.answered_at.isoformat()
        else:
            answered_at = self.answered_at

        ended_at = self.ended_at.isoformat()

        seconds = self.seconds

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "direction": direction,
                "from": from_,
                "to": to,
                "agent": agent,
                "by": by,
                "why": why,
                "code": code,
                "detail": detail,
                "started_at": started_at,
                "answered_at": answered_at,
                "ended_at": ended_at,
                "seconds": seconds,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        direction = check_call_ended_data_direction(d.pop("direction"))

        from_ = d.pop("from")

        to = d.pop("to")

        agent = d.pop("agent")

        by = d.pop("by")

        why = d.pop("why")

        def _parse_code(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        code = _parse_code(d.pop("code"))

        detail = d.pop("detail")

        started_at = datetime.datetime.fromisoformat(d.pop("started_at"))

        def _parse_answered_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                answered_at_type_0 = datetime.datetime.fromisoformat(data)

                return answered_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        answered_at = _parse_answered_at(d.pop("answered_at"))

        ended_at = datetime.datetime.fromisoformat(d.pop("ended_at"))

        seconds = d.pop("seconds")

        call_ended_data = cls(
            direction=direction,
            from_=from_,
            to=to,
            agent=agent,
            by=by,
            why=why,
            code=code,
            detail=detail,
            started_at=started_at,
            answered_at=answered_at,
            ended_at=ended_at,
            seconds=seconds,
        )

        call_ended_data.additional_properties = d
        return call_ended_data

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
