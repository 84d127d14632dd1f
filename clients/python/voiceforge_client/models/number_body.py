from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="NumberBody")


@_attrs_define
class NumberBody:
    """What a number leads to: an agent, or a route with its hours; neither: where the patterns of routes
    say.

    """

    label: str | Unset = ""
    """ For people. """
    trunk: str | Unset = ""
    """ The trunk by which its calls come in. """
    provider: str | Unset = ""
    """ Whose it is, for people. """
    agent: None | str | Unset = UNSET
    route: int | None | Unset = UNSET
    """ The id of a route. """

    def to_dict(self) -> dict[str, Any]:
        label = self.label

        trunk = self.trunk

        provider = self.provider

        agent: None | str | Unset
        if isinstance(self.agent, Unset):
            agent = UNSET
        else:
            agent = self.agent

        route: int | None | Unset
        if isinstance(self.route, Unset):
            route = UNSET
        else:
            route = self.route

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if label is not UNSET:
            field_dict["label"] = label
        if trunk is not UNSET:
            field_dict["trunk"] = trunk
        if provider is not UNSET:
            field_dict["provider"] = provider
        if agent is not UNSET:
            field_dict["agent"] = agent
        if route is not UNSET:
            field_dict["route"] = route

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        label = d.pop("label", UNSET)

        trunk = d.pop("trunk", UNSET)

        provider = d.pop("provider", UNSET)

        def _parse_agent(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        agent = _parse_agent(d.pop("agent", UNSET))

        def _parse_route(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        route = _parse_route(d.pop("route", UNSET))

        number_body = cls(
            label=label,
            trunk=trunk,
            provider=provider,
            agent=agent,
            route=route,
        )

        return number_body
