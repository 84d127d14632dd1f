from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SenderShown")


@_attrs_define
class SenderShown:
    """An account that can send texts."""

    account: str
    kind: str
    caller: str
    """ By which texts go out where no other is named; empty: there is none. """
    senders: list[str]
    """ All that your texts may go out by, as far as known. """
    ready: bool
    detail: str
    """ Why it is not ready; empty: it is. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        account = self.account

        kind = self.kind

        caller = self.caller

        senders = self.senders

        ready = self.ready

        detail = self.detail

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "account": account,
                "kind": kind,
                "caller": caller,
                "senders": senders,
                "ready": ready,
                "detail": detail,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        account = d.pop("account")

        kind = d.pop("kind")

        caller = d.pop("caller")

        senders = cast(list[str], d.pop("senders"))

        ready = d.pop("ready")

        detail = d.pop("detail")

        sender_shown = cls(
            account=account,
            kind=kind,
            caller=caller,
            senders=senders,
            ready=ready,
            detail=detail,
        )

        sender_shown.additional_properties = d
        return sender_shown

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
