from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SessionStarted")


@_attrs_define
class SessionStarted:
    """A session, and what its visitor connects with."""

    id: UUID
    token: str
    """ For its visitor alone; told now and never again. """
    websocket: str
    """ Where to connect, on this server. """
    expires_at: datetime.datetime
    """ Nobody may connect after this, unless somebody had. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        token = self.token

        websocket = self.websocket

        expires_at = self.expires_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "token": token,
                "websocket": websocket,
                "expires_at": expires_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        token = d.pop("token")

        websocket = d.pop("websocket")

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))

        session_started = cls(
            id=id,
            token=token,
            websocket=websocket,
            expires_at=expires_at,
        )

        session_started.additional_properties = d
        return session_started

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
