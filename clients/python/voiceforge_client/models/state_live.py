from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="StateLive")


@_attrs_define
class StateLive:
    """The call begins, rings, is answered."""

    call: UUID
    at: float
    """ Seconds since 1970. """
    state: str
    direction: str
    from_uri: str
    to_uri: str
    app: str
    agent: None | str
    agent_version: int | None
    started: str | Unset = ""
    """ RFC 3339. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        at = self.at

        state = self.state

        direction = self.direction

        from_uri = self.from_uri

        to_uri = self.to_uri

        app = self.app

        agent: None | str
        agent = self.agent

        agent_version: int | None
        agent_version = self.agent_version

        started = self.started

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "at": at,
                "state": state,
                "direction": direction,
                "from_uri": from_uri,
                "to_uri": to_uri,
                "app": app,
                "agent": agent,
                "agent_version": agent_version,
            }
        )
        if started is not UNSET:
            field_dict["started"] = started

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        call = UUID(d.pop("call"))

        at = d.pop("at")

        state = d.pop("state")

        direction = d.pop("direction")

        from_uri = d.pop("from_uri")

        to_uri = d.pop("to_uri")

        app = d.pop("app")

        def _parse_agent(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        agent = _parse_agent(d.pop("agent"))

        def _parse_agent_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        agent_version = _parse_agent_version(d.pop("agent_version"))

        started = d.pop("started", UNSET)

        state_live = cls(
            call=call,
            at=at,
            state=state,
            direction=direction,
            from_uri=from_uri,
            to_uri=to_uri,
            app=app,
            agent=agent,
            agent_version=agent_version,
            started=started,
        )

        state_live.additional_properties = d
        return state_live

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
