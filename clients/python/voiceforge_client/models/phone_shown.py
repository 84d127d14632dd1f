from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PhoneShown")


@_attrs_define
class PhoneShown:
    """An extension."""

    extension: str
    uri: str
    registered: bool
    """ It can be called now. """
    browsers: int
    """ Tabs of browsers that have it. """
    phones: int
    """ Telephones that have it. """
    yours: bool
    """ It is what your own tabs have. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        extension = self.extension

        uri = self.uri

        registered = self.registered

        browsers = self.browsers

        phones = self.phones

        yours = self.yours

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "extension": extension,
                "uri": uri,
                "registered": registered,
                "browsers": browsers,
                "phones": phones,
                "yours": yours,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        extension = d.pop("extension")

        uri = d.pop("uri")

        registered = d.pop("registered")

        browsers = d.pop("browsers")

        phones = d.pop("phones")

        yours = d.pop("yours")

        phone_shown = cls(
            extension=extension,
            uri=uri,
            registered=registered,
            browsers=browsers,
            phones=phones,
            yours=yours,
        )

        phone_shown.additional_properties = d
        return phone_shown

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
