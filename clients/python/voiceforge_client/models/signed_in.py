from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.scope import Scope, check_scope
from ..models.signed_in_how import SignedInHow, check_signed_in_how

if TYPE_CHECKING:
    from ..models.address_offered import AddressOffered


T = TypeVar("T", bound="SignedIn")


@_attrs_define
class SignedIn:
    """Who the browser that asks is, and what it may do."""

    signed_in: bool
    ended: bool
    """ It was signed in, and is no longer: by time, by somebody, with its key. """
    name: str
    """ Of the key it signed in with, or `console`; empty: nobody. """
    how: SignedInHow
    scopes: list[Scope]
    """ All that it may do, with what `admin` holds. """
    may_call_without_key: bool
    """ It is on this machine: it may call from the browser whom SIP would let anybody call. """
    offered: list[AddressOffered]
    """ Whom it may call at once, the first one first. """
    sip_address: str
    """ Where phones call: host and port; empty to who may not call. """
    expires_at: datetime.datetime | None
    """ When its cookie ends. """
    version: str
    """ Of the server. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        signed_in = self.signed_in

        ended = self.ended

        name = self.name

        how: str = self.how

        scopes = []
        for scopes_item_data in self.scopes:
            scopes_item: str = scopes_item_data
            scopes.append(scopes_item)

        may_call_without_key = self.may_call_without_key

        offered = []
        for offered_item_data in self.offered:
            offered_item = offered_item_data.to_dict()
            offered.append(offered_item)

        sip_address = self.sip_address

        expires_at: None | str
        if isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        version = self.version

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "signed_in": signed_in,
                "ended": ended,
                "name": name,
                "how": how,
                "scopes": scopes,
                "may_call_without_key": may_call_without_key,
                "offered": offered,
                "sip_address": sip_address,
                "expires_at": expires_at,
                "version": version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.address_offered import AddressOffered  # noqa: PLC0415

        d = dict(src_dict)
        signed_in = d.pop("signed_in")

        ended = d.pop("ended")

        name = d.pop("name")

        how = check_signed_in_how(d.pop("how"))

        scopes = []
        _scopes = d.pop("scopes")
        for scopes_item_data in _scopes:
            scopes_item = check_scope(scopes_item_data)

            scopes.append(scopes_item)

        may_call_without_key = d.pop("may_call_without_key")

        offered = []
        _offered = d.pop("offered")
        for offered_item_data in _offered:
            offered_item = AddressOffered.from_dict(offered_item_data)

            offered.append(offered_item)

        sip_address = d.pop("sip_address")

        def _parse_expires_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = datetime.datetime.fromisoformat(data)

                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        expires_at = _parse_expires_at(d.pop("expires_at"))

        version = d.pop("version")

        signed_in = cls(
            signed_in=signed_in,
            ended=ended,
            name=name,
            how=how,
            scopes=scopes,
            may_call_without_key=may_call_without_key,
            offered=offered,
            sip_address=sip_address,
            expires_at=expires_at,
            version=version,
        )

        signed_in.additional_properties = d
        return signed_in

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
