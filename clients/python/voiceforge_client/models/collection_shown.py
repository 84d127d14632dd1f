from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.embedding_shown import EmbeddingShown


T = TypeVar("T", bound="CollectionShown")


@_attrs_define
class CollectionShown:
    """A collection of documents."""

    name: str
    documents: int
    passages: int
    bytes_: int
    changed_at: datetime.datetime
    """ When its newest document was added. """
    embedded: int
    """ Passages with a vector of the model that searches go by. """
    agents: list[str]
    """ Agents that search it, as far as you may see them. """
    lent: bool
    """ Agents of keys may search it (`shared.knowledge`). """
    embedding: EmbeddingShown
    """ How the vectors stand by which a collection is searched by meaning. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        documents = self.documents

        passages = self.passages

        bytes_ = self.bytes_

        changed_at = self.changed_at.isoformat()

        embedded = self.embedded

        agents = self.agents

        lent = self.lent

        embedding = self.embedding.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "documents": documents,
                "passages": passages,
                "bytes": bytes_,
                "changed_at": changed_at,
                "embedded": embedded,
                "agents": agents,
                "lent": lent,
                "embedding": embedding,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.embedding_shown import EmbeddingShown  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        documents = d.pop("documents")

        passages = d.pop("passages")

        bytes_ = d.pop("bytes")

        changed_at = datetime.datetime.fromisoformat(d.pop("changed_at"))

        embedded = d.pop("embedded")

        agents = cast(list[str], d.pop("agents"))

        lent = d.pop("lent")

        embedding = EmbeddingShown.from_dict(d.pop("embedding"))

        collection_shown = cls(
            name=name,
            documents=documents,
            passages=passages,
            bytes_=bytes_,
            changed_at=changed_at,
            embedded=embedded,
            agents=agents,
            lent=lent,
            embedding=embedding,
        )

        collection_shown.additional_properties = d
        return collection_shown

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
