"""A document as a graph: nodes by number, and every way from one to another.

Edges from anywhere would be a way from each node to each of their targets; here they share one stop on the
way, so that all walks are linear in what the document has.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipelines.flows.checks.kinds import DONE, KINDS, NodeOutcomes
from pipelines.flows.document.document import Document, DocumentNode
from pipelines.flows.document.edges import ErrorEdge, FlowEdge, TimeoutEdge
from pipelines.flows.document.names import ANYWHERE
from pipelines.flows.document.nodes import StartNode

GraphEdgeKind: TypeAlias = Literal["done", "heard", "timeout", "error"]
_STOPS: tuple[GraphEdgeKind, ...] = ("heard", "timeout", "error")
LONGEST_PATH = 8
"""Nodes that are named of a path."""


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """One way, by numbers of nodes."""

    source: int
    target: int
    kind: GraphEdgeKind
    edge: FlowEdge | None
    """None: to a stop of the edges from anywhere."""
    place: int = -1
    """Of the edge in the document."""


class FlowGraph:
    """Only of edges whose ends exist. Of two nodes with one id the last counts."""

    def __init__(self, document: Document, ends: Mapping[str, NodeOutcomes] | None = None) -> None:
        """`ends`: what subflows may come to, by node id, where it is known."""
        self.document = document
        self.ends: Mapping[str, NodeOutcomes] = ends or {}
        self.nodes: list[DocumentNode] = list(document.by_id.values())
        self.number = {node.id: at for at, node in enumerate(self.nodes)}
        starts = [self.number[node.id] for node in self.nodes if isinstance(node, StartNode)]
        self.start = starts[0] if len(starts) == 1 else None
        """None: there is none, or more than one."""
        self.leaving: list[list[GraphEdge]] = [[] for _ in range(len(self.nodes) + len(_STOPS))]
        self.entering: list[list[GraphEdge]] = [[] for _ in range(len(self.nodes) + len(_STOPS))]
        for place, edge in enumerate(document.edges):
            target = self.number.get(edge.target)
            kind: GraphEdgeKind = kind_of(edge)
            if edge.source == ANYWHERE:
                source = None if edge.type in DONE else len(self.nodes) + _STOPS.index(kind)
            else:
                source = self.number.get(edge.source)
            if source is not None and target is not None:
                self._add(GraphEdge(source, target, kind, edge, place))
        self._to_stops()

    def _add(self, passage: GraphEdge) -> None:
        self.leaving[passage.source].append(passage)
        self.entering[passage.target].append(passage)

    def _to_stops(self) -> None:
        for at, node in enumerate(self.nodes):
            kind, own = KINDS[node.type], self.leaving[at]
            caught = any(isinstance(each.edge, ErrorEdge) and not each.edge.errors for each in own)
            timed = any(isinstance(each.edge, TimeoutEdge) for each in own)
            for stop, leads in zip(
                _STOPS,
                (kind.hears, kind.timed and not timed, kind.fails and not caught),
                strict=True,
            ):
                if leads and self.leaving[len(self.nodes) + _STOPS.index(stop)]:
                    self._add(GraphEdge(at, len(self.nodes) + _STOPS.index(stop), stop, None))

    def at(self, number: int) -> DocumentNode | None:
        """None: a stop on the way from anywhere."""
        return self.nodes[number] if number < len(self.nodes) else None

    # ---- walks

    def reached(self) -> set[int]:
        """From the start, stops among them."""
        return set() if self.start is None else _walk([self.start], self.leaving, lambda each: each.target)

    def leading_to(self, targets: Iterable[int]) -> set[int]:
        """From which one of these can be reached, themselves among them."""
        return _walk(targets, self.entering, lambda each: each.source)

    def named(self, path: Iterable[int]) -> str:
        """'start → ask → … → check'."""
        names = [self.nodes[at].id for at in path if at < len(self.nodes)]
        if len(names) > LONGEST_PATH:
            names = [*names[:3], "…", *names[3 - LONGEST_PATH :]]
        return " → ".join(names)


def kind_of(edge: FlowEdge) -> GraphEdgeKind:
    if edge.type in DONE:
        return "done"
    if isinstance(edge, TimeoutEdge):
        return "timeout"
    return "error" if isinstance(edge, ErrorEdge) else "heard"


def _walk(begun: Iterable[int], ways: list[list[GraphEdge]], on: Callable[[GraphEdge], int]) -> set[int]:
    found = set(begun)
    ahead = deque(found)
    while ahead:
        for passage in ways[ahead.popleft()]:
            at = on(passage)
            if at not in found:
                found.add(at)
                ahead.append(at)
    return found
