from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.flow_to_compare_document import FlowToCompareDocument


T = TypeVar("T", bound="FlowToCompare")


@_attrs_define
class FlowToCompare:
    """A document that need not be kept, and what it is compared with."""

    document: FlowToCompareDocument
    """ A flow as JSON, at most 1 MB (docs/flows.md; its JSON Schema: `/api/flows/schema`). """
    before: int | None | Unset = UNSET
    """ The published one where none is given. """

    def to_dict(self) -> dict[str, Any]:
        document = self.document.to_dict()

        before: int | None | Unset
        if isinstance(self.before, Unset):
            before = UNSET
        else:
            before = self.before

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "document": document,
            }
        )
        if before is not UNSET:
            field_dict["before"] = before

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.flow_to_compare_document import FlowToCompareDocument  # noqa: PLC0415

        d = dict(src_dict)
        document = FlowToCompareDocument.from_dict(d.pop("document"))

        def _parse_before(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        before = _parse_before(d.pop("before", UNSET))

        flow_to_compare = cls(
            document=document,
            before=before,
        )

        return flow_to_compare
