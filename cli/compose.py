"""Builds one server from its settings: the place where SIP, media, pipeline, store and HTTP meet.

Order of start: what can fail for the operator's reasons comes first; SIP opens last, so that nobody can call
before there is somebody who listens.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from api.access.tickets import Opens
from api.connections import HttpLimits
from api.console_files import built_console
from api.context import ApiContext
from cli.makers import fault, led, makers
from cli.serving.access import count_running, open_access
from cli.serving.agent_faults import AgentFaults
from cli.serving.assistants import Assistants, may_recall, offer_assistant
from cli.serving.asterisk import open_asterisk
from cli.serving.backgrounds import Backgrounds
from cli.serving.certificates import Certificates
from cli.serving.cleaning import findings_of as cleaning_findings
from cli.serving.cleaning import open_cleaning
from cli.serving.database import open_database
from cli.serving.doors import open_rtp, open_sip
from cli.serving.engine_options import engine_modes
from cli.serving.engines import (
    default_llms,
    load_detector,
    open_engines,
    open_meaning,
    open_overview,
    open_thinking,
    open_voices,
)
from cli.serving.fetching import circuit_findings, open_fetching, open_fetching_for_keys
from cli.serving.fixed_texts import of_flow, prompts_on
from cli.serving.flow_names import names_on
from cli.serving.flow_work import FlowWorkshops, python_functions
from cli.serving.flows import ServedFlows
from cli.serving.gateway import open_gateway, open_realtime
from cli.serving.http import open_http
from cli.serving.insight import Insight
from cli.serving.keeping import open_keeping
from cli.serving.knowledge import open_knowledge
from cli.serving.messages import go_on_with_texts, open_texts
from cli.serving.modes import agent_with_modes, with_mode
from cli.serving.offering import offered_addresses
from cli.serving.outbound import findings_of, meter_calls_out, plan_of, targets_of
from cli.serving.overload import OverloadWatch
from cli.serving.own_code import OwnCode
from cli.serving.pjsua2 import open_pjsua
from cli.serving.premaking import Premaking
from cli.serving.prompts import open_prompts, unplayable
from cli.serving.pronunciations import open_dictionary
from cli.serving.provider_calls import carry_calls
from cli.serving.providers import open_board
from cli.serving.speech import Speech
from cli.serving.speech_desk import open_speech_desk
from cli.serving.speech_to_speech import RealtimeMaker
from cli.serving.steady import Steadiness
from cli.serving.telemetry import open_telemetry
from cli.serving.tools import open_tools
from cli.serving.tracing import open_tracer
from cli.serving.usage import forget_counts, watch_jobs
from cli.serving.watch import counter_of_thinking_ahead, stored, watch
from cli.serving.webhooks import open_webhooks
from cli.serving.webrtc import open_webrtc
from cli.simulate.by_request import ServedSimulator
from cli.simulate.by_typing import ServedTrials
from mediaserver import descriptors
from mediaserver.calls.call_texts import TextRules, TextsOfCalls
from mediaserver.calls.draining import Drain
from mediaserver.calls.events import EventBus
from mediaserver.calls.hold_music import SILENCE, hold_music
from mediaserver.calls.messages import CallMessages
from mediaserver.calls.playing import Frames
from mediaserver.calls.protocols import WrittenMaker
from mediaserver.calls.recorder import Recorder
from mediaserver.calls.registry import CallRegistry
from mediaserver.calls.routes import AgentSpec
from mediaserver.calls.sounds import Sounds
from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.calls.warm import Manner
from mediaserver.config import Settings, is_loopback
from mediaserver.data_folder import make_data_folder
from mediaserver.diagnosis.health import Health
from mediaserver.diagnosis.media_clock import ClockHealth
from mediaserver.errors import ConfigError, PeerError
from mediaserver.fetching.protocols import Fetcher
from mediaserver.jobs.runner import JobRunner
from mediaserver.media.clock import MediaClock
from mediaserver.media.hearing import SWITCH_S
from mediaserver.media.leg import Wire
from mediaserver.metrics import Metrics
from mediaserver.redaction.choices import RedactionChoices
from mediaserver.storage.outbox.feed import EventFeed
from pipelines.engines.builtin import registry
from pipelines.engines.protocols import Kind
from pipelines.engines.vad.protocol import Vad
from sip.calls.places import legs_for

log = logging.getLogger(__name__)

GOODBYE_S = 3.2
"""Of the five seconds that a stop may take, this much belongs to the callers."""
ENGINES_S = 20.0
"""Engines that take longer to start do not keep the server from answering."""
CODE_S = 5.0
"""Nor does code of agents that takes longer to be imported."""


def nothing() -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a started server can be reached."""

    sip: str
    """HOST:PORT for UDP and TCP."""
    http: str
    """Base address."""
    sips: str = ""
    """HOST:PORT for TLS; empty when nobody can call by it."""

    def as_dict(self) -> dict[str, Any]:
        return {"sip": self.sip, "http": self.http} | ({"sips": self.sips} if self.sips else {})


