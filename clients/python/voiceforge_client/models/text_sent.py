from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="TextSent")


@_attrs_define
class TextSent:
    """The provider has it."""

    id: UUID
    account: str
    sender: str
    segments: int
    """ Messages that it is billed as. """
    again: bool
    """ It had been sent before, under this key. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        account = self.account

        sender = self.sender

        segments = self.segments

        again = self.again

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "account": account,
                "sender": sender,
                "segments": segments,
                "again": again,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        account = d.pop("account")

        sender = d.pop("sender")

        segments = d.pop("segments")

        again = d.pop("again")

        text_sent = cls(
            id=id,
            account=account,
            sender=sender,
            segments=segments,
            again=again,
        )

        text_sent.additional_properties = d
        return text_sent

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
