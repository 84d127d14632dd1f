from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="NumberPlaced")


@_attrs_define
class NumberPlaced:
    """A number of an account, as its provider has it."""

    number: str
    ref: str
    """ The provider's own id of it. """
    label: str
    voice_to: str
    """ Where its calls are told to now; empty: nowhere. """
    messages_to: str
    ours: bool
    """ Its calls come here. """
    can: list[str]
    """ `voice`, `sms`. """
    agent: None | str
    """ Who answers it here, where a row of numbers says so. """
    route: int | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        number = self.number

        ref = self.ref

        label = self.label

        voice_to = self.voice_to

        messages_to = self.messages_to

        ours = self.ours

        can = self.can

        agent: None | str
        agent = self.agent

        route: int | None
        route = self.route

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "number": number,
                "ref": ref,
                "label": label,
                "voice_to": voice_to,
                "messages_to": messages_to,
                "ours": ours,
                "can": can,
                "agent": agent,
                "route": route,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        number = d.pop("number")

        ref = d.pop("ref")

        label = d.pop("label")

        voice_to = d.pop("voice_to")

        messages_to = d.pop("messages_to")

        ours = d.pop("ours")

        can = cast(list[str], d.pop("can"))

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

        number_placed = cls(
            number=number,
            ref=ref,
            label=label,
            voice_to=voice_to,
            messages_to=messages_to,
            ours=ours,
            can=can,
            agent=agent,
            route=route,
        )

        number_placed.additional_properties = d
        return number_placed

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
