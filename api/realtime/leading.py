"""How a realtime session comes to its agent: by whom calls are made, and what it is given for that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from mediaserver.calls.call import Call
from mediaserver.calls.protocols import AppMaker
from pipelines.conversation.agent import Agent
from pipelines.engines.protocols import Llm


@dataclass(frozen=True, slots=True)
class LedEngines:
    """What the agent of one call thinks and speaks with."""

    llm: Llm | None
    """None: its row names none, and there is none."""
    language: str
    voice: str
    starting: Callable[[], Awaitable[None]] | None = None
    """While the language model is being started: returns once it is there. Raises EngineError."""


class LeadAgent(Protocol):
    """Makes who thinks in a call."""

    def __call__(self, call: Call, engines: LedEngines, own: Callable[[], Agent]) -> Agent:
        """`own`: makes the one that a call of this agent has by itself. Raises VoiceForgeError."""


MakeLed: TypeAlias = Callable[[LeadAgent], AppMaker]
"""Who makes the talker of one session."""
