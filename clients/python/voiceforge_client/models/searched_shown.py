from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.searched_shown_by import SearchedShownBy, check_searched_shown_by

if TYPE_CHECKING:
    from ..models.passage_shown import PassageShown


T = TypeVar("T", bound="SearchedShown")


@_attrs_define
class SearchedShown:
    """What an agent would be given, the best first."""

    passages: list[PassageShown]
    by: SearchedShownBy
    why: str
    """ Why not by meaning; empty: it was, or no engine is named for it. """
    took_ms: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        passages = []
        for passages_item_data in self.passages:
            passages_item = passages_item_data.to_dict()
            passages.append(passages_item)

        by: str = self.by

        why = self.why

        took_ms = self.took_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "passages": passages,
                "by": by,
                "why": why,
                "took_ms": took_ms,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.passage_shown import PassageShown  # noqa: PLC0415

        d = dict(src_dict)
        passages = []
        _passages = d.pop("passages")
        for passages_item_data in _passages:
            passages_item = PassageShown.from_dict(passages_item_data)

            passages.append(passages_item)

        by = check_searched_shown_by(d.pop("by"))

        why = d.pop("why")

        took_ms = d.pop("took_ms")

        searched_shown = cls(
            passages=passages,
            by=by,
            why=why,
            took_ms=took_ms,
        )

        searched_shown.additional_properties = d
        return searched_shown

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
