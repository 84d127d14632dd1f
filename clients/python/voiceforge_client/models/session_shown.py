from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.session_shown_network_type_0 import SessionShownNetworkType0
    from ..models.session_shown_settings import SessionShownSettings


T = TypeVar("T", bound="SessionShown")


@_attrs_define
class SessionShown:
    """How a session stands."""

    id: UUID
    state: str
    """ `open`, `live` (somebody talks), `ended` or `expired`. """
    settings: SessionShownSettings
    """ As it was started. """
    calls: list[UUID]
    """ Its conversations, the oldest first. """
    created_at: datetime.datetime
    ended_at: datetime.datetime | None
    network: None | SessionShownNetworkType0
    """ What its client last reported of its network, while somebody talks. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.session_shown_network_type_0 import SessionShownNetworkType0  # noqa: PLC0415

        id = str(self.id)

        state = self.state

        settings = self.settings.to_dict()

        calls = []
        for calls_item_data in self.calls:
            calls_item = str(calls_item_data)
            calls.append(calls_item)

        created_at = self.created_at.isoformat()

        ended_at: None | str
        if isinstance(self.ended_at, datetime.datetime):
            ended_at = self.ended_at.isoformat()
        else:
            ended_at = self.ended_at

        network: dict[str, Any] | None
        if isinstance(self.network, SessionShownNetworkType0):
            network = self.network.to_dict()
        else:
            network = self.network

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "state": state,
                "settings": settings,
                "calls": calls,
                "created_at": created_at,
                "ended_at": ended_at,
                "network": network,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.session_shown_network_type_0 import SessionShownNetworkType0  # noqa: PLC0415
        from ..models.session_shown_settings import SessionShownSettings  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        state = d.pop("state")

        settings = SessionShownSettings.from_dict(d.pop("settings"))

        calls = []
        _calls = d.pop("calls")
        for calls_item_data in _calls:
            calls_item = UUID(calls_item_data)

            calls.append(calls_item)

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_ended_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ended_at_type_0 = datetime.datetime.fromisoformat(data)

                return ended_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        ended_at = _parse_ended_at(d.pop("ended_at"))

        def _parse_network(data: object) -> None | SessionShownNetworkType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                network_type_0 = SessionShownNetworkType0.from_dict(data)

                return network_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SessionShownNetworkType0, data)

        network = _parse_network(d.pop("network"))

        session_shown = cls(
            id=id,
            state=state,
            settings=settings,
            calls=calls,
            created_at=created_at,
            ended_at=ended_at,
            network=network,
        )

        session_shown.additional_properties = d
        return session_shown

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
