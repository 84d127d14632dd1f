from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="SearchWanted")


@_attrs_define
class SearchWanted:
    """A question, as an agent would ask it."""

    question: str
    most: int | Unset = 4
    """ So many passages at most; agents are given 4. """

    def to_dict(self) -> dict[str, Any]:
        question = self.question

        most = self.most

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "question": question,
            }
        )
        if most is not UNSET:
            field_dict["most"] = most

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        question = d.pop("question")

        most = d.pop("most", UNSET)

        search_wanted = cls(
            question=question,
            most=most,
        )

        return search_wanted
