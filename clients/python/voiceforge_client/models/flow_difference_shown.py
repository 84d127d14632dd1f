from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.flow_difference_shown_change import (
    FlowDifferenceShownChange,
    check_flow_difference_shown_change,
)
from ..models.flow_difference_shown_what import (
    FlowDifferenceShownWhat,
    check_flow_difference_shown_what,
)

T = TypeVar("T", bound="FlowDifferenceShown")


@_attrs_define
class FlowDifferenceShown:
    """One change between two documents."""

    change: FlowDifferenceShownChange
    what: FlowDifferenceShownWhat
    name: str
    field: str
    before: Any
    after: Any
    text: str
    """ The change in words. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        change: str = self.change

        what: str = self.what

        name = self.name

        field = self.field

        before = self.before

        after = self.after

        text = self.text

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "change": change,
                "what": what,
                "name": name,
                "field": field,
                "before": before,
                "after": after,
                "text": text,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        change = check_flow_difference_shown_change(d.pop("change"))

        what = check_flow_difference_shown_what(d.pop("what"))

        name = d.pop("name")

        field = d.pop("field")

        before = d.pop("before")

        after = d.pop("after")

        text = d.pop("text")

        flow_difference_shown = cls(
            change=change,
            what=what,
            name=name,
            field=field,
            before=before,
            after=after,
            text=text,
        )

        flow_difference_shown.additional_properties = d
        return flow_difference_shown

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
