"""From a document to what runs. All that is wrong is said at once; never is there half a flow.

A flow of 200 nodes takes some 100 ms: do it off the event loop.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Set
from datetime import date
from typing import TypeAlias, TypeVar

from mediaserver.errors import VoiceForgeError
from pipelines.flows.compiling.compiled import CompiledFlow, CompiledNode, FlowPart
from pipelines.flows.compiling.leads import Leads, leads_of
from pipelines.flows.compiling.own_words import flow_words, word_problems
from pipelines.flows.compiling.questions import NO_QUESTION, FlowQuestions, question_of
from pipelines.flows.compiling.texts import texts_of, texts_of_defaults, variables_of
from pipelines.flows.document.document import Document, DocumentNode
from pipelines.flows.document.edges import FlowEdge
from pipelines.flows.document.names import GIVEN
from pipelines.flows.document.nodes import (
    CodeNode,
    CollectNode,
    ConfirmNode,
    EndCallNode,
    MenuNode,
    PhoneTransferNode,
    StartNode,
    SubflowNode,
)
from pipelines.flows.expressions.cel import CelExpression, CelScope, ExpressionError
from pipelines.flows.expressions.liquid import SaidTemplate
from pipelines.flows.model import EndCall, FlowNode, Prompt, TransferCall
from pipelines.flows.slots.intents import with_intents
from pipelines.flows.validation import FlowError
from pipelines.flows.work.prepared import prepared

T = TypeVar("T")
R = TypeVar("R")
Subflows: TypeAlias = Callable[[str, int | None], Document | None]
"""A flow's document by its name and version (None: the published one); None: there is none."""
DEEPEST = 8
"""Flows within flows."""
MOST_PARTS = 50
"""Of one flow, all in all."""
MOST_NODES = 5_000
"""Of all parts together."""


def no_subflows(flow: str, version: int | None) -> Document | None:
    """Where there are none."""
    return None


def compile_document(
    document: Document, *, subflows: Subflows = no_subflows, today: date | None = None
) -> CompiledFlow:
    """Raises FlowError with all that is wrong. `today`: for which day slots are made at once (server's local
    date); None: today."""
    making = _Making(subflows)
    making.part(document, "", (document.name,))
    if not making.problems:
        making.try_slots(today or date.today())
    if making.problems:
        raise FlowError(document.name, making.problems)
    return CompiledFlow(
        document, making.parts, making.nodes, making.texts, flow_words(document), making.questions
    )


