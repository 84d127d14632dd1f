from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.flow_to_check_document import FlowToCheckDocument


T = TypeVar("T", bound="FlowToCheck")


@_attrs_define
class FlowToCheck:
    """A document that need not be kept."""

    document: FlowToCheckDocument
    """ A flow as JSON, at most 1 MB (docs/flows.md; its JSON Schema: `/api/flows/schema`). """

    def to_dict(self) -> dict[str, Any]:
        document = self.document.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "document": document,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.flow_to_check_document import FlowToCheckDocument  # noqa: PLC0415

        d = dict(src_dict)
        document = FlowToCheckDocument.from_dict(d.pop("document"))

        flow_to_check = cls(
            document=document,
        )

        return flow_to_check
