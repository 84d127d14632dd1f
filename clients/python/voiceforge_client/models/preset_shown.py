from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.preset_shown_signing_item import (
    PresetShownSigningItem,
    check_preset_shown_signing_item,
)

if TYPE_CHECKING:
    from ..models.blank_shown import BlankShown
    from ..models.preset_shown_secure import PresetShownSecure
    from ..models.preset_shown_settings import PresetShownSettings
    from ..models.region_shown import RegionShown


T = TypeVar("T", bound="PresetShown")


@_attrs_define
class PresetShown:
    """A trunk to a known carrier or exchange."""

    name: str
    title: str
    signing: list[PresetShownSigningItem]
    """ How our calls are known there; the usual way first. """
    regions: list[RegionShown]
    """ The usual one first. """
    blanks: list[BlankShown]
    settings: PresetShownSettings
    """ Of the trunk, beside its host; others are as usual. """
    secure: PresetShownSecure
    """ Laid over them for encrypted signalling and audio; empty: there is none. """
    steps: list[str]
    """ What is to be done there. """
    sources: list[str]
    """ The documents that it was made from. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        title = self.title

        signing = []
        for signing_item_data in self.signing:
            signing_item: str = signing_item_data
            signing.append(signing_item)

        regions = []
        for regions_item_data in self.regions:
            regions_item = regions_item_data.to_dict()
            regions.append(regions_item)

        blanks = []
        for blanks_item_data in self.blanks:
            blanks_item = blanks_item_data.to_dict()
            blanks.append(blanks_item)

        settings = self.settings.to_dict()

        secure = self.secure.to_dict()

        steps = self.steps

        sources = self.sources

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "title": title,
                "signing": signing,
                "regions": regions,
                "blanks": blanks,
                "settings": settings,
                "secure": secure,
                "steps": steps,
                "sources": sources,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.blank_shown import BlankShown  # noqa: PLC0415
        from ..models.preset_shown_secure import PresetShownSecure  # noqa: PLC0415
        from ..models.preset_shown_settings import PresetShownSettings  # noqa: PLC0415
        from ..models.region_shown import RegionShown  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        title = d.pop("title")

        signing = []
        _signing = d.pop("signing")
        for signing_item_data in _signing:
            signing_item = check_preset_shown_signing_item(signing_item_data)

            signing.append(signing_item)

        regions = []
        _regions = d.pop("regions")
        for regions_item_data in _regions:
            regions_item = RegionShown.from_dict(regions_item_data)

            regions.append(regions_item)

        blanks = []
        _blanks = d.pop("blanks")
        for blanks_item_data in _blanks:
            blanks_item = BlankShown.from_dict(blanks_item_data)

            blanks.append(blanks_item)

        settings = PresetShownSettings.from_dict(d.pop("settings"))

        secure = PresetShownSecure.from_dict(d.pop("secure"))

        steps = cast(list[str], d.pop("steps"))

        sources = cast(list[str], d.pop("sources"))

        preset_shown = cls(
            name=name,
            title=title,
            signing=signing,
            regions=regions,
            blanks=blanks,
            settings=settings,
            secure=secure,
            steps=steps,
            sources=sources,
        )

        preset_shown.additional_properties = d
        return preset_shown

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
