from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.trunk_stood import TrunkStood


T = TypeVar("T", bound="TrunksShown")


@_attrs_define
class TrunksShown:
    """All trunks."""

    trunks: list[TrunkStood]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        trunks = []
        for trunks_item_data in self.trunks:
            trunks_item = trunks_item_data.to_dict()
            trunks.append(trunks_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "trunks": trunks,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.trunk_stood import TrunkStood  # noqa: PLC0415

        d = dict(src_dict)
        trunks = []
        _trunks = d.pop("trunks")
        for trunks_item_data in _trunks:
            trunks_item = TrunkStood.from_dict(trunks_item_data)

            trunks.append(trunks_item)

        trunks_shown = cls(
            trunks=trunks,
        )

        trunks_shown.additional_properties = d
        return trunks_shown

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
