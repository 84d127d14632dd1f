"""What leads from one node to another: one model for each reason, told apart by `type`.

Where several of a node's edges hold, the first in the document's order is taken; `next` where none does.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from pipelines.flows.document.names import (
    Expression,
    KeyEntry,
    Label,
    NodeId,
    OutcomeName,
    Part,
    Phrase,
    Source,
)


class _Edge(Part):
    source: Source
    """`*`: from any node that listens (intent and key), or where none has one of its own (error, timeout)."""
    target: NodeId
    """Where it leads."""
    label: Label = ""
    """What people see at it; never said."""
    forget: bool = False
    """What the target asks for is asked anew, though it is known."""


class NextEdge(_Edge):
    """When the node is done, and no other edge holds."""

    type: Literal["next"]


class ExpressionEdge(_Edge):
    """When the node is done, and this is true."""

    type: Literal["expression"]
    when: Expression
    """CEL over the variables: 'people > 5'."""


class OutcomeEdge(_Edge):
    """When this came of the node: 'yes' of a confirmation, an option of a menu, 'no answer' of a transfer,
    'nothing' of a recording, an exit of a subagent, an end of a subflow, a value of a choice."""

    type: Literal["outcome"]
    outcome: OutcomeName
    """What came of the node."""


class IntentEdge(_Edge):
    """When the caller says so, whatever was asked."""

    type: Literal["intent"]
    intent: OutcomeName
    """Its name, for people and events."""
    phrases: Annotated[tuple[Phrase, ...], Field(min_length=1, max_length=100)]
    """What the caller may say for it."""


class KeyEdge(_Edge):
    """When the caller presses this, whatever was asked."""

    type: Literal["key"]
    keys: KeyEntry
    """Digits, one behind the other."""


class TimeoutEdge(_Edge):
    """When nothing comes: so many unanswered questions in a row, or the node's own time is up."""

    type: Literal["timeout"]
    after: Annotated[int, Field(ge=1, le=5)] = 3
    """Questions; 1 where the node has a time of its own."""


class ErrorEdge(_Edge):
    """When the node cannot do its work."""

    type: Literal["error"]
    errors: Annotated[tuple[OutcomeName, ...], Field(max_length=20)] = ()
    """Which: 'not understood', 'line', 'status', 'timeout', 'refused', 'bad answer', 'tool', 'model',
    'expression', 'transfer', 'flow'; empty: any."""


class JudgedEdge(_Edge):
    """When a model says so of the conversation so far."""

    type: Literal["judged"]
    when: Annotated[str, Field(min_length=1, max_length=500)]
    """In words: 'the caller wants to complain about a person'."""


FlowEdge: TypeAlias = Annotated[
    NextEdge | ExpressionEdge | OutcomeEdge | IntentEdge | KeyEdge | TimeoutEdge | ErrorEdge | JudgedEdge,
    Field(discriminator="type"),
]
