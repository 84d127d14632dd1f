"""What a node does besides talking: the work, who does it, and what came of it.

The executor makes the work and waits; a `FlowWorker` talks to the caller meanwhile where that is called for.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from mediaserver.media.answered_by import AnsweredBy
from mediaserver.storage.records import Record
from pipelines.conversation.agent import Act, AgentInput, Context, MessageTaken
from pipelines.flows.document.nodes import (
    AgentTransferNode,
    ListenNode,
    RecordNode,
    SubagentNode,
    WaitNode,
)
from pipelines.flows.document.phone_nodes import PlayNode, SendSmsNode, WhoAnsweredNode
from pipelines.flows.document.slots import SlotSpec
from pipelines.flows.document.tools import ToolNode
from pipelines.flows.expressions.values import Value
from pipelines.flows.model import Slot
from pipelines.flows.work.prepared import PreparedSubagent, PreparedTool


@dataclass(frozen=True, slots=True)
class WorkScope:
    """What is known when a work begins."""

    call_id: UUID
    language: str = "en"
    """Of the call, at present (BCP 47)."""
    voice: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    """Of all names, as they are kept."""
    spoken: Mapping[str, Any] = field(default_factory=dict)
    """The same as they are said (`SpokenValue`)."""
    secret: frozenset[str] = frozenset()
    """Names whose values stand in nothing that is kept."""


@dataclass(frozen=True, slots=True)
class ToolWork:
    node: ToolNode
    prepared: PreparedTool
    scope: WorkScope


@dataclass(frozen=True, slots=True)
class SubagentWork:
    node: SubagentNode
    prepared: PreparedSubagent
    scope: WorkScope
    slots: Mapping[str, SlotSpec] = field(default_factory=dict)
    """Of variables that a collect node fills, too: a model's values are checked by them."""
    before: tuple[str, ...] = ()
    """What earlier subagents did, a line each."""


@dataclass(frozen=True, slots=True)
class RecordWork:
    node: RecordNode
    text: str


@dataclass(frozen=True, slots=True)
class ListenWork:
    node: ListenNode
    text: str


@dataclass(frozen=True, slots=True)
class WaitWork:
    node: WaitNode
    text: str
    keys: str = ""
    """Any of them ends it."""


@dataclass(frozen=True, slots=True)
class WhoAnsweredWork:
    node: WhoAnsweredNode
    known: AnsweredBy | None
    """As far as it is known by now."""
    called: bool
    """We did call."""


@dataclass(frozen=True, slots=True)
class SmsWork:
    node: SendSmsNode
    text: str
    """Said before it."""
    message: str
    key: str
    """The same key twice is one text."""


@dataclass(frozen=True, slots=True)
class PlayWork:
    node: PlayNode
    text: str
    """In its place."""


@dataclass(frozen=True, slots=True)
class AgentTransferWork:
    node: AgentTransferNode
    scope: WorkScope


@dataclass(frozen=True, slots=True)
class ExtractWork:
    """A model finds the value of a slot in what was said."""

    spec: SlotSpec
    slot: Slot
    question: str
    said: str
    scope: WorkScope


@dataclass(frozen=True, slots=True)
class JudgeWork:
    """A model says which of these holds of the conversation."""

    whens: tuple[str, ...]
    conversation: tuple[tuple[str, str], ...]
    """'caller' or 'agent', and the words."""
    scope: WorkScope


Work: TypeAlias = (
    ToolWork
    | SubagentWork
    | RecordWork
    | ListenWork
    | WaitWork
    | WhoAnsweredWork
    | SmsWork
    | PlayWork
    | AgentTransferWork
    | ExtractWork
    | JudgeWork
)


@dataclass(frozen=True, slots=True)
class WorkDone:
    """What came of a work."""

    outcome: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    error: str = ""
    detail: str = ""
    """For people."""
    status: int = 0
    """Of an HTTP request."""
    summary: str = ""
    """What was done, in a line."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """Variables, while the work goes on."""

    values: Mapping[str, Value]


class FlowWorker(Protocol):
    """Of one work."""

    def respond(
        self, said: AgentInput | None, context: Context
    ) -> AsyncGenerator[Act | Learnt | WorkDone, None]:
        """Begin (None), or deal with what the caller did meanwhile."""

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def missed_words(self) -> None: ...

    def message_taken(self, said: MessageTaken) -> None: ...

    def summary(self) -> str: ...

    def hung_up(self) -> tuple[Record, ...]: ...

    @property
    def done(self) -> WorkDone | None:
        """What it came to, where it was not told."""


class Workshop(Protocol):
    """Of one call."""

    def worker(self, work: Work) -> FlowWorker: ...
