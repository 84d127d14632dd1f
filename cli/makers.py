"""Makes the agents of the server's calls: joins the pipeline to the switchboard, which knows none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from api.realtime.leading import LeadAgent, LedEngines, MakeLed
from cli.serving.assistants import Assistants
from cli.serving.backgrounds import Backgrounds
from cli.serving.briefing import briefer_of
from cli.serving.cleaning import MakeCleaner, uncleaned
from cli.serving.flow_work import FlowWorkshops
from cli.serving.flows import ServedFlows
from cli.serving.insight import Insight
from cli.serving.own_code import OwnCode
from cli.serving.speech import Equipment, Speech
from cli.serving.voicemail import voicemail_of
from mediaserver.calls.background.choices import BackgroundChoices
from mediaserver.calls.call import Call
from mediaserver.calls.echo import EchoMaker
from mediaserver.calls.prompts import PromptShelf
from mediaserver.calls.protocols import AppMaker, CallControls, Talker
from mediaserver.calls.routes import AgentSpec
from mediaserver.calls.speech_usage import SpeechUsage
from mediaserver.calls.warm import MOST_BRIEFING, Warm
from mediaserver.errors import ConfigError
from mediaserver.media.leg import Leg
from mediaserver.redaction.choices import RedactionChoices
from mediaserver.retention.choices import RetentionChoices
from mediaserver.settings.shared import NOTHING_LENT, SharedSettings
from pipelines.agents import make_agent
from pipelines.assistant.settings import AssistantSettings
from pipelines.conversation.agent import Agent, Context, Transfer
from pipelines.conversation.message_desk import MessageFiles
from pipelines.conversation.session import AgentSession
from pipelines.conversation.turn_settings import TurnSettings
from pipelines.conversation.typed_session import TypedSession
from pipelines.flows.library.operators import tools_not_lent
from pipelines.flows.work.agent_transfer import TakenAgent, Transfers
from pipelines.insight.choices import InsightChoices


class ThinkingMaker:
    """Makes agents that think (kinds "flow", "python" and "llm") and the session in which they talk."""

    def __init__(
        self,
        speech: Speech,
        code: OwnCode,
        cleaner: MakeCleaner,
        insight: Insight | None,
        assistants: Assistants | None,
        backgrounds: Backgrounds | None,
        messages: Callable[[Call], MessageFiles] | None,
        flows: ServedFlows | None,
        prompts: PromptShelf | None,
    ) -> None:
        self._flows = flows
        self._prompts = prompts
        self._backgrounds = backgrounds
        self._messages = messages
        self._speech = speech
        self._code = code
        self._cleaner = cleaner
        self._insight = insight
        self._assistants = assistants

    def check(self, agent: AgentSpec) -> None:
        self._speech.begin(agent if self._flows is None else self._flows.dressed(agent))

    def make(
        self,
        agent: AgentSpec,
        call: Call,
        leg: Leg,
        controls: CallControls,
        lead: LeadAgent | None = None,
    ) -> Talker:
        """See `AppMaker`. The call keeps these engines, whatever becomes of the row. `lead`: makes who
        thinks, in the row's place."""
        self._code.check(agent)
        if self._flows is not None:
            agent = self._flows.dressed(agent, call)
        speech = self._speech.begin(agent, waits=agent.kind == "llm", counter=SpeechUsage(call, agent.flow))
        _begun(call, speech)
        own = partial(self._agent, agent, call, speech)
        thinks = own() if lead is None else lead(call, _engines_of(speech), own)
        session = AgentSession(
            call,
            thinks,
            speech.stt,
            speech.tts,
            controls.hang_up,
            leg,
            transfer=lambda last: controls.transfer(last.to, _warm(last), last.trunk, last.away),
            context=Context(call.id, 0, call.direction, call.from_uri, call.to_uri, call.about),
            voice=speech.voice,
            language=speech.language,
            pronunciations=speech.pronunciations,
            dictionary=speech.dictionary,
            passed_over=speech.passed_over,
            turn_model=speech.turn_model,
            turn=TurnSettings.of(agent.turn).turn(
                speech.language,
                speech.stt.manifest.final_within_s,
                partials_tell=speech.stt.manifest.partials_tell,
                spots=speech.stt.manifest.spots,
            ),
            stats=leg.stats,
            cleaner=self._cleaner(),
            voice_notes=self._insight.begin(agent, call, speech.language)
            if self._insight is not None
            else None,
            background=self._backgrounds.begin(agent, call) if self._backgrounds is not None else None,
            messages=self._messages(call) if self._messages is not None else None,
            voicemail=voicemail_of(agent, self._prompts),
        )
        return Talker(
            session,
            keeps_digits=True,
            say=session.say,
            shutdown=session.shutdown,
            returned=lambda why, to, detail: session.returned(str(why), to, detail),
            brief=partial(briefer_of, speech, call, session.summary),
            steering=session,
        )

    def make_written(self, agent: AgentSpec, call: Call, controls: CallControls) -> Talker:
        """See `WrittenMaker`. It needs neither ears nor a voice."""
        self._code.check(agent)
        if self._flows is not None:
            agent = self._flows.dressed(agent, call)
        speech = self._speech.begin(agent, waits=agent.kind == "llm", words_only=True)
        _begun(call, speech)
        if self._insight is not None:
            self._insight.begin(agent, call, speech.language)
        session = TypedSession(
            call,
            self._agent(agent, call, speech),
            controls.hang_up,
            context=Context(call.id, 0, call.direction, call.from_uri, call.to_uri, call.about),
            language=speech.language,
        )
        return Talker(
            session,
            keeps_digits=True,
            say=session.say,
            shutdown=session.shutdown,
            steering=session,
            words_only=True,
        )

    def take_over(
        self, agent: AgentSpec, call: Call, speech: Equipment, about: Mapping[str, Any], transfers: Transfers
    ) -> TakenAgent:
        """See `TakeOver`."""
        self._code.check(agent)
        if self._flows is not None:
            agent = self._flows.dressed(agent, call)
        own = self._speech.in_call(agent, speech)
        made = self._agent(agent, call, own, about, transfers)
        return TakenAgent(made, own.language, own.voice)

    def _agent(
        self,
        agent: AgentSpec,
        call: Call,
        speech: Equipment,
        about: Mapping[str, Any] | None = None,
        transfers: Transfers | None = None,
    ) -> Agent:
        """`about`: what is given along; None: what whoever placed the call gave. `transfers`: how many agents
        the call had. Raises ConfigError, and CallError for tools that cannot be had."""
        if agent.kind == "llm" and self._assistants is not None:
            return self._assistants.make(agent, call, speech, about)
        if agent.kind == "flow" and self._flows is not None:
            return self._flows.make(agent, call, speech, about, transfers)
        return make_agent(
            call.id,
            kind=agent.kind,
            flow=agent.flow,
            entry=agent.entry,
            prompt=agent.prompt,
            language=speech.language,
            llm=speech.llm,
        )


