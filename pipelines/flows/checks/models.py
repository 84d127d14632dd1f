"""What a document needs of engines: a language model, a recogniser for open speech; and what fails when it is
not there."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.flows.checks.findings import FlowFinding, error, warning
from pipelines.flows.checks.graph import FlowGraph
from pipelines.flows.document.document import Document, DocumentNode
from pipelines.flows.document.edges import ErrorEdge, JudgedEdge
from pipelines.flows.document.nodes import AgentTransferNode, CollectNode, SubagentNode, SubflowNode
from pipelines.flows.document.slots import AddressSlot, EmailSlot, NameSlot, TextSlot
from pipelines.flows.document.tools import ToolNode


def engines(document: Document) -> Iterator[FlowFinding]:
    users = list(_model_users(document))
    if users and not document.needs_model:
        at, field, what = users[0]
        yield error(
            at,
            field,
            f"{what}, yet the flow is marked as one without ('needs_model')",
            "Set 'needs_model' to true.",
        )
    if document.needs_model and not users:
        yield warning(
            "",
            "needs_model",
            "nothing in this flow needs a language model",
            "Set 'needs_model' to false, so that it runs where there is none.",
        )
    if document.defaults.stt:
        return
    for node in document.by_id.values():
        if isinstance(node, CollectNode) and "voice" in node.by and "model" not in node.by and _open(node):
            yield warning(
                node.id,
                "slot.kind",
                f"'{node.slot.kind}' needs a recogniser for open speech, and none is named",
                "Name one under 'defaults.stt', or ask for something that has a grammar.",
            )
        elif isinstance(node, CollectNode) and isinstance(node.slot, EmailSlot) and "model" not in node.by:
            yield warning(
                node.id,
                "slot.kind",
                "the embedded recogniser hears a mail address only where it is spelled ('bravo', 'oscar', "
                "'bravo'), and there are no keys for it",
                "Name a recogniser for open speech under 'defaults.stt', or ask for a telephone number.",
            )


def _open(node: CollectNode) -> bool:
    match node.slot:
        case TextSlot() | AddressSlot():
            return True
        case NameSlot(spelled=spelled, known=known):
            # Where nothing else is understood a name is spelled.
            return not spelled and not known and "keys" not in node.by
        case _:
            return False


def _model_users(document: Document) -> Iterator[tuple[str, str, str]]:
    for node in document.by_id.values():
        if isinstance(node, SubagentNode):
            yield node.id, "", f"the subagent '{node.id}' needs a language model"
        elif isinstance(node, CollectNode) and "model" in node.by:
            yield node.id, "by", f"'{node.id}' lets a language model find the value"
    for place, edge in enumerate(document.edges):
        if isinstance(edge, JudgedEdge):
            yield (
                edge.source if edge.source in document.by_id else "",
                f"edges.{place}",
                "a language model judges an edge",
            )


def failures(graph: FlowGraph) -> Iterator[FlowFinding]:
    """Where something that fails now and then has nothing of its own for it."""
    anywhere = [edge for edge in graph.document.anywhere if isinstance(edge, ErrorEdge)]
    caught = any(not edge.errors for edge in anywhere)
    for node in graph.document.by_id.values():
        own = any(isinstance(edge, ErrorEdge) for edge in graph.document.leaving.get(node.id, ()))
        if not own and not caught and (what := _fails(node)):
            yield warning(
                node.id,
                "",
                f"{what}, and then the call ends with the words under 'defaults.trouble'",
                "Add an edge of type 'error' to what shall happen then, or leave it at that.",
            )


def _fails(node: DocumentNode) -> str:
    match node:
        case ToolNode():
            return f"the tool of '{node.id}' may fail"
        case SubagentNode():
            return f"the model of '{node.id}' may fail"
        case AgentTransferNode(agent=agent):
            return f"the agent '{agent}' may be gone"
        case SubflowNode(flow=flow, version=None):
            return f"the flow '{flow}' may have nothing published"
        case _:
            return ""
