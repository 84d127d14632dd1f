from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.account_shown_settings import AccountShownSettings
    from ..models.account_shown_webhooks import AccountShownWebhooks


T = TypeVar("T", bound="AccountShown")


@_attrs_define
class AccountShown:
    """An account at a provider."""

    name: str
    kind: str
    title: str
    """ Of the kind, for people. """
    version: int
    """ Goes up with each change. """
    read_only: bool
    """ Environment variables make it: it is changed there. """
    settings: AccountShownSettings
    """ Masks stand for secrets. """
    fault: str
    """ What is wrong with its row; empty: nothing. """
    standing: str
    """ `ready`, `starting`, `disabled`, `faulty`, or `troubled`: the provider refused us last. """
    detail: str
    """ More of that, for people. """
    lacks: str
    """ What keeps calls from going by it; empty: nothing. """
    calls: int
    """ That go by it. """
    capabilities: list[str]
    """ What it can be asked for. """
    public_url: str
    """ Where its provider reaches this server; empty: nobody has said. """
    webhooks: AccountShownWebhooks
    """ Addresses for the provider's own console, where numbers are not pointed here by the API. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        kind = self.kind

        title = self.title

        version = self.version

        read_only = self.read_only

        settings = self.settings.to_dict()

        fault = self.fault

        standing = self.standing

        detail = self.detail

        lacks = self.lacks

        calls = self.calls

        capabilities = self.capabilities

        public_url = self.public_url

        webhooks = self.webhooks.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "kind": kind,
                "title": title,
                "version": version,
                "read_only": read_only,
                "settings": settings,
                "fault": fault,
                "standing": standing,
                "detail": detail,
                "lacks": lacks,
                "calls": calls,
                "capabilities": capabilities,
                "public_url": public_url,
                "webhooks": webhooks,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.account_shown_settings import AccountShownSettings  # noqa: PLC0415
        from ..models.account_shown_webhooks import AccountShownWebhooks  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        kind = d.pop("kind")

        title = d.pop("title")

        version = d.pop("version")

        read_only = d.pop("read_only")

        settings = AccountShownSettings.from_dict(d.pop("settings"))

        fault = d.pop("fault")

        standing = d.pop("standing")

        detail = d.pop("detail")

        lacks = d.pop("lacks")

        calls = d.pop("calls")

        capabilities = cast(list[str], d.pop("capabilities"))

        public_url = d.pop("public_url")

        webhooks = AccountShownWebhooks.from_dict(d.pop("webhooks"))

        account_shown = cls(
            name=name,
            kind=kind,
            title=title,
            version=version,
            read_only=read_only,
            settings=settings,
            fault=fault,
            standing=standing,
            detail=detail,
            lacks=lacks,
            calls=calls,
            capabilities=capabilities,
            public_url=public_url,
            webhooks=webhooks,
        )

        account_shown.additional_properties = d
        return account_shown

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
