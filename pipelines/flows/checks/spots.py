"""Every place of a document where a text, a URL or an expression of its author stands.

One list for all checks that read them: what they say, when they are read, and for whom.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipelines.flows.document.document import Document, DocumentNode
from pipelines.flows.document.edges import ExpressionEdge
from pipelines.flows.document.names import Value
from pipelines.flows.document.nodes import (
    AgentTransferNode,
    CodeNode,
    CollectNode,
    ConfirmNode,
    EndCallNode,
    ListenNode,
    MenuNode,
    PhoneTransferNode,
    RecordNode,
    SayNode,
    SetNode,
    SubagentNode,
    SubflowNode,
    WaitNode,
)
from pipelines.flows.document.phone_nodes import PlayNode, SendSmsNode
from pipelines.flows.document.tools import HttpRequest, NamedTool, PythonFunction, ToolNode

SpotKind: TypeAlias = Literal[
    "said", "dialled", "prompt", "url", "query", "sent", "texted", "kept", "expression", "condition"
]
"""expression and condition are CEL; the others are texts, `kept` those of a node of type 'set'."""
EXPRESSIONS = frozenset({"expression", "condition"})


@dataclass(frozen=True, slots=True)
class Spot:
    node: str
    """Of an edge its source; empty: the document's own."""
    field: str
    source: str
    kind: SpotKind
    edge: int = -1
    """Read along this edge; -1: when the node is entered."""
    into: str = ""
    """The variable that gets what it comes to."""
    result: bool = False
    """There is a `result` of a tool."""
    before: tuple[str, ...] = ()
    """Variables that the node itself has given values to by then."""


def spots(document: Document) -> Iterator[Spot]:
    """In the document's order."""
    for field in ("callback", "called_back", "unconfirmed"):
        yield Spot("", f"defaults.{field}", getattr(document.defaults, field), "said")
    for node in document.by_id.values():
        yield from _of_node(node)
    for place, edge in enumerate(document.edges):
        if isinstance(edge, ExpressionEdge) and edge.source in document.by_id:
            tool = isinstance(document.by_id.get(edge.source), ToolNode)
            yield Spot(edge.source, f"edges.{place}.when", edge.when, "condition", edge=place, result=tool)


def _of_node(node: DocumentNode) -> Iterator[Spot]:
    def said(*fields: str) -> Iterator[Spot]:
        for field in fields:
            source: str = getattr(node, field)
            if source:
                yield Spot(node.id, field, source, "said")

    match node:
        case (
            SayNode()
            | PlayNode()
            | RecordNode()
            | ListenNode()
            | WaitNode()
            | EndCallNode()
            | AgentTransferNode()
        ):
            yield from said("text")
        case CollectNode(slot=slot):
            yield from said("text", "help", "example")
            if slot.offer:
                yield Spot(node.id, "slot.offer", slot.offer, "said")
        case ConfirmNode():
            yield from said("facts", "text", "help", "offer")
        case MenuNode():
            yield from said("text", "help")
        case SendSmsNode(message=message):
            yield from said("text")
            yield Spot(node.id, "message", message, "texted")
        case PhoneTransferNode(to=to):
            yield from said("text", "briefing")
            yield Spot(node.id, "to", to, "dialled")
        case SubagentNode(prompt=prompt):
            yield from said("greeting")
            yield Spot(node.id, "prompt", prompt, "prompt")
        case SetNode(values=values):
            for name, value in values.items():
                yield from _constant(node.id, f"values.{name}", value, name)
        case CodeNode(lines=lines):
            done: dict[str, None] = {}
            for place, line in enumerate(lines):
                yield Spot(
                    node.id,
                    f"lines.{place}.value",
                    line.value,
                    "expression",
                    into=line.variable,
                    before=tuple(done),
                )
                done[line.variable] = None
        case SubflowNode(give=give):
            for name, source in give.items():
                yield Spot(node.id, f"give.{name}", source, "expression")
        case ToolNode():
            yield from said("filler")
            yield from _of_tool(node)
        case _:
            pass


def _of_tool(node: ToolNode) -> Iterator[Spot]:
    match node.use:
        case HttpRequest(url=url, query=query, headers=headers, body=body):
            yield Spot(node.id, "use.url", url, "url")
            for name, source in query.items():
                yield Spot(node.id, f"use.query.{name}", source, "query")
            for name, source in headers.items():
                yield Spot(node.id, f"use.headers.{name}", source, "sent")
            if body is not None:
                yield Spot(node.id, "use.body", body, "expression")
        case PythonFunction(arguments=arguments) | NamedTool(arguments=arguments):
            for name, source in arguments.items():
                yield Spot(node.id, f"use.arguments.{name}", source, "expression")
    for name, source in node.save.items():
        yield Spot(node.id, f"save.{name}", source, "expression", into=name, result=True)


def _constant(node: str, field: str, value: Value, into: str) -> Iterator[Spot]:
    """Texts are templates."""
    if isinstance(value, str):
        yield Spot(node, field, value, "kept", into=into)
