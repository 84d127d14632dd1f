"""Random flows and random callers: nothing of them makes sense, and all of it must come to an end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from random import Random
from typing import Any
from uuid import UUID

from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    AskedToSpeak,
    Context,
    End,
    Keyed,
    LineTrouble,
    MessageTaken,
    Pressed,
    Returned,
    Silence,
    StoodBy,
    Transfer,
    Utterance,
)
from pipelines.flows.compiling.compiled import CompiledFlow
from pipelines.flows.compiling.compiler import compile_document
from pipelines.flows.document.document import Document
from pipelines.flows.document.reading import document_of
from pipelines.flows.running.agent import DocumentAgent, flow_agent
from pipelines.flows.working import Work, WorkDone
from tests.pipelines.flows.running.flows import COLOURS, NOW, Shop

KINDS = (
    *("collect", "collect", "collect", "confirm", "confirm", "menu"),
    *("say", "condition", "set", "code", "tool", "record", "listen", "wait"),
    *("subflow", "subagent", "agent_transfer", "phone_transfer", "end_call"),
)
VARIABLES = ("a", "b", "n")
CONDITIONS = (
    *("a == 'red'", "last.said == 'blue'", "true", "false", "now.hour > 9") * 3,
    "a.b.c",
    "n > 1",
    "1",
)
EXPRESSIONS = ("'red'", "last.said", "now.hour", "n + 1", "a.b.c", "a + b", "size(a) > 2", "1 / 0")
TEXTS = (
    *("Well.", "{{ a }} and {{ n }}.", "{% for x in b %}{{ x }}{% endfor %}", "{{ call.about.x }}") * 4,
    "{{ b | divided_by: 0 }}",
)
OUTCOMES = ("red", "blue", "yes", "no", "cancel", "one", "two", "recorded", "nothing", "busy", "exit", "x")
ERRORS = ("not understood", "line", "timeout", "tool", "model", "expression", "transfer", "flow")
SPEECH = ("red", "blue", "yes", "no", "cancel", "one", "two", "help", "", "mumble", "no red", "change a")
NOBODY_LEFT = 200
"""So many silences end any call."""


def graph(random: Random, *, size: int = 8, within: bool = False) -> dict[str, Any]:
    """A document that can be compiled."""
    kinds = [kind for kind in KINDS if not within or kind != "subflow"]
    nodes = [_node(random, f"n{at}", random.choice(kinds)) for at in range(random.randint(1, size))]
    names = [each["id"] for each in nodes]
    edges = [{"type": "next", "source": "start", "target": random.choice(names)}]
    for source in [*names, "*"]:
        for _ in range(random.randint(0, 4)):
            edges.append(_edge(random, source, random.choice(names)))
        if source != "*" and random.random() < 0.95:
            edges.append({"type": "next", "source": source, "target": random.choice(names)})
    return {
        "name": "inner" if within else "random",
        "variables": [
            {"name": "a"},
            {"name": "b", "kind": "list", "default": [1, 2]},
            {"name": "n", "kind": "number", "given": "n", "secret": random.random() < 0.2},
        ],
        "keep": {"a": "a"},
        "nodes": [{"id": "start", "type": "start"}, *nodes],
        "edges": edges,
    }


def compiled(random: Random, *, size: int = 8) -> CompiledFlow:
    inner = document_of(graph(random, size=4, within=True))

    def subflows(name: str, version: int | None) -> Document | None:
        return inner if name == "inner" else None

    return compile_document(document_of(graph(random, size=size)), subflows=subflows, today=NOW.date())


def _edge(random: Random, source: str, target: str) -> dict[str, Any]:
    kinds = ["intent", "key", "timeout", "error"]
    kind = random.choice(kinds if source == "*" else [*kinds, "expression", "outcome", "outcome", "judged"])
    chosen: dict[str, dict[str, Any]] = {
        "expression": {"when": random.choice(CONDITIONS)},
        "judged": {"when": random.choice(("angry", "happy"))},
        "outcome": {"outcome": random.choice(OUTCOMES)},
        "intent": {"intent": random.choice(("help", "two")), "phrases": ["help [me]"]},
        "key": {"keys": random.choice(("0", "12", "9"))},
        "timeout": {"after": random.randint(1, 5)},
        "error": {"errors": random.sample(ERRORS, random.randint(0, 2))},
    }
    fields = chosen[kind]
    return {"type": kind, "source": source, "target": target, "forget": random.random() < 0.3, **fields}


def _node(random: Random, id: str, kind: str) -> dict[str, Any]:
    text = random.choice(TEXTS)
    slots: list[dict[str, Any]] = [
        {**COLOURS, "read_back": True},
        COLOURS,
        {"kind": "number", "most": 20},
        {"kind": "date"},
    ]
    slot = random.choice(slots)
    variable = random.choice(("a", "n" if slot["kind"] == "number" else "a", None))
    value = random.choice((1, "{{ a }}x", None, "many", "{{ n }}"))
    by = random.choice((["voice", "keys"], ["voice"], ["keys"], ["voice", "keys", "model"]))
    chosen: dict[str, dict[str, Any]] = {
        "say": {"text": text, "interruptible": random.random() < 0.8},
        "collect": {"slot": slot, "variable": variable, "text": text, "by": by},
        "confirm": {
            "facts": text,
            "silence": random.choice(("agree", "ask")),
            "cancels": random.random() < 0.5,
            "changes": [{"variable": "a", "say": ["a"]}] if random.random() < 0.5 else [],
        },
        "menu": {"text": text, "options": [{"name": "one"}, {"name": "two", "keys": "7"}]},
        "condition": {},
        "set": {"values": {random.choice(("a", "a", "n")): value}},
        "code": {"lines": [{"variable": random.choice(VARIABLES), "value": random.choice(EXPRESSIONS)}]},
        "tool": {"use": {"kind": "tool", "name": "t", "arguments": {"x": "n"}}, "save": {"a": "result.body"}},
        "record": {"text": text, "variable": random.choice((None, "a"))},
        "listen": {"text": text, "variable": random.choice((None, "a"))},
        "wait": {"text": text, "seconds": 1},
        "subflow": {"flow": "inner", "give": {"a": "a"}, "take": {"a": "a", "n": "n"}},
        "subagent": {"prompt": text, "exits": [{"name": "exit", "when": "done"}]},
        "agent_transfer": {"agent": "other"},
        "phone_transfer": {"text": text, "to": random.choice(("101", "{{ a }}"))},
        "end_call": {"text": random.choice(("", text)), "outcome": random.choice(("", "done"))},
    }
    fields = chosen[kind]
    return {"id": id, "type": kind, **fields}


def done(random: Random) -> WorkDone:
    """What anything may come to, of one who does not know what was asked."""
    values: dict[str, Any] = {"a": random.choice(("red", 3, None, {"x": [1]}, "y" * 9_000))}
    values[""] = random.choice(("red", 9, []))
    if random.random() < 0.5:
        values["result"] = {"status": 200, "body": random.choice((None, 1, "red"))}
    error = random.choice((*ERRORS, *[""] * 8))
    return WorkDone(random.choice(("", "0", "9", *OUTCOMES)), values, error, "detail", 200)


def heard(random: Random) -> AgentInput:
    """What somebody may do."""
    text = random.choice(SPEECH)
    alternatives = tuple(random.sample(SPEECH, random.randint(0, 2)))
    spoken = Utterance(
        text,
        random.random(),
        random.random() < 0.7,
        random.random() < 0.3,
        alternatives,
        amends=random.random() < 0.2,
        noisy=random.random() < 0.2,
    )
    inputs: list[AgentInput] = [
        *[spoken] * 8,
        Keyed(random.choice(("0", "1", "2", "7", "12", "99999", "")), "terminator"),
        Keyed("1", "length"),
        Keyed("", "cancel"),
        Pressed(random.choice("0179#*")),
        Silence(),
        Silence(),
        StoodBy(),
        MessageTaken(2.0, "silence"),
        LineTrouble("noisy", last=random.random() < 0.3),
        Returned(random.choice(("busy", "left", "no answer"))),
        AskedToSpeak(),
    ]
    return random.choice(inputs)


class RandomCall:
    """A call of one flow with somebody who says anything."""

    def __init__(self, flow: CompiledFlow, random: Random) -> None:
        self._random = random
        self._idle = True
        self.agent: DocumentAgent = flow_agent(flow, UUID(int=1), Shop(self._do), now=lambda: NOW)
        self._context = Context(UUID(int=1), 0, about={"n": 5})
        self._last: Act | None = None
        self.inputs = 0

    def _do(self, work: Work) -> WorkDone | None:
        return None if self._idle and self._random.random() < 0.3 else done(self._random)

    async def tell(self, said: AgentInput) -> bool:
        """Whether the call is over, or somebody else's."""
        self.inputs += 1
        self._context = Context(self._context.call_id, self.inputs, about=self._context.about)
        acts: AsyncIterator[Act] = self.agent.respond(said, self._context)
        self._last, words = None, []
        async for act in acts:
            self._last = act
            words.append(getattr(act, "text", ""))
        self.agent.heard(self.inputs, " ".join(filter(None, words)), False)
        return isinstance(self._last, End)

    async def run(self, inputs: int) -> bool:
        """Anything, and then silence for ever. Whether it came to an end."""
        if await self.tell(Answered()):
            return True
        for _ in range(self._random.randint(0, inputs)):
            if await self.tell(heard(self._random)):
                self.agent.hung_up()
                return True
        self._idle = False
        for _ in range(NOBODY_LEFT):
            transferred = isinstance(self._last, Transfer)
            if await self.tell(Returned("no answer") if transferred else Silence()):
                self.agent.hung_up()
                return True
        return False
