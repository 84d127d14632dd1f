"""Changes of a flow that a model asks for: a closed list of operations on nodes, edges and variables, applied
to plain JSON in their order. Whether what comes of them makes sense is looked at afterwards."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from pipelines.flows.document.document import Document, DocumentNode, Variable
from pipelines.flows.document.edges import FlowEdge
from pipelines.flows.document.names import NodeId, Part, Source, Value, VariableName
from pipelines.flows.generating.found_json import AnswerFault

MOST_OPERATIONS = 200


class PutNode(Part):
    """Adds a node, or puts it in the place of the one with this id. Whole, not only what changes."""

    do: Literal["put_node"]
    node: DocumentNode


class RemoveNode(Part):
    """Removes a node with all edges from and to it."""

    do: Literal["remove_node"]
    id: NodeId


class AddEdge(Part):
    """Adds an edge behind the others."""

    do: Literal["add_edge"]
    edge: FlowEdge


class RemoveEdges(Part):
    """Removes all edges between two nodes, or those of one type."""

    do: Literal["remove_edges"]
    source: Source
    target: NodeId
    type: Annotated[str, Field(max_length=20)] = ""


class PutVariable(Part):
    """Declares a variable, or puts it in the place of the one of this name."""

    do: Literal["put_variable"]
    variable: Variable


class RemoveVariable(Part):
    do: Literal["remove_variable"]
    name: VariableName


class SetField(Part):
    """Sets a field of the flow itself."""

    do: Literal["set"]
    field: Literal["about", "needs_model", "defaults", "keep", "outcomes"]
    value: Value


FlowOperation: TypeAlias = Annotated[
    PutNode | RemoveNode | AddEdge | RemoveEdges | PutVariable | RemoveVariable | SetField,
    Field(discriminator="do"),
]


class FlowChange(Part):
    """What a model answers who is asked for a change: operations, or else the whole document."""

    operations: Annotated[tuple[FlowOperation, ...], Field(max_length=MOST_OPERATIONS)] = ()
    document: Document | None = None


_ADAPTER: TypeAdapter[FlowChange] = TypeAdapter(FlowChange)


@cache
def change_schema() -> dict[str, Any]:
    """JSON Schema of an answer."""
    return _ADAPTER.json_schema()


def changed(before: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """The document with what a model answered, which may be a whole one in itself. Raises AnswerFault."""
    if "nodes" in answer and "operations" not in answer:
        return answer
    if isinstance(answer.get("document"), dict) and not answer.get("operations"):
        whole: dict[str, Any] = answer["document"]  # its faults are told with their places by its reader
        return whole
    try:
        change = _ADAPTER.validate_json(json.dumps(answer), strict=True)
    except ValidationError as fault:
        lines = [
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}"
            for each in fault.errors(include_url=False)[:10]
        ]
        raise AnswerFault(f"these are no operations: {'; '.join(lines)}") from None
    except (ValueError, RecursionError) as fault:
        raise AnswerFault(f"these are no operations: {fault}") from None
    if not change.operations:
        raise AnswerFault("the answer changes nothing: give operations")
    after = copy.deepcopy(before)
    for at, operation in enumerate(change.operations, 1):
        _apply(after, operation, f"operation {at} ({operation.do})")
    return after


def _apply(document: dict[str, Any], operation: FlowOperation, which: str) -> None:
    nodes: list[dict[str, Any]] = document.setdefault("nodes", [])
    edges: list[dict[str, Any]] = document.setdefault("edges", [])
    variables: list[dict[str, Any]] = document.setdefault("variables", [])
    match operation:
        case PutNode(node=node):
            put = node.model_dump(mode="json", exclude_defaults=True)
            _put(nodes, put, lambda each: each.get("id") == node.id)
        case RemoveNode(id=id):
            _remove(nodes, lambda each: each.get("id") == id, f"{which}: there is no node '{id}'")
            edges[:] = [each for each in edges if id not in (each.get("source"), each.get("target"))]
        case AddEdge(edge=edge):
            edges.append(edge.model_dump(mode="json", exclude_defaults=True))
        case RemoveEdges(source=source, target=target, type=kind):
            _remove(
                edges,
                lambda each: (
                    (each.get("source"), each.get("target")) == (source, target)
                    and kind in ("", each.get("type"))
                ),
                f"{which}: there is no such edge from '{source}' to '{target}'",
            )
        case PutVariable(variable=variable):
            put = variable.model_dump(mode="json", exclude_defaults=True)
            _put(variables, put, lambda each: each.get("name") == variable.name)
        case RemoveVariable(name=name):
            there_is = f"{which}: there is no variable '{name}'"
            _remove(variables, lambda each: each.get("name") == name, there_is)
        case SetField(field=field, value=value):
            document[field] = value


def _put(items: list[dict[str, Any]], new: dict[str, Any], same: Callable[[dict[str, Any]], bool]) -> None:
    """In the place of the first that is the same, where it is drawn as that was; else behind all."""
    for at, each in enumerate(items):
        if same(each):
            items[at] = {**new, "position": each["position"]} if each.get("position") else new
            return
    items.append(new)


def _remove(items: list[dict[str, Any]], which: Callable[[dict[str, Any]], bool], missing: str) -> None:
    left = [each for each in items if not which(each)]
    if len(left) == len(items):
        raise AnswerFault(missing)
    items[:] = left
