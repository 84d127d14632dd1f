from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.new_version_document import NewVersionDocument


T = TypeVar("T", bound="NewVersion")


@_attrs_define
class NewVersion:
    """A document that is to be the newest version."""

    document: NewVersionDocument
    """ A flow as JSON, at most 1 MB (docs/flows.md; its JSON Schema: `/api/flows/schema`). """
    note: str | Unset = ""
    """ What it is about, for the history. """
    publish: bool | Unset = False
    """ Have new calls run it at once, if it has no errors. """

    def to_dict(self) -> dict[str, Any]:
        document = self.document.to_dict()

        note = self.note

        publish = self.publish

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "document": document,
            }
        )
        if note is not UNSET:
            field_dict["note"] = note
        if publish is not UNSET:
            field_dict["publish"] = publish

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.new_version_document import NewVersionDocument  # noqa: PLC0415

        d = dict(src_dict)
        document = NewVersionDocument.from_dict(d.pop("document"))

        note = d.pop("note", UNSET)

        publish = d.pop("publish", UNSET)

        new_version = cls(
            document=document,
            note=note,
            publish=publish,
        )

        return new_version
