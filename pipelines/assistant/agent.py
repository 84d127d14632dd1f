"""An agent that thinks with a language model: any `Llm`, with memory of what was heard, tools and facts.

It is told of the call by `respond`, one input at a time, and never sees audio. What the model does wrong
costs a sentence, never the call.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from functools import partial

from mediaserver.errors import EngineError
from mediaserver.media.answered_by import AnsweredBy
from mediaserver.storage.records import NOW_MS, EventHappened, FactLearnt, Record
from pipelines.assistant.accounting import AheadFigures, CallAccount
from pipelines.assistant.answer_turn import PATIENCE_S, AnswerTurn, Consent, Faculties
from pipelines.assistant.asked_ahead import AskedAhead
from pipelines.assistant.calling import Calling
from pipelines.assistant.consent import agrees
from pipelines.assistant.facts import Fact, FactSource
from pipelines.assistant.instructions import ENDING, instructions, named, opening
from pipelines.assistant.memory import Memory, RememberedTurn, words_in
from pipelines.assistant.model_start import ModelStart
from pipelines.assistant.mood_notes import MoodNotes
from pipelines.assistant.notes import ANSWERED_BY, note, plain, told
from pipelines.assistant.own_tools import own_tools
from pipelines.assistant.part import PartOfCall
from pipelines.assistant.secrets import Secrets, unmarked
from pipelines.assistant.settings import AssistantSettings
from pipelines.assistant.summarising import extract, summed_up
from pipelines.assistant.thinking_ahead import ThinkingAhead
from pipelines.assistant.tongues import LanguageNews, Tongues, any_language
from pipelines.assistant.tool_runs import ToolRuns
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    Context,
    End,
    Keep,
    Last,
    LineTrouble,
    Listen,
    Say,
    Silence,
    Transfer,
    Utterance,
)
from pipelines.conversation.line_words import MindingTheLine
from pipelines.conversation.own_words import own_words
from pipelines.engines.llm.spent import TokensSpent
from pipelines.engines.protocols import Llm
from pipelines.tools.results import ABOUT_DATA
from pipelines.tools.toolbox import ToolBox

log = logging.getLogger(__name__)

FAILURES = 3
"""A model that fails so often in a row is given up."""
PART_FAILURES = 2
"""... and so often where whoever gave it a part of the call goes on without it."""
MOST_SILENCES = 3
"""Silences in a row that the model is told of; after one more the call ends."""
FACTS_WITHIN_S = 0.5
UNHEARD_WORDS = 2
"""So many words at the end of a question need not be heard: people answer before it is over."""
SHARE_UNHEARD = 3
"""... and of a short one no more than a third."""


class Assistant:
    """An Agent, of one call."""

    minds_line = True

    def __init__(
        self,
        name: str,
        llm: Llm,
        calling: Calling,
        *,
        prompt: str = "",
        settings: AssistantSettings | None = None,
        box: ToolBox | None = None,
        facts: FactSource | None = None,
        patience_s: float = PATIENCE_S,
        late: Callable[..., None] | None = None,
        thought_ahead: Callable[[AheadFigures], None] | None = None,
        hears: Callable[[str], bool] = any_language,
        speaks: Callable[[str], bool] = any_language,
        starting: Callable[[], Awaitable[None]] | None = None,
        part: PartOfCall | None = None,
    ) -> None:
        """`name`: of the agent, under which facts are kept. `facts`: None where none are kept. `patience_s`:
        a model that streams nothing for so long has failed. `late`: keeps an event (kind, data by name) of a
        tool that ends after the call. `thought_ahead`: counts what asking ahead of a turn came to. `hears`,
        `speaks`: whether the call has a recogniser, and a voice, for a language (BCP 47). `starting`: the
        model is being started; see `ModelStart`. `part`: it has but a part of the call."""
        self._name = name
        self._part = part
        self._calling = calling
        self._settings = settings or AssistantSettings()
        self._account = CallAccount(late=late)
        self._facts = facts if self._settings.remember and calling.number else None
        self._tongues = Tongues(calling.language, self._settings.languages, hears, speaks)
        text, secret = unmarked("\n\n".join(filter(None, [prompt, self._tongues.prompt])))
        box = box or ToolBox(())
        leaving = part.tools if part is not None else ()
        offered = [tool for tool in box.offered if all(tool.name != own.name for own in leaving)]
        taken = {tool.name for tool in offered}
        usual = own_tools(
            self._settings.transfers,
            remembers=self._facts is not None,
            languages=self._tongues.usable,
            ends=part is None,
        )
        own = (*leaving, *(tool for tool in usual if tool.name not in taken))
        ending = part.rule if part is not None else ENDING
        rules = instructions(text, calling.language, [ABOUT_DATA], self._tongues.rule, ending)
        self._memory = Memory(rules)
        self._faculties = Faculties(
            llm,
            self._memory,
            ToolRuns(box, self._account),
            (*offered, *own),
            frozenset(tool.name for tool in own),
            Secrets(secret),
            self._tongues,
            self._settings.transfers,
            partial(_learnt, calling, name),
            warm=self._settings.warm,
            away=self._settings.away,
            part=part,
            patience_s=patience_s,
        )
        self._start: ModelStart | None = None
        """Of the model, as long as that is waited for."""
        if starting is not None:
            every_s, now = self._faculties.working_every_s, self._faculties.now
            self._start = ModelStart(starting, lambda: self._tongues.phrases.working, every_s, now)
        self._spent = TokensSpent()
        self._ahead = ThinkingAhead(self._faculties, self._settings.preemptive, thought_ahead)
        self._answering: AnswerTurn | None = None
        self._asking: Consent | None = None
        """The caller was asked, and has not answered."""
        self._agreed: Consent | None = None
        """The caller has agreed with the last words."""
        self._collects = False
        self._silences = 0
        self._failures = 0
        self._missed = False
        self._picked_up: AnsweredBy | None = None
        """It was found out who has picked up, and the model was not told."""
        self._mood = MoodNotes()
        self._summing: asyncio.Task[None] | None = None

    # ---- Agent

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self._sum_up()  # nothing, unless the turn before was cut
        ahead = self._ahead.claim()
        agreed, exchange, news = self._hear(said, context)
        try:
            for keep in self._happened():
                yield keep  # of the turn before, when it was cut
            for switch in self._tongues.switches():
                yield switch
            if self._collects:
                self._collects = False
                yield Listen()
            async with aclosing(self._reply(said, context, exchange, agreed, news.says, ahead)) as acts:
                async for act in acts:
                    if isinstance(act, End | Transfer):
                        for keep in self._happened():
                            yield keep
                    yield act
        finally:
            if ahead is not None:
                ahead.drop()  # it was not asked for
        for keep in self._happened():
            yield keep
        self._sum_up()

    def heard(self, line: int, text: str, cut: bool) -> None:
        self._memory.heard(line, text, cut)

    def missed_words(self) -> None:
        """See `MindsMissedWords`."""
        self._missed = True

    def who_answered(self, by: AnsweredBy) -> bool:
        """See `HearsWhoAnswered`. The model is told of it with what comes next."""
        self._picked_up = by
        return False

    def think_ahead(self, said: Utterance) -> None:
        """See `ThinksAhead`. What may be a yes waits for its turn: a tool may come before the model then."""
        begun = self._agreed is not None and not self._agreed.done
        if self._asking is None and self._start is None and not (said.amends and begun):
            self._ahead.begin(said, self._get_ready)

    def stop_thinking_ahead(self) -> None:
        """See `ThinksAhead`."""
        self._ahead.drop()

    @property
    def languages(self) -> tuple[str, ...]:
        """See `SpeaksLanguages`."""
        return self._tongues.usable

    def summary(self) -> str:
        """For a human who takes the call over."""
        return self._memory.summary or self._memory.last_words()

    def hung_up(self) -> tuple[Record, ...]:
        if self._summing is not None:
            self._summing.cancel()
        self._close_turn()
        if wasted := self._ahead.close():
            self._account.note("llm", **wasted)
        records = tuple(keep.record for keep in self._happened())
        self._account.over = True
        return records

    # ---- what comes in

    def _hear(
        self, said: AgentInput, context: Context
    ) -> tuple[Consent | None, RememberedTurn, LanguageNews]:
        """Put an input into the memory, before anything is awaited; what the caller agrees to by it, and what
        it means for the language of the call."""
        self._close_turn()
        consents = {self._tongues.language, self._calling.language}  # the question may be the operator's
        news = self._tongues.hear(said)
        for kind, data in news.events:
            self._account.note(kind, **data)
        asking, self._asking = self._asking, None
        amends = isinstance(said, Utterance) and said.amends
        begun = asking is None and amends and self._agreed is not None and not self._agreed.done
        if begun:
            asking = self._agreed  # "yes" + "please": what was begun was stopped
        self._agreed = None
        notes = []
        if asking is not None:
            if any(agrees(said, each) for each in consents) and self._was_asked(asking):
                self._agreed = asking
            else:
                fate = "had begun, and was stopped" if begun else "was not run"
                notes.append(note(f"The caller did not agree: {asking.call.name} {fate}."))
        self._silences = self._silences + 1 if isinstance(said, Silence) else 0
        if self._missed and isinstance(said, Silence):
            notes.append(note("The caller may have said something that was not heard."))
        self._missed = False
        if self._picked_up is not None:
            notes.append(note(ANSWERED_BY[self._picked_up]))
            self._picked_up = None
        note_of = told(said, self._mood.of(said) if isinstance(said, Utterance) else "")
        if isinstance(said, Answered) and not note_of:
            greeted = (
                "The caller is on the line." if self._greeting() else "The caller is on the line: greet."
            )
            note_of = note(self._part.begins if self._part is not None else greeted)
        exchange = self._memory.begin(
            context.line,
            " ".join(filter(None, [*notes, note_of, news.note])),
            words=plain(said.text) if isinstance(said, Utterance) and said.understood else "",
            spoken=isinstance(said, Utterance),
            amends=amends,
        )
        return self._agreed, exchange, news

    def _was_asked(self, asking: Consent) -> bool:
        """The caller has heard the question, but for its last words."""
        exchange = self._memory.of_line(asking.line)
        if exchange is None:
            return False
        unheard = len(words_in(exchange.said)) - len(words_in(exchange.heard or ""))
        return unheard <= min(UNHEARD_WORDS, len(words_in(asking.question)) // SHARE_UNHEARD)

    # ---- what goes out

    async def _reply(
        self,
        said: AgentInput,
        context: Context,
        exchange: RememberedTurn,
        agreed: Consent | None,
        says: Sequence[Say],
        ahead: AskedAhead | None,
    ) -> AsyncGenerator[Act, None]:
        """`says`: in place of an answer of the model's."""
        if isinstance(said, LineTrouble):
            async for act in MindingTheLine(self, self._tongues.language).respond(said, context):
                if isinstance(act, Say):
                    exchange.say(act.text)
                yield act
            return
        says = self._greeting() if isinstance(said, Answered) else says
        if says:
            for piece in says:
                exchange.say(piece.text)
                yield piece
            return
        if self._silences > MOST_SILENCES and self._part is not None:
            self._part.gave_up("silence", "the caller says nothing more")
            return
        if self._silences > MOST_SILENCES:
            if goodbye := self._tongues.phrases.goodbye:
                exchange.say(goodbye)
                yield Say(goodbye)
            yield End()
            return
        if self._start is not None:
            async with aclosing(self._start.wait()) as sentences:
                async for sentence in sentences:
                    exchange.say(sentence)
                    yield Say(sentence)
            if self._start.failed:
                self._failures = max(self._failures, FAILURES - 1)  # nobody asks such a model again
                for act in self._make_up_for(self._start.failed, exchange):
                    yield act
                return
            waited, self._start = self._start.waited_s, None
            self._account.note("llm_fault", what=f"it was being started: waited for {waited:.1f} s")
        await self._get_ready()
        asked_in = self._calling.for_tools(self._tongues.language)
        answering = self._answering = AnswerTurn(self._faculties, exchange, asked_in, ahead=ahead)
        answering.figures.ahead = self._ahead.figures()
        self._account.turn = answering.figures
        async with aclosing(answering.acts(agreed)) as acts:
            async for act in acts:
                if isinstance(act, End | Transfer):
                    self._close_turn()
                yield act
        self._asking, self._collects = answering.asking, answering.collects
        self._close_turn()
        if not answering.failed:
            self._failures = 0
            return
        for act in self._make_up_for(answering.failed, exchange):
            yield act

    def _greeting(self) -> list[Say]:
        """Said without the model. Whom we call is greeted by it, unless the row has a greeting."""
        return self._tongues.greeting(
            self._settings.greeting, usual=not self._calling.outbound and self._part is None
        )

    def _make_up_for(self, failed: str, exchange: RememberedTurn) -> list[Act]:
        """There is no answer."""
        self._failures += 1
        log.warning("the model has no answer (%d in a row): %s", self._failures, failed)
        self._account.note("engine_failed", engine="llm", reason=failed)
        if self._part is not None and self._failures >= PART_FAILURES:
            self._part.gave_up("model", failed)
            return []
        last: Last | None = None
        if self._failures < FAILURES:
            words = own_words(self._tongues.language).apology
        elif self._settings.fallback and self._failures == FAILURES:
            words, last = (
                self._tongues.phrases.connecting,
                Transfer(self._settings.fallback, warm=self._settings.warm, away=self._settings.away),
            )
        else:
            words, last = own_words(self._tongues.language).surrender, End()
        acts: list[Act] = []
        if not words and last is None:
            raise EngineError(failed)  # we have no words in this language: the session has a signal
        if words:
            exchange.say(words)
            acts.append(Say(words))
        return acts if last is None else [*acts, last]

    def _close_turn(self) -> None:
        """What the last turn took is an event, once."""
        answering, self._answering = self._answering, None
        if answering is None:
            return
        if answering.ahead is not None:
            answering.ahead.drop()
        self._ahead.counted(answering.figures.ahead)
        answering.figures.spent.join(answering.figures.ahead.spent)
        self._spent.join(answering.figures.spent)
        event = answering.event()
        if self._spent.cost is not None:
            event["call_cost"] = round(self._spent.cost, 6)
        for failover in answering.failovers:
            self._account.note("engine_failed", engine="llm", reason=failover)
        for fault in answering.faults:
            self._account.note("llm_fault", what=fault)
        self._account.note("llm", **event)
        self._account.turn = None

    def _happened(self) -> Iterator[Keep]:
        events = self._account.events
        while events:
            kind, data = events[0]
            yield Keep(EventHappened(self._calling.call_id, NOW_MS, kind, data))
            del events[0]  # who stops here has not kept it

    # ---- facts

    async def _get_ready(self) -> None:
        """What the model is told first, made once: what it was told does not change."""
        if self._memory.opening:
            return
        facts: tuple[Fact, ...] = ()
        if self._facts is not None:
            try:
                async with asyncio.timeout(FACTS_WITHIN_S):
                    facts = await self._facts.facts()
            except Exception as error:  # whatever the database raises: it is a help, no more
                log.warning("the facts of a caller cannot be had: %s", type(error).__name__)
                self._account.note("llm_fault", what="the facts of the caller could not be read")
        calling = self._calling
        self._memory.opening = opening(calling.began, calling.caller, calling.outbound, calling.about, facts)

    # ---- what is too long ago

    def _sum_up(self) -> None:
        """In the background, once there is too much."""
        memory = self._memory
        if not (old := memory.overdue):
            return
        if memory.overfull:
            memory.fold(old, extract(memory.summary, old), self._tongues.standing)
        elif self._summing is None or self._summing.done():
            self._summing = asyncio.create_task(self._summarise(old), name="summary of a call")

    async def _summarise(self, old: list[RememberedTurn]) -> None:
        memory, summary, spent = self._memory, "", TokensSpent()
        try:
            language = named(self._tongues.language)
            summary = await summed_up(self._faculties.llm, memory.summary, old, spent, language)
        except Exception as error:
            log.warning("the model does not sum up: %s", error)
        memory.fold(old, summary or extract(memory.summary, old), self._tongues.standing)
        self._spent.join(spent)
        self._account.note("llm", **spent.as_dict(), of="summary")


def _learnt(calling: Calling, name: str, fact: Fact) -> Keep:
    return Keep(FactLearnt(calling.call_id, name, calling.number, fact.topic, fact.text))
