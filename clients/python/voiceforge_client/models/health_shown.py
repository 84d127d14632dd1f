from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.finding_shown import FindingShown


T = TypeVar("T", bound="HealthShown")


@_attrs_define
class HealthShown:
    """Whether new calls can be served, and what is missing for it."""

    live: bool
    """ Always true: it answers. """
    ready: bool
    draining: bool
    """ It refuses new calls, because it is to be stopped. """
    calls: int
    """ Calls that are up. """
    missing: list[str]
    """ Parts without which it is not ready. """
    components: list[FindingShown]
    """ Each part: how it is, and how to mend it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        live = self.live

        ready = self.ready

        draining = self.draining

        calls = self.calls

        missing = self.missing

        components = []
        for components_item_data in self.components:
            components_item = components_item_data.to_dict()
            components.append(components_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "live": live,
                "ready": ready,
                "draining": draining,
                "calls": calls,
                "missing": missing,
                "components": components,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.finding_shown import FindingShown  # noqa: PLC0415

        d = dict(src_dict)
        live = d.pop("live")

        ready = d.pop("ready")

        draining = d.pop("draining")

        calls = d.pop("calls")

        missing = cast(list[str], d.pop("missing"))

        components = []
        _components = d.pop("components")
        for components_item_data in _components:
            components_item = FindingShown.from_dict(components_item_data)

            components.append(components_item)

        health_shown = cls(
            live=live,
            ready=ready,
            draining=draining,
            calls=calls,
            missing=missing,
            components=components,
        )

        health_shown.additional_properties = d
        return health_shown

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
