from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="RouteFallback")


@_attrs_define
class RouteFallback:
    """What a caller gets when nobody is there, or the agent cannot answer: one of the three."""

    agent: str | Unset = ""
    """ Another agent. """
    ring: str | Unset = ""
    """ An extension, number or address that is rung. """
    message: str | Unset = ""
    """ Why the call is refused (480). """

    def to_dict(self) -> dict[str, Any]:
        agent = self.agent

        ring = self.ring

        message = self.message

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if agent is not UNSET:
            field_dict["agent"] = agent
        if ring is not UNSET:
            field_dict["ring"] = ring
        if message is not UNSET:
            field_dict["message"] = message

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        agent = d.pop("agent", UNSET)

        ring = d.pop("ring", UNSET)

        message = d.pop("message", UNSET)

        route_fallback = cls(
            agent=agent,
            ring=ring,
            message=message,
        )

        return route_fallback
