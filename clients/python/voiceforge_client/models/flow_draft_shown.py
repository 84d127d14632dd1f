from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.flow_draft_shown_document import FlowDraftShownDocument


T = TypeVar("T", bound="FlowDraftShown")


@_attrs_define
class FlowDraftShown:
    """A working copy, as it was saved last."""

    flow: str
    document: FlowDraftShownDocument
    base: int | None
    """ The version that it began from; null: none. """
    revision: int
    """ Counts its changes, and is its ETag. """
    made_by: str
    changed_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        flow = self.flow

        document = self.document.to_dict()

        base: int | None
        base = self.base

        revision = self.revision

        made_by = self.made_by

        changed_at = self.changed_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "flow": flow,
                "document": document,
                "base": base,
                "revision": revision,
                "made_by": made_by,
                "changed_at": changed_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.flow_draft_shown_document import FlowDraftShownDocument  # noqa: PLC0415

        d = dict(src_dict)
        flow = d.pop("flow")

        document = FlowDraftShownDocument.from_dict(d.pop("document"))

        def _parse_base(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        base = _parse_base(d.pop("base"))

        revision = d.pop("revision")

        made_by = d.pop("made_by")

        changed_at = datetime.datetime.fromisoformat(d.pop("changed_at"))

        flow_draft_shown = cls(
            flow=flow,
            document=document,
            base=base,
            revision=revision,
            made_by=made_by,
            changed_at=changed_at,
        )

        flow_draft_shown.additional_properties = d
        return flow_draft_shown

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
