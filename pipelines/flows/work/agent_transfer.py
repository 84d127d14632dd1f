"""The worker of an agent_transfer node: another agent of the server goes on in the same call, to its end.

It hears and speaks with the engines of the call's own lists, whatever its row names: a call keeps the engines
that it began with. Language, voice, prompt, tools, flow and language models are its own.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mediaserver.errors import CallError, ConfigError, EngineError
from mediaserver.storage.records import NOW_MS, EventHappened, Record
from pipelines.conversation.agent import (
    Act,
    Agent,
    AgentInput,
    Answered,
    Context,
    HearsOfMessages,
    Keep,
    MessageTaken,
    MindsMissedWords,
    Summarising,
    Switch,
    ThinksAhead,
    Utterance,
)
from pipelines.flows.document.names import GIVEN
from pipelines.flows.expressions.values import Value
from pipelines.flows.work.plain_worker import PlainWorker
from pipelines.flows.working import AgentTransferWork, Learnt, WorkDone

log = logging.getLogger(__name__)

MOST_TRANSFERS = 10
"""In one call: two flows may hand a caller to each other for ever."""
MOST_GIVEN = 4_000
"""Characters of a value that is handed over."""


@dataclass(frozen=True, slots=True)
class TakenAgent:
    """An agent that goes on with a call."""

    agent: Agent
    language: str
    voice: str


TakeAgent = Callable[[str, Mapping[str, Any]], TakenAgent]
"""Makes the agent of a row for this call, and gives it this along. Raises ConfigError, CallError,
EngineError."""


class Transfers:
    """So many agents had this call."""

    def __init__(self) -> None:
        self.count = 0


class AgentTransferWorker(PlainWorker):
    """A FlowWorker. Done only where the agent cannot be had."""

    def __init__(self, work: AgentTransferWork, take: TakeAgent, transfers: Transfers) -> None:
        self._work = work
        self._take = take
        self._transfers = transfers
        self._agent: Agent | None = None
        self._about: dict[str, Any] = {}

    async def respond(
        self, said: AgentInput | None, context: Context
    ) -> AsyncGenerator[Act | Learnt | WorkDone, None]:
        name, scope = self._work.node.agent, self._work.scope
        if self._agent is None:
            self._transfers.count += 1
            try:
                if self._transfers.count > MOST_TRANSFERS:
                    raise ConfigError(f"a call goes to no more than {MOST_TRANSFERS} agents")
                self._about = handed_over(scope.values, scope.secret)
                taken = self._take(name, self._about)
            except (ConfigError, CallError, EngineError) as error:
                log.warning("the agent %s cannot take a call over: %s", name, error)
                yield WorkDone(error="flow", detail=f"the agent '{name}' cannot take the call over: {error}")
                return
            self._agent = taken.agent
            event = {"agent": name, "node": self._work.node.id, "language": taken.language}
            yield Keep(EventHappened(scope.call_id, NOW_MS, "agent_transfer", event))
            if (taken.language, taken.voice) != (scope.language, scope.voice):
                yield Switch(taken.language, taken.voice, "another agent")
            said = Answered()
        if said is None:
            return
        answer = self._agent.respond(said, replace(context, about={**context.about, **self._about}))
        try:
            async for act in answer:
                yield act
        finally:
            if isinstance(answer, AsyncGenerator):
                await answer.aclose()

    def heard(self, line: int, text: str, cut: bool) -> None:
        if self._agent is not None:
            self._agent.heard(line, text, cut)

    def missed_words(self) -> None:
        agent: object = self._agent
        if isinstance(agent, MindsMissedWords):
            agent.missed_words()

    def message_taken(self, said: MessageTaken) -> None:
        agent: object = self._agent
        if isinstance(agent, HearsOfMessages):
            agent.message_taken(said)

    def think_ahead(self, said: Utterance) -> None:
        """See `ThinksAhead`."""
        agent: object = self._agent
        if isinstance(agent, ThinksAhead):
            agent.think_ahead(said)

    def stop_thinking_ahead(self) -> None:
        agent: object = self._agent
        if isinstance(agent, ThinksAhead):
            agent.stop_thinking_ahead()

    def summary(self) -> str:
        agent: object = self._agent
        return str(agent.summary()) if isinstance(agent, Summarising) else ""

    def hung_up(self) -> tuple[Record, ...]:
        return tuple(self._agent.hung_up()) if self._agent is not None else ()


def handed_over(values: Mapping[str, Value], secret: frozenset[str]) -> dict[str, Any]:
    """The variables that are known, but for secret ones, as what is given along with a call: plain values."""
    given = dict[str, Any]()
    for name, value in values.items():
        if name in GIVEN or name in secret or value is None:
            continue
        if isinstance(value, list | dict):
            value = json.dumps(value, ensure_ascii=False)
        given[name] = value[:MOST_GIVEN] if isinstance(value, str) else value
    return given
