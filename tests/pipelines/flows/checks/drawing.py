"""Documents in few words, for tests of what is found in them."""

from __future__ import annotations

from typing import Any

from pipelines.flows.checks.checking import findings
from pipelines.flows.checks.findings import FlowFinding
from pipelines.flows.checks.known import KnownNames
from pipelines.flows.document.document import Document
from pipelines.flows.document.reading import document_of

START = {"id": "start", "type": "start"}
END = {"id": "bye", "type": "end_call", "text": "Goodbye."}


def ask(name: str, **more: Any) -> dict[str, Any]:
    """A question whose variable is called as it is."""
    slot = {"kind": "number"}
    return {"id": name, "type": "collect", "variable": name, "slot": slot, "text": "How many?", **more}


def leads(*ways: str, **more: Any) -> list[dict[str, Any]]:
    """'a b c': `next` from a to b to c; 'a:no answer b': from a to b for the outcome 'no answer'."""
    found: list[dict[str, Any]] = []
    for way in ways:
        if ":" in way:
            source, _, rest = way.partition(":")
            outcome, _, target = rest.rpartition(" ")
            found.append({"type": "outcome", "source": source, "target": target, "outcome": outcome, **more})
            continue
        stops = way.split()
        found += [
            {"type": "next", "source": one, "target": other, **more}
            for one, other in zip(stops, stops[1:], strict=False)
        ]
    return found


def drawn(nodes: list[dict[str, Any]], edges: list[dict[str, Any]], names: str = "", **more: Any) -> Document:
    """With a start and an end called 'bye'. `names`: variables; what `ask` asks for is a number."""
    numbers = ("number", "duration", "money")
    asked = {node["id"] for node in nodes if node.get("slot", {}).get("kind") in numbers}
    variables = [{"name": name, "kind": "number" if name in asked else "text"} for name in names.split()]
    return document_of(
        {"name": "drawn", "nodes": [START, *nodes, END], "edges": edges, "variables": variables, **more}
    )


def found_in(document: Document, known: KnownNames | None = None) -> list[FlowFinding]:
    return list(findings(document, known or KnownNames()))


def faults(document: Document, known: KnownNames | None = None) -> list[str]:
    """'error node field', or 'warning node field'."""
    return [f"{each.severity} {each.node} {each.field}".strip() for each in found_in(document, known)]
