"""What is said of collections of knowledge, their documents, and what a search finds in them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from api.plain_text import OneLine, PlainText
from api.routing.models import RequestModel, ResponseModel

CollectionName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
DocumentName: TypeAlias = Annotated[OneLine, Field(min_length=1, max_length=200)]
MOST_TEXT = 1_000_000


class EmbeddingShown(ResponseModel):
    """How the vectors stand by which a collection is searched by meaning."""

    running: bool
    done: int = Field(description="Passages that the run has made vectors of.")
    to_do: int = Field(description="Passages that had none when it began.")
    refused: int = Field(description="Passages that the model would not take: they are found by words.")
    fault: str = Field(description="Why the last run came to nothing, and how to mend it.")


class CollectionShown(ResponseModel):
    """A collection of documents."""

    name: str
    documents: int
    passages: int
    bytes: int
    changed_at: datetime = Field(description="When its newest document was added.")
    embedded: int = Field(description="Passages with a vector of the model that searches go by.")
    agents: list[str] = Field(description="Agents that search it, as far as you may see them.")
    lent: bool = Field(description="Agents of keys may search it (`shared.knowledge`).")
    embedding: EmbeddingShown


class MeaningShown(ResponseModel):
    """The search by meaning on this server."""

    engine: str = Field(description="Of `engines.embedding`; empty: words alone are searched.")
    model: str = Field(description="Whose vectors count; empty while nobody knows.")
    fault: str = Field(description="Why it cannot be had now; empty: it can.")


class CollectionsShown(ResponseModel):
    """All collections, by name."""

    collections: list[CollectionShown]
    meaning: MeaningShown


class DocumentShown(ResponseModel):
    """A document of a collection."""

    collection: str
    name: str
    language: str
    pages: int | None = Field(description="null: it has none.")
    passages: int
    bytes: int
    embedded: int = Field(description="Passages with a vector of the model that searches go by.")
    added_at: datetime


class AddedDocument(DocumentShown):
    """A document that was handed in."""

    fresh: bool = Field(description="False: just this was there already, and nothing was changed.")


class DocumentFields(RequestModel):
    """What is said of a file that is handed in as a form."""

    name: Annotated[OneLine, Field(max_length=200)] = Field(
        default="",
        description="Under which it is kept and quoted; one of this name is replaced. Empty: its file's.",
    )
    language: OneLine = Field(default="", max_length=35, description="BCP 47; empty: `engines.language`.")


class DocumentWanted(DocumentFields):
    """A text, or where a document is: one of the two."""

    text: PlainText = Field(default="", max_length=MOST_TEXT, description="It needs a `name`.")
    format: Literal["markdown", "text"] = Field(default="markdown", description="Of `text`.")
    url: OneLine = Field(
        default="",
        max_length=2000,
        description="A page (HTML), text, Markdown or PDF; https, redirects are followed.",
    )


class SearchWanted(RequestModel):
    """A question, as an agent would ask it."""

    question: OneLine = Field(min_length=1, max_length=500)
    most: int = Field(default=4, ge=1, le=20, description="So many passages at most; agents are given 4.")


class PassageShown(ResponseModel):
    """A passage that was found."""

    document: str
    heading: str
    page: int | None
    text: str
    score: float = Field(description="0 to 1: how much of the question's words it holds.")
    similarity: float | None = Field(description="-1 to 1: of what it means; null: not among the nearest.")


class SearchedShown(ResponseModel):
    """What an agent would be given, the best first."""

    passages: list[PassageShown]
    by: Literal["words", "words and meaning"]
    why: str = Field(description="Why not by meaning; empty: it was, or no engine is named for it.")
    took_ms: float
