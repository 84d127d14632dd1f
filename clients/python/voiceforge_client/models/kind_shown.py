from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.kind_shown_made_from import KindShownMadeFrom, check_kind_shown_made_from

if TYPE_CHECKING:
    from ..models.kind_shown_settings import KindShownSettings
    from ..models.kind_shown_variables import KindShownVariables


T = TypeVar("T", bound="KindShown")


@_attrs_define
class KindShown:
    """A kind of provider."""

    name: str
    title: str
    """ For people. """
    settings: KindShownSettings
    """ JSON schema of an account's settings. """
    secrets: list[str]
    """ Settings that are sealed, and shown as masks. """
    required: list[str]
    capabilities: list[str]
    """ At most; an account's own may be fewer. """
    variables: KindShownVariables
    """ Environment variables that make an account, and their settings. """
    streams: bool
    """ It has media streams of its own. """
    needs_public_url: bool
    made_from: KindShownMadeFrom
    """ What it was tested against: a stand-in made from the provider's published specification, or from its
    documents, or the real server. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        title = self.title

        settings = self.settings.to_dict()

        secrets = self.secrets

        required = self.required

        capabilities = self.capabilities

        variables = self.variables.to_dict()

        streams = self.streams

        needs_public_url = self.needs_public_url

        made_from: str = self.made_from

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "title": title,
                "settings": settings,
                "secrets": secrets,
                "required": required,
                "capabilities": capabilities,
                "variables": variables,
                "streams": streams,
                "needs_public_url": needs_public_url,
                "made_from": made_from,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.kind_shown_settings import KindShownSettings  # noqa: PLC0415
        from ..models.kind_shown_variables import KindShownVariables  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        title = d.pop("title")

        settings = KindShownSettings.from_dict(d.pop("settings"))

        secrets = cast(list[str], d.pop("secrets"))

        required = cast(list[str], d.pop("required"))

        capabilities = cast(list[str], d.pop("capabilities"))

        variables = KindShownVariables.from_dict(d.pop("variables"))

        streams = d.pop("streams")

        needs_public_url = d.pop("needs_public_url")

        made_from = check_kind_shown_made_from(d.pop("made_from"))

        kind_shown = cls(
            name=name,
            title=title,
            settings=settings,
            secrets=secrets,
            required=required,
            capabilities=capabilities,
            variables=variables,
            streams=streams,
            needs_public_url=needs_public_url,
            made_from=made_from,
        )

        kind_shown.additional_properties = d
        return kind_shown

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
