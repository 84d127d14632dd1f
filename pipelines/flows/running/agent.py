"""An Agent that runs a compiled document: it says what the flow says, and lets its work be done.

The caller's inputs go to the flow, or to whoever does the work that the flow waits for.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from mediaserver.media.answered_by import AnsweredBy
from mediaserver.storage.records import NOW_MS, EventHappened, OutcomeMade, Record
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    Context,
    End,
    Keep,
    Keyed,
    LineTrouble,
    MessageTaken,
    MindsMissedWords,
    Pressed,
    Say,
    Summarising,
    ThinksAhead,
    Transfer,
    Utterance,
)
from pipelines.flows.agent import listen_of, step_of
from pipelines.flows.compiling.compiled import CompiledFlow
from pipelines.flows.executor import SILENCES
from pipelines.flows.progress import FlowOutcome, FlowStep
from pipelines.flows.running.executor import DocumentExecutor
from pipelines.flows.running.values import MASK
from pipelines.flows.working import (
    AgentTransferWork,
    ExtractWork,
    FlowWorker,
    JudgeWork,
    Learnt,
    SubagentWork,
    WhoAnsweredWork,
    Work,
    WorkDone,
    Workshop,
)

log = logging.getLogger(__name__)

MOST_LINES = 20
"""Of the conversation, that a model which judges is told."""
MOST_WORKS = 1_000
"""One after another without anything from the caller."""


class DocumentAgent:
    """Of one call."""

    minds_line = True
    """A flow has words of its own for a bad line."""

    def __init__(
        self,
        compiled: CompiledFlow,
        call_id: UUID,
        workshop: Workshop,
        *,
        version: int | None = None,
        language: str = "",
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        """`language`: of the call (BCP 47), where it is another than the document's; `now`: the server's
        local time."""
        self.executor = DocumentExecutor(compiled, call_id, now)
        self._call_id = call_id
        self._workshop = workshop
        self._version = version
        self._language = language
        self._worker: FlowWorker | None = None
        self._work: Work | None = None
        self._line = 0
        self._heard = ""
        self._noted = (0, "")
        self._conversation: deque[tuple[str, str]] = deque(maxlen=MOST_LINES)
        self._owed: list[Record] = []
        """Records that wait to be kept: the call went on before they could be."""

    # ---- as an Agent

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        step = self._told(said, context)
        if step is not None:
            for act in self._acts(step, context):
                yield act
            if step.work is None:
                return
            said_on: AgentInput | None = None
        else:
            said_on = said
        for _ in range(MOST_WORKS):
            done: WorkDone | None = None
            async with aclosing(self._working(said_on, context)) as works:
                async for each in works:
                    if isinstance(each, WorkDone):
                        done = each
                        break
                    yield each
            if done is None:
                return
            step = self._finished(done)
            for act in self._acts(step, context):
                yield act
            if step.work is None:
                return
            said_on = None
        yield End()

    def heard(self, line: int, text: str, cut: bool) -> None:
        if self._worker is not None:
            self._worker.heard(line, text, cut)
        if line == self._line:
            self._heard = text

    def summary(self) -> str:
        """For whoever takes the call over; without secrets."""
        own = self.executor.summary()
        worker = self._worker
        more = worker.summary() if isinstance(worker, Summarising) else ""
        return " ".join(filter(None, [own, more]))

    def missed_words(self) -> None:
        if isinstance(self._worker, MindsMissedWords):
            self._worker.missed_words()
        else:
            self.executor.missed_words()

    def who_answered(self, by: AnsweredBy) -> bool:
        """See `HearsWhoAnswered`."""
        self.executor.picked_up(by)
        return isinstance(self._work, WhoAnsweredWork)

    def message_taken(self, said: MessageTaken) -> None:
        """The caller hung up on a message: it counts, and the flow goes on behind it. What it asks there is
        met by silence, until it ends or wants to do something."""
        worker = self._worker
        if worker is None:
            return
        worker.message_taken(said)
        if (done := worker.done) is not None:
            step = self._finished(done)
            self._owe(step)
            silent = SILENCES if said.ended_by == "hang-up" else 0
            while silent and step.slot is not None and step.work is None and not step.end:
                silent -= 1
                step = self.executor.silence()
                self._owe(step)

    def hung_up(self) -> tuple[Record, ...]:
        worker, self._worker = self._worker, None
        records: tuple[Record, ...] = ()
        if worker is not None:
            records = worker.hung_up()
            if (done := worker.done) is not None:
                self._owe(self.executor.worked(done))
        outcomes = self.executor.hang_up(self._heard)
        self._owed += self._outcomes(outcomes)
        self._owed += self._events(self.executor.last_events())
        owed, self._owed = tuple(self._owed), []
        return (*records, *owed)

    def think_ahead(self, said: Utterance) -> None:
        worker: object = self._worker
        if isinstance(worker, ThinksAhead):
            worker.think_ahead(said)

    def stop_thinking_ahead(self) -> None:
        worker: object = self._worker
        if isinstance(worker, ThinksAhead):
            worker.stop_thinking_ahead()

    # ---- inputs

    def _told(self, said: AgentInput, context: Context) -> FlowStep | None:
        """What the flow makes of an input; None: it is for whoever works."""
        self._note(said)
        if isinstance(said, Answered):
            self.executor.begin(
                caller=context.from_uri,
                called=context.to_uri,
                direction=context.direction,
                language=self._language,
                about=context.about,
            )
        if isinstance(self._work, AgentTransferWork):
            return None  # all is the other agent's
        if self._worker is not None:
            if not self._leaves_work(said):
                step = self._diverted(said)
                if step is not None:
                    self._drop()
                elif isinstance(said, Utterance | Keyed | Pressed):
                    self.executor.attended(said.text if isinstance(said, Utterance) else "")
                return step
            self._drop()
        self.executor.heard(self._heard)
        return step_of(self.executor, said)

    def _leaves_work(self, said: AgentInput) -> bool:
        """It is the flow's business though somebody works: a line that is given up, and what the caller goes
        on with while a model looks at what was said before."""
        match said:
            case LineTrouble(last=last, over=over):
                return last or over or not isinstance(self._work, SubagentWork)
            case Utterance() | Keyed() | Pressed():
                return isinstance(self._work, ExtractWork | JudgeWork)
            case _:
                return False

    def _diverted(self, said: AgentInput) -> FlowStep | None:
        match said:
            case Pressed(digit=key) | Keyed(digits=key) if key:
                return self.executor.diverted(key=key)
            case Utterance(text=text, understood=True):
                return self.executor.diverted(text=text)
            case _:
                return None

    def _note(self, said: AgentInput) -> None:
        """For models that judge the conversation: what was said at a secret question is not among it."""
        secret = self.executor.asks_secret
        if self._heard and self._noted != (self._line, self._heard):
            self._noted = self._line, self._heard
            self._conversation.append(("agent", MASK if secret else self._heard[:500]))
        match said:
            case Utterance(text=text) if text:
                self._conversation.append(("caller", MASK if secret else text[:500]))
            case Keyed(digits=digits) if digits:
                self._conversation.append(("caller", "(keys)"))
            case _:
                pass

    # ---- acts

    def _acts(self, step: FlowStep, context: Context) -> Iterator[Act]:
        """All of a step but its work, which is taken up at once: whoever interrupts what is said meets it."""
        if step.say or step.ahead:
            self._line, self._heard = context.line, ""
        if step.work is not None:
            self._take_up(step.work)
        self._owe(step)
        if step.work is None:
            yield listen_of(step)
        while self._owed:
            yield Keep(self._owed.pop(0))
        yield from step.ahead
        if step.say:
            yield Say(step.say)
        if step.transfer is not None:
            to = step.transfer
            yield Transfer(to.to, to.warm, to.briefing, to.accept, to.trunk, to.away)
        if step.end:
            yield End()

    def _owe(self, step: FlowStep) -> None:
        self._owed += self._events(self.executor.events())
        self._owed += self._outcomes(step.outcomes)

    def _events(self, events: tuple[Mapping[str, Any], ...]) -> list[Record]:
        return [EventHappened(self._call_id, NOW_MS, "flow", dict(event)) for event in events]

    def _outcomes(self, outcomes: tuple[FlowOutcome, ...]) -> list[Record]:
        name = self.executor.compiled.name
        return [
            OutcomeMade(self._call_id, name, each.status, each.slots, flow_version=self._version)
            for each in outcomes
        ]

    # ---- work

    def _take_up(self, work: Work) -> None:
        if isinstance(work, JudgeWork):
            work = replace(work, conversation=tuple(self._conversation))
        self._work = work
        self._worker = self._workshop.worker(work)

    def _drop(self) -> None:
        """The flow goes elsewhere."""
        worker, self._worker, self._work = self._worker, None, None
        if worker is not None:
            self._owed += worker.hung_up()

    def _finished(self, done: WorkDone) -> FlowStep:
        self._worker = self._work = None
        return self.executor.worked(done)

    async def _working(
        self, said: AgentInput | None, context: Context
    ) -> AsyncGenerator[Act | WorkDone, None]:
        """What whoever works does, until it waits for the caller or is done. Whatever it fails of is told to
        the flow."""
        worker = self._worker
        if worker is None:
            return
        try:
            async with aclosing(worker.respond(said, context)) as acts:
                async for act in acts:
                    if isinstance(act, Learnt):
                        self.executor.learnt(act.values)
                    else:
                        yield act
        except Exception as error:
            log.exception("work of the flow %s failed", self.executor.compiled.name)
            yield WorkDone(error=_failure(self._work), detail=type(error).__name__)


def _failure(work: Work | None) -> str:
    return "model" if isinstance(work, SubagentWork | ExtractWork | JudgeWork) else "tool"


def flow_agent(
    compiled: CompiledFlow,
    call_id: UUID,
    workshop: Workshop,
    *,
    version: int | None = None,
    language: str = "",
    now: Callable[[], datetime] = datetime.now,
) -> DocumentAgent:
    """The agent of one call."""
    return DocumentAgent(compiled, call_id, workshop, version=version, language=language, now=now)