def led(kinds: Mapping[str, AppMaker]) -> MakeLed:
    """Makes talkers whose client has a say in what they are. `kinds`: from `makers`."""
    thinking = kinds["flow"]
    assert isinstance(thinking, ThinkingMaker)
    return partial(LedMaker, thinking)


class LedMaker:
    """An AppMaker for one conversation, whose client has a say in what its agent is."""

    def __init__(self, thinking: ThinkingMaker, lead: LeadAgent) -> None:
        self._thinking = thinking
        self._lead = lead

    def check(self, agent: AgentSpec) -> None:
        self._thinking.check(agent)

    def make(self, agent: AgentSpec, call: Call, leg: Leg, controls: CallControls) -> Talker:
        return self._thinking.make(agent, call, leg, controls, self._lead)


def _begun(call: Call, speech: Equipment) -> None:
    """A call has its engines: they stay to its end, and it is told which of its row's cannot be had."""
    for engine, why in speech.absent:
        call.note("engine_failed", engine=engine, reason=why)
    if speech.lease is not None:
        call.on_end(speech.lease.end)


def _engines_of(speech: Equipment) -> LedEngines:
    return LedEngines(speech.llm, speech.language, speech.voice, speech.llm_starting)


def _warm(last: Transfer) -> Warm | None:
    """How an agent wants its caller to be handed over. A model may write more of a briefing than anybody is
    told."""
    if not last.warm:
        return None
    return Warm(last.briefing.strip()[:MOST_BRIEFING], last.accept or None)


def makers(
    speech: Speech,
    code: OwnCode,
    cleaner: MakeCleaner = uncleaned,
    insight: Insight | None = None,
    assistants: Assistants | None = None,
    backgrounds: Backgrounds | None = None,
    messages: Callable[[Call], MessageFiles] | None = None,
    flows: ServedFlows | None = None,
    workshops: FlowWorkshops | None = None,
    prompts: PromptShelf | None = None,
) -> dict[str, AppMaker]:
    """By kind of agent. `cleaner` makes what cleans a caller's line for an agent; `insight` learns of their
    calls what is to be known beyond the words; `assistants` makes those that think with a language model;
    `backgrounds` has what is heard under their words; `messages` keeps what their callers leave; `flows` has
    those of the database; `workshops` does what their nodes do besides talking; `prompts` has the sound
    files that assistants leave."""
    thinking = ThinkingMaker(
        speech, code, cleaner, insight, assistants, backgrounds, messages, flows, prompts
    )
    if workshops is not None:
        workshops.take_over = thinking.take_over
    kinds = ("flow", "python", "llm") if assistants is not None else ("flow", "python")
    return {**dict.fromkeys(kinds, thinking), "echo": EchoMaker()}


def fault(
    agent: AgentSpec,
    flow_fault: Callable[[str], str] | None = None,
    shared: SharedSettings = NOTHING_LENT,
) -> str:
    """What is wrong with a row in the pipeline's eyes, so that it is told before anybody calls; empty when
    nothing is. `flow_fault`: why calls cannot have a flow, empty when they can; without it only those that
    come with the server are known. `shared`: what of the operator's the agents of keys may use."""
    if agent.owner is not None and agent.kind == "python":
        return "code of this server's is for agents of the operator alone"
    if agent.owner is not None and (closed := tools_not_lent(agent.tools, shared)):
        return f"the tool {closed[0]} is for agents of the operator alone: see `shared` in the settings"
    try:
        TurnSettings.of(agent.turn)
        InsightChoices().changed(agent.insight)
        BackgroundChoices().changed(agent.background)
        RedactionChoices().changed(agent.redaction)
        RetentionChoices().changed(agent.retention)
        if agent.kind in ("llm", "realtime"):
            AssistantSettings.of(agent.assistant)
        if agent.kind == "flow" and flow_fault is not None:
            return flow_fault(agent.flow)
        if agent.kind == "flow":
            make_agent(agent.id, kind="flow", flow=agent.flow)
    except ConfigError as error:
        return str(error)
    return ""
