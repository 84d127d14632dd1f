from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.flow_finding_shown_severity import (
    FlowFindingShownSeverity,
    check_flow_finding_shown_severity,
)

T = TypeVar("T", bound="FlowFindingShown")


@_attrs_define
class FlowFindingShown:
    """Something that is wrong with a document."""

    severity: FlowFindingShownSeverity
    """ `error`: no call can run it. """
    node: str
    """ Its id; empty: the document itself. """
    field: str
    """ Dotted: `slot.options.0.key`. """
    what: str
    remedy: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        severity: str = self.severity

        node = self.node

        field = self.field

        what = self.what

        remedy = self.remedy

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "severity": severity,
                "node": node,
                "field": field,
                "what": what,
                "remedy": remedy,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        severity = check_flow_finding_shown_severity(d.pop("severity"))

        node = d.pop("node")

        field = d.pop("field")

        what = d.pop("what")

        remedy = d.pop("remedy")

        flow_finding_shown = cls(
            severity=severity,
            node=node,
            field=field,
            what=what,
            remedy=remedy,
        )

        flow_finding_shown.additional_properties = d
        return flow_finding_shown

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
