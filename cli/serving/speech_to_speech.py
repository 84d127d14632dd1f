"""Makes agents of kind "realtime": a model that hears and speaks by itself, without recogniser and voice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from cli.serving.assistants import with_texts
from cli.serving.backgrounds import Backgrounds
from cli.serving.briefing import briefer_of
from cli.serving.callers import calling_of
from cli.serving.cleaning import MakeCleaner
from cli.serving.insight import Insight
from cli.serving.realtime_errands import Errands
from cli.serving.speech import Speech
from cli.serving.tools import AgentTools
from cli.serving.voicemail import voicemail_of
from mediaserver.calls.call import Call
from mediaserver.calls.call_texts import TextsOfCalls
from mediaserver.calls.prompts import PromptShelf
from mediaserver.calls.protocols import CallControls, Talker, WrittenMaker
from mediaserver.calls.routes import AgentSpec
from mediaserver.calls.speech_usage import SpeechUsage
from mediaserver.calls.warm import Back
from mediaserver.errors import CallError, ConfigError, EngineError
from mediaserver.media.leg import Leg
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.settings.speech_to_speech import SpeechModelSettings
from pipelines.assistant.notes import MOST_DETAIL, plain
from pipelines.assistant.own_tools import END_CALL, TRANSFER, own_tools
from pipelines.assistant.secrets import unmarked
from pipelines.assistant.settings import AssistantSettings
from pipelines.conversation.turn_settings import TurnSettings
from pipelines.languages.tags import base_of
from pipelines.speech_to_speech.app import SpeechToSpeech
from pipelines.speech_to_speech.audio_format import AudioFormat
from pipelines.speech_to_speech.connection import ConnectionOwner, RealtimeConnection, SpeechEndpoint
from pipelines.speech_to_speech.endpoint import endpoint_of, speech_models
from pipelines.speech_to_speech.machine import RealtimeOptions
from pipelines.speech_to_speech.steered import SteeredSpeechToSpeech
from pipelines.tools.results import ABOUT_DATA

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
        texts: TextsOfCalls | None = None,
        written: WrittenMaker | None = None,
        prompts: PromptShelf | None = None,
    ) -> None:
        """`texts`: by whom callers are sent texts. `written`: makes who answers in writing, with a language
        model. `prompts` has the sound files that are left where a machine has picked up."""
        self._texts = texts
        self._written = written
        self._prompts = prompts
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
        rules, calling = AssistantSettings.of(agent.assistant), calling_of(call, speech.language, self._plan)
        box = with_texts(self._tools.box(agent.tools), agent, call, calling.number, self._texts)
        own = [each for each in own_tools(rules.transfers, remembers=False) if each.name in OWN]
        # Where nobody writes down what the caller says, nobody knows whether that was a yes.
        asks = bool(given.transcription)
        offered = [
            each for each in box.offered if asks or not (tool := box.get(each.name)) or not tool.confirm
        ]
        names = {each.name for each in offered}
        options = RealtimeOptions(
            f"{unmarked(agent.prompt)[0]}\n\n{MANNER}".strip(),
            AudioFormat(given.audio),
            voice=agent.voice or given.voice,
            transcription=given.transcription,
            language=base_of(agent.language),
            eagerness=given.eagerness,
            silence_ms=given.silence_ms,
            tools=(*offered, *(each for each in own if each.name not in names)),
        )
        errands = Errands(box, options.tools, rules, controls, calling.for_tools(), call.note)
        # The row's voice is the model's; ours is of the settings.
        spoken = replace(speech, voice="") if agent.voice else speech
        app = SteeredSpeechToSpeech(
            call,
            partial(_connect, endpoint, options.audio),
            options,
            leg,
            controls.hang_up,
            tts=speech.tts,
            voice=spoken.voice,
            language=speech.language,
            run_tool=errands.run,
            called=call.direction == "outbound",
            cleaner=self._cleaner(),
            background=self._backgrounds.begin(agent, call) if self._backgrounds is not None else None,
            filler_ms=TurnSettings.of(agent.turn).limits.filler,
            model=given.model,
            minds_words=errands.consent,
            voicemail=voicemail_of(agent, self._prompts),
        )
        errands.end_call = app.end_call
        self._insight.begin(replace(agent, llm=()), call, speech.language)
        return Talker(
            app,
            keeps_digits=True,
            say=app.say,
            shutdown=app.shutdown,
            returned=partial(_returned, app),
            brief=partial(briefer_of, spoken, call, _no_summary),
            steering=app,
        )

    def make_written(self, agent: AgentSpec, call: Call, controls: CallControls) -> Talker:
        """See `WrittenMaker`: the same agent, by the language model of the settings, since those of its row
        only speak."""
        if self._written is None:
            raise CallError(f"the agent {agent.name} only speaks: nobody answers for it in writing", 480)
        try:
            return self._written.make_written(replace(agent, kind="llm", llm=()), call, controls)
        except ConfigError as error:
            raise CallError(
                f"the agent {agent.name} only speaks; in writing the language model of the settings "
                f"(engines.llm) would answer for it: {error}",
                480,
            ) from None

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


def _connect(endpoint: SpeechEndpoint, audio: AudioFormat, owner: ConnectionOwner) -> RealtimeConnection:
    return RealtimeConnection(endpoint, owner, audio.octets_per_ms)


def _returned(app: SpeechToSpeech, why: Back, to: str, detail: str) -> None:
    about = f" ({plain(detail, MOST_DETAIL)})" if detail else ""
    whom = plain(to, MOST_DETAIL) or "somebody else"
    app.tell(f"The caller was to talk to {whom} and is with you again: {why}{about}.")


def _no_summary() -> str:
    """The model tells what it wants to be told with the transfer."""
    return ""
