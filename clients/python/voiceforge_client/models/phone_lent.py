from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PhoneLent")


@_attrs_define
class PhoneLent:
    """What a page registers with, over the WebSocket."""

    extension: str
    """ By which others call it; all tabs that have it ring. """
    uri: str
    """ Its SIP address. """
    username: str
    """ For the digest (JsSIP: `authorization_user`). """
    password: str
    """ Shown this once. """
    realm: str
    socket: str
    """ The path of the WebSocket. """
    ice_servers: str
    """ Where the page learns by which TURN servers it may call. """
    expires_at: datetime.datetime
    """ From then on it registers no more: ask anew before. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        extension = self.extension

        uri = self.uri

        username = self.username

        password = self.password

        realm = self.realm

        socket = self.socket

        ice_servers = self.ice_servers

        expires_at = self.expires_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "extension": extension,
                "uri": uri,
                "username": username,
                "password": password,
                "realm": realm,
                "socket": socket,
                "ice_servers": ice_servers,
                "expires_at": expires_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        extension = d.pop("extension")

        uri = d.pop("uri")

        username = d.pop("username")

        password = d.pop("password")

        realm = d.pop("realm")

        socket = d.pop("socket")

        ice_servers = d.pop("ice_servers")

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))

        phone_lent = cls(
            extension=extension,
            uri=uri,
            username=username,
            password=password,
            realm=realm,
            socket=socket,
            ice_servers=ice_servers,
            expires_at=expires_at,
        )

        phone_lent.additional_properties = d
        return phone_lent

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
