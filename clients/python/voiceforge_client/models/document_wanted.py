from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.document_wanted_format import (
    DocumentWantedFormat,
    check_document_wanted_format,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="DocumentWanted")


@_attrs_define
class DocumentWanted:
    """A text, or where a document is: one of the two."""

    name: str | Unset = ""
    """ Under which it is kept and quoted; one of this name is replaced. Empty: its file's. """
    language: str | Unset = ""
    """ BCP 47; empty: `engines.language`. """
    text: str | Unset = ""
    """ It needs a `name`. """
    format_: DocumentWantedFormat | Unset = "markdown"
    """ Of `text`. """
    url: str | Unset = ""
    """ A page (HTML), text, Markdown or PDF; https, redirects are followed. """

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        language = self.language

        text = self.text

        format_: str | Unset = UNSET
        if not isinstance(self.format_, Unset):
            format_ = self.format_

        url = self.url

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if language is not UNSET:
            field_dict["language"] = language
        if text is not UNSET:
            field_dict["text"] = text
        if format_ is not UNSET:
            field_dict["format"] = format_
        if url is not UNSET:
            field_dict["url"] = url

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        language = d.pop("language", UNSET)

        text = d.pop("text", UNSET)

        _format_ = d.pop("format", UNSET)
        format_: DocumentWantedFormat | Unset
        if isinstance(_format_, Unset):
            format_ = UNSET
        else:
            format_ = check_document_wanted_format(_format_)

        url = d.pop("url", UNSET)

        document_wanted = cls(
            name=name,
            language=language,
            text=text,
            format_=format_,
            url=url,
        )

        return document_wanted
