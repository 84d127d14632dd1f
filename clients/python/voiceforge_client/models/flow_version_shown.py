from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.flow_version_shown_state import (
    FlowVersionShownState,
    check_flow_version_shown_state,
)

if TYPE_CHECKING:
    from ..models.flow_finding_shown import FlowFindingShown


T = TypeVar("T", bound="FlowVersionShown")


@_attrs_define
class FlowVersionShown:
    """A version without its document."""

    number: int
    state: FlowVersionShownState
    hash_: str
    """ SHA-256 of its canonical form. """
    bytes_: int
    note: str
    made_by: str
    made_at: datetime.datetime
    published_at: datetime.datetime | None
    """ For the first time; null: never. """
    findings: list[FlowFindingShown]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        number = self.number

        state: str = self.state

        hash_ = self.hash_

        bytes_ = self.bytes_

        note = self.note

        made_by = self.made_by

        made_at = self.made_at.isoformat()

        published_at: None | str
        if isinstance(self.published_at, datetime.datetime):
            published_at = self.published_at.isoformat()
        else:
            published_at = self.published_at

        findings = []
        for findings_item_data in self.findings:
            findings_item = findings_item_data.to_dict()
            findings.append(findings_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "number": number,
                "state": state,
                "hash": hash_,
                "bytes": bytes_,
                "note": note,
                "made_by": made_by,
                "made_at": made_at,
                "published_at": published_at,
                "findings": findings,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.flow_finding_shown import FlowFindingShown  # noqa: PLC0415

        d = dict(src_dict)
        number = d.pop("number")

        state = check_flow_version_shown_state(d.pop("state"))

        hash_ = d.pop("hash")

        bytes_ = d.pop("bytes")

        note = d.pop("note")

        made_by = d.pop("made_by")

        made_at = datetime.datetime.fromisoformat(d.pop("made_at"))

        def _parse_published_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                published_at_type_0 = datetime.datetime.fromisoformat(data)

                return published_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        published_at = _parse_published_at(d.pop("published_at"))

        findings = []
        _findings = d.pop("findings")
        for findings_item_data in _findings:
            findings_item = FlowFindingShown.from_dict(findings_item_data)

            findings.append(findings_item)

        flow_version_shown = cls(
            number=number,
            state=state,
            hash_=hash_,
            bytes_=bytes_,
            note=note,
            made_by=made_by,
            made_at=made_at,
            published_at=published_at,
            findings=findings,
        )

        flow_version_shown.additional_properties = d
        return flow_version_shown

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
