from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.flow_difference_shown import FlowDifferenceShown


T = TypeVar("T", bound="FlowCompared")


@_attrs_define
class FlowCompared:
    """What changed, in the order of the document."""

    before: int
    """ The version that is compared with. """
    after: int | None
    """ The other version; null: the document of the request. """
    differences: list[FlowDifferenceShown]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        before = self.before

        after: int | None
        after = self.after

        differences = []
        for differences_item_data in self.differences:
            differences_item = differences_item_data.to_dict()
            differences.append(differences_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "before": before,
                "after": after,
                "differences": differences,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.flow_difference_shown import FlowDifferenceShown  # noqa: PLC0415

        d = dict(src_dict)
        before = d.pop("before")

        def _parse_after(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        after = _parse_after(d.pop("after"))

        differences = []
        _differences = d.pop("differences")
        for differences_item_data in _differences:
            differences_item = FlowDifferenceShown.from_dict(differences_item_data)

            differences.append(differences_item)

        flow_compared = cls(
            before=before,
            after=after,
            differences=differences,
        )

        flow_compared.additional_properties = d
        return flow_compared

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
