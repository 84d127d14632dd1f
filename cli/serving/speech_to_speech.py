"""Makes agents of kind "realtime": a model that hears and speaks by itself, without recogniser and voice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

from cli.serving.backgrounds import Backgrounds
from cli.serving.callers import calling_of
from cli.serving.cleaning import MakeCleaner
from cli.serving.insight import Insight
from cli.serving.speech import Speech
from cli.serving.tools import AgentTools
from mediaserver.calls.call import Call
from mediaserver.calls.protocols import CallControls, Talker
from mediaserver.calls.routes import AgentSpec
from mediaserver.calls.speech_usage import SpeechUsage
from mediaserver.calls.warm import MOST_BRIEFING, Back, Warm
from mediaserver.errors import CallError, EngineError
from mediaserver.media.leg import Leg
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.settings.speech_to_speech import SpeechModelSettings
from pipelines.assistant.own_tools import END_CALL, TRANSFER, own_tools, text_of
from pipelines.assistant.settings import AssistantSettings
from pipelines.conversation.turn_settings import TurnSettings
from pipelines.engines.protocols import LlmTool, LlmToolCall
from pipelines.languages.tags import base_of
from pipelines.speech_to_speech.app import SpeechToSpeech
from pipelines.speech_to_speech.audio_format import AudioFormat
from pipelines.speech_to_speech.connection import ConnectionOwner, RealtimeConnection, SpeechEndpoint
from pipelines.speech_to_speech.endpoint import endpoint_of, speech_models
from pipelines.speech_to_speech.machine import RealtimeOptions
from pipelines.speech_to_speech.steered import SteeredSpeechToSpeech
from pipelines.tools.protocols import ToolContext
from pipelines.tools.results import ABOUT_DATA
from pipelines.tools.toolbox import ToolBox

MANNER = (
    "You are on the telephone. Answer in a sentence or two, in the caller's language. Notes in round "
    "brackets tell what the caller did; they are no words of the caller's. " + ABOUT_DATA
)
OWN = (END_CALL, TRANSFER)


class RealtimeMaker:
    """See `AppMaker`. `models`: those of the settings."""

    def __init__(
        self,
        models: Mapping[str, SpeechModelSettings],
        speech: Speech,
        tools: AgentTools,
        cleaner: MakeCleaner,
        insight: Insight,
        plan: NumberPlan,
        backgrounds: Backgrounds | None = None,
    ) -> None:
        self._backgrounds = backgrounds
        self._models = speech_models(models)
        self._speech = speech
        self._tools = tools
        self._cleaner = cleaner
        self._insight = insight
        self._plan = plan

    def check(self, agent: AgentSpec) -> None:
        self._speech.begin(agent)
        self._model(agent)

    def make(self, agent: AgentSpec, call: Call, leg: Leg, controls: CallControls) -> Talker:
        given, endpoint = self._model(agent)
        speech = self._speech.begin(agent, counter=SpeechUsage(call))
        box, rules = self._tools.box(agent.tools), AssistantSettings.of(agent.assistant)
        own = [each for each in own_tools(rules.transfers, remembers=False) if each.name in OWN]
        # Nobody asks the caller here before a tool acts: the model hears and speaks by itself.
        offered = [each for each in box.offered if not (made := box.get(each.name)) or not made.confirm]
        names = {each.name for each in offered}
        options = RealtimeOptions(
            f"{agent.prompt}\n\n{MANNER}".strip(),
            AudioFormat(given.audio),
            voice=agent.voice or given.voice,
            transcription=given.transcription,
            language=base_of(agent.language),
            eagerness=given.eagerness,
            silence_ms=given.silence_ms,
            tools=(*offered, *(each for each in own if each.name not in names)),
        )
        context = calling_of(call, speech.language, self._plan).for_tools()
        errands = _Errands(box, options.tools, rules, controls, context)
        app = SteeredSpeechToSpeech(
            call,
            partial(_connect, endpoint, options.audio),
            options,
            leg,
            controls.hang_up,
            tts=speech.tts,
            voice="" if agent.voice else speech.voice,  # that of the row is the model's
            language=speech.language,
            run_tool=errands.run,
            called=call.direction == "outbound",
            cleaner=self._cleaner(),
            background=self._backgrounds.begin(agent, call) if self._backgrounds is not None else None,
            filler_ms=TurnSettings.of(agent.turn).limits.filler,
            model=given.model,
        )
        errands.end_call = app.end_call
        self._insight.begin(replace(agent, llm=()), call, speech.language)
        return Talker(
            app,
            keeps_digits=True,
            say=app.say,
            shutdown=app.shutdown,
            returned=partial(_returned, app),
            steering=app,
        )

    def _model(self, agent: AgentSpec) -> tuple[SpeechModelSettings, SpeechEndpoint]:
        """Raises CallError when there is none that could talk now."""
        wanted = agent.llm or tuple(self._models)[:1]
        for name in wanted:
            given = self._models.get(name)
            if given is None:
                continue
            try:
                return given, endpoint_of(name, given)
            except EngineError as error:
                raise CallError(f"the agent {agent.name} cannot answer: {error}", 480) from None
        known = ", ".join(self._models) or "none: set OPENAI_API_KEY or name one in engines.speech_to_speech"
        raise CallError(
            f"the agent {agent.name} names no speech-to-speech model that is there ({known})", 480
        )


class _Errands:
    """What the model may ask for in one call."""

    def __init__(
        self,
        box: ToolBox,
        offered: Iterable[LlmTool],
        rules: AssistantSettings,
        controls: CallControls,
        context: ToolContext,
    ) -> None:
        self._offered = {each.name for each in offered}
        self._box = box
        self._rules = rules
        self._controls = controls
        self._context = context
        self.end_call: Callable[[], None] = _nothing

    async def run(self, call: LlmToolCall) -> str:
        if call.name not in self._offered:
            return f"error: there is no tool {call.name[:64]!r}"
        if self._box.get(call.name) is not None:
            return (await self._box.run(call, self._context)).text
        if call.name == TRANSFER:
            return self._transfer(call)
        self.end_call()
        return "The call ends once you have said goodbye. Say it now, if you have not."

    def _transfer(self, call: LlmToolCall) -> str:
        to = self._rules.transfers.get(str(call.arguments.get("to")))
        if to is None:
            return f"error: 'to' is one of {', '.join(self._rules.transfers) or 'nobody'}"
        briefing = text_of(call.arguments, "briefing", MOST_BRIEFING)
        self._controls.transfer(to, Warm(briefing) if self._rules.warm else None, away=self._rules.away)
        return "It rings there. You hear of it when nobody takes the call."


def _nothing() -> None:
    """There is no call to end yet."""


def _connect(endpoint: SpeechEndpoint, audio: AudioFormat, owner: ConnectionOwner) -> RealtimeConnection:
    return RealtimeConnection(endpoint, owner, audio.octets_per_ms)


def _returned(app: SpeechToSpeech, why: Back, to: str, detail: str) -> None:
    app.tell(f"The caller was with {to or 'somebody else'} and is with you again: {why}.")
