"""That who says no to a read-back can put right whatever was wrong: a no that leads to one question leaves
the other answers as they are, and they are read back again and again."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.flows.checks.findings import FlowFinding, quoted, warning
from pipelines.flows.checks.reading import Reading
from pipelines.flows.document.document import Document
from pipelines.flows.document.edges import NextEdge, OutcomeEdge
from pipelines.flows.document.nodes import CollectNode, ConfirmNode


def read_backs(document: Document, readings: list[Reading]) -> Iterator[FlowFinding]:
    asked = {node.variable for node in document.by_id.values() if isinstance(node, CollectNode)}
    for reading in readings:
        node = document.by_id.get(reading.spot.node)
        if not isinstance(node, ConfirmNode) or reading.spot.field != "facts":
            continue
        target = document.by_id.get(_no(document, node.id))
        if not isinstance(target, CollectNode) or target.variable not in reading.uses:
            continue
        others = sorted(reading.uses & asked - {target.variable})
        if others:
            yield warning(
                node.id,
                "facts",
                f"after a no '{target.variable}' is asked for again, and {quoted(others)} stays as it is",
                "Lead 'no' to a question what to change, or to a 'set' node that makes all of them null.",
            )


def _no(document: Document, source: str) -> str:
    """Where a no leads."""
    edges = document.leaving.get(source, ())
    said = [edge.target for edge in edges if isinstance(edge, OutcomeEdge) and edge.outcome == "no"]
    rest = [edge.target for edge in edges if isinstance(edge, NextEdge)]
    return next(iter([*said, *rest]), "")
