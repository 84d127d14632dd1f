from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.account_body_settings import AccountBodySettings


T = TypeVar("T", bound="AccountBody")


@_attrs_define
class AccountBody:
    """What an account is to be."""

    settings: AccountBodySettings
    """ As the schema of its kind says (`GET /api/telephony/providers/kinds`). A setting that is not known is an
    error which names the nearest. """

    def to_dict(self) -> dict[str, Any]:
        settings = self.settings.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "settings": settings,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.account_body_settings import AccountBodySettings  # noqa: PLC0415

        d = dict(src_dict)
        settings = AccountBodySettings.from_dict(d.pop("settings"))

        account_body = cls(
            settings=settings,
        )

        return account_body
