"""Agents that think with a language model, for the server's calls: with their tools, and what is kept of
their callers. The row that offers one at the first start where there is a model.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from cli.serving.callers import calling_of
from cli.serving.speech import Equipment
from mediaserver.calls.call import Call
from mediaserver.calls.call_texts import TextsOfCalls
from mediaserver.calls.routes import AgentSpec
from mediaserver.errors import ConfigError
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.storage import agents as tables
from mediaserver.storage import facts as kept
from mediaserver.storage.routes import all_routes, put_route
from mediaserver.storage.sql import Database, Row
from pipelines.assistant.accounting import AheadFigures
from pipelines.assistant.agent import Assistant
from pipelines.assistant.answer_turn import PATIENCE_S
from pipelines.assistant.calling import Calling
from pipelines.assistant.facts import Fact
from pipelines.assistant.instructions import DEFAULT_PROMPT
from pipelines.assistant.secrets import unmarked
from pipelines.assistant.send_sms import sms_tool
from pipelines.assistant.settings import AssistantSettings
from pipelines.assistant.tongues import any_language
from pipelines.conversation.turn_settings import TurnSettings
from pipelines.engines.protocols import Llm
from pipelines.tools.toolbox import ToolBox

NAME = "assistant"
"""Of the agent that is offered at the first start, and its address."""
EARLIER_S = 1.0
"""Before turn-taking gives a thought up, a silent model is given up: the assistant knows what to do then."""
_OFFERED = "assistant_offered"
"""The key in `meta` that says so: who removes the row has it removed for good."""


class FactTable:
    """A FactSource: what one agent keeps of one caller."""

    def __init__(self, database: Database, agent: str, number: str) -> None:
        self._database = database
        self._agent = agent
        self._number = number

    async def facts(self) -> tuple[Fact, ...]:
        rows = await kept.of_caller(self._database, self._agent, self._number)
        return tuple(Fact(row["topic"], row["fact"]) for row in rows)


def whoever_calls(agent: AgentSpec, call: Call) -> bool:
    """Agents recall in all calls."""
    return True


def may_recall(is_operators: Callable[[UUID | None], bool], agent: AgentSpec, call: Call) -> bool:
    """What an agent keeps of callers is its owner's: a key that has the operator's agent call somebody is not
    told, and does not add to it. `is_operators`: whether what belongs to this key, or none, is."""
    return agent.owner == call.owner or (agent.owner is None and is_operators(call.owner))


def with_texts(
    box: ToolBox, agent: AgentSpec, call: Call, number: str, texts: TextsOfCalls | None
) -> ToolBox:
    """With `send_sms`, where the row lets its agent send texts. `number`: see `CallTexts`."""
    if texts is None or not AssistantSettings.of(agent.assistant).sms:
        return box
    return box.beside([sms_tool(texts.of(call, number).send, unmarked(agent.prompt)[1])])


class Assistants:
    """Makes those of calls."""

    def __init__(
        self,
        box: Callable[[Sequence[str]], ToolBox],
        plan: NumberPlan,
        database: Database,
        thought_ahead: Callable[[AheadFigures], None] | None = None,
        may_recall: Callable[[AgentSpec, Call], bool] = whoever_calls,
        texts: TextsOfCalls | None = None,
    ) -> None:
        """`box`: the tools of these names; raises CallError. `database`: where facts are kept.
        `thought_ahead`: counts what asking a model ahead of a turn came to. `may_recall`: whether this call
        is told what its agent keeps of a number, and adds to it. `texts`: by whom callers are sent texts."""
        self._texts = texts
        self._box = box
        self._plan = plan
        self._database = database
        self._thought_ahead = thought_ahead
        self._may_recall = may_recall

    def make(
        self, agent: AgentSpec, call: Call, speech: Equipment, about: Mapping[str, Any] | None = None
    ) -> Assistant:
        """`about`: see `calling_of`. Raises CallError and ConfigError."""
        calling = calling_of(call, speech.language, self._plan, about)
        recalls = self._may_recall(agent, call)
        source = FactTable(self._database, agent.name, calling.number) if recalls else None
        box = with_texts(self._box(agent.tools), agent, call, calling.number, self._texts)
        thinking_s = TurnSettings.of(agent.turn).limits.thinking / 1_000
        return assistant_of(
            agent.name,
            calling,
            speech.llm,
            agent.prompt,
            agent.assistant,
            box,
            source,
            max(thinking_s - EARLIER_S, thinking_s / 2),
            call.note,
            self._thought_ahead,
            speech.hears,
            speech.speaks,
            speech.llm_starting,
        )


def assistant_of(
    name: str,
    calling: Calling,
    llm: Llm | None,
    prompt: str,
    settings: Mapping[str, Any],
    box: ToolBox,
    facts: FactTable | None = None,
    patience_s: float = PATIENCE_S,
    late: Callable[..., None] | None = None,
    thought_ahead: Callable[[AheadFigures], None] | None = None,
    hears: Callable[[str], bool] = any_language,
    speaks: Callable[[str], bool] = any_language,
    starting: Callable[[], Awaitable[None]] | None = None,
) -> Assistant:
    """Raises ConfigError."""
    if llm is None:
        raise ConfigError(
            f"the agent '{name}' thinks with a language model, and there is none: set OPENAI_API_KEY or "
            "ANTHROPIC_API_KEY, or name one in its row (`voiceforge agents set ... --llm NAME`)"
        )
    return Assistant(
        name,
        llm,
        calling,
        prompt=prompt,
        settings=AssistantSettings.of(settings),
        box=box,
        facts=facts,
        patience_s=patience_s,
        late=late,
        thought_ahead=thought_ahead,
        hears=hears,
        speaks=speaks,
        starting=starting,
    )


def offered() -> Row:
    """The row."""
    return {
        "name": NAME, "kind": "llm", "flow": "", "entry": "", "prompt": DEFAULT_PROMPT, "voice": "",
        "language": "", "stt": [], "tts": [], "llm": [], "turn": {}, "recording": True, "insight": {},
        "tools": [], "assistant": {}, "background": {}, "retention": {}, "redaction": {},
    }  # fmt: skip


async def offer_assistant(database: Database) -> None:
    """Where there is a language model: `sip:assistant@HOST`, once. Who has an agent or a route of that name
    keeps it."""
    once = "insert into meta (key, value) values ($1, 'yes') on conflict do nothing returning key"
    if await database.fetchval(once, _OFFERED) is None:
        return
    if any(row["name"] == NAME for row in await tables.all_agents(database)):
        return
    await tables.put_agent(database, offered())
    if not any(route["pattern"] == NAME for route in await all_routes(database)):
        await put_route(database, NAME, NAME)
