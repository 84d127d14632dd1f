"""Modes of engines (`cloud-first`, `self-hosted`) in the settings and in the rows of agents, replaced by the
engines that they stand for here.

Done where settings and rows are read, so that nobody behind it needs to know of modes.
"""

from __future__ import annotations

from dataclasses import replace

from mediaserver.calls.routes import AgentSpec
from mediaserver.config import Settings
from pipelines.engines.modes import EngineModes
from pipelines.engines.protocols import Kind

KINDS = (Kind.STT, Kind.TTS, Kind.LLM)


def with_mode(settings: Settings, modes: EngineModes) -> Settings:
    """`engines.mode` in the lists that the settings leave out, and modes that stand in the others."""
    given = settings.engines
    lists = {}
    for kind in KINDS:
        names = getattr(given, kind.value)
        if given.mode and kind.value not in given.model_fields_set:
            names = (given.mode,)
        lists[kind.value] = modes.meant(kind, names)
    engines = given.model_copy(update=lists)
    return settings.model_copy(update={"engines": engines})


def agent_with_modes(modes: EngineModes, agent: AgentSpec) -> AgentSpec:
    """A row's lists without modes; those of a row of kind "realtime" are of models that are no engines."""
    meant = modes.meant_by_row
    llm = agent.llm if agent.kind == "realtime" else meant(Kind.LLM, agent.llm)
    return replace(agent, stt=meant(Kind.STT, agent.stt), tts=meant(Kind.TTS, agent.tts), llm=llm)
