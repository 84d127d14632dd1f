"""What a document compiles to: nodes with their edges sorted, texts and expressions ready to run.

Never changed once it is made: all calls of a version share it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.flows.compiling.leads import Leads
from pipelines.flows.compiling.questions import FlowQuestions
from pipelines.flows.document.document import Document, DocumentNode, Variable
from pipelines.flows.document.slots import SlotSpec
from pipelines.flows.expressions.cel import CelExpression
from pipelines.flows.expressions.liquid import SaidTemplate
from pipelines.flows.model import Flow, FlowNode
from pipelines.flows.work.prepared import PreparedSubagent, PreparedTool


@dataclass(frozen=True, slots=True, eq=False)
class FlowPart:
    """One document: the flow itself, or one that it runs through."""

    key: str
    """'' for the flow itself; keys of its nodes begin with it."""
    name: str
    start: str
    variables: Mapping[str, Variable]
    secret: frozenset[str]
    anywhere: Leads
    """Edges from `*`."""
    asked: Mapping[str, str]
    """Variable -> the question that learns it, the first of several."""
    specs: Mapping[str, SlotSpec]
    """Variable -> what that question's slot is."""


@dataclass(frozen=True, slots=True, eq=False)
class CompiledNode:
    key: str
    """Its id, behind the key of its part."""
    part: FlowPart
    node: DocumentNode
    at: FlowNode
    """As the dialogue knows it: a question, a read-back, or nothing to answer."""
    leads: Leads
    lines: tuple[tuple[str, CelExpression], ...] = ()
    """Variables and what they become: of a code node, or of a flow that is run through."""
    prepared: PreparedTool | PreparedSubagent | None = None
    inner: str = ""
    """The part that a subflow node runs through."""


@dataclass(frozen=True, slots=True, eq=False)
class CompiledFlow:
    """A version of a flow, ready for any number of calls."""

    document: Document
    parts: Mapping[str, FlowPart]
    nodes: Mapping[str, CompiledNode]
    """Of all parts, by key."""
    texts: Mapping[str, SaidTemplate]
    """By their source."""
    dialogue: Flow
    """Its own words, without slots: these depend on the day."""
    questions: FlowQuestions = field(repr=False)

    @property
    def name(self) -> str:
        return self.document.name

    @property
    def keep(self) -> Mapping[str, str]:
        return self.document.keep
