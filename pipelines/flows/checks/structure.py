"""The drawing: one start, ends that can be reached, nothing left hanging, nothing that is never taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pipelines.flows.checks.findings import FlowFinding, did_you_mean, error, quoted, warning
from pipelines.flows.checks.graph import FlowGraph
from pipelines.flows.checks.kinds import DONE, ERRORS, FROM_ANYWHERE, KINDS, TRANSFER_BACK, outcomes_of
from pipelines.flows.document.document import Document
from pipelines.flows.document.edges import (
    ErrorEdge,
    ExpressionEdge,
    FlowEdge,
    IntentEdge,
    JudgedEdge,
    KeyEdge,
    NextEdge,
    OutcomeEdge,
    TimeoutEdge,
)
from pipelines.flows.document.names import ANYWHERE
from pipelines.flows.document.nodes import PhoneTransferNode, StartNode, WaitNode
from pipelines.flows.document.phone_nodes import SendSmsNode


def structure(graph: FlowGraph) -> Iterator[FlowFinding]:
    document = graph.document
    yield from _starts(document)
    yield from _ids(document)
    for place, edge in enumerate(document.edges):
        yield from _edge(graph, edge, f"edges.{place}")
    for at in range(len(graph.nodes)):
        yield from _leads_on(graph, at)
    yield from _reach(graph)


def _starts(document: Document) -> Iterator[FlowFinding]:
    starts = [node.id for node in document.nodes if isinstance(node, StartNode)]
    if not starts:
        yield error(
            "", "nodes", "there is no start", "Add a node of type 'start', and lead from it to the first."
        )
    for extra in starts[1:]:
        yield error(extra, "type", f"there are {len(starts)} starts", "Keep one, and remove the others.")


def _ids(document: Document) -> Iterator[FlowFinding]:
    for name, times in Counter(node.id for node in document.nodes).items():
        if times > 1:
            yield error(name, "id", f"{times} nodes are called '{name}'", "Give each an id of its own.")
    for name, times in Counter(each.name for each in document.variables).items():
        if times > 1:
            yield error("", "variables", f"{times} variables are called '{name}'", "Keep one of them.")


def _edge(graph: FlowGraph, edge: FlowEdge, field: str) -> Iterator[FlowFinding]:
    """Its ends, and whether it can ever be taken."""
    by_id = graph.document.by_id
    at = edge.source if edge.source in by_id else ""
    for end, name in (("source", edge.source), ("target", edge.target)):
        if name not in by_id and not (end == "source" and name == ANYWHERE):
            yield error(
                at,
                f"{field}.{end}",
                f"an edge leads {'from' if end == 'source' else 'to'} '{name}', and there is no such node",
                f"{did_you_mean(name, by_id)}Lead it elsewhere, or remove it.",
            )
    target = by_id.get(edge.target)
    if isinstance(target, StartNode):
        yield error(
            at,
            f"{field}.target",
            "an edge leads into the start",
            "Lead it to the node behind the start.",
        )
    if isinstance(edge, ErrorEdge):
        for name in edge.errors:
            if name not in ERRORS:
                yield error(
                    at,
                    f"{field}.errors",
                    f"there is no error '{name}'",
                    f"{did_you_mean(name, ERRORS)}There are {quoted(ERRORS, 20)}; none means any.",
                )
    if edge.source == ANYWHERE:
        if edge.type not in FROM_ANYWHERE:
            yield error(
                "",
                f"{field}.source",
                f"an edge of type '{edge.type}' cannot lead from anywhere ('*')",
                "Name the node that it leads from.",
            )
        return
    source = by_id.get(edge.source)
    if source is None:
        return
    kind = KINDS[source.type]
    if not kind.leads and not (kind.fails and isinstance(edge, ErrorEdge)):
        yield error(
            source.id,
            field,
            f"an edge leads on from '{source.id}', where the flow ends",
            "Remove it, or make the node one of another type.",
        )
        return
    never = ""
    match edge:
        case OutcomeEdge(outcome=outcome):
            found = outcomes_of(source, graph.ends.get(source.id))
            if found.none:
                yield error(
                    source.id,
                    f"{field}.outcome",
                    f"a node of type '{source.type}' has no outcomes",
                    "Make the edge one of type 'next', or 'expression' with a condition.",
                )
            elif not found.others and outcome not in found.names:
                yield error(
                    source.id,
                    f"{field}.outcome",
                    f"'{source.id}' cannot come to '{outcome}'",
                    f"{did_you_mean(outcome, found.names)}It can come to {quoted(found.names, 20)}.",
                )
        case IntentEdge() if not kind.hears or isinstance(source, WaitNode):
            never = "the caller is not listened to there"
        case KeyEdge() if not kind.hears:
            never = "keys are not listened to there"
        case JudgedEdge() if isinstance(source, StartNode):
            never = "nothing was said yet"
        case TimeoutEdge() if not kind.timed:
            never = "nothing is waited for there"
        case ErrorEdge() if not kind.fails:
            never = "nothing can fail there"
        case (
            NextEdge()
            | ExpressionEdge()
            | JudgedEdge()
            | IntentEdge()
            | KeyEdge()
            | TimeoutEdge()
            | ErrorEdge()
        ):
            pass
    if never:
        yield warning(
            source.id,
            field,
            f"the edge of type '{edge.type}' to '{edge.target}' is never taken: {never}",
            "Remove it, or lead it from the node that asks.",
        )


def _leads_on(graph: FlowGraph, at: int) -> Iterator[FlowFinding]:
    """That something follows whatever comes of it, and that no edge hides behind another."""
    node = graph.nodes[at]
    kind = KINDS[node.type]
    if not kind.leads:
        return
    done = [each for each in graph.document.leaving.get(node.id, ()) if each.type in DONE]
    nexts = sum(isinstance(edge, NextEdge) for edge in done)
    taken = Counter(edge.outcome for edge in done if isinstance(edge, OutcomeEdge))
    if nexts > 1:
        yield warning(
            node.id,
            "",
            f"{nexts} edges of type 'next' lead on from '{node.id}', and the first is taken",
            "Keep one, or give the others conditions.",
        )
    for outcome, times in taken.items():
        if times > 1:
            yield warning(
                node.id,
                "",
                f"{times} edges lead on from '{node.id}' for '{outcome}', and the first is taken",
                "Keep one of them.",
            )
    if isinstance(node, SendSmsNode) and "not sent" not in taken:
        yield from _unsent(node)
    if isinstance(node, PhoneTransferNode):
        yield from _by_whom(node)
    if nexts or any(isinstance(edge, ExpressionEdge) and edge.when.strip() == "true" for edge in done):
        return
    found = outcomes_of(node, graph.ends.get(node.id))
    missing = [name for name in found.names if name not in taken]
    if isinstance(node, PhoneTransferNode) and _caught(graph, node.id):
        missing = [name for name in missing if name in TRANSFER_BACK]
        if not missing:
            return
    if found.names and missing:
        yield error(
            node.id,
            "",
            f"nothing follows when '{node.id}' comes to {quoted(missing)}",
            "Add an edge of type 'outcome' for each, or one of type 'next' for all the others.",
        )
    elif found.others or not found.names:
        some = "nothing follows" if not done else "nothing follows when none of the conditions holds"
        yield error(
            node.id, "", f"{some} behind '{node.id}'", "Add an edge of type 'next' to what comes then."
        )


def _unsent(node: SendSmsNode) -> Iterator[FlowFinding]:
    yield warning(
        node.id,
        "",
        f"the flow goes on from '{node.id}' alike whether the text was sent or not",
        "Add an edge of type 'outcome' for 'not sent', and tell the caller there.",
    )


def _by_whom(node: PhoneTransferNode) -> Iterator[FlowFinding]:
    """What a provider that calls somebody itself cannot do besides."""
    for field, asked in (("warm", node.warm), ("trunk", bool(node.trunk))):
        if asked and node.called_by == "provider":
            why = "brief nobody" if field == "warm" else "call by no trunk of ours"
            yield error(
                node.id,
                field,
                f"a provider that is to call there itself can {why}",
                f"Leave '{field}' out, or 'called_by'.",
            )


def _caught(graph: FlowGraph, node: str) -> bool:
    """Whether an error edge of its own leads on where a transfer came to nothing."""
    own = (edge for edge in graph.document.leaving.get(node, ()) if isinstance(edge, ErrorEdge))
    return any(not edge.errors or "transfer" in edge.errors for edge in own)


def _reach(graph: FlowGraph) -> Iterator[FlowFinding]:
    ends = [at for at, node in enumerate(graph.nodes) if KINDS[node.type].ends]
    if not ends:
        yield error("", "nodes", "the flow has no end", "Add a node of type 'end_call', and lead to it.")
    to_end = graph.leading_to(ends) if ends else set(range(len(graph.nodes)))
    reached = graph.reached()
    for at, node in enumerate(graph.nodes):
        if graph.start is not None and at not in reached:
            yield error(
                node.id,
                "",
                f"'{node.id}' can never be reached",
                "Lead to it from a node before it, or remove it.",
            )
        elif at not in to_end and (graph.leaving[at] or not KINDS[node.type].leads):
            # One that nothing leads on from is told of as such.
            yield error(
                node.id,
                "",
                f"no end can be reached from '{node.id}': the call would go round for ever",
                "Lead on to an end, for example from a question of the circle.",
            )