class Server:
    """One running server. `start` raises a VoiceForgeError whose text is one clear line; `stop` may follow
    a start that failed half-way."""

    def __init__(self, settings: Settings, wanted_to_stop: Callable[[], None] = nothing) -> None:
        """`wanted_to_stop`: called when somebody had the server drained in order to stop it; then `stop`."""
        self._settings = settings
        self._wanted_to_stop = wanted_to_stop
        self._began = time.perf_counter()
        self._undo = contextlib.AsyncExitStack()
        self.health = Health("database", "sip")
        self.metrics = Metrics()
        self.registry = CallRegistry(settings.sip.max_calls, self.metrics)
        self._switchboard: LocalSwitchboard | None = None
        self._certificates: Certificates | None = None
        self._context = ApiContext(settings, self.health, self.metrics)
        self._ready = False
        self.fetcher: Fetcher | None = None
        """Fetches what users name; known once the server is being started, and closed with it."""
        self.first_key = ""
        """The text of the key that this start has made; empty when there was one. Nobody keeps it but the
        data folder."""
        self.offered: dict[str, str] = {}
        """Once it is started: which of `demo`, `assistant` and `echo` are answered, and by what."""

    async def start(self) -> Addresses:
        """Start everything. Returns when calls are answered."""
        settings, undo, health, metrics = self._settings, self._undo, self.health, self.metrics
        shares = descriptors.shares(
            descriptors.take(), legs_for(settings.sip.max_calls), settings.gateway.max_sessions
        )
        await asyncio.to_thread(make_data_folder, settings.data)
        self._context.console = await asyncio.to_thread(built_console)
        certificates = self._certificates = Certificates(settings)
        await asyncio.to_thread(certificates.open)
        context = self._context
        http = await open_http(settings.http, context, undo, HttpLimits(shares.http))
        wire = open_rtp(settings, undo)
        fetching = self.fetcher = await open_fetching(settings.fetch, metrics, undo)
        for_keys = await open_fetching_for_keys(settings.fetch, settings.shared, metrics, undo)

        known = registry()
        modes = await asyncio.to_thread(engine_modes, settings, known)
        settings = with_mode(settings, modes)
        engines = open_engines(settings, known, undo)
        models, refused = default_llms(settings, known), metrics.calls_refused.labels("engines").inc
        dictionary = await asyncio.to_thread(open_dictionary, settings.agent)
        speech = Speech(engines, settings.engines, refused, models, dictionary)
        voices = open_voices(settings, known, engines, undo)
        desk = await open_speech_desk(settings, known, engines, models, voices, fetching, for_keys, undo)
        seed = offer_assistant if models else None
        code, tools = OwnCode(), open_tools(settings, undo)
        tools.meaning = open_meaning(settings, engines)
        insight = Insight(settings.insight, engines)
        backgrounds = Backgrounds(settings.background, Sounds(settings.sounds_folder))

        flows = ServedFlows(models, settings.shared)
        fetching.secrets = for_keys.secrets = flows.secrets

        def follow(agents: Iterable[AgentSpec]) -> None:
            speech.follow(flows.all_dressed(agents))
            code.follow(agents)
            tools.follow({agent.name: agent.tools for agent in agents})
            backgrounds.follow(agents)

        def check(agent: AgentSpec) -> str:
            return flows.owner_fault(agent) or fault(agent, flows.fault, settings.shared)

        try:
            async with asyncio.TaskGroup() as group:
                opening = group.create_task(
                    open_database(
                        settings, undo, metrics, follow, check, flows, seed, partial(agent_with_modes, modes)
                    )
                )
                loading = group.create_task(load_detector(settings, known))
        except BaseExceptionGroup as group_error:
            raise group_error.exceptions[0] from None
        database, (detector, voice_detection) = opening.result(), loading.result()
        feed = EventFeed(database.connect, database.pool)
        await feed.start()
        self.first_key = await open_access(
            context.access, settings.data, database.connect, database.pool, database.writer, undo
        )
        jobs = context.jobs = JobRunner(
            database.connect, at_once=settings.jobs.at_once, count=metrics.count_job
        )
        keeping = open_keeping(settings, database, jobs)
        context.eraser, context.directory, context.flows = keeping.eraser, database.directory, flows
        context.agent_faults = AgentFaults(known, settings.engines, flows.fault, tools.there).of
        context.knowledge = open_knowledge(settings, engines, tools.meaning, fetching, database.connect, undo)
        insight.open(database.pool, database.writer, undo)
        # A model's server may be far, slow or gone: that keeps no other agent waiting.
        engines.warm(settings.engines.warm)
        speaking = engines.settle(ENGINES_S, without=(Kind.LLM, Kind.EMBEDDING))
        providers, *_ = await asyncio.gather(
            open_board(settings, database, undo),
            speaking,
            code.settle(CODE_S),
            tools.settle(CODE_S),
            backgrounds.settle(),
        )
        context.providers = providers
        prompts = context.prompts = await open_prompts(database, undo)

        clock = self._start_clock(detector, wire)
        overload = OverloadWatch(clock, self.registry, settings.media.overload_ms)
        steadiness = Steadiness(clock, settings, metrics)
        recorder = Recorder(settings.recordings, database.writer, metrics)
        undo.push_async_callback(recorder.close)
        bus = EventBus()
        plan = plan_of(settings.outbound)
        count = counter_of_thinking_ahead(metrics)
        recalls = partial(may_recall, context.access.is_operators)
        texts = TextsOfCalls(TextRules(settings.texts.per_call, settings.texts.per_number, settings.texts.to))
        assistants = Assistants(tools.box, plan, database.pool, count, recalls, texts)
        cleaning = open_cleaning(settings.media, metrics, undo)
        keeps = partial(CallMessages, recorder, most_s=settings.recording.message_s)
        functions = python_functions(settings.flows.python_modules)
        workshops = FlowWorkshops(
            fetching,
            functions,
            tools,
            speech,
            plan,
            database.directory.agent,
            for_keys,
            flows.shelf.owner,
            texts,
            prompts,
        )
        flows.workshops = workshops
        by_kind = makers(
            speech, code, cleaning, insight, assistants, backgrounds, keeps, flows, workshops, prompts
        )
        spoken = settings.engines.speech_to_speech
        writing = by_kind["llm"]
        assert isinstance(writing, WrittenMaker)
        by_kind["realtime"] = RealtimeMaker(
            spoken, speech, tools, cleaning, insight, plan, backgrounds, texts, writing, prompts
        )
        switchboard = self._switchboard = LocalSwitchboard(
            routes=database.directory,
            makers=by_kind,
            registry=self.registry,
            bus=bus,
            sink=database.writer,
            metrics=metrics,
            clock=clock,
            recorder=recorder,
            targets=targets_of(settings),
            record=settings.recording.enabled,
            hold_music=await asyncio.to_thread(_hold_music, settings),
            warm=Manner(**settings.transfer.model_dump()),
            supervisor_keys=settings.supervision.keys,
            redaction=RedactionChoices(**settings.redaction.model_dump()),
        )
        undo.push_async_callback(switchboard.close)
        context.texts = texts.texting = open_texts(settings, database, providers, switchboard, undo)
        context.may_call, workshops.redactor_of = switchboard.targets.check, switchboard.redactor_of
        flows.names = names_on(
            database,
            settings.shared,
            switchboard.targets,
            tools.there,
            functions.there,
            texts.rules.allows,
            prompts,
        )

        kept = engines.finishing.kept if engines.finishing is not None else None

        def expect() -> None:
            for each in flows.shelf.shelved():
                workshops.expect(each.compiled.compiled.document)
                if kept is not None:
                    kept.fix(of_flow(each.compiled.compiled.document))

        flows.shelf.on_change(expect)
        expect()
        if settings.engines.premade:
            instructed = partial(prompts_on, flows.shelf)
            premaking = Premaking(
                lambda: speech.fixed(instructed),
                lambda: not len(self.registry),
                settings.engines.premade,
                settings.engines.premade_s,
            )
            undo.callback(asyncio.create_task(premaking.run()).cancel)
        drain = context.drain = Drain(switchboard, settings.agent.goodbye, GOODBYE_S)
        drain.stop = self._wanted_to_stop
        undo.push_async_callback(drain.close)
        context.outbound = await meter_calls_out(
            settings, database.pool, database.writer, switchboard, bus, metrics, undo
        )
        if is_loopback(settings.http.host) and not settings.http.admin_token.get_secret_value():
            tickets = context.access.tickets
            switchboard.transcript_url = lambda call_id: (
                f"{http}/api/telephony/calls/{call_id}/events?ticket={tickets.of(call_id, Opens.WHOLE)}"
            )
        tools.database = database.pool
        context.gateway = await open_gateway(
            settings.gateway,
            context.access,
            database.pool,
            switchboard,
            clock,
            database.directory.agent,
            metrics,
            undo,
        )
        context.gateway.faults, context.gateway.usual_llms = context.agent_faults, models
        context.realtime = open_realtime(
            context.gateway,
            context.access,
            switchboard,
            database.directory.agent,
            lambda: desk.models,
            led(by_kind),
            metrics,
            undo,
        )
        context.pool, context.trunks, context.switchboard = database.pool, database.trunks, switchboard
        context.sink = context.store = database.writer
        context.node = database.writer.node
        count_running(context.access, switchboard)

        await open_telemetry(settings.telemetry, switchboard, context, undo)
        context.voices, context.audio = voices, wire
        context.engines = open_overview(settings, known, engines, modes)
        context.think = open_thinking(settings, known, engines, models)
        simulator = ServedSimulator(settings, engines, fetching, for_keys, functions, models)
        context.simulator, context.trials = simulator, ServedTrials(simulator)
        context.drafts = flows.drafts
        context.speech = desk
        tracer = context.tracer = open_tracer(settings.sip, switchboard, metrics, undo)
        if settings.sip.backend == "pjsua2":
            opening_sip = open_pjsua(settings, switchboard, metrics, undo, database.trunks)
        else:
            opening_sip = open_sip(
                settings,
                wire,
                switchboard,
                metrics,
                undo,
                shares.sip_tcp,
                database.trunks,
                certificates,
                tracer,
                drain,
                context,
            )
        context.sip_address, secure = await opening_sip
        context.webrtc = await open_webrtc(settings, wire, switchboard, metrics, undo)
        context.asterisk = await open_asterisk(settings, switchboard, clock, metrics, health, undo)
        carry_calls(
            providers,
            switchboard,
            clock,
            database.pool,
            database.connect,
            database.writer,
            fetching,
            metrics,
            context,
            settings.recordings,
            settings.database.dead_after_s,
            undo,
        )
        await go_on_with_texts(context.texts)
        media = ClockHealth(clock, lambda: len(clock))
        where = "PostgreSQL" if settings.database.url.get_secret_value() else "embedded"
        health.ask(lambda: stored(database.writer, where), instead_of="database")
        health.set("sip", True, f"answers sip:demo@{context.sip_address}")
        for source in (
            speech.findings,
            code.findings,
            tools.findings,
            backgrounds.findings,
            steadiness.findings,
            database.directory.findings,
            database.trunks.findings,
            providers.findings,
            flows.findings,
            lambda: unplayable(database.directory.agents(), prompts.there),
            certificates.findings,
            findings_of(context.outbound),
            overload.findings,
            keeping.findings,
            lambda: cleaning_findings(settings.media),
            partial(circuit_findings, fetching),
            partial(circuit_findings, for_keys),
            lambda: [media.look(), voice_detection, recorder.finding(), jobs.finding()],
            lambda: [plugin.as_finding() for plugin in known.broken],
        ):
            health.ask(source)
        watch(engines, switchboard, metrics, undo)
        steadiness.begin(undo)
        overload.begin(metrics, undo)
        context.feed = feed
        undo.push_async_callback(feed.close)
        sender = await open_webhooks(settings, database, fetching, for_keys, feed, jobs, undo)
        health.ask(sender.findings)
        context.sealer = database.sealer
        forget_counts(jobs, database.pool)
        watch_jobs(jobs, metrics)
        # All kinds and schedules of jobs are declared before.
        undo.push_async_callback(jobs.close)
        await jobs.start()
        context.offered = partial(offered_addresses, database.directory, speech.can_think)
        self.offered = context.offered()
        self._ready = True
        desk.expect(settings.engines.tts)
        log.info(
            "ready in %.1f s: call %s, watch %s/",
            time.perf_counter() - self._began,
            " or ".join(f"sip:{name}@{context.sip_address}" for name in self.offered) or "your agents",
            http,
        )
        return Addresses(context.sip_address, http, secure)

    def console_link(self, http: str) -> str:
        """Signs one browser in to the page, once and soon. `http`: the base address."""
        code = self._context.access.login_code()
        return f"{http}/login?code={code}"

    def reload(self) -> None:
        """Read the certificates anew, as SIGHUP asks. Calls that are up stay."""
        if self._certificates is not None:
            self._certificates.reload()

    async def stop(self) -> None:
        """No new calls, goodbye to those that run, everything stored: within five seconds."""
        if self._switchboard is not None:
            self.health.set("sip", False, "the server is being stopped")
            await self._switchboard.stop(self._settings.agent.goodbye, GOODBYE_S)
        await self._undo.aclose()
        if self._ready:
            log.info("stopped")

    def _start_clock(self, detector: Vad | None, wire: Wire) -> MediaClock:
        """`wire`: drained from now on, so that the very first caller is heard before its call is attached."""
        sys.setswitchinterval(SWITCH_S)
        clock = MediaClock(
            detector, phases=self._settings.media.phases, threaded_hearing=detector is not None
        )
        self.metrics.watch_clock(clock)
        clock.add_wire(wire)
        clock.start()
        self._undo.callback(clock.stop)
        return clock


def _hold_music(settings: Settings) -> Frames:
    """What the settings name. Raises ConfigError."""
    match settings.sounds.hold_music:
        case "built-in":
            return hold_music()
        case "silence":
            return SILENCE
        case name:
            try:
                return Sounds(settings.sounds_folder).read(name)
            except PeerError as error:
                raise ConfigError(f"sounds.hold_music: {error}") from None
