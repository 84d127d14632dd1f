from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.new_flow_document import NewFlowDocument


T = TypeVar("T", bound="NewFlow")


@_attrs_define
class NewFlow:
    """A document that is to be kept."""

    document: NewFlowDocument
    """ A flow as JSON, at most 1 MB (docs/flows.md; its JSON Schema: `/api/flows/schema`). """
    name: None | str | Unset = UNSET
    """ Of the flow, where it is another than the document's. """
    note: str | Unset = ""
    """ What it is about, for the history. """
    publish: bool | Unset = False
    """ Have new calls run it at once, if it has no errors. """

    def to_dict(self) -> dict[str, Any]:
        document = self.document.to_dict()

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        note = self.note

        publish = self.publish

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "document": document,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if note is not UNSET:
            field_dict["note"] = note
        if publish is not UNSET:
            field_dict["publish"] = publish

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.new_flow_document import NewFlowDocument  # noqa: PLC0415

        d = dict(src_dict)
        document = NewFlowDocument.from_dict(d.pop("document"))

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        note = d.pop("note", UNSET)

        publish = d.pop("publish", UNSET)

        new_flow = cls(
            document=document,
            name=name,
            note=note,
            publish=publish,
        )

        return new_flow
