from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.engine_mode_shown import EngineModeShown
    from ..models.engine_shown import EngineShown


T = TypeVar("T", bound="EnginesShown")


@_attrs_define
class EnginesShown:
    """All engines by kind and name, and the modes."""

    engines: list[EngineShown]
    modes: list[EngineModeShown]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        engines = []
        for engines_item_data in self.engines:
            engines_item = engines_item_data.to_dict()
            engines.append(engines_item)

        modes = []
        for modes_item_data in self.modes:
            modes_item = modes_item_data.to_dict()
            modes.append(modes_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "engines": engines,
                "modes": modes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.engine_mode_shown import EngineModeShown  # noqa: PLC0415
        from ..models.engine_shown import EngineShown  # noqa: PLC0415

        d = dict(src_dict)
        engines = []
        _engines = d.pop("engines")
        for engines_item_data in _engines:
            engines_item = EngineShown.from_dict(engines_item_data)

            engines.append(engines_item)

        modes = []
        _modes = d.pop("modes")
        for modes_item_data in _modes:
            modes_item = EngineModeShown.from_dict(modes_item_data)

            modes.append(modes_item)

        engines_shown = cls(
            engines=engines,
            modes=modes,
        )

        engines_shown.additional_properties = d
        return engines_shown

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
