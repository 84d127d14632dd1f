"""What the nodes of flows work with in the server's calls: its client, tools, models and agents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from cli.serving.callers import calling_of, given_along
from cli.serving.importing import imported
from cli.serving.speech import Equipment, Speech
from cli.serving.tools import AgentTools
from mediaserver.calls.call import Call
from mediaserver.calls.call_texts import TextsOfCalls
from mediaserver.calls.prompts import PromptShelf
from mediaserver.calls.routes import AgentSpec
from mediaserver.errors import ConfigError
from mediaserver.fetching.protocols import Fetcher
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.redaction.redactor import Redactor
from pipelines.engines.protocols import Llm
from pipelines.flows.checks.references import references
from pipelines.flows.document.document import Document
from pipelines.flows.document.nodes import SubagentNode
from pipelines.flows.document.slots import SlotSpec
from pipelines.flows.expressions.values import Value
from pipelines.flows.slots.checked import checked_value
from pipelines.flows.slots.phrases import SlotError
from pipelines.flows.work.agent_transfer import TakenAgent, Transfers
from pipelines.flows.work.python_function import Function, PythonFunctions, load_function
from pipelines.flows.work.workshop import CallWorkshop

THINKING = ("flow", "llm", "python")
"""Kinds of agents to which a flow may hand a call over: the others have no engines of the call's."""


class TakeOver(Protocol):
    """Makes the agent of a row in a call of another's."""

    def __call__(
        self, agent: AgentSpec, call: Call, speech: Equipment, about: Mapping[str, Any], transfers: Transfers
    ) -> TakenAgent:
        """`speech`: what the call hears and speaks with. `about`: what is given along. `transfers`: how many
        agents the call had. Raises ConfigError, CallError, EngineError."""


def nothing_left_out(agent: AgentSpec) -> Redactor | None:
    """No agent's calls are redacted."""
    return None


def nobodys(flow: str) -> UUID | None:
    """All flows are the operator's."""
    return None


class FlowWorkshops:
    """Makes the workshop of each call."""

    def __init__(
        self,
        fetcher: Fetcher,
        functions: PythonFunctions,
        tools: AgentTools,
        speech: Speech,
        plan: NumberPlan,
        row: Callable[[str], AgentSpec | None],
        for_keys: Fetcher | None = None,
        owner: Callable[[str], UUID | None] = nobodys,
        texts: TextsOfCalls | None = None,
        prompts: PromptShelf | None = None,
    ) -> None:
        """`row`: of an agent by its name. `for_keys`: fetches for the flows of keys, else as for all;
        `owner`: whose flow one is, by its name. `texts`: by whom callers are sent texts; None: nothing is
        sent, and it is told as if it were. `prompts`: sound files; None: nobody would hear them."""
        self._texts = texts
        self._prompts = prompts
        self.take_over: TakeOver | None = None
        """Known once the makers of agents are."""
        self.redactor_of: Callable[[AgentSpec], Redactor | None] = nothing_left_out
        """What leaves numbers and names out of the calls of an agent; known once there is a switchboard."""
        self._fetcher = fetcher
        self._for_keys = for_keys or fetcher
        self._owner = owner
        self._functions = functions
        self._tools = tools
        self._speech = speech
        self._plan = plan
        self._row = row

    def make(
        self,
        agent: AgentSpec,
        call: Call,
        speech: Equipment,
        about: Mapping[str, Any] | None = None,
        transfers: Transfers | None = None,
    ) -> CallWorkshop:
        """`agent`: whose flow it is. `about`: what is given along; None: what whoever placed the call gave.
        `transfers`: how many agents the call had; None: this is the first."""
        calling = calling_of(call, speech.language, self._plan, about)
        counted = transfers or Transfers()
        return CallWorkshop(
            calling,
            self._fetcher if self._owner(agent.flow) is None else self._for_keys,
            self._functions,
            self._tools.tool,
            self._tools.box,
            partial(self._models, agent, speech),
            partial(self._take, agent, call, speech, counted),
            partial(slot_value, language=speech.language),
            call.note,
            hears=speech.hears,
            speaks=speech.speaks,
            text=self._texts.of(call, calling.number).send if self._texts is not None else None,
            prompt=None
            if self._prompts is None
            else partial(self._prompts.get, owner=self._owner(agent.flow)),
            transfers=counted,
        )

    def expect(self, document: Document) -> None:
        """Calls will run this flow: load the code and start the models that its nodes name."""
        for each in references(document):
            if each.kind == "python":
                self._functions.expect(each.name)
            elif each.kind == "tool":
                self._tools.expect([each.name])
        for node in document.nodes:
            if isinstance(node, SubagentNode) and node.llm:
                self._speech.expect(node.llm)

    def _models(self, agent: AgentSpec, speech: Equipment, names: Sequence[str]) -> Llm:
        """Raises ConfigError, EngineError."""
        if names:
            return self._speech.model(tuple(names))
        if speech.llm is None:
            raise ConfigError(
                f"the agent '{agent.name}' has no language model: name one in its row (`voiceforge agents "
                "set ... --llm NAME`), or in the flow"
            )
        return speech.llm

    def _take(
        self,
        agent: AgentSpec,
        call: Call,
        speech: Equipment,
        transfers: Transfers,
        name: str,
        about: Mapping[str, Any],
    ) -> TakenAgent:
        """`agent`: whose flow hands over; another key's agents are not there for it. Raises ConfigError,
        CallError, EngineError."""
        row = self._row(name)
        if row is None or row.owner not in (None, agent.owner) or self.take_over is None:
            raise ConfigError("there is no such agent")
        if row.kind not in THINKING:
            raise ConfigError(f"an agent of kind '{row.kind}' has to have a call from its beginning")
        if call.redactor is None:  # an agent that goes on with a call may turn it on, never off
            call.redactor = self.redactor_of(row)
        return self.take_over(row, call, speech, {**given_along(call), **about}, transfers)


def python_functions(modules: Sequence[str]) -> PythonFunctions:
    """Those of these modules, which flows may call."""

    async def load(entry: str) -> Function:
        return await imported(f"the function '{entry}'", partial(load_function, entry))

    return PythonFunctions(modules, load)


def slot_value(spec: SlotSpec, text: str, *, language: str) -> Value:
    """What a model's words mean for a slot. Raises ValueError."""
    try:
        value = checked_value(spec, text, date.today(), language=language)
    except SlotError as error:
        raise ValueError(str(error)) from None
    if value is None:
        raise ValueError(f"'{text[:60]}' is no {spec.kind} that is possible here")
    return value
