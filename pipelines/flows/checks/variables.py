"""That what is used was declared, and is known by then: on every path from the start.

A forward walk over the graph. For each node it finds the variables that may still be unknown when it is
entered: those that are on one path at least. A variable is known from the start where it has a default or is
given along, and on the edges behind the node that finds it out.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from functools import cached_property

from pipelines.flows.checks.findings import FlowFinding, did_you_mean, error, warning
from pipelines.flows.checks.graph import FlowGraph, GraphEdge
from pipelines.flows.checks.reading import Reading, SpotReader
from pipelines.flows.document.document import Document, DocumentNode
from pipelines.flows.document.edges import ErrorEdge, ExpressionEdge, FlowEdge, OutcomeEdge, TimeoutEdge
from pipelines.flows.document.nodes import (
    CodeNode,
    CollectNode,
    ConfirmNode,
    ListenNode,
    RecordNode,
    SetNode,
    SubagentNode,
    SubflowNode,
)
from pipelines.flows.document.phone_nodes import SendSmsNode
from pipelines.flows.document.tools import ToolNode

MOST_PATHS = 30
"""Variables of which a path is named on which they are unknown."""
_KNOWN = re.compile(r"(?:^|&&)\s*\(?\s*([a-z][a-z0-9_]*)\s*!=\s*null\s*\)?\s*(?=&&|$)")
_UNKNOWN = re.compile(r"^\s*([a-z][a-z0-9_]*)\s*==\s*null\s*$")


def assigned(node: DocumentNode) -> Iterator[tuple[str, str]]:
    """Variables that a node gives values to, and the field that says so."""
    match node:
        case (
            CollectNode(variable=str(name))
            | ListenNode(variable=str(name))
            | RecordNode(variable=str(name))
            | SendSmsNode(variable=str(name))
        ):
            yield name, "variable"
        case SetNode(values=values):
            yield from ((name, f"values.{name}") for name in values)
        case CodeNode(lines=lines):
            yield from ((line.variable, f"lines.{place}.variable") for place, line in enumerate(lines))
        case ToolNode(save=save):
            yield from ((name, f"save.{name}") for name in save)
        case SubflowNode(take=take):
            yield from ((name, f"take.{name}") for name in take)
        case SubagentNode(collects=collects):
            yield from ((each.variable, f"collects.{place}.variable") for place, each in enumerate(collects))
        case ConfirmNode(changes=changes):
            yield from ((each.variable, f"changes.{place}.variable") for place, each in enumerate(changes))
        case _:
            pass


def names_of(document: Document) -> frozenset[str]:
    """All variables, declared or not."""
    declared = {each.name for each in document.variables}
    return frozenset(declared.union(name for node in document.nodes for name, _ in assigned(node)))


def declared(document: Document) -> Iterator[FlowFinding]:
    """That all are, and that those that are kept are ever known."""
    names = {each.name for each in document.variables}
    filled = {
        name for node in document.nodes if not isinstance(node, ConfirmNode) for name, _ in assigned(node)
    }
    filled |= {each.name for each in document.variables if each.default is not None or each.given}
    for node in document.by_id.values():
        for name, field in assigned(node):
            if name not in names:
                yield error(
                    node.id,
                    field,
                    f"the variable '{name}' is not declared",
                    f"{did_you_mean(name, names)}Add it under 'variables'.",
                )
    for kept, name in document.keep.items():
        if name not in names:
            yield error(
                "",
                f"keep.{kept}",
                f"the variable '{name}' is not declared",
                f"{did_you_mean(name, names)}Add it under 'variables', or keep another.",
            )
        elif name not in filled:
            yield warning(
                "",
                f"keep.{kept}",
                f"nothing ever gives '{name}' a value",
                "Let a node find it out, or do not keep it.",
            )


class Unknowns:
    """Which variables may be unknown where. Sets are bits of whole numbers: fast, and a node is visited once
    for each variable at most."""

    def __init__(self, graph: FlowGraph, taken: Mapping[str, frozenset[str]] | None = None) -> None:
        """`taken`: by the id of a subflow's node, those of its `take` that may be unknown at its end."""
        self.graph = graph
        self._taken = taken or {}
        self.names = sorted(names_of(graph.document))
        self._bit = {name: 1 << at for at, name in enumerate(self.names)}
        filled = {each.name for each in graph.document.variables if each.default is not None or each.given}
        self.first = self._bits(name for name in self.names if name not in filled)
        """At the start."""
        self._found: list[int | None] = [None] * len(graph.leaving)
        self._effects: list[tuple[int, int]] = [self._effect(node) for node in graph.nodes]
        self._proved: dict[int, int] = {}
        for node in graph.nodes:
            self._prove(node)
        self._walk()

    def _bits(self, names: Iterator[str]) -> int:
        found = 0
        for name in names:
            found |= self._bit[name]
        return found

    def entering(self, at: int) -> int:
        """Bits of what may be unknown when this node is entered; 0 where nobody gets."""
        return self._found[at] or 0

    def bit(self, name: str) -> int:
        return self._bit.get(name, 0)

    def along(self, passage: GraphEdge, unknown: int) -> int:
        """What may be unknown behind a passage, if this was when its source was entered."""
        unknown = self.leaving(passage, unknown)
        if passage.edge is not None and passage.edge.forget:
            target = self.graph.at(passage.target)
            if isinstance(target, CollectNode) and target.variable is not None:
                unknown |= self._bit[target.variable]
        return unknown

    def leaving(self, passage: GraphEdge, unknown: int) -> int:
        """The same before the target's own variable is forgotten: for the passage's condition."""
        if passage.kind == "done" and passage.source < len(self.graph.nodes):
            found, lost = self._effects[passage.source]
            if not self._surely(self.graph.nodes[passage.source], passage):
                found = 0
            unknown = ((unknown & ~found) | lost) & ~self._proved.get(passage.place, 0)
        return unknown

    def _surely(self, node: DocumentNode, passage: GraphEdge) -> bool:
        """Whether it is left along this only with what it is there to find out."""
        match node:
            case RecordNode(variable=str()):
                return self._only("recorded", ("recorded", "nothing"), node, passage)
            case SubagentNode(exits=exits):
                # Its usual exit alone is not open before all is there.
                return self._only(exits[0].name, tuple(each.name for each in exits), node, passage)
            case ListenNode():
                # When nothing was heard, and there is no other edge for that, it is just done.
                edges = (*self.graph.document.leaving.get(node.id, ()), *self.graph.document.anywhere)
                return any(_times_out(edge) for edge in edges)
            case _:
                return True

    def _only(self, name: str, outcomes: tuple[str, ...], node: DocumentNode, passage: GraphEdge) -> bool:
        """Whether the passage is taken for this outcome alone."""
        if isinstance(passage.edge, OutcomeEdge):
            return passage.edge.outcome == name
        edges = self.graph.document.leaving.get(node.id, ())
        taken = {edge.outcome for edge in edges if isinstance(edge, OutcomeEdge)}
        others = {each for each in outcomes if each != name}
        # Those that others lead along come first only where the passage is `next`.
        return not others or (passage.edge is not None and passage.edge.type == "next" and others <= taken)

    def _effect(self, node: DocumentNode) -> tuple[int, int]:
        """Bits of what a node finds out once it is done, and of what it makes unknown."""
        found = lost = 0
        match node:
            case SetNode(values=values):
                for name, value in values.items():
                    found, lost = _put(found, lost, self._bit[name], value is None)
            case CodeNode(lines=lines):
                for line in lines:
                    found, lost = _put(found, lost, self._bit[line.variable], line.value.strip() == "null")
            case SubagentNode(collects=collects):
                found = self._bits(each.variable for each in collects if each.required)
            case SubflowNode(take=take):
                missing = self._taken.get(node.id, frozenset())
                found = self._bits(name for name in take if name not in missing)
                lost = self._bits(name for name in take if name in missing)
            case ConfirmNode():
                pass
            case _:
                found = self._bits(name for name, _ in assigned(node))
        return found, lost

    def _prove(self, node: DocumentNode) -> None:
        """What conditions of its edges say: 'day != null' of that edge, 'day == null' of those behind."""
        proved = 0
        for edge, place in self._edges_of(node):
            own = 0
            if isinstance(edge, ExpressionEdge) and "||" not in edge.when and "?" not in edge.when:
                for found in _KNOWN.finditer(edge.when):
                    own |= self._bit.get(found[1], 0)
            self._proved[place] = proved | own
            unknown = _UNKNOWN.match(edge.when) if isinstance(edge, ExpressionEdge) else None
            if unknown is not None:
                proved |= self._bit.get(unknown[1], 0)

    def _edges_of(self, node: DocumentNode) -> Iterator[tuple[object, int]]:
        """Those looked at when it is done, as they are looked at: `next` last."""
        passages = [each for each in self.graph.leaving[self.graph.number[node.id]] if each.kind == "done"]
        passages.sort(key=lambda each: each.edge is not None and each.edge.type == "next")
        yield from ((each.edge, each.place) for each in passages)

    def _walk(self) -> None:
        if self.graph.start is None:
            return
        self._found[self.graph.start] = self.first
        ahead, waiting = deque([self.graph.start]), {self.graph.start}
        while ahead:
            at = ahead.popleft()
            waiting.discard(at)
            for passage in self.graph.leaving[at]:
                before = self._found[passage.target]
                after = self.along(passage, self._found[at] or 0) | (before or 0)
                if after != before:
                    self._found[passage.target] = after
                    if passage.target not in waiting:
                        waiting.add(passage.target)
                        ahead.append(passage.target)

    def path(self, name: str, at: int) -> str:
        """One on which the variable is unknown when this node is entered, in words."""
        before = self._paths(name)
        state: tuple[int, bool] | None = (at, True)
        found: list[int] = []
        while state is not None and state in before:
            found.append(state[0])
            state = before[state]
        return self.graph.named(reversed(found))

    def _paths(self, name: str) -> dict[tuple[int, bool], tuple[int, bool] | None]:
        """The state before each, on a shortest way: (node, unknown there)."""
        if name in self._known_paths:
            return self._known_paths[name]
        if len(self._known_paths) >= MOST_PATHS or self.graph.start is None:
            return {}
        bit = self._bit[name]
        first = (self.graph.start, bool(self.first & bit))
        before: dict[tuple[int, bool], tuple[int, bool] | None] = {first: None}
        ahead = deque([first])
        while ahead:
            state = ahead.popleft()
            for passage in self.graph.leaving[state[0]]:
                after = (passage.target, bool(self.along(passage, bit if state[1] else 0) & bit))
                if after not in before:
                    before[after] = state
                    ahead.append(after)
        self._known_paths[name] = before
        return before

    @cached_property
    def _known_paths(self) -> dict[str, dict[tuple[int, bool], tuple[int, bool] | None]]:
        return {}


