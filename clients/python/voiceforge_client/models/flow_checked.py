from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.flow_finding_shown import FlowFindingShown


T = TypeVar("T", bound="FlowChecked")


@_attrs_define
class FlowChecked:
    """What is wrong with a document."""

    ok: bool
    """ It has no errors: calls can run it. """
    findings: list[FlowFindingShown]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        ok = self.ok

        findings = []
        for findings_item_data in self.findings:
            findings_item = findings_item_data.to_dict()
            findings.append(findings_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "ok": ok,
                "findings": findings,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.flow_finding_shown import FlowFindingShown  # noqa: PLC0415

        d = dict(src_dict)
        ok = d.pop("ok")

        findings = []
        _findings = d.pop("findings")
        for findings_item_data in _findings:
            findings_item = FlowFindingShown.from_dict(findings_item_data)

            findings.append(findings_item)

        flow_checked = cls(
            ok=ok,
            findings=findings,
        )

        flow_checked.additional_properties = d
        return flow_checked

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
