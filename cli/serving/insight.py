"""What is learnt of the calls of agents: by their rows, else by the settings."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import astuple

import asyncpg

from mediaserver.calls.call import Call
from mediaserver.calls.routes import AgentSpec
from mediaserver.settings.insight import InsightSettings
from mediaserver.storage.records import SummaryWanted
from mediaserver.storage.writer import StoreWriter
from pipelines.engines.batch_work import BatchLlm
from pipelines.engines.protocols import Kind, Llm
from pipelines.engines.running import Engines
from pipelines.insight.caller_voice import CallerVoice
from pipelines.insight.choices import InsightChoices
from pipelines.insight.summaries import SummaryWriter
from pipelines.insight.voice_analysis import VoiceAnalysis
from pipelines.insight.voice_figures import VoiceWishes

START_S = 20.0
"""A language model that takes longer to start does without this call."""


class Insight:
    """For all calls of the server."""

    def __init__(self, settings: InsightSettings, engines: Engines) -> None:
        self._settings = settings
        self._engines = engines
        self._usual = InsightChoices(settings.summary, settings.mood, settings.speakers)
        self._analysis = VoiceAnalysis()
        self._writer: SummaryWriter | None = None

    def open(self, pool: asyncpg.Pool, writer: StoreWriter, undo: AsyncExitStack) -> None:
        """The database is there."""
        if self._settings.llm:
            self._engines.llm(self._settings.llm)
        assert writer.node is not None, "calls belong to a server"
        self._writer = SummaryWriter(pool, writer, writer.node, self._model, at_once=self._settings.at_once)
        undo.push_async_callback(self._writer.close)
        undo.push_async_callback(self._analysis.close)
        self._writer.start()

    def begin(self, agent: AgentSpec, call: Call, language: str) -> CallerVoice | None:
        """An agent has this call from now on. Returns who is to hear its caller's voice, if anybody. Raises
        ConfigError for a row that `fault` would have found."""
        choices = self._usual.changed(agent.insight)
        if choices.summary != "off" and self._writer is not None:
            # Kept before the call has ended: it is waited for in the database, whatever becomes of us.
            call.put(SummaryWanted(call.id, choices.summary, self._settings.llm or agent.llm, language))
            call.on_end(self._ended)
        wishes = VoiceWishes(choices.mood, choices.speakers)
        return CallerVoice(self._analysis, call, language, wishes) if any(astuple(wishes)) else None

    def _ended(self, call: Call) -> None:
        if self._writer is not None:
            self._writer.look()

    async def _model(self, names: Sequence[str]) -> Llm:
        llm = self._engines.llm(names)
        await self._engines.settle(START_S)  # after a start of the server it may be asked before it is there
        self._engines.check(Kind.LLM, names)
        return BatchLlm(llm)
