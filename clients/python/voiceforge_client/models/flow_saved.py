from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.flow_saved_state import FlowSavedState, check_flow_saved_state
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.flow_finding_shown import FlowFindingShown


T = TypeVar("T", bound="FlowSaved")


@_attrs_define
class FlowSaved:
    """Where a document is kept now."""

    flow: str
    version: int
    state: FlowSavedState
    """ `draft`: it has errors, and no call can get it. """
    published: bool
    """ New calls run it. """
    findings: list[FlowFindingShown]
    subflows: list[str] | Unset = UNSET
    """ Templates that it runs through, kept beside it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        flow = self.flow

        version = self.version

        state: str = self.state

        published = self.published

        findings = []
        for findings_item_data in self.findings:
            findings_item = findings_item_data.to_dict()
            findings.append(findings_item)

        subflows: list[str] | Unset = UNSET
        if not isinstance(self.subflows, Unset):
            subflows = self.subflows

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "flow": flow,
                "version": version,
                "state": state,
                "published": published,
                "findings": findings,
            }
        )
        if subflows is not UNSET:
            field_dict["subflows"] = subflows

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.flow_finding_shown import FlowFindingShown  # noqa: PLC0415

        d = dict(src_dict)
        flow = d.pop("flow")

        version = d.pop("version")

        state = check_flow_saved_state(d.pop("state"))

        published = d.pop("published")

        findings = []
        _findings = d.pop("findings")
        for findings_item_data in _findings:
            findings_item = FlowFindingShown.from_dict(findings_item_data)

            findings.append(findings_item)

        subflows = cast(list[str], d.pop("subflows", UNSET))

        flow_saved = cls(
            flow=flow,
            version=version,
            state=state,
            published=published,
            findings=findings,
            subflows=subflows,
        )

        flow_saved.additional_properties = d
        return flow_saved

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
