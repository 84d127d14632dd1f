"""What is wrong with an agent that somebody wants to keep, column by column: more than what keeps it from
answering, since whoever writes it can still mend it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import NamedTuple

from mediaserver.calls.background.choices import BackgroundChoices
from mediaserver.calls.routes import AgentSpec
from mediaserver.errors import ConfigError, EngineMissingError
from mediaserver.redaction.choices import RedactionChoices
from mediaserver.retention.choices import RetentionChoices
from mediaserver.settings.engines import EnginesSettings
from pipelines.assistant.settings import AssistantSettings
from pipelines.conversation.turn_settings import TurnSettings
from pipelines.engines.modes import without_modes
from pipelines.engines.protocols import Kind
from pipelines.engines.registry import EngineRegistry
from pipelines.insight.choices import InsightChoices
from pipelines.languages.tags import is_tag
from pipelines.speech_to_speech.endpoint import speech_models
from pipelines.voices.catalogue import catalogue

TOLD = {"espeak-ng", "hibari", "pico"}
"""The engines whose own voices are languages, or in their manifests; others may know voices that nobody here
does."""


class AgentFaults(NamedTuple):
    """Asks everybody who makes an agent talk."""

    known: EngineRegistry
    engines: EnginesSettings
    flow_fault: Callable[[str], str]
    """Why calls cannot have a flow; empty when they can."""
    tool_there: Callable[[str], bool]

    def of(self, agent: AgentSpec) -> dict[str, str]:
        """What is wrong, by column; empty when nothing is."""
        found = {column: fault for column, fault in self._columns(agent) if fault}
        if agent.kind == "flow" and (fault := self.flow_fault(agent.flow)):
            found["flow"] = fault
        if fault := self._language(agent):
            found["language"] = fault
        missing = [name for name in agent.tools if not self.tool_there(name)]
        if missing:
            found["tools"] = f"there is no tool {missing[0]!r}: see `voiceforge tools list`"
        return found

    def _columns(self, agent: AgentSpec) -> Iterable[tuple[str, str]]:
        yield "turn", _fault(lambda: TurnSettings.of(agent.turn))
        yield "insight", _fault(lambda: InsightChoices().changed(agent.insight))
        yield "background", _fault(lambda: BackgroundChoices().changed(agent.background))
        yield "redaction", _fault(lambda: RedactionChoices().changed(agent.redaction))
        yield "retention", _fault(lambda: RetentionChoices().changed(agent.retention))
        if agent.kind in ("llm", "realtime"):
            yield "assistant", _fault(lambda: AssistantSettings.of(agent.assistant))
        yield "stt", self._engines(Kind.STT, agent.stt)
        yield "tts", self._engines(Kind.TTS, agent.tts)
        if agent.kind == "realtime":
            models = speech_models(self.engines.speech_to_speech)
            strange = [name for name in agent.llm if name not in models]
            yield "llm", f"there is no speech-to-speech model {strange[0]!r}" if strange else ""
        else:
            yield "llm", self._engines(Kind.LLM, agent.llm)
            yield "voice", self._voice(agent)

    def _engines(self, kind: Kind, names: Iterable[str]) -> str:
        """Whether each is known by name; what it lacks may be there tomorrow."""
        try:
            for name in without_modes(names):
                self.known.find(kind, name)
        except EngineMissingError as error:
            return str(error)
        return ""

    def _language(self, agent: AgentSpec) -> str:
        tongue = agent.language
        if tongue and not is_tag(tongue):
            return f"{tongue!r} is no language tag (BCP 47), such as en-GB"
        if not tongue or agent.kind == "realtime" or self._spoken(agent, tongue):
            return ""
        return f"no voice speaks {tongue!r} here"

    def _spoken(self, agent: AgentSpec, tongue: str) -> bool:
        if len(without_modes(agent.tts)) < len(agent.tts):
            return True  # which engines that is may be otherwise tomorrow
        names = agent.tts or self.engines.tts
        if any(":" in name or self.engines.options.get(name, {}).get("weights") for name in names):
            return True  # what is named or weighed by the operator speaks what it does: `mms-tts:quc`
        return self.known.knows(Kind.TTS, names, tongue)

    def _voice(self, agent: AgentSpec) -> str:
        voices = catalogue().voices
        if (found := voices.get(agent.voice)) is not None:
            tongue = found.tongue(agent.language)
            return (
                "" if self._spoken(agent, tongue) else f"nobody here can speak {tongue!r} for {agent.voice}"
            )
        engines = set(agent.tts or self.engines.tts)
        if not agent.voice or not engines <= TOLD or is_tag(agent.voice):
            return ""
        manifests = [self.known.find(Kind.TTS, name).manifest for name in engines]
        if any(agent.voice.lower() in each.own_voices for each in manifests):
            return ""
        near = difflib.get_close_matches(agent.voice, voices, 1)
        hint = f"the nearest is {near[0]!r}" if near else "see GET /api/voices"
        return f"there is no voice {agent.voice[:100]!r}: {hint}"


def _fault(read: Callable[[], object]) -> str:
    try:
        read()
    except ConfigError as error:
        return str(error)
    return ""
