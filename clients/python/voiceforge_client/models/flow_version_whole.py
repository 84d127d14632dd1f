from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.flow_version_whole_state import (
    FlowVersionWholeState,
    check_flow_version_whole_state,
)

if TYPE_CHECKING:
    from ..models.flow_finding_shown import FlowFindingShown
    from ..models.flow_version_whole_document import FlowVersionWholeDocument


T = TypeVar("T", bound="FlowVersionWhole")


@_attrs_define
class FlowVersionWhole:
    """A version. It never changes."""

    flow: str
    number: int
    state: FlowVersionWholeState
    hash_: str
    note: str
    made_by: str
    made_at: datetime.datetime
    findings: list[FlowFindingShown]
    document: FlowVersionWholeDocument
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        flow = self.flow

        number = self.number

        state: str = self.state

        hash_ = self.hash_

        note = self.note

        made_by = self.made_by

        made_at = self.made_at.isoformat()

        findings = []
        for findings_item_data in self.findings:
            findings_item = findings_item_data.to_dict()
            findings.append(findings_item)

        document = self.document.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "flow": flow,
                "number": number,
                "state": state,
                "hash": hash_,
                "note": note,
                "made_by": made_by,
                "made_at": made_at,
                "findings": findings,
                "document": document,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.flow_finding_shown import FlowFindingShown  # noqa: PLC0415
        from ..models.flow_version_whole_document import FlowVersionWholeDocument  # noqa: PLC0415

        d = dict(src_dict)
        flow = d.pop("flow")

        number = d.pop("number")

        state = check_flow_version_whole_state(d.pop("state"))

        hash_ = d.pop("hash")

        note = d.pop("note")

        made_by = d.pop("made_by")

        made_at = datetime.datetime.fromisoformat(d.pop("made_at"))

        findings = []
        _findings = d.pop("findings")
        for findings_item_data in _findings:
            findings_item = FlowFindingShown.from_dict(findings_item_data)

            findings.append(findings_item)

        document = FlowVersionWholeDocument.from_dict(d.pop("document"))

        flow_version_whole = cls(
            flow=flow,
            number=number,
            state=state,
            hash_=hash_,
            note=note,
            made_by=made_by,
            made_at=made_at,
            findings=findings,
            document=document,
        )

        flow_version_whole.additional_properties = d
        return flow_version_whole

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
