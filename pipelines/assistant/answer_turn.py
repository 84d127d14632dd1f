"""One turn of an assistant: asks the model, has its text said as it comes, runs the tools that it calls, and
asks again with what they gave.

    round   the model streams: text is said, calls of tools are gathered
    tools   run side by side; one that needs the caller's consent ends the turn with its question
    ...     at most `MOST_ROUNDS` times

The turn may be cancelled or closed at any await and yield: whatever was said, called and spent by then is in
the memory and in the figures.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from mediaserver.errors import ToolError
from pipelines.assistant.accounting import TurnFigures
from pipelines.assistant.answer_text import AnswerText
from pipelines.assistant.asked_ahead import AskedAhead
from pipelines.assistant.facts import Fact
from pipelines.assistant.memory import Memory, Noted, RememberedTurn, ToolCalls
from pipelines.assistant.notes import note
from pipelines.assistant.own_tools import (
    COLLECT_KEYS,
    END_CALL,
    LONGEST_BRIEFING,
    LONGEST_GOODBYE,
    REMEMBER,
    SPEAK_LANGUAGE,
    TRANSFER,
    fact_of,
    keys_of,
    text_of,
)
from pipelines.assistant.part import PartOfCall
from pipelines.assistant.secrets import Secrets
from pipelines.assistant.tongues import Tongues
from pipelines.assistant.tool_runs import ToolRun, ToolRuns
from pipelines.conversation.agent import Act, End, Keep, Keys, Last, Listen, Say, Transfer
from pipelines.engines.llm.broken_off import BrokenOff
from pipelines.engines.protocols import Llm, LlmEvent, LlmText, LlmTool, LlmToolCall, LlmUsage
from pipelines.tools.protocols import ToolContext

MOST_ROUNDS = 6
"""Of one turn; a model that still calls tools then is told to answer."""
MOST_CALLS = 8
"""Tools that a model may call at once."""
FILLER_AFTER_S = 0.6
"""A tool that takes longer is covered with its own words, when the turn has none yet."""
WORKING_EVERY_S = 6.0
"""So often the caller hears that a tool still runs: turn-taking bears ten seconds without a word."""

PATIENCE_S = 9.0
"""A model that streams nothing has so long from the last word said; turn-taking's `thinking_ms`, less one."""
LEAST_PATIENCE_S = 2.0
"""It has so long at least, after tools that took their time."""

MOST_REASON = 1_000
"""Characters of an error that are kept."""

ASKED = "Not run yet: the caller is asked first. Wait for the answer."
CANNOT_ASK = "error: not run. The caller cannot be asked about these arguments."
ONE_AT_A_TIME = "error: not run. The caller is asked about one thing at a time: call it again afterwards."
TOO_MANY = f"error: not run. At most {MOST_CALLS} tools may be called at once."
NO_MORE = "You have called enough tools for now: answer the caller with what you know."
SAY_IT = "You wrote nothing that can be said. Answer the caller in plain words."


@dataclass(slots=True, eq=False)
class Consent:
    """The caller was asked whether a tool may be run."""

    call: LlmToolCall
    line: int
    """In which the question stands."""
    question: str
    done: bool = False
    """It was run to its end."""


@dataclass(slots=True)
class Faculties:
    """What an assistant thinks with, for a whole call."""

    llm: Llm
    memory: Memory
    runs: ToolRuns
    tools: tuple[LlmTool, ...]
    """All that are offered."""
    own: frozenset[str]
    """The names of those that are the assistant's own."""
    secrets: Secrets
    tongues: Tongues
    transfers: Mapping[str, str]
    keep: Callable[[Fact], Keep]
    """Makes the record of a fact."""
    warm: bool = False
    away: bool = False
    part: PartOfCall | None = None
    """None: the whole call is the assistant's."""
    now: Callable[[], float] = time.perf_counter
    filler_after_s: float = FILLER_AFTER_S
    working_every_s: float = WORKING_EVERY_S
    patience_s: float = PATIENCE_S


