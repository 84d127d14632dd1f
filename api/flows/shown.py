"""What requests for flows and their answers are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from mediaserver.storage.sql import Row
from pipelines.flows.library.reading import ReadFlow

FlowName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
VersionNumber: TypeAlias = Annotated[int, Field(ge=1, le=2**31 - 1)]
Note: TypeAlias = Annotated[OneLine, Field(max_length=500)]
DOCUMENT_BYTES = 2 << 20
"""Of a body with a document; the document itself has 1 MB at most."""
DOCUMENT = "A flow as JSON, at most 1 MB (docs/flows.md; its JSON Schema: `/api/flows/schema`)."
NAME = "Of the flow, where it is another than the document's."
NOTE = "What it is about, for the history."


class FlowFindingShown(ResponseModel):
    """Something that is wrong with a document."""

    severity: Literal["error", "warning"] = Field(description="`error`: no call can run it.")
    node: str = Field(description="Its id; empty: the document itself.")
    field: str = Field(description="Dotted: `slot.options.0.key`.")
    what: str
    remedy: str


class FlowShown(ResponseModel):
    """A flow, and what new calls run of it."""

    name: str
    owner: UUID | None = Field(description="The key that it belongs to; null: everybody may use it.")
    published: int | None = Field(description="The version that new calls run; null: none can.")
    split_version: int | None = Field(description="Another that shares the calls with it.")
    split_percent: int | None = Field(description="So many of a hundred get that one.")
    newest: int | None
    newest_state: Literal["valid", "draft"] | None = Field(description="`draft`: it has errors.")
    versions: int
    about: str = Field(description="What the newest version says of itself.")
    errors: int = Field(description="Of the newest version.")
    warnings: int = Field(description="Of the newest version.")
    published_at: datetime | None = Field(description="When new calls began to run what they run.")
    drafted_at: datetime | None = Field(description="When its working copy was saved last; null: none.")
    agents: list[str] = Field(description="Those whose calls run it.")
    created_at: datetime
    updated_at: datetime


class FlowVersionShown(ResponseModel):
    """A version without its document."""

    number: int
    state: Literal["valid", "draft"]
    hash: str = Field(description="SHA-256 of its canonical form.")
    bytes: int
    note: str
    made_by: str
    made_at: datetime
    published_at: datetime | None = Field(description="For the first time; null: never.")
    findings: list[FlowFindingShown]


class FlowVersionWhole(ResponseModel):
    """A version. It never changes."""

    flow: str
    number: int
    state: Literal["valid", "draft"]
    hash: str
    note: str
    made_by: str
    made_at: datetime
    findings: list[FlowFindingShown]
    document: dict[str, Any]


class NewFlow(RequestModel):
    """A document that is to be kept."""

    document: dict[str, Any] = Field(description=DOCUMENT)
    name: FlowName | None = Field(default=None, description=NAME)
    note: Note = Field(default="", description=NOTE)
    publish: bool = Field(default=False, description="Have new calls run it at once, if it has no errors.")


class ImportedFlow(RequestModel):
    """A document, or the name of a template."""

    document: dict[str, Any] | None = Field(default=None, description=DOCUMENT)
    template: str = Field(default="", max_length=64, description="A flow that comes with us.")
    name: FlowName | None = Field(default=None, description=NAME)
    note: Note = Field(default="", description=NOTE)
    publish: bool = Field(default=False, description="Have new calls run it at once, if it has no errors.")


class FlowSaved(ResponseModel):
    """Where a document is kept now."""

    flow: str
    version: int
    state: Literal["valid", "draft"] = Field(description="`draft`: it has errors, and no call can get it.")
    published: bool = Field(description="New calls run it.")
    findings: list[FlowFindingShown]
    subflows: list[str] = Field(default=[], description="Templates that it runs through, kept beside it.")


class FlowChecked(ResponseModel):
    """What is wrong with a document."""

    ok: bool = Field(description="It has no errors: calls can run it.")
    findings: list[FlowFindingShown]


class FlowDifferenceShown(ResponseModel):
    """One change between two documents."""

    change: Literal["added", "removed", "changed", "moved"]
    what: Literal["node", "edge", "variable", "flow"]
    name: str
    field: str
    before: Any
    after: Any
    text: str = Field(description="The change in words.")


class FlowCompared(ResponseModel):
    """What changed, in the order of the document."""

    before: int = Field(description="The version that is compared with.")
    after: int | None = Field(description="The other version; null: the document of the request.")
    differences: list[FlowDifferenceShown]


class FlowTemplateShown(ResponseModel):
    """A flow that comes with us."""

    name: str
    about: str
    needs_model: bool = Field(description="It thinks with a language model.")


class FlowTemplateWhole(ResponseModel):
    """A flow that comes with us, as it would be imported."""

    name: str
    about: str
    needs_model: bool = Field(description="It thinks with a language model.")
    document: dict[str, Any]
    personas: list[dict[str, Any]] = Field(description="Simulated callers that try it.")


class VersionFared(ResponseModel):
    """What the calls of one version came to. Means are null without calls."""

    version: int
    percent: int = Field(description="So many of a hundred new calls get it.")
    calls: int = Field(description="That are over.")
    live: int
    outcomes: dict[str, int] = Field(description="Calls by the status of their outcome.")
    none: int = Field(description="Calls without an outcome.")
    turns: float | None
    seconds: float | None
    transfers: int = Field(description="Calls that somebody else took over.")


def finding_shown(row: Row) -> FlowFindingShown:
    return FlowFindingShown(**{name: row[name] for name in FlowFindingShown.model_fields})


def findings_shown(rows: Sequence[Row]) -> list[FlowFindingShown]:
    return [finding_shown(row) for row in rows]


def saved_shown(
    flow: ReadFlow, name: str, version: int, published: bool, subflows: Sequence[str] = ()
) -> FlowSaved:
    return FlowSaved(
        flow=name,
        version=version,
        state=flow.state,
        published=published,
        findings=findings_shown(flow.told),
        subflows=list(subflows),
    )
