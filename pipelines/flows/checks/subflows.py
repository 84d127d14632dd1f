"""The flows within a flow: that they exist, do not contain themselves, and fit where they are put."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.flows.checks.circles import always_waits
from pipelines.flows.checks.findings import FlowFinding, did_you_mean, error, quoted, warning
from pipelines.flows.checks.graph import FlowGraph
from pipelines.flows.checks.kinds import NodeOutcomes
from pipelines.flows.checks.known import KnownNames
from pipelines.flows.checks.variables import Unknowns
from pipelines.flows.document.document import Document
from pipelines.flows.document.nodes import EndCallNode, SubflowNode

DEEPEST = 8
"""Flows within one another."""
MOST_FLOWS = 50
"""That one flow is made of."""


@dataclass(slots=True)
class Inner:
    """What the subflows of one document say of it, by the ids of their nodes."""

    ends: dict[str, NodeOutcomes] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    """Those that always wait for somebody."""
    unknown: dict[str, frozenset[str]] = field(default_factory=dict)
    """Variables of ours that may be unknown behind them, though they take them."""
    found: list[FlowFinding] = field(default_factory=list)


def inner(document: Document, known: KnownNames) -> Inner:
    """Looks into each subflow once; nothing where no source of flows is known."""
    looked = Inner()
    nodes = [node for node in document.by_id.values() if isinstance(node, SubflowNode)]
    flows: dict[tuple[str, int | None], Document | None] = {}
    for node in nodes:
        if node.flow == document.name and known.flows is None:
            looked.found.append(_itself(node, [document.name]))
        if known.flows is None:
            continue
        key = (node.flow, node.version)
        if key not in flows:
            flows[key] = known.flows(*key) if len(flows) < MOST_FLOWS else None
        looked.found += _exists(node, flows[key], known)
        sub = flows[key]
        if sub is None:
            continue
        chain = _chain(document.name, node, known)
        if chain:
            looked.found.append(_itself(node, chain))
        _look(looked, node, sub)
    return looked


def _exists(node: SubflowNode, sub: Document | None, known: KnownNames) -> Iterator[FlowFinding]:
    if sub is None:
        which = "published" if node.version is None else f"of version {node.version}"
        yield error(
            node.id,
            "flow",
            f"there is no flow '{node.flow}' {which}",
            "Make and publish it, or name another.",
        )


def _itself(node: SubflowNode, chain: list[str]) -> FlowFinding:
    if len(chain) > DEEPEST:
        return error(
            node.id,
            "flow",
            f"more than {DEEPEST} flows are within one another: {' → '.join(chain[:4])} → …",
            "Put some of them together.",
        )
    return error(
        node.id,
        "flow",
        f"the flow would contain itself: {' → '.join([*chain, node.flow])}",
        "Lead back with an edge instead, or make the common part a flow of its own.",
    )


def _chain(name: str, node: SubflowNode, known: KnownNames) -> list[str]:
    """The flows from this one to the first that is there twice, or too many; empty: all is well."""
    if node.flow == name:
        return [name]
    assert known.flows is not None
    seen: set[tuple[str, int | None]] = set()
    ahead = [((node.flow, node.version), [name, node.flow])]
    while ahead and len(seen) < MOST_FLOWS:
        key, way = ahead.pop()
        if len(way) > DEEPEST:
            return way
        if key in seen:
            continue
        seen.add(key)
        found = known.flows(*key)
        for each in found.by_id.values() if found is not None else ():
            if isinstance(each, SubflowNode):
                if each.flow in way:
                    return way
                ahead.append(((each.flow, each.version), [*way, each.flow]))
    return []


def _look(looked: Inner, node: SubflowNode, sub: Document) -> None:
    graph = FlowGraph(sub)
    ends = [each for each in graph.nodes if isinstance(each, EndCallNode)]
    looked.ends[node.id] = NodeOutcomes(
        tuple(dict.fromkeys(each.outcome for each in ends if each.outcome)),
        others=not ends or any(not each.outcome for each in ends),
    )
    if always_waits(graph):
        looked.waiting.add(node.id)
    names = {each.name: each for each in sub.variables}
    for name in node.give:
        if name not in names:
            looked.found.append(
                error(
                    node.id,
                    f"give.{name}",
                    f"the flow '{node.flow}' has no variable '{name}'",
                    f"{did_you_mean(name, names)}It has {quoted(names) or 'none'}.",
                )
            )
    needed = [each.name for each in sub.variables if each.given and each.default is None]
    missing = [name for name in needed if name not in node.give]
    if missing:
        looked.found.append(
            warning(
                node.id,
                "give",
                f"the flow '{node.flow}' expects {quoted(missing)}, which it is not given",
                "Add it under 'give', unless whoever places the call gives it along.",
            )
        )
    unknowns = Unknowns(graph)
    at_ends = 0
    for each in ends:
        at_ends |= unknowns.entering(graph.number[each.id])
    lost = set()
    for ours, theirs in node.take.items():
        if theirs not in names:
            looked.found.append(
                error(
                    node.id,
                    f"take.{ours}",
                    f"the flow '{node.flow}' has no variable '{theirs}'",
                    f"{did_you_mean(theirs, names)}It has {quoted(names) or 'none'}.",
                )
            )
        elif at_ends & unknowns.bit(theirs) and theirs not in node.give:
            lost.add(ours)
    looked.unknown[node.id] = frozenset(lost)
