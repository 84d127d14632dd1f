"""The whole document of a flow: JSON that people, models and the console write, and the server runs.

Data only: whether it makes sense is the business of `pipelines.flows.checks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from pipelines.flows.document.edges import FlowEdge
from pipelines.flows.document.names import (
    ANYWHERE,
    EngineNames,
    Language,
    OutcomeName,
    Part,
    Text,
    Value,
    VariableName,
)
from pipelines.flows.document.nodes import (
    AgentTransferNode,
    CodeNode,
    CollectNode,
    ConditionNode,
    ConfirmNode,
    EndCallNode,
    ListenNode,
    MenuNode,
    PhoneTransferNode,
    RecordNode,
    SayNode,
    SetNode,
    StartNode,
    SubagentNode,
    SubflowNode,
    WaitNode,
)
from pipelines.flows.document.phone_nodes import PlayNode, SendSmsNode, WhoAnsweredNode
from pipelines.flows.document.tools import ToolNode

MOST_NODES = 1_000
MOST_EDGES = 5_000
MOST_VARIABLES = 300

DocumentNode: TypeAlias = Annotated[
    StartNode
    | SayNode
    | PlayNode
    | CollectNode
    | ConfirmNode
    | MenuNode
    | ConditionNode
    | SetNode
    | CodeNode
    | ToolNode
    | RecordNode
    | ListenNode
    | WaitNode
    | WhoAnsweredNode
    | SendSmsNode
    | SubflowNode
    | SubagentNode
    | AgentTransferNode
    | PhoneTransferNode
    | EndCallNode,
    Field(discriminator="type"),
]


class Variable(Part):
    """A name that nodes fill and texts use. Those that collect nodes fill are declared, too."""

    name: VariableName
    """As texts and expressions have it."""
    about: Annotated[str, Field(max_length=500)] = ""
    """What it holds, for people and models."""
    kind: Literal["text", "number", "boolean", "list", "object"] = "text"
    """Of its values."""
    default: Value = None
    """At the start of the call; null: it is not known then."""
    given: Annotated[str, Field(max_length=60)] = ""
    """The key of what whoever placed the call gave along (`call.about`) that it begins as."""
    secret: bool = False
    """Never in events, logs or reports (card numbers, PINs)."""


class Defaults(Part):
    """How a flow talks where neither the agent's row nor a node says otherwise."""

    language: Language = ""
    """BCP 47; empty: as the agent's row or the settings say."""
    voice: Annotated[str, Field(max_length=200)] = ""
    """By its id; empty: the language's own."""
    stt: EngineNames = ()
    """Recognisers in order of preference; empty: those of the settings."""
    tts: EngineNames = ()
    """Synthesisers in order of preference; empty: those of the settings."""
    llm: EngineNames = ()
    """Language models in order of preference; empty: those of the settings."""
    sensitivity: Literal["", "low", "normal", "high"] = ""
    """To a caller's interruptions."""
    give_up: Annotated[str, Field(min_length=1, max_length=2_000)] = (
        "I am sorry, I cannot hear you. Please call again. Goodbye."
    )
    """Said before hanging up on a caller who cannot be heard."""
    trouble: Annotated[str, Field(min_length=1, max_length=2_000)] = (
        "I am sorry, something went wrong here. Please call again later. Goodbye."
    )
    """Said before hanging up where a node failed and no error edge says what then."""
    callback: Text = ""
    """Offers to call back where nothing works, as a question for yes and no; empty: nobody does."""
    called_back: Text = "We will call you back. Goodbye."
    """Said once the caller has agreed to be called back."""
    unconfirmed: Text = "Nothing is settled, because I heard no clear yes."
    """Said before the goodbye when a read-back was neither agreed to nor refused."""
    phrases: Annotated[dict[Annotated[str, Field(max_length=40)], Text], Field(max_length=60)] = {}
    """What a flow says of its own accord (`Phrases`), by name, where it is to be other words."""


class Document(Part):
    """A flow."""

    format: Literal[1] = 1
    """Of this document; a later one may be read otherwise."""
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")]
    """Under which agents run it."""
    about: Annotated[str, Field(max_length=2_000)] = ""
    """What it is for, for people."""
    needs_model: bool = False
    """It cannot be run without a language model."""
    defaults: Defaults = Defaults()
    """How it talks."""
    variables: Annotated[tuple[Variable, ...], Field(max_length=MOST_VARIABLES)] = ()
    """All that nodes fill and texts use."""
    nodes: Annotated[tuple[DocumentNode, ...], Field(min_length=1, max_length=MOST_NODES)]
    """What happens."""
    edges: Annotated[tuple[FlowEdge, ...], Field(max_length=MOST_EDGES)] = ()
    """What leads from one to another; of several that hold the first is taken."""
    keep: Annotated[
        dict[Annotated[str, Field(min_length=1, max_length=60)], VariableName], Field(max_length=100)
    ] = {}
    """What is kept with an outcome: names, and the variables they are."""
    outcomes: Annotated[tuple[OutcomeName, ...], Field(max_length=50)] = ()
    """Those that its ends may have beside 'held', 'withdrawn' and 'callback'; empty: whatever they say."""

    @cached_property
    def by_id(self) -> Mapping[str, DocumentNode]:
        """Nodes; of two with one id the last."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def leaving(self) -> Mapping[str, tuple[FlowEdge, ...]]:
        """Edges by their source, in order; those from anywhere under `*`."""
        found: dict[str, list[FlowEdge]] = {}
        for edge in self.edges:
            found.setdefault(edge.source, []).append(edge)
        return {source: tuple(edges) for source, edges in found.items()}

    @property
    def anywhere(self) -> tuple[FlowEdge, ...]:
        """Edges that hold at every node."""
        return self.leaving.get(ANYWHERE, ())