def _times_out(edge: FlowEdge) -> bool:
    return isinstance(edge, TimeoutEdge) or (
        isinstance(edge, ErrorEdge) and (not edge.errors or "timeout" in edge.errors)
    )


def _put(found: int, lost: int, bit: int, gone: bool) -> tuple[int, int]:
    return (found & ~bit, lost | bit) if gone else (found | bit, lost & ~bit)


def known_by_then(unknowns: Unknowns, reader: SpotReader, readings: list[Reading]) -> Iterator[FlowFinding]:
    """That each text and expression uses what is known when it is read."""
    graph = unknowns.graph
    along = {each.place: each for ways in graph.leaving for each in ways if each.place >= 0}
    for reading in readings:
        spot = reading.spot
        if not spot.node:
            unknown = unknowns.first
        elif spot.edge >= 0:
            passage = along.get(spot.edge)
            if passage is None:
                continue
            unknown = unknowns.leaving(passage, unknowns.entering(passage.source))
        else:
            unknown = unknowns.entering(graph.number[spot.node])
        for name in sorted(reading.uses):
            if not unknown & unknowns.bit(name) or name in spot.before:
                continue
            guard = reader.guarded(spot, name)
            if guard == "only asked":
                continue
            if not spot.node:
                yield warning(
                    "",
                    spot.field,
                    f"'{name}' may not be known when this is said",
                    "Give it a default, or say it without.",
                )
                continue
            path = unknowns.path(name, graph.number[spot.node])
            way = f", for example on the way {path}" if path else ""
            if guard == "asked":
                yield warning(
                    spot.node,
                    spot.field,
                    f"'{name}' may not be known here{way}; it is asked whether it is",
                    "Nothing, if what happens without it is right; else find it out before.",
                )
            else:
                yield error(
                    spot.node,
                    spot.field,
                    f"'{name}' may not be known here{way}",
                    f"Find '{name}' out on every way that leads here, or give it a default.",
                )
