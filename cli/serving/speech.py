"""Which engines the agents of this server speak and hear with: by their rows, else by the settings.

It asks for what the rows name and says what is missing; it makes no engine and ends no call itself.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from cli.serving.finishing import sweep_kept
from cli.serving.fixed_texts import of_agent
from cli.serving.premaking import FixedSentence
from cli.serving.row_languages import first_language, row_languages, unspoken
from mediaserver.calls.routes import AgentSpec
from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import CallError, EngineError
from mediaserver.settings.engines import EnginesSettings
from pipelines.assistant.tongues import any_language
from pipelines.engines.counting import SpeechCounter
from pipelines.engines.protocols import Kind, Llm, Stt, Tts, TurnModel
from pipelines.engines.running import EngineLease, Engines
from pipelines.languages.asking import warm_names
from pipelines.spoken.dictionary import EMPTY, Dictionary
from pipelines.spoken.forms import warm
from pipelines.spoken.pronunciation import NONE, Pronunciations
from pipelines.voices.catalogue import catalogue
from pipelines.voices.routing import routes

THINKING = frozenset({"flow", "python", "llm", "realtime"})
"""Kinds of agents that hear and speak."""


class PassedOver:
    """Which engines of one call are passed over in a language, and why. Each line is given once."""

    def __init__(self, engines: Engines, lists: Mapping[Kind, tuple[Sequence[str], bool]]) -> None:
        """`lists`: with whether it is its row's own, whose engines are all meant for the call; those of the
        settings are for many tongues."""
        self._engines = engines
        self._lists = dict(lists)
        self._told: set[tuple[str, str]] = set()

    def __call__(self, language: str) -> list[tuple[str, str]]:
        """Kind and reason."""
        lines = [
            (kind.value, self._engines.absent(kind, names, language, all_speak=own))
            for kind, (names, own) in self._lists.items()
        ]
        fresh = [each for each in lines if each[1] and each not in self._told]
        self._told.update(fresh)
        return fresh


@dataclass(frozen=True, slots=True)
class Equipment:
    """What one call hears, speaks and thinks with, to its end."""

    stt: Stt
    tts: Tts
    llm: Llm | None
    """None: its row names none."""
    voice: str
    language: str
    turn_model: TurnModel | None = None
    """None: the settings name none, or it has not started."""
    pronunciations: Pronunciations = NONE
    dictionary: Dictionary = EMPTY
    """Of other languages and voices."""
    hears: Callable[[str], bool] = any_language
    """Whether one of its recognisers knows a language (BCP 47)."""
    speaks: Callable[[str], bool] = any_language
    llm_starting: Callable[[], Awaitable[None]] | None = None
    """Where the language model is being started still: returns once it is there, and raises
    EngineMissingError when it cannot be had."""
    absent: tuple[tuple[str, str], ...] = ()
    """Kinds of engines of which the first of the list cannot be had, and why: others do its work."""
    passed_over: Callable[[str], Iterable[tuple[str, str]]] = lambda _language: ()
    """Likewise where the call goes on in another language (BCP 47): what was not told before."""
    lease: EngineLease | None = None
    """Keeps its engines loaded, until the call is over."""


class Speech:
    """The engines of all agents. A call keeps those it began with; a changed row counts from the next on."""

    def __init__(
        self,
        engines: Engines,
        settings: EnginesSettings,
        refused: Callable[[], None],
        llms: Sequence[str] = (),
        dictionary: Dictionary = EMPTY,
    ) -> None:
        """`refused`: told of each call that was refused for want of engines. `llms`: of the agents that think
        with a language model and whose rows name none."""
        self._dictionary = dictionary
        self._engines = engines
        self._settings = settings
        self._refused = refused
        self._llms = tuple(llms)
        self._agents: list[AgentSpec] = []
        self._made_for: dict[str, bool] = {}
        """Engines that voices of the catalogue were made for: whether this server can run them."""
        self._swept = False
        """What voices have said that are named no more was removed; once, for rows may come back."""
        self._warmed: set[str] = set()
        """Languages whose words for numbers and dates are loaded, or being loaded."""

    def follow(self, agents: Iterable[AgentSpec]) -> None:
        """The rows are these now: start what they name and nobody has named before. What is named no more
        stays: calls may run on it, and a row that is changed back has it at once."""
        self._agents = [agent for agent in agents if agent.kind in THINKING]
        self._fix_texts()
        self._made_for.clear()
        for agent in self._agents:
            self._engines.stt(self._stt(agent))
            self._engines.tts(self._tts(agent))
            if llm := self._llm(agent):
                self._engines.llm(llm)
        if self._agents and self._settings.turn:
            self._engines.turn_model(self._settings.turn)
        usual = self._settings.language
        fresh = {each for agent in self._agents for each in row_languages(agent, usual)} - self._warmed
        if fresh:
            self._warmed |= fresh
            threading.Thread(target=_warm, args=sorted(fresh), daemon=True, name="spoken forms").start()

    def _fix_texts(self) -> None:
        kept = self._engines.finishing.kept if self._engines.finishing is not None else None
        if kept is None:
            return
        for agent in self._agents:
            for language in row_languages(agent, self._settings.language):
                kept.fix(of_agent(agent, language))
        if not self._swept:
            self._swept = True
            named = (name for agent in self._agents for name in agent.tts)
            usual = (*self._engines.known(Kind.TTS), *self._settings.tts, *self._settings.options)
            sweep_kept(kept, (*usual, *named))

    def fixed(self, prompts: Callable[[str], Iterable[str]]) -> Iterator[FixedSentence]:
        """What is said in every call, by those who say it in one. `prompts`: sentences of a flow by its
        name."""
        for agent in self._agents:
            if agent.kind == "realtime":
                continue
            language, voice, names = (
                first_language(agent, self._settings.language),
                self._voice(agent),
                self._tts(agent),
            )
            tts, known = self._engines.tts(names), self._dictionary.of(language, voice)
            # one after the other: those of a large flow together hold the loop for a second
            for sentence in chain(of_agent(agent, language), prompts(agent.flow)):
                yield FixedSentence(sentence, voice, language, names, tts, known)

    def begin(
        self,
        agent: AgentSpec,
        *,
        waits: bool = False,
        counter: SpeechCounter | None = None,
        words_only: bool = False,
    ) -> Equipment:
        """For a call that begins. `waits`: its agent can do without a language model until that has started.
        `counter`: told of what its engines hear and say. `words_only`: nobody hears or speaks in it.
        Raises CallError: 503 while all that could serve it is being started, 480 when there is nothing that
        could."""
        stt, tts = self._engines.stt(self._stt(agent)), self._engines.tts(self._tts(agent))
        names = self._llm(agent)
        llm = self._engines.llm(names) if names else None
        starting: Callable[[], Awaitable[None]] | None = None
        try:
            if not words_only:
                self._engines.check(Kind.STT, self._stt(agent))
                self._engines.check(Kind.TTS, self._tts(agent))
            if llm is not None and waits and self._engines.starting(Kind.LLM, names):
                starting = partial(self._engines.started, Kind.LLM, names)
            elif llm is not None:
                self._engines.check(Kind.LLM, names)
                llm.expect()
        except EngineError as error:
            self._refused()
            code = 503 if error.retryable else 480
            raise CallError(f"the agent {agent.name} cannot answer: {error}", code) from None
        voice = self._voice(agent)
        language = first_language(agent, self._settings.language)
        said = self._dictionary.of(language, voice)
        used = {} if words_only else {Kind.STT: self._stt(agent), Kind.TTS: self._tts(agent)}
        if names:
            used[Kind.LLM] = names
        own = {Kind.STT: agent.stt, Kind.TTS: agent.tts}
        lists = {kind: (each, bool(own.get(kind))) for kind, each in used.items()}
        passed_over = PassedOver(self._engines, lists)
        return Equipment(
            stt if counter is None else stt.counted(counter),
            tts if counter is None else tts.counted(counter),
            llm,
            voice,
            language,
            self._turn_model(language),
            said,
            self._dictionary,
            partial(self._engines.speaks, Kind.STT, self._stt(agent)),
            partial(self._engines.speaks, Kind.TTS, self._tts(agent)),
            starting,
            tuple(passed_over(language)),
            passed_over,
            self._engines.lease(used),
        )

    def model(self, names: tuple[str, ...]) -> Llm:
        """Language models by name, in order of preference, for a part of a call. Raises EngineError while
        none of them can answer."""
        llm = self._engines.llm(names)
        self._engines.check(Kind.LLM, names)
        llm.expect()
        return llm

    def expect(self, names: tuple[str, ...]) -> None:
        """These language models will be asked for: start them."""
        self._engines.llm(names)

    def in_call(self, agent: AgentSpec, speech: Equipment) -> Equipment:
        """For an agent that takes over a call which has this equipment: it hears and speaks with that, in its
        own language and voice, and thinks with its own models. Raises EngineError."""
        names = self._llm(agent)
        voice = self._voice(agent)
        language = first_language(agent, self._settings.language)
        llm = self.model(names) if names else None
        return replace(speech, llm=llm, llm_starting=None, voice=voice, language=language)

    def can_think(self, agent: AgentSpec) -> bool:
        """Whether an agent that thinks with a language model has one by name; others need none."""
        return agent.kind != "llm" or bool(self._llm(agent))

    def findings(self) -> list[Finding]:
        """Whether the agents can hear and speak; then each engine that cannot be had."""
        return [
            _serving("speech recognition", [self._engines.stt(self._stt(each)) for each in self._agents]),
            _serving("speech synthesis", [self._engines.tts(self._tts(each)) for each in self._agents]),
            *(state.as_finding(self._mend(state.name)) for state in self._engines.states if state.fault),
            *self._misheard(),
        ]

    def _misheard(self) -> list[Finding]:
        """Engines of each agent that do not speak its language."""
        findings = []
        for agent in self._agents:
            language, *others = row_languages(agent, self._settings.language)
            lists = ((Kind.STT, self._stt(agent)), (Kind.TTS, self._tts(agent)))
            own = {Kind.STT: agent.stt, Kind.TTS: agent.tts}
            mend = "name another engine or language in its row, or in the settings where it has none"
            for kind, names in lists:
                foreign = self._engines.foreign(kind, names, language)
                if foreign and (
                    own[kind] or len(foreign) == len(names)
                ):  # the settings' are for many tongues
                    what = f"no engine for {kind} speaks {language}, {foreign[0]} is used all the same"
                    if len(foreign) < len(names):
                        what = f"{', '.join(foreign)} for {kind} is passed over: it does not speak {language}"
                    findings.append(Finding(f"agent {agent.name}", False, what, mend, required=False))
            findings += unspoken(agent, others, lists, self._engines.knows)
            findings += self._otherwise_spoken(agent, language)
        return findings

    def _otherwise_spoken(self, agent: AgentSpec, language: str) -> list[Finding]:
        """Whether another engine speaks an agent's voice than that which it was made for."""
        names = self._tts(agent)
        ways = routes(self._voice(agent), language, self._engines.ready(Kind.TTS, names))
        if agent.kind == "realtime" or not ways or not ways[0].instead_of:
            return []
        way = ways[0]
        what = f"{way.engine} speaks its voice {self._voice(agent)}: it was made for {way.instead_of}, but "
        if agent.tts and way.instead_of not in agent.tts:
            what += "that is not among its row's engines for tts"
        else:
            what += way.why
        mend = "name a voice of an engine that is ready, or install that one (`voiceforge voices show`)"
        return [Finding(f"agent {agent.name}", False, what, mend, required=False)]

    def _turn_model(self, language: str) -> TurnModel | None:
        if not self._settings.turn:
            return None
        model = self._engines.turn_model(self._settings.turn)
        return model if model is not None and model.manifest.speaks(language) else None

    def _stt(self, agent: AgentSpec) -> tuple[str, ...]:
        return agent.stt or self._settings.stt

    def _tts(self, agent: AgentSpec) -> tuple[str, ...]:
        """Where its row names none, the engine that a voice of the catalogue was made for comes first, as
        soon as this server can run it."""
        if agent.tts or (voice := catalogue().find(self._voice(agent))) is None:
            return agent.tts or self._settings.tts
        if voice.engine not in self._made_for:
            self._made_for[voice.engine] = self._engines.available(Kind.TTS, voice.engine)
        if not self._made_for[voice.engine]:
            return self._settings.tts
        return voice.engine, *(name for name in self._settings.tts if name != voice.engine)

    def _voice(self, agent: AgentSpec) -> str:
        """An engine's own of the settings is one of the settings' engines; another would not know it."""
        usual = self._settings.voice
        return agent.voice or ("" if agent.tts and catalogue().find(usual) is None else usual)

    def _llm(self, agent: AgentSpec) -> tuple[str, ...]:
        """Those of a row of kind "realtime" are no engines that think: they hear and speak, too."""
        if agent.kind == "realtime":
            return ()
        return agent.llm or (self._llms if agent.kind == "llm" else ())

    def _mend(self, name: str) -> str:
        named = [agent.name for agent in self._agents if name in (*agent.stt, *agent.tts, *self._llm(agent))]
        if name == self._settings.turn:
            return "do as it says (it is tried again every minute), or take it out of engines.turn"
        if name == self._settings.embedding:
            return (
                "do as it says (it is tried again every minute), or take it out of engines.embedding; until "
                "then documents are found by words"
            )
        where = f"the rows of {', '.join(named)}" if named else "engines.stt or engines.tts of the settings"
        return f"do as it says (it is tried again every minute), or name another engine in {where}"


def _warm(*languages: str) -> None:
    """Load what is known of these languages, and the names of languages."""
    warm(*languages)
    warm_names()


def _serving(part: str, lists: Sequence[Stt] | Sequence[Tts]) -> Finding:
    """The server can do its work while one agent can; with no agent that speaks there is none to do."""
    ready = list(dict.fromkeys(each.manifest.name for each in lists if each.ready))
    if ready or not lists:
        return Finding(part, True, ", ".join(ready) or "no agent needs any")
    detail = "no engine that an agent names is ready"
    return Finding(part, False, detail, "see the log and `voiceforge engines list`")
