from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import types
from ..models.knowledge_add_document_files_body_format import (
    KnowledgeAddDocumentFilesBodyFormat,
    check_knowledge_add_document_files_body_format,
)
from ..types import UNSET, File, Unset

T = TypeVar("T", bound="KnowledgeAddDocumentFilesBody")


@_attrs_define
class KnowledgeAddDocumentFilesBody:
    """A text, or where a document is: one of the two."""

    file: File
    """ The recording. """
    name: str | Unset = ""
    """ Under which it is kept and quoted; one of this name is replaced. Empty: its file's. """
    language: str | Unset = ""
    """ BCP 47; empty: `engines.language`. """
    text: str | Unset = ""
    """ It needs a `name`. """
    format_: KnowledgeAddDocumentFilesBodyFormat | Unset = "markdown"
    """ Of `text`. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        file = self.file.to_tuple()

        name = self.name

        language = self.language

        text = self.text

        format_: str | Unset = UNSET
        if not isinstance(self.format_, Unset):
            format_ = self.format_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "file": file,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if language is not UNSET:
            field_dict["language"] = language
        if text is not UNSET:
            field_dict["text"] = text
        if format_ is not UNSET:
            field_dict["format"] = format_

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("file", self.file.to_tuple()))

        if not isinstance(self.name, Unset):
            files.append(("name", (None, str(self.name).encode(), "text/plain")))

        if not isinstance(self.language, Unset):
            files.append(
                ("language", (None, str(self.language).encode(), "text/plain"))
            )

        if not isinstance(self.text, Unset):
            files.append(("text", (None, str(self.text).encode(), "text/plain")))

        if not isinstance(self.format_, Unset):
            files.append(("format", (None, str(self.format_).encode(), "text/plain")))

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        file = File(payload=BytesIO(d.pop("file")))

        name = d.pop("name", UNSET)

        language = d.pop("language", UNSET)

        text = d.pop("text", UNSET)

        _format_ = d.pop("format", UNSET)
        format_: KnowledgeAddDocumentFilesBodyFormat | Unset
        if isinstance(_format_, Unset):
            format_ = UNSET
        else:
            format_ = check_knowledge_add_document_files_body_format(_format_)

        knowledge_add_document_files_body = cls(
            file=file,
            name=name,
            language=language,
            text=text,
            format_=format_,
        )

        knowledge_add_document_files_body.additional_properties = d
        return knowledge_add_document_files_body

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
