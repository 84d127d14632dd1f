"""What a node does besides talking (tools, models, messages, waiting), as it is asked for and answered.

Data and protocols only. The executor makes a `Work` with all its texts and expressions worked out; whoever
does it (`FlowWorker`) never sees the flow.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from mediaserver.storage.records import Record
from pipelines.conversation.agent import Act, AgentInput, Context, MessageTaken
from pipelines.flows.document.nodes import Collected, Exit
from pipelines.flows.document.slots import SlotSpec
from pipelines.flows.document.tools import SecretHeader
from pipelines.flows.expressions.values import Value

MASK = "•••"
"""What stands for a secret value wherever people or models read."""


@dataclass(frozen=True, slots=True)
class SaidLine:
    """Of the conversation so far."""

    who: Literal["caller", "agent"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkBase:
    """What all work has."""

    flow: str
    """Of which flow the node is; a subflow's own name within it."""
    node: str
    language: str = ""
    """In which the flow talks (BCP 47); empty: as the call does."""
    variables: Mapping[str, Value] = field(default_factory=dict)
    """All that is known, as it is kept; those of `secret` are `MASK`. What work needs of them has been put
    into its own fields already."""
    secret: frozenset[str] = frozenset()
    """Variables whose values no event, log or model may have."""
    conversation: tuple[SaidLine, ...] = ()
    """The last lines, oldest first; empty where a flow in text mode has none yet."""


# ---- tools


@dataclass(frozen=True, slots=True)
class HttpCall:
    """One request, with all values in it."""

    method: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, SecretHeader] = field(default_factory=dict)
    """Headers that hold a secret."""
    body: Value = None
    """Sent as JSON where `has_body`."""
    has_body: bool = False
    retries: int = 1


@dataclass(frozen=True, slots=True)
class PythonCall:
    """A function of the operator's."""

    entry: str
    arguments: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NamedCall:
    """One of the server's tools."""

    name: str
    arguments: Mapping[str, Value] = field(default_factory=dict)


ToolCall: TypeAlias = HttpCall | PythonCall | NamedCall


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolWork(WorkBase):
    """A tool does something. Done with `WorkDone.result`, or with an error ('status', 'timeout', 'refused',
    'bad answer', 'tool')."""

    call: ToolCall
    timeout_s: float
    filler: str = ""
    """Said once it takes long; empty: the usual words."""


# ---- models


@dataclass(frozen=True, slots=True, kw_only=True)
class SubagentWork(WorkBase):
    """A language model talks to the caller. Done with the name of an exit as the outcome, and `values` by
    variable; error 'model' where it cannot go on, or after `most_turns`. The greeting was said."""

    prompt: str
    greeting: str = ""
    """As it was said; empty: the model begins."""
    tools: tuple[str, ...] = ()
    llm: tuple[str, ...] = ()
    voice: str = ""
    collects: tuple[Collected, ...] = ()
    exits: tuple[Exit, ...]
    most_turns: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractWork(WorkBase):
    """A model finds the answer to a question in what was said, where the slot's own rules do not. Done with
    the value as the slot keeps it in `result` (None: it is not in there); the caller is asked whether it is
    right. Error 'model' where no model answers."""

    slot: SlotSpec
    question: str
    said: str
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeWork(WorkBase):
    """A model says which of these is so of the conversation. Done with its text as the outcome, '' for none
    of them; error 'model' where no model answers."""

    questions: tuple[str, ...]


# ---- messages, listening, waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordWork(WorkBase):
    """The caller leaves a message; what comes before it was said. Outcomes 'recorded' and 'nothing';
    `result`: `{"seconds": 12.5, "text": "..."}` of a message."""

    beep: bool = True
    most_s: float = 120.0
    silence_s: float = 4.0
    finish_keys: str = "#"
    transcribe: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenWork(WorkBase):
    """What the other side says is listened to, without a question. Done with the words in `result`; error
    'timeout' when nothing came."""

    seconds: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitWork(WorkBase):
    """Nothing is said or heard for so long. Done with the outcome 'over'."""

    seconds: float
    keys: str = ""
    """Keys that end it; they have edges, and the worker is not asked about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTransferWork(WorkBase):
    """Another agent goes on with the call, and gets the variables. Done only where that cannot be: error
    'transfer'."""

    agent: str
    summary: str = ""
    """What is known so far, in words; without secrets."""


Work: TypeAlias = (
    ToolWork | SubagentWork | ExtractWork | JudgeWork | RecordWork | ListenWork | WaitWork | AgentTransferWork
)


@dataclass(frozen=True, slots=True)
class WorkDone:
    """What came of it: an outcome, a result, or an error (one of those that error edges name)."""

    outcome: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    """Variables that it has found out, by name."""
    result: Value = None
    """Of a tool: its body, or what it returned; of others as their work says."""
    error: str = ""
    detail: str = ""
    """Of the error, one line for the flow's author; without secrets."""
    status: int = 0
    """Of an HTTP answer."""


class FlowWorker(Protocol):
    """Does one piece of work, within one call. It begins with the first `respond`."""

    def respond(self, said: AgentInput | None, context: Context) -> AsyncIterator[Act | WorkDone]:
        """None: it begins. Where the caller went on before it could, the first `said` is what came of that.
        Later inputs come here until it has yielded `WorkDone`, which is the last thing that it yields. An
        iteration that ends without it waits for the next input. As an Agent's it may be cancelled whenever
        the caller goes on; what must not be (a tool) is a task of the worker's own."""

    def heard(self, line: int, text: str, cut: bool) -> None:
        """As an Agent's."""

    def hung_up(self) -> tuple[Record, ...]:
        """The call is over, or the flow has gone elsewhere without waiting for it: let go of everything."""

    def summary(self) -> str:
        """What it has learnt so far, for people; empty when there is nothing."""


@runtime_checkable
class TakesMessages(Protocol):
    """A FlowWorker that is told of a message which the caller ended by hanging up (`HearsOfMessages`)."""

    def message_taken(self, said: MessageTaken) -> WorkDone | None:
        """What that comes to; None: nothing."""


class Workshop(Protocol):
    """Where workers come from. One a call."""

    def worker(self, work: Work) -> FlowWorker:
        """Must not block. Raises nothing: what nobody can do is a worker that is done with an error."""