class _Making:
    """Of one flow with all that it runs through."""

    def __init__(self, subflows: Subflows) -> None:
        self._subflows = subflows
        self.parts: dict[str, FlowPart] = {}
        self.nodes: dict[str, CompiledNode] = {}
        self.texts: dict[str, SaidTemplate] = {}
        self.questions = FlowQuestions()
        self.problems: list[str] = []
        self._scopes: dict[frozenset[str], CelScope] = {}

    def part(self, document: Document, key: str, above: tuple[str, ...]) -> None:
        """One document; `above`: the flows around it, and itself."""
        where = f"flow '{document.name}' " if key else ""
        names = frozenset(each.name for each in document.variables) | GIVEN
        cel = self._scopes.get(names)
        if cel is None:
            cel = self._scopes[names] = CelScope(names)
        part = self._part_of(document, key, cel, where)
        self.parts[key] = part
        leaving = document.leaving
        if len(document.by_id) < len(document.nodes):
            self.problems.append(f"{where}two nodes have the same id")
        if len(self.nodes) + len(document.nodes) > MOST_NODES:
            self.problems.append(f"it has more than {MOST_NODES} nodes with all that it runs through")
            return
        for edge in document.edges:
            for end in {edge.source, edge.target} - {"*"} - document.by_id.keys():
                self.problems.append(f"{where}an edge {edge.source} → {edge.target} names no node: '{end}'")
        for node in document.nodes:
            self._node(document, part, node, leaving.get(node.id, ()), cel, where, above)

    def _part_of(self, document: Document, key: str, cel: CelScope, where: str) -> FlowPart:
        self.problems += [f"{where}{problem}" for problem in word_problems(document)]
        names = {each.name for each in document.variables}
        for field, source in texts_of_defaults(document.defaults):
            self._text(f"{where}defaults.{field}", source, names)
        starts = [node.id for node in document.nodes if isinstance(node, StartNode)]
        if len(starts) != 1:
            self.problems.append(f"{where}it has {len(starts) or 'no'} start nodes, and needs one")
        secret = frozenset(each.name for each in document.variables if each.secret)
        kept = sorted(secret & set(document.keep.values()))
        if kept:
            self.problems.append(f"{where}keep: the secret variable '{kept[0]}' cannot be kept")
        known = {each.name for each in document.variables}
        for name in sorted(set(document.keep.values()) - known):
            self.problems.append(f"{where}keep: there is no variable '{name}'")
        asked: dict[str, str] = {}
        specs = {}
        for node in document.nodes:
            if isinstance(node, CollectNode) and node.variable is not None and node.variable not in asked:
                asked[node.variable], specs[node.variable] = key + node.id, node.slot
        return FlowPart(
            key,
            document.name,
            key + (starts[0] if starts else ""),
            {each.name: each for each in document.variables},
            secret,
            self._leads(document.anywhere, key, cel, f"{where}the edges from anywhere"),
            asked,
            specs,
        )

    def _node(
        self,
        document: Document,
        part: FlowPart,
        node: DocumentNode,
        edges: Iterable[FlowEdge],
        cel: CelScope,
        where: str,
        above: tuple[str, ...],
    ) -> None:
        place = f"{where}node '{node.id}'"
        known = part.variables.keys()
        for field, name in variables_of(node):
            if name not in known:
                self.problems.append(f"{place} {field}: there is no variable '{name}'; declare it")
        for field, source in texts_of(node):
            self._text(f"{place} {field}", source, known)
        inner = self._inner(node, place, above) if isinstance(node, SubflowNode) else ""
        lines = []
        for name, source in _lines(node):
            found = self._tried(f"{place} {name}", cel.compile, source)
            if found is not None:
                lines.append((name, found))
        if isinstance(node, CollectNode | ConfirmNode | MenuNode):
            name = re.sub(r"\W", "_", part.key + node.id)
            self.questions.add(part.key + node.id, name, node, document.defaults.language or "en")
        key = part.key + node.id
        self.nodes[key] = CompiledNode(
            key,
            part,
            node,
            _at(key, node),
            self._leads(edges, part.key, cel, place),
            tuple(lines),
            self._tried(place, lambda each: prepared(each, cel), node),
            inner,
        )

    def _text(self, place: str, source: str, known: Set[str]) -> None:
        if source not in self.texts:
            template = self._tried(place, SaidTemplate, source)
            if template is None:
                return
            self.texts[source] = template
        for name in sorted(self.texts[source].uses - known - GIVEN):
            self.problems.append(f"{place}: there is no variable '{name}'")

    def _leads(self, edges: Iterable[FlowEdge], key: str, cel: CelScope, place: str) -> Leads:
        def compiled(edge: FlowEdge, source: str) -> CelExpression:
            found = self._tried(f"{place}, edge to '{edge.target}'", cel.compile, source)
            return found if found is not None else cel.compile("false")  # the flow is refused anyway

        return leads_of(edges, lambda node: key + node, compiled)

    def _inner(self, node: SubflowNode, place: str, above: tuple[str, ...]) -> str:
        """The key of the part that a subflow node runs through."""
        if node.flow in above:
            self.problems.append(f"{place}: the flow '{node.flow}' would run through itself")
            return ""
        if len(above) >= DEEPEST:
            self.problems.append(f"{place}: flows are more than {DEEPEST} deep within one another")
            return ""
        key = f"{node.flow}:{node.version or ''}/"
        if key not in self.parts:
            if len(self.parts) >= MOST_PARTS:
                self.problems.append(f"{place}: it runs through more than {MOST_PARTS} flows")
                return ""
            document = self._subflows(node.flow, node.version)
            if document is None:
                version = "" if node.version is None else f", version {node.version}"
                self.problems.append(f"{place}: there is no flow '{node.flow}'{version}")
                return ""
            self.part(document, key, (*above, node.flow))
        part = self.parts[key]
        for name in sorted(node.give.keys() | set(node.take.values())):
            if name not in part.variables:
                self.problems.append(f"{place}: the flow '{node.flow}' has no variable '{name}'")
        return key

    def try_slots(self, today: date) -> None:
        """Their grammars compile, or say why not."""
        slots = self.questions.of(today)
        for key in slots:
            try:
                slots[key]
            except (VoiceForgeError, ValueError) as error:
                self.problems.append(f"node '{key}' slot: {error}")
        spoken = [(f"node '{node.key}'", node.leads.phrases) for node in self.nodes.values()]
        spoken += [
            (f"flow '{part.name}', from anywhere", part.anywhere.phrases) for part in self.parts.values()
        ]
        for place, phrases in spoken:
            try:
                with_intents(NO_QUESTION, phrases)
            except (VoiceForgeError, ValueError) as error:
                self.problems.append(f"{place}, what leads elsewhere: {error}")

    def _tried(self, place: str, make: Callable[[T], R], source: T) -> R | None:
        try:
            return make(source)
        except ExpressionError as error:
            self.problems.append(f"{place}: {error}")
            return None


def _lines(node: DocumentNode) -> list[tuple[str, str]]:
    """Variables and the expressions that they become."""
    match node:
        case CodeNode(lines=lines):
            return [(line.variable, line.value) for line in lines]
        case SubflowNode(give=give):
            return list(give.items())
        case _:
            return []


def _at(key: str, node: DocumentNode) -> FlowNode:
    """As the dialogue knows it."""
    match node:
        case CollectNode() | ConfirmNode() | MenuNode():
            return question_of(key, node)
        case PhoneTransferNode():
            return TransferCall(key, node.text, node.to, "", node.warm, node.briefing)
        case EndCallNode():
            return EndCall(key, node.text, node.outcome)
        case _:
            return Prompt(key, "", "")
