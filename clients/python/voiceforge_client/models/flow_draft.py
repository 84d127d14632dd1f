from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.flow_draft_document import FlowDraftDocument


T = TypeVar("T", bound="FlowDraft")


@_attrs_define
class FlowDraft:
    """What is being drawn. It need not make sense yet."""

    document: FlowDraftDocument
    """ A flow as JSON, at most 1 MB (docs/flows.md; its JSON Schema: `/api/flows/schema`). """
    base: int | None | Unset = UNSET
    """ The version that it began from. """

    def to_dict(self) -> dict[str, Any]:
        document = self.document.to_dict()

        base: int | None | Unset
        if isinstance(self.base, Unset):
            base = UNSET
        else:
            base = self.base

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "document": document,
            }
        )
        if base is not UNSET:
            field_dict["base"] = base

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.flow_draft_document import FlowDraftDocument  # noqa: PLC0415

        d = dict(src_dict)
        document = FlowDraftDocument.from_dict(d.pop("document"))

        def _parse_base(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        base = _parse_base(d.pop("base", UNSET))

        flow_draft = cls(
            document=document,
            base=base,
        )

        return flow_draft
