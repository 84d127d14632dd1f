"""A document that somebody sends or that a version has: read, and looked at beside what the server has.

What it names of another key's is not there for it: neither found nor told of.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from mediaserver.storage.flows import FlowState
from mediaserver.storage.sql import Database, Row
from pipelines.flows.checks.checking import findings
from pipelines.flows.checks.known import KnownNames
from pipelines.flows.checks.references import references
from pipelines.flows.document.document import Document
from pipelines.flows.document.reading import read_document, written
from pipelines.flows.library.operators import not_lent
from pipelines.flows.library.references import SHARED, MayUse, flows_of, lacking, names_of


@dataclass(frozen=True, slots=True)
class ReadFlow:
    """A document that was read, and what is wrong with it."""

    document: dict[str, Any]
    """Plain JSON, without what is as it would be anyway."""
    findings: tuple[Row, ...]
    """JSON-ready, with `severity`, `node`, `field`, `what` and `remedy`."""
    missing: tuple[Row, ...] = ()
    """The same, of what it names and this server has not: no part of the version, since agents and secrets
    come and go."""

    operators: tuple[str, ...] = ()
    """What it names, in words, that is the operator's alone: no flow of a key's may."""

    @property
    def state(self) -> FlowState:
        return "draft" if self.errors else "valid"

    @property
    def told(self) -> list[Row]:
        """All that is said of it."""
        return [*self.findings, *self.missing]

    @property
    def errors(self) -> list[Row]:
        return [each for each in self.findings if each["severity"] == "error"]


async def read_flow(content: Any, connection: Database | None, may_use: MayUse = SHARED) -> ReadFlow:
    """`content`: JSON, read or as it stands. What it names is looked for in the database, where there is one;
    `may_use`: whose. The work is done in a thread. Raises ConfigError (DocumentError) for what is no document
    of a flow."""
    document = await asyncio.to_thread(_document, content)
    known, missing = KnownNames(), list[Row]()
    if connection is not None:
        others = await flows_of(connection, document, may_use)
        known = KnownNames(flows=lambda name, number: others.get((name, number)))
        there = await names_of(connection, may_use)
        missing = [each.as_dict() for each in lacking(references(document), there)]
    plain, found = await asyncio.to_thread(_looked_at, document, known)
    return ReadFlow(plain, found, tuple(missing), tuple(not_lent(document, may_use.shared)))


def _document(content: Any) -> Document:
    """Limits before anything is parsed, whoever read the JSON."""
    try:
        raw = content if isinstance(content, bytes | str) else json.dumps(content)
    except (ValueError, TypeError, RecursionError):
        raw = "null"  # what no JSON can say is no document
    return read_document(raw)


def _looked_at(document: Document, known: KnownNames) -> tuple[Row, tuple[Row, ...]]:
    return written(document), tuple(each.as_dict() for each in findings(document, known))
