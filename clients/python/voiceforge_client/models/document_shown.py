from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="DocumentShown")


@_attrs_define
class DocumentShown:
    """A document of a collection."""

    collection: str
    name: str
    language: str
    pages: int | None
    """ null: it has none. """
    passages: int
    bytes_: int
    embedded: int
    """ Passages with a vector of the model that searches go by. """
    added_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        collection = self.collection

        name = self.name

        language = self.language

        pages: int | None
        pages = self.pages

        passages = self.passages

        bytes_ = self.bytes_

        embedded = self.embedded

        added_at = self.added_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "collection": collection,
                "name": name,
                "language": language,
                "pages": pages,
                "passages": passages,
                "bytes": bytes_,
                "embedded": embedded,
                "added_at": added_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        collection = d.pop("collection")

        name = d.pop("name")

        language = d.pop("language")

        def _parse_pages(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        pages = _parse_pages(d.pop("pages"))

        passages = d.pop("passages")

        bytes_ = d.pop("bytes")

        embedded = d.pop("embedded")

        added_at = datetime.datetime.fromisoformat(d.pop("added_at"))

        document_shown = cls(
            collection=collection,
            name=name,
            language=language,
            pages=pages,
            passages=passages,
            bytes_=bytes_,
            embedded=embedded,
            added_at=added_at,
        )

        document_shown.additional_properties = d
        return document_shown

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
