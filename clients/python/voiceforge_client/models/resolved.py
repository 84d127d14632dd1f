from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.resolved_outcome import ResolvedOutcome, check_resolved_outcome

T = TypeVar("T", bound="Resolved")


@_attrs_define
class Resolved:
    """Who answers, and why."""

    to: str
    at: datetime.datetime
    outcome: ResolvedOutcome
    agent: None | str
    """ Of outcome `agent`. """
    ring: None | str
    """ Of outcome `extension` and `ring`: who is rung. """
    code: int | None
    """ Of outcome `refused`: SIP's. """
    reason: None | str
    """ Of outcome `refused`. """
    route: int | None
    """ By which route. """
    number: None | str
    """ By which number of ours. """
    why: list[str]
    """ What was found on the way, in order; for the operator alone. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        to = self.to

        at = self.at.isoformat()

        outcome: str = self.outcome

        agent: None | str
        agent = self.agent

        ring: None | str
        ring = self.ring

        code: int | None
        code = self.code

        reason: None | str
        reason = self.reason

        route: int | None
        route = self.route

        number: None | str
        number = self.number

        why = self.why

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "to": to,
                "at": at,
                "outcome": outcome,
                "agent": agent,
                "ring": ring,
                "code": code,
                "reason": reason,
                "route": route,
                "number": number,
                "why": why,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        to = d.pop("to")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        outcome = check_resolved_outcome(d.pop("outcome"))

        def _parse_agent(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        agent = _parse_agent(d.pop("agent"))

        def _parse_ring(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        ring = _parse_ring(d.pop("ring"))

        def _parse_code(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        code = _parse_code(d.pop("code"))

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        def _parse_route(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        route = _parse_route(d.pop("route"))

        def _parse_number(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        number = _parse_number(d.pop("number"))

        why = cast(list[str], d.pop("why"))

        resolved = cls(
            to=to,
            at=at,
            outcome=outcome,
            agent=agent,
            ring=ring,
            code=code,
            reason=reason,
            route=route,
            number=number,
            why=why,
        )

        resolved.additional_properties = d
        return resolved

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
