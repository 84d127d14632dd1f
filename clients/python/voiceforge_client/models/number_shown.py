from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="NumberShown")


@_attrs_define
class NumberShown:
    """A telephone number of ours."""

    number: str
    version: int
    """ Goes up with each change. """
    label: str
    trunk: str
    provider: str
    agent: None | str
    route: int | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        number = self.number

        version = self.version

        label = self.label

        trunk = self.trunk

        provider = self.provider

        agent: None | str
        agent = self.agent

        route: int | None
        route = self.route

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "number": number,
                "version": version,
                "label": label,
                "trunk": trunk,
                "provider": provider,
                "agent": agent,
                "route": route,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        number = d.pop("number")

        version = d.pop("version")

        label = d.pop("label")

        trunk = d.pop("trunk")

        provider = d.pop("provider")

        def _parse_agent(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        agent = _parse_agent(d.pop("agent"))

        def _parse_route(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        route = _parse_route(d.pop("route"))

        number_shown = cls(
            number=number,
            version=version,
            label=label,
            trunk=trunk,
            provider=provider,
            agent=agent,
            route=route,
        )

        number_shown.additional_properties = d
        return number_shown

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
