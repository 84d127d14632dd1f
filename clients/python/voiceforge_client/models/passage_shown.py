from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PassageShown")


@_attrs_define
class PassageShown:
    """A passage that was found."""

    document: str
    heading: str
    page: int | None
    text: str
    score: float
    """ 0 to 1: how much of the question's words it holds. """
    similarity: float | None
    """ -1 to 1: of what it means; null: not among the nearest. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        document = self.document

        heading = self.heading

        page: int | None
        page = self.page

        text = self.text

        score = self.score

        similarity: float | None
        similarity = self.similarity

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "document": document,
                "heading": heading,
                "page": page,
                "text": text,
                "score": score,
                "similarity": similarity,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        document = d.pop("document")

        heading = d.pop("heading")

        def _parse_page(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        page = _parse_page(d.pop("page"))

        text = d.pop("text")

        score = d.pop("score")

        def _parse_similarity(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        similarity = _parse_similarity(d.pop("similarity"))

        passage_shown = cls(
            document=document,
            heading=heading,
            page=page,
            text=text,
            score=score,
            similarity=similarity,
        )

        passage_shown.additional_properties = d
        return passage_shown

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
