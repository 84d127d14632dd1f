from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.flow_wanted_document_type_0 import FlowWantedDocumentType0


T = TypeVar("T", bound="FlowWanted")


@_attrs_define
class FlowWanted:
    """What a language model shall draw."""

    words: str
    """ What the flow shall do, or what shall be otherwise. """
    name: None | str | Unset = UNSET
    """ Of a new flow; the model finds one without. """
    edit: None | str | Unset = UNSET
    """ Change the newest version of this flow. """
    document: FlowWantedDocumentType0 | None | Unset = UNSET
    """ Of `edit`: changed in the place of that version. A flow as JSON, at most 1 MB (docs/flows.md; its JSON
    Schema: `/api/flows/schema`). """
    llm: str | Unset = ""
    """ The language model; else that of the settings. """
    save: bool | Unset = False
    """ Keep what comes of it as a version. It is not published. """

    def to_dict(self) -> dict[str, Any]:
        from ..models.flow_wanted_document_type_0 import FlowWantedDocumentType0  # noqa: PLC0415

        words = self.words

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        edit: None | str | Unset
        if isinstance(self.edit, Unset):
            edit = UNSET
        else:
            edit = self.edit

        document: dict[str, Any] | None | Unset
        if isinstance(self.document, Unset):
            document = UNSET
        elif isinstance(self.document, FlowWantedDocumentType0):
            document = self.document.to_dict()
        else:
            document = self.document

        llm = self.llm

        save = self.save

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "words": words,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if edit is not UNSET:
            field_dict["edit"] = edit
        if document is not UNSET:
            field_dict["document"] = document
        if llm is not UNSET:
            field_dict["llm"] = llm
        if save is not UNSET:
            field_dict["save"] = save

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.flow_wanted_document_type_0 import FlowWantedDocumentType0  # noqa: PLC0415

        d = dict(src_dict)
        words = d.pop("words")

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_edit(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        edit = _parse_edit(d.pop("edit", UNSET))

        def _parse_document(data: object) -> FlowWantedDocumentType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                document_type_0 = FlowWantedDocumentType0.from_dict(data)

                return document_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(FlowWantedDocumentType0 | None | Unset, data)

        document = _parse_document(d.pop("document", UNSET))

        llm = d.pop("llm", UNSET)

        save = d.pop("save", UNSET)

        flow_wanted = cls(
            words=words,
            name=name,
            edit=edit,
            document=document,
            llm=llm,
            save=save,
        )

        return flow_wanted
