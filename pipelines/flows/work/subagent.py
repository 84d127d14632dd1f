"""The worker of a subagent node: an assistant that talks to the caller until one of its exits.

What it finds out becomes variables as it comes. A model that fails, or goes on for too long, costs the node,
never the call.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing

from mediaserver.errors import CallError, ConfigError, EngineError
from mediaserver.storage.records import Record
from pipelines.assistant.agent import Assistant
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    Context,
    End,
    Keep,
    Keyed,
    LineTrouble,
    Pressed,
    Switch,
    Transfer,
    Utterance,
)
from pipelines.flows.expressions.cel import ExpressionError
from pipelines.flows.work.leaving import Leaving
from pipelines.flows.work.plain_worker import PlainWorker
from pipelines.flows.work.prompt_data import harmless
from pipelines.flows.working import Learnt, SubagentWork, WorkDone

MOST_SUMMARY = 400
"""Characters of what the next subagent is told of this one."""

MakeSubagent = Callable[[SubagentWork, Leaving], Assistant]
"""Raises ConfigError, CallError, EngineError and ExpressionError."""


class SubagentWorker(PlainWorker):
    """A FlowWorker."""

    def __init__(self, work: SubagentWork, leaving: Leaving, make: MakeSubagent) -> None:
        self._work = work
        self._leaving = leaving
        self._make = make
        self._agent: Assistant | None = None
        self._turns = 0

    async def respond(
        self, said: AgentInput | None, context: Context
    ) -> AsyncGenerator[Act | Learnt | WorkDone, None]:
        agent = self._agent
        if agent is None:
            try:
                agent = self._agent = self._make(self._work, self._leaving)
            except (ConfigError, CallError, EngineError) as error:
                yield WorkDone(error="model", detail=str(error))
                return
            except ExpressionError as error:
                yield WorkDone(error="expression", detail=str(error))
                return
            for switch in self._switch():
                yield switch
        if isinstance(said, Utterance | Keyed | Pressed):
            self._turns += 1
        cut_off = False
        if not self._leaving.over and self._turns <= self._work.node.most_turns:
            async with aclosing(_acts(agent, said or Answered(), context)) as acts:
                async for act in acts:
                    if isinstance(act, End | Transfer):
                        cut_off = True  # of the line alone: hanging up is the flow's
                        break
                    yield act
                    for news in self._news():
                        yield news
        for news in self._news():
            yield news
        line = isinstance(said, LineTrouble) and (said.over or cut_off)
        done = WorkDone(error="line", detail="the line carries no conversation") if line else self._done()
        if done is None:
            return
        for record in agent.hung_up():
            yield Keep(record)
        for switch in self._switch(back=True):
            yield switch
        yield done

    def heard(self, line: int, text: str, cut: bool) -> None:
        if self._agent is not None:
            self._agent.heard(line, text, cut)

    def missed_words(self) -> None:
        if self._agent is not None:
            self._agent.missed_words()

    def think_ahead(self, said: Utterance) -> None:
        """See `ThinksAhead`."""
        if self._agent is not None and not self._leaving.over:
            self._agent.think_ahead(said)

    def stop_thinking_ahead(self) -> None:
        if self._agent is not None:
            self._agent.stop_thinking_ahead()

    def summary(self) -> str:
        return self._agent.summary() if self._agent is not None else ""

    def hung_up(self) -> tuple[Record, ...]:
        return self._agent.hung_up() if self._agent is not None else ()

    # ---- inside

    def _news(self) -> Iterator[Learnt]:
        if learnt := dict(self._leaving.learnt):
            self._leaving.learnt.clear()
            yield Learnt(learnt)

    def _done(self) -> WorkDone | None:
        """None while it goes on."""
        leaving, node = self._leaving, self._work.node
        values = dict(leaving.values)
        if leaving.failed is not None:
            why, detail = leaving.failed
            return WorkDone("", values, "timeout" if why == "silence" else "model", detail, 0, self._line())
        if leaving.exit:
            return WorkDone(leaving.exit, values, summary=self._line())
        if self._turns > node.most_turns:
            detail = f"it did not come to an end in {node.most_turns} turns of the caller's"
            return WorkDone("", values, "model", detail, 0, self._line())
        return None

    def _line(self) -> str:
        """For the next subagent, and for whoever takes the call over."""
        leaving = self._leaving
        facts = ", ".join(f"{name}: {value}" for name, value in leaving.values.items())
        said = self.summary()
        parts = [
            f"{self._work.node.label or self._work.node.id} ended with {leaving.exit or 'nothing'}",
            f"found out {facts}" if facts else "",
            f'the caller said "{said}"' if said else "",
        ]
        return harmless("; ".join(filter(None, parts)))[:MOST_SUMMARY]

    def _switch(self, *, back: bool = False) -> Iterator[Switch]:
        node, scope = self._work.node, self._work.scope
        language = node.language or scope.language
        if not node.voice and language == scope.language:
            return
        if back:
            yield Switch(scope.language, scope.voice, "subagent")
        else:
            yield Switch(language, node.voice, "subagent")


async def _acts(agent: Assistant, said: AgentInput, context: Context) -> AsyncGenerator[Act, None]:
    """Its answer, which is closed with this."""
    answer = agent.respond(said, context)
    try:
        async for act in answer:
            yield act
    finally:
        if isinstance(answer, AsyncGenerator):
            await answer.aclose()
