"""Whom a client wants to talk to: an agent of the directory, a flow, or words that make an agent for this one
conversation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from api.access.asker import Asker
from api.gateway.close_codes import CloseCode, GatewayRefusal
from mediaserver.calls.routes import AgentKind, AgentSpec

FindAgent = Callable[[str], AgentSpec | None]
FlowOwner = Callable[[str], Awaitable[UUID | None]]
"""Of a flow; None: the operator's, shared by all. A flow that is not there is nobody's: the call says so."""


@dataclass(frozen=True, slots=True)
class AgentWanted:
    """One of `agent`, `flow` and `prompt`; the rest changes it for this conversation."""

    agent: str | None = None
    flow: str | None = None
    prompt: str | None = None
    voice: str = ""
    language: str = ""
    turn: Mapping[str, Any] = field(default_factory=dict)
    """Settings of turn-taking that differ from the agent's."""
    assistant: Mapping[str, Any] = field(default_factory=dict)
    """Likewise of an agent that thinks with a model."""
    manner: str = ""
    """What is added to the prompt of such an agent."""
    insight: Mapping[str, Any] = field(default_factory=dict)
    """What is to be known of the caller beyond the words, as far as that differs from the agent's."""


async def agent_for(wanted: AgentWanted, asker: Asker, find: FindAgent, flow_owner: FlowOwner) -> AgentSpec:
    """Raises VoiceForgeError, and GatewayRefusal (4005): it does not exist for who asks."""
    if wanted.agent is not None:
        spec = find(wanted.agent)
        if spec is None or not asker.may_use(spec.owner):
            raise GatewayRefusal(CloseCode.UNAVAILABLE, f"There is no agent {wanted.agent!r}.")
    elif wanted.flow is not None:
        owner = await flow_owner(wanted.flow)
        if not asker.may_use(owner):
            raise GatewayRefusal(CloseCode.UNAVAILABLE, f"There is no flow {wanted.flow!r}.")
        spec = _made("flow", f"flow {wanted.flow}"[:100], asker)
        # A key's flow runs as its key's, also for an admin who tries it.
        spec = replace(spec, flow=wanted.flow, owner=spec.owner if owner is None else owner)
    else:
        spec = replace(_made("llm", "prompt", asker), prompt=wanted.prompt or "")
    return _changed(spec, wanted)


def _made(kind: AgentKind, name: str, asker: Asker) -> AgentSpec:
    """For one conversation; in no table."""
    return AgentSpec(id=uuid4(), name=name, version=0, kind=kind, owner=asker.owner)


def _changed(spec: AgentSpec, wanted: AgentWanted) -> AgentSpec:
    """As this conversation wants it."""
    changes: dict[str, Any] = {}
    if wanted.voice:
        changes["voice"] = wanted.voice
    if wanted.language:
        changes["language"] = wanted.language
    if wanted.turn:
        changes["turn"] = MappingProxyType({**spec.turn, **wanted.turn})
    if wanted.insight:
        changes["insight"] = MappingProxyType({**spec.insight, **wanted.insight})
    if spec.kind == "llm":
        if wanted.assistant:
            changes["assistant"] = MappingProxyType({**spec.assistant, **wanted.assistant})
        if wanted.manner:
            changes["prompt"] = f"{spec.prompt}\n\n{wanted.manner}".strip()
    return replace(spec, **changes) if changes else spec
