from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.call_started_data_direction import (
    CallStartedDataDirection,
    check_call_started_data_direction,
)

if TYPE_CHECKING:
    from ..models.call_started_data_about import CallStartedDataAbout


T = TypeVar("T", bound="CallStartedData")


@_attrs_define
class CallStartedData:
    """A call begins: it rings, here or there."""

    direction: CallStartedDataDirection
    from_: str
    """ Who calls. """
    to: str
    """ Who is called. """
    app: str
    """ What answers: `demo`, `echo`, `extension` ... """
    agent: str
    """ Whom it began with; empty: it is between phones. """
    agent_version: int | None
    """ Of the agent's row. """
    about: CallStartedDataAbout
    """ What whoever placed it gave along for its agent. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        direction: str = self.direction

        from_ = self.from_

        to = self.to

        app = self.app

        agent = self.agent

        agent_version: int | None
        agent_version = self.agent_version

        about = self.about.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "direction": direction,
                "from": from_,
                "to": to,
                "app": app,
                "agent": agent,
                "agent_version": agent_version,
                "about": about,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call_started_data_about import CallStartedDataAbout  # noqa: PLC0415

        d = dict(src_dict)
        direction = check_call_started_data_direction(d.pop("direction"))

        from_ = d.pop("from")

        to = d.pop("to")

        app = d.pop("app")

        agent = d.pop("agent")

        def _parse_agent_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        agent_version = _parse_agent_version(d.pop("agent_version"))

        about = CallStartedDataAbout.from_dict(d.pop("about"))

        call_started_data = cls(
            direction=direction,
            from_=from_,
            to=to,
            app=app,
            agent=agent,
            agent_version=agent_version,
            about=about,
        )

        call_started_data.additional_properties = d
        return call_started_data

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
