"""What is asked of whoever has a person try a flow by text, before anything of it is kept, and what comes
back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from mediaserver.calls.routes import AgentSpec
from mediaserver.storage.sql import Row
from pipelines.flows.document.document import Document


@dataclass(frozen=True, slots=True)
class WantedTrial:
    """A conversation by text with a document."""

    document: Document
    subflows: Mapping[tuple[str, int | None], Document]
    """Those that it leads to, by name and version; None: the published one."""
    direction: Literal["inbound", "outbound"] = "inbound"
    caller: str = ""
    """The caller's number."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """What whoever placed the call gave along."""
    of_key: bool = False
    """The flow is a key's: its requests reach what those of keys may."""


@dataclass(frozen=True, slots=True)
class TrialTurn:
    """What the caller does: one of these; none is silence."""

    text: str = ""
    keys: str = ""
    returned: str = ""
    """The transfer came to nothing, for this reason ('busy')."""


@dataclass(frozen=True, slots=True)
class TrialAnswer:
    """What comes of it. JSON-ready."""

    text: str
    steps: tuple[Row, ...]
    """`flow` events as a call keeps them: nodes that were entered, why, and which variables changed."""
    outcomes: tuple[Row, ...]
    """`status` and `data` of each result that was kept."""
    ended: Literal["", "ended", "transferred"]
    to: str = ""
    """Of a transfer: whom the caller is handed to."""


class FlowTrial(Protocol):
    """One conversation."""

    async def answered(self) -> TrialAnswer:
        """The caller is there. Once, before anything else. Raises VoiceForgeError."""

    async def tell(self, turn: TrialTurn) -> TrialAnswer:
        """Raises VoiceForgeError, and CallError for a conversation that is over."""

    def hang_up(self) -> tuple[Row, ...]:
        """The steps that this led to. What the flow does about it is not waited for."""


class FlowTrials(Protocol):
    async def begin(self, wanted: WantedTrial) -> FlowTrial:
        """Raises ConfigError for what cannot be run, EngineError where it needs a model that is not to be
        had."""


class FlowDrafts(Protocol):
    """Has what is drawn answer a call, in the place of what is published."""

    async def lend(
        self,
        agent: AgentSpec,
        document: Document,
        subflows: Mapping[tuple[str, int | None], Document],
    ) -> AgentSpec:
        """The next call of `agent`, which is made for this alone, runs this document; the agent comes back as
        the document would have it. Nothing of it is kept. Raises ConfigError for what cannot be run."""
