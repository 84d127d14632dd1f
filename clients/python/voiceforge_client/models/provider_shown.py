from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.provider_shown_kind import ProviderShownKind, check_provider_shown_kind

T = TypeVar("T", bound="ProviderShown")


@_attrs_define
class ProviderShown:
    """A way in and out."""

    name: str
    title: str
    """ For people. """
    kind: ProviderShownKind
    """ `sip`, or `api`: an account at a provider with an interface of its own. """
    ready: bool
    """ Calls can go by it now. """
    detail: str
    """ How it stands. """
    lacks: str
    """ What it lacks to be ready; empty: nothing. """
    provider: str
    """ Of an account: its kind, as `twilio`. """
    standing: str
    """ Of an account: see there. """
    capabilities: list[str]
    """ Of an account: what it can be asked for. """
    calls: int
    """ Of an account: calls that go by it. """
    read_only: bool
    """ Environment variables make this account. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        title = self.title

        kind: str = self.kind

        ready = self.ready

        detail = self.detail

        lacks = self.lacks

        provider = self.provider

        standing = self.standing

        capabilities = self.capabilities

        calls = self.calls

        read_only = self.read_only

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "title": title,
                "kind": kind,
                "ready": ready,
                "detail": detail,
                "lacks": lacks,
                "provider": provider,
                "standing": standing,
                "capabilities": capabilities,
                "calls": calls,
                "read_only": read_only,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        title = d.pop("title")

        kind = check_provider_shown_kind(d.pop("kind"))

        ready = d.pop("ready")

        detail = d.pop("detail")

        lacks = d.pop("lacks")

        provider = d.pop("provider")

        standing = d.pop("standing")

        capabilities = cast(list[str], d.pop("capabilities"))

        calls = d.pop("calls")

        read_only = d.pop("read_only")

        provider_shown = cls(
            name=name,
            title=title,
            kind=kind,
            ready=ready,
            detail=detail,
            lacks=lacks,
            provider=provider,
            standing=standing,
            capabilities=capabilities,
            calls=calls,
            read_only=read_only,
        )

        provider_shown.additional_properties = d
        return provider_shown

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
