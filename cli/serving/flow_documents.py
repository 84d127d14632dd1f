"""A version of a flow as the server runs it: compiled, and what its document asks of the agent's row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from mediaserver.calls.flow_shelf import Subflows
from mediaserver.calls.routes import AgentSpec
from mediaserver.storage.sql import Row
from pipelines.conversation.turn_settings import SENSITIVITY
from pipelines.flows.checks.references import FlowReference, references
from pipelines.flows.compiling.compiled import CompiledFlow
from pipelines.flows.compiling.compiler import compile_document
from pipelines.flows.document.document import Document
from pipelines.flows.document.reading import document_of

LEVELS = {"low": "low", "normal": "medium", "high": "high"}
"""A document's words for how readily a sound interrupts, and those of turn-taking."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadyFlow:
    """A version as it runs, and what it names beside itself."""

    compiled: CompiledFlow
    references: tuple[FlowReference, ...]


@dataclass(frozen=True, slots=True)
class RunFlow:
    """What a call runs of a flow."""

    flow: ReadyFlow
    document: Mapping[str, Any]
    number: int | None
    """0: the version that comes with the server. None: a draft, which is no version."""


def compile_flow(row: Row, subflows: Subflows) -> ReadyFlow:
    """Takes 100 ms for 200 nodes: not on the loop. Raises ConfigError with all that is wrong."""

    def document(name: str, number: int | None) -> Document | None:
        found = subflows(name, number)
        return None if found is None else document_of(found)

    return ready(compile_document(document_of(row["document"]), subflows=document))


def ready(compiled: CompiledFlow) -> ReadyFlow:
    return ReadyFlow(compiled, references(compiled.document))


def dressed(agent: AgentSpec, document: Mapping[str, Any], usual_llms: Sequence[str] = ()) -> AgentSpec:
    """The agent as its flow would have it where its row says nothing. `usual_llms`: those of a flow that
    needs a model where neither names one."""
    defaults: Mapping[str, Any] = document.get("defaults", {})
    llm = agent.llm or tuple(defaults.get("llm", ()))
    turn = dict(agent.turn)
    if (level := LEVELS.get(defaults.get("sensitivity", ""))) is not None:
        turn.setdefault(SENSITIVITY, level)
    return replace(
        agent,
        language=agent.language or defaults.get("language", ""),
        voice=agent.voice or defaults.get("voice", ""),
        stt=agent.stt or tuple(defaults.get("stt", ())),
        tts=agent.tts or tuple(defaults.get("tts", ())),
        llm=llm or (tuple(usual_llms) if document.get("needs_model") else ()),
        turn=MappingProxyType(turn),
    )
