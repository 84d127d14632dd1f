from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.ice_server_shown import IceServerShown


T = TypeVar("T", bound="IceServersShown")


@_attrs_define
class IceServersShown:
    """For one browser."""

    ice_servers: list[IceServerShown]
    """ Empty: none are needed, or none are set up. """
    expires_in_s: int | None
    """ When to ask again; null: they hold. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        ice_servers = []
        for ice_servers_item_data in self.ice_servers:
            ice_servers_item = ice_servers_item_data.to_dict()
            ice_servers.append(ice_servers_item)

        expires_in_s: int | None
        expires_in_s = self.expires_in_s

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "ice_servers": ice_servers,
                "expires_in_s": expires_in_s,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ice_server_shown import IceServerShown  # noqa: PLC0415

        d = dict(src_dict)
        ice_servers = []
        _ice_servers = d.pop("ice_servers")
        for ice_servers_item_data in _ice_servers:
            ice_servers_item = IceServerShown.from_dict(ice_servers_item_data)

            ice_servers.append(ice_servers_item)

        def _parse_expires_in_s(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        expires_in_s = _parse_expires_in_s(d.pop("expires_in_s"))

        ice_servers_shown = cls(
            ice_servers=ice_servers,
            expires_in_s=expires_in_s,
        )

        ice_servers_shown.additional_properties = d
        return ice_servers_shown

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
