"""All checks of a flow's document, in one call. Pure: no network, no database, nothing is run.

Linear in the size of the document, and so quick enough to be asked at every change of a drawing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.flows.checks.answers import answers
from pipelines.flows.checks.asking import asking
from pipelines.flows.checks.circles import circles
from pipelines.flows.checks.findings import FlowFinding, bounded, did_you_mean, error, quoted, warning
from pipelines.flows.checks.graph import FlowGraph
from pipelines.flows.checks.hearing import hearing
from pipelines.flows.checks.kinds import ALWAYS_OUTCOMES
from pipelines.flows.checks.known import KnownNames
from pipelines.flows.checks.markup import markup
from pipelines.flows.checks.models import engines, failures
from pipelines.flows.checks.private import private
from pipelines.flows.checks.read_backs import read_backs
from pipelines.flows.checks.reading import SpotReader
from pipelines.flows.checks.references import named
from pipelines.flows.checks.spots import spots
from pipelines.flows.checks.structure import structure
from pipelines.flows.checks.subflows import inner
from pipelines.flows.checks.value_kinds import value_kinds
from pipelines.flows.checks.variables import Unknowns, declared, known_by_then, names_of
from pipelines.flows.document.document import Document
from pipelines.flows.document.nodes import EndCallNode
from pipelines.flows.document.reading import DocumentError, document_of, read_document

_NOTHING_KNOWN = KnownNames()


@dataclass(frozen=True, slots=True)
class CheckedFlow:
    """What somebody sent, looked at."""

    document: Document | None
    """None: it is none."""
    findings: tuple[FlowFinding, ...]

    @property
    def valid(self) -> bool:
        """It may be routed to."""
        return self.document is not None and not any(each.fatal for each in self.findings)


def checked_flow(
    found: bytes | str | dict[str, Any] | Document, known: KnownNames = _NOTHING_KNOWN
) -> CheckedFlow:
    """Of JSON, as bytes or read. Never raises on what it holds."""
    try:
        if isinstance(found, Document):
            document = found
        else:
            document = read_document(found) if isinstance(found, bytes | str) else document_of(found)
    except DocumentError as fault:
        return CheckedFlow(None, bounded(error("", "", each, "Put it right.") for each in fault.faults))
    return CheckedFlow(document, findings(document, known))


def findings(document: Document, known: KnownNames = _NOTHING_KNOWN) -> tuple[FlowFinding, ...]:
    """What is wrong with it, and what may be; without an error among them it can be run."""
    return bounded(_findings(document, known))


def _findings(document: Document, known: KnownNames) -> Iterator[FlowFinding]:
    within = inner(document, known)
    graph = FlowGraph(document, within.ends)
    yield from structure(graph)
    yield from circles(graph, frozenset(within.waiting))
    yield from within.found
    yield from declared(document)
    reader = SpotReader(names_of(document))
    readings = [reader.read(spot) for spot in spots(document)]
    for reading in readings:
        yield from reading.found
    yield from markup(document, readings)
    yield from known_by_then(Unknowns(graph, within.unknown), reader, readings)
    yield from private(document, readings)
    yield from read_backs(document, readings)
    words = [*answers(document), *hearing(document)]
    yield from words
    yield from value_kinds(document)
    yield from asking(document, {each.node for each in words if each.fatal})
    yield from named(document, known)
    yield from engines(document)
    yield from failures(graph)
    yield from _outcomes(document)


def _outcomes(document: Document) -> Iterator[FlowFinding]:
    """That ends come to what the flow says that it may come to."""
    if not document.outcomes:
        return
    known = ALWAYS_OUTCOMES.union(document.outcomes)
    told = set()
    for node in document.by_id.values():
        if isinstance(node, EndCallNode) and node.outcome:
            told.add(node.outcome)
            if node.outcome not in known:
                yield error(
                    node.id,
                    "outcome",
                    f"'{node.outcome}' is no outcome of this flow",
                    f"{did_you_mean(node.outcome, known)}Take one of {quoted(sorted(known))}, "
                    "or add it under 'outcomes'.",
                )
    for outcome in document.outcomes:
        if outcome not in told | ALWAYS_OUTCOMES:
            yield warning(
                "", "outcomes", f"no end comes to '{outcome}'", "Give an end this outcome, or remove it."
            )
