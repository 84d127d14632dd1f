from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.new_account_settings import NewAccountSettings


T = TypeVar("T", bound="NewAccount")


@_attrs_define
class NewAccount:
    """An account to be added."""

    settings: NewAccountSettings
    """ As the schema of its kind says (`GET /api/telephony/providers/kinds`). A setting that is not known is an
    error which names the nearest. """
    name: str
    """ Yours for it: letters, digits, `._-`. """
    kind: str

    def to_dict(self) -> dict[str, Any]:
        settings = self.settings.to_dict()

        name = self.name

        kind = self.kind

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "settings": settings,
                "name": name,
                "kind": kind,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.new_account_settings import NewAccountSettings  # noqa: PLC0415

        d = dict(src_dict)
        settings = NewAccountSettings.from_dict(d.pop("settings"))

        name = d.pop("name")

        kind = d.pop("kind")

        new_account = cls(
            settings=settings,
            name=name,
            kind=kind,
        )

        return new_account
