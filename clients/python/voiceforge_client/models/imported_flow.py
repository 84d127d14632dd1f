from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.imported_flow_document_type_0 import ImportedFlowDocumentType0


T = TypeVar("T", bound="ImportedFlow")


@_attrs_define
class ImportedFlow:
    """A document, or the name of a template."""

    document: ImportedFlowDocumentType0 | None | Unset = UNSET
    """ A flow as JSON, at most 1 MB (docs/flows.md; its JSON Schema: `/api/flows/schema`). """
    template: str | Unset = ""
    """ A flow that comes with us. """
    name: None | str | Unset = UNSET
    """ Of the flow, where it is another than the document's. """
    note: str | Unset = ""
    """ What it is about, for the history. """
    publish: bool | Unset = False
    """ Have new calls run it at once, if it has no errors. """

    def to_dict(self) -> dict[str, Any]:
        from ..models.imported_flow_document_type_0 import ImportedFlowDocumentType0  # noqa: PLC0415

        document: dict[str, Any] | None | Unset
        if isinstance(self.document, Unset):
            document = UNSET
        elif isinstance(self.document, ImportedFlowDocumentType0):
            document = self.document.to_dict()
        else:
            document = self.document

        template = self.template

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        note = self.note

        publish = self.publish

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if document is not UNSET:
            field_dict["document"] = document
        if template is not UNSET:
            field_dict["template"] = template
        if name is not UNSET:
            field_dict["name"] = name
        if note is not UNSET:
            field_dict["note"] = note
        if publish is not UNSET:
            field_dict["publish"] = publish

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.imported_flow_document_type_0 import ImportedFlowDocumentType0  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_document(data: object) -> ImportedFlowDocumentType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                document_type_0 = ImportedFlowDocumentType0.from_dict(data)

                return document_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ImportedFlowDocumentType0 | None | Unset, data)

        document = _parse_document(d.pop("document", UNSET))

        template = d.pop("template", UNSET)

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        note = d.pop("note", UNSET)

        publish = d.pop("publish", UNSET)

        imported_flow = cls(
            document=document,
            template=template,
            name=name,
            note=note,
            publish=publish,
        )

        return imported_flow