@dataclass(slots=True, eq=False)
class AnswerTurn:
    """One turn."""

    faculties: Faculties
    exchange: RememberedTurn
    context: ToolContext
    figures: TurnFigures = field(default_factory=TurnFigures)
    asking: Consent | None = None
    """The turn has ended with this question."""
    collects: bool = False
    """Keys are collected now."""
    faults: list[str] = field(default_factory=list)
    """What the model did wrong, and what was done about it."""
    failovers: list[str] = field(default_factory=list)
    """Which models failed, and who answered instead."""
    failed: str = ""
    """Why there is no answer; the caller is owed an apology."""
    ahead: AskedAhead | None = None
    """What the model was asked before the turn was real."""
    _last: Last | None = None
    _calls: list[LlmToolCall] = field(default_factory=list)
    _over: bool = False
    _spoke_at: float = 0.0

    async def acts(self, agreed: Consent | None = None) -> AsyncGenerator[Act, None]:
        """The answer. `agreed`: the caller has agreed to this: it is run first. Raises nothing of the
        model's: see `failed`."""
        self._spoke_at = self.faculties.now()
        try:
            if agreed is not None:
                async with aclosing(self._use([agreed.call], agreed)) as acts:
                    async for act in acts:
                        yield act
            for number in range(1, MOST_ROUNDS + 1):
                if self._last is not None or self.asking is not None or self._left:
                    break
                async with aclosing(self._round()) as pieces:
                    async for piece in pieces:
                        yield piece
                if self._over:
                    break
                if not self._calls and not self._said_something and number < MOST_ROUNDS:
                    if self._reminded:
                        break
                    self.exchange.parts.append(Noted(note(SAY_IT)))
                    continue
                if not self._calls and not self.faculties.runs.running:
                    break
                if number == MOST_ROUNDS:
                    self.faults.append("stopped: too many rounds")
                    break
                async with aclosing(self._use(self._calls)) as acts:
                    async for act in acts:
                        yield act
                if number == MOST_ROUNDS - 1:
                    self.exchange.parts.append(Noted(note(NO_MORE)))
        except TimeoutError:
            self.failed = "the model streamed nothing in time"
            return
        except Exception as error:  # a foreign model may raise anything
            self.failed = f"{type(error).__name__}: {' '.join(str(error)[:MOST_REASON].split())}"
            return
        self.figures.complete = True
        if self.asking is not None:
            yield self._say(self.asking.question, self.faculties.tongues.written_in)
        elif self._last is not None:
            yield self._last
        elif not self._said_something and not self._left:
            self.failed = "the model said nothing"

    # ---- the model

    async def _round(self) -> AsyncGenerator[Say, None]:
        faculties, asked_at = self.faculties, self.faculties.now()
        text = AnswerText(faculties.secrets, faculties.tongues.phrases.withheld, said=len(self.exchange.said))
        self._calls = []
        self.figures.rounds += 1
        took = BrokenOff(faculties.memory.messages())
        try:
            async with aclosing(self._answer()) as stream:
                while (event := await self._next(stream)) is not None:
                    if self.figures.first_token_ms is None and not isinstance(event, LlmUsage):
                        self.figures.first_token_ms = 1000 * (faculties.now() - asked_at)
                    took.note(event)
                    pieces: list[str] = []
                    match event:
                        case LlmText(text=streamed, instead_of=instead_of):
                            if instead_of:
                                self.failovers.append(instead_of)
                            pieces = text.feed(streamed)
                        case LlmToolCall():
                            pieces = text.end()
                            self._calls.append(event)
                        case LlmUsage():
                            self.figures.spent.add(event)
                            if event.cut:
                                self.faults.append("stopped: max_tokens")
                    for piece in pieces:
                        yield self._say(piece)
                    if text.over:
                        break
                else:
                    took.ended()
            for piece in text.end():
                yield self._say(piece)
        except Exception:
            took.failed()
            raise
        finally:
            if (broken_off := took.usage) is not None:
                self.figures.spent.add(broken_off)
            self._over = text.over
            self.faults += [f"hidden: {kind}" for kind in text.hidden]
            if text.fault:
                self.faults.append(f"stopped: {text.fault}")

    def _answer(self) -> AsyncGenerator[LlmEvent, None]:
        """Its answer. One that is on its way already is taken over."""
        messages, ahead = self.faculties.memory.messages(), self.ahead
        self.ahead = None
        answer = ahead.answer(messages) if ahead is not None else None
        return answer or self.faculties.llm.stream(messages, self.faculties.tools)

    async def _next(self, stream: AsyncGenerator[LlmEvent, None]) -> LlmEvent | None:
        """What the model streams next; None: that was all. Raises TimeoutError before turn-taking gives the
        whole turn up."""
        silent = self.faculties.now() - self._spoke_at
        async with asyncio.timeout(max(LEAST_PATIENCE_S, self.faculties.patience_s - silent)):
            return await anext(stream, None)

    def _say(self, piece: str, language: str = "") -> Say:
        self._spoke_at = self.faculties.now()
        self.exchange.say(piece)
        return Say(piece, language=language)

    @property
    def _said_something(self) -> bool:
        return bool(self.exchange.said)

    @property
    def _left(self) -> bool:
        """The assistant's part is over."""
        part = self.faculties.part
        return part is not None and part.over

    @property
    def _reminded(self) -> bool:
        return any(isinstance(part, Noted) for part in self.exchange.parts)

    # ---- tools

    async def _use(
        self, calls: Sequence[LlmToolCall], agreed: Consent | None = None
    ) -> AsyncGenerator[Act, None]:
        """Run what was called, with what runs still from an earlier turn."""
        if agreed is not None:
            calls = [replace(agreed.call, id=f"agreed_{agreed.call.id}")]
        called = self.exchange.call(calls) if calls else ToolCalls(())
        own, others = list[LlmToolCall](), list[LlmToolCall]()
        for at, call in enumerate(calls):
            if fault := call.fault:
                called.results[call.id] = f"error: {fault}"
            elif at >= MOST_CALLS:
                called.results[call.id] = TOO_MANY
            elif call.name in self.faculties.own:
                own.append(call)
            elif agreed is None and self._must_ask(call):
                called.results[call.id] = self._ask(call)
            else:
                others.append(call)
        for call in own:
            for act in self._prepare(called, call):
                yield act
        runs = self.faculties.runs.running
        earlier = [run.call.name for run in runs]
        for run in runs:
            run.left = False
        if agreed is not None:
            tool = self.faculties.runs.box.get(agreed.call.name)
            agreed.done = tool is not None and not tool.interruptible  # it will run to its end
        started = [
            self.faculties.runs.start(called, call, self.context, agreed=agreed is not None)
            for call in others
        ]
        runs += [run for run in started if run not in runs]
        async with aclosing(self._wait(runs)) as fillers:
            async for filler in fillers:
                yield filler
        if agreed is not None:
            agreed.done = True
        if earlier:
            self.exchange.parts.append(Noted(note(f"{', '.join(earlier)} is done: see its result.")))
        for call in own:
            async with aclosing(self._finish(called, call)) as acts:
                async for act in acts:
                    yield act

    def _must_ask(self, call: LlmToolCall) -> bool:
        """The caller is asked before this is run. What cannot be run needs no consent: running it says what
        is wrong."""
        tool = self.faculties.runs.box.get(call.name)
        try:
            return tool is not None and bool(tool.confirm) and not tool.fault(call.arguments)
        except Exception:  # a validator of the tool's own
            return False

    def _ask(self, call: LlmToolCall) -> str:
        """Have the caller asked; what the model is told of that."""
        if self.asking is not None:
            return ONE_AT_A_TIME
        tool = self.faculties.runs.box.get(call.name)
        assert tool is not None
        try:
            question = tool.question(call.arguments)
        except ToolError as error:
            return f"error: not run. {error}"
        except Exception:  # of values that cannot be put into words
            return CANNOT_ASK
        if self.faculties.secrets.betrays(question):
            self.faults.append("stopped: secret")
            return CANNOT_ASK
        self.asking = Consent(call, self.exchange.line, question)
        return ASKED

    async def _wait(self, runs: list[ToolRun]) -> AsyncGenerator[Say, None]:
        """Until all are done; the caller hears something meanwhile."""
        pending = {run.task for run in runs if not run.task.done()}
        filler = next((run.filler for run in runs if run.filler), "")
        if self._said_something:
            filler = ""
        try:
            while pending:
                done, pending = await asyncio.wait(
                    pending, timeout=self._bearable_s(filler), return_when=asyncio.FIRST_COMPLETED
                )
                if pending and not done:
                    language = self.faculties.tongues.written_in if filler else ""
                    words, filler = filler or self.faculties.tongues.phrases.working, ""
                    if words:
                        yield self._say(words, language)
            await asyncio.sleep(0)  # the last outcome is written by its own callback
        finally:
            self.faculties.runs.leave(runs)

    def _bearable_s(self, filler: str) -> float | None:
        """So long nothing need be said; None: there are no words for it."""
        if filler:
            return self.faculties.filler_after_s
        if not self.faculties.tongues.phrases.working:
            return None
        return max(0.0, self.faculties.working_every_s - (self.faculties.now() - self._spoke_at))

    # ---- the assistant's own

    def _prepare(self, called: ToolCalls, call: LlmToolCall) -> list[Act]:
        """What does not wait for other tools."""
        match call.name:
            case str(name) if name == COLLECT_KEYS:
                keys = keys_of(call.arguments)
                if isinstance(keys, Keys):
                    self.collects = True
                    called.results[call.id] = "Keys are collected from now on: ask the caller for them."
                    return [Listen(keys=keys)]
                called.results[call.id] = keys
            case str(name) if name == REMEMBER:
                fact = fact_of(call.arguments)
                if isinstance(fact, Fact):
                    called.results[call.id] = "It is kept."
                    return [self.faculties.keep(fact)]
                called.results[call.id] = fact
            case str(name) if name == SPEAK_LANGUAGE:
                tongues = self.faculties.tongues
                called.results[call.id] = tongues.choose(str(call.arguments.get("language", "")))
                return list(tongues.switches())
            case _:
                """It waits for the others."""
        return []

    async def _finish(self, called: ToolCalls, call: LlmToolCall) -> AsyncGenerator[Act, None]:
        """What ends the turn, and the call or the agent's part in it."""
        part = self.faculties.part
        parts = part is not None and any(tool.name == call.name for tool in part.tools)
        if not parts and call.name not in (END_CALL, TRANSFER):
            return
        wrong = [other.name for other in called.calls if called.result(other).startswith("error:")]
        busy = bool(wrong) or self.asking is not None or self._last is not None
        if part is not None and parts:
            called.results[call.id] = part.called(call, may_end=not busy)
            return
        if busy:
            why = f"{', '.join(wrong)} went wrong" if wrong else "something else comes first"
            called.results[call.id] = f"error: not done, because {why}. Tell the caller."
            return
        if call.name == END_CALL:
            goodbye = text_of(call.arguments, "goodbye", LONGEST_GOODBYE)
            words = "" if self._said_something else goodbye or self.faculties.tongues.phrases.goodbye
            called.results[call.id] = "The call ends once the caller has heard you."
            self._last = End()
        else:
            to = self.faculties.transfers.get(str(call.arguments.get("to", "")))
            if to is None:
                known = ", ".join(self.faculties.transfers)
                called.results[call.id] = f"error: nobody can be handed to there; there are {known}"
                return
            words = "" if self._said_something else self.faculties.tongues.phrases.connecting
            called.results[call.id] = "The caller is being handed over."
            briefing = text_of(call.arguments, "briefing", LONGEST_BRIEFING)
            self._last = Transfer(to, warm=self.faculties.warm, briefing=briefing, away=self.faculties.away)
        if words and not self.faculties.secrets.betrays(words):
            yield self._say(words)

    def event(self) -> dict[str, Any]:
        """The event `llm`."""
        return self.figures.as_dict()
