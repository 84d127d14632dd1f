"""A document without errors compiles, and whatever its callers do, nothing that is said or looked at has a
hole in it: what the checks call known is known in the run."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from pipelines.flows.checks.checking import checked_flow
from pipelines.flows.compiling.compiled import CompiledFlow
from pipelines.flows.compiling.compiler import compile_document
from pipelines.flows.expressions.cel import CelExpression
from pipelines.flows.expressions.liquid import SaidTemplate
from tests.pipelines.flows.running.flows import COLOURS, NOW
from tests.pipelines.flows.running.graphs import RandomCall

KINDS = ("collect", "collect", "collect", "confirm", "menu", "say", "say", "condition", "set", "code")
TEXTS = (*["Well."] * 4, "{{ a }}!", "{{ b }}?", "{{ a }} and {{ b }}.")
OUTCOMES = {"collect": ("red", "blue"), "confirm": ("yes", "no", "cancel"), "menu": ("one", "two")}
CONDITIONS = ("a == 'red'", "b == null", "a != null && a == 'blue'", "now.hour > 9", "b != null", "a == b")


def graph(random: Random) -> dict[str, Any]:
    """Of nodes that talk alone. Many of them have errors."""
    nodes = [_node(random, f"n{at}") for at in range(random.randint(2, 6))]
    if random.random() < 0.8:
        first = {"slot": COLOURS, "variable": "a", "text": "Which?"}
        nodes[0] = {"id": "n0", "type": "collect", **first}
    names = [str(each["id"]) for each in nodes]
    ends = [*names, "bye"]
    edges = [_edge(random, "start", names[0])]
    for at, source in enumerate(names):
        outcomes = OUTCOMES.get(nodes[at]["type"], ())
        for outcome in random.sample(outcomes, random.randint(0, len(outcomes))):
            edges.append({**_edge(random, source, random.choice(ends), "outcome"), "outcome": outcome})
        for kind, often in (
            ("expression", 0.5),
            ("timeout", 0.1),
            ("error", 0.1),
            ("intent", 0.1),
            ("key", 0.1),
        ):
            if random.random() < often:
                edges.append(_edge(random, source, random.choice(ends), kind))
        edges.append(_edge(random, source, ends[at + 1] if random.random() < 0.9 else random.choice(ends)))
    if random.random() < 0.3:
        edges.append(
            _edge(random, "*", random.choice(ends), random.choice(("timeout", "error", "intent", "key")))
        )
    return {
        "name": "random",
        "variables": [{"name": "a"}, {"name": "b"}, {"name": "c", "default": "red"}],
        "keep": {"a": "a"},
        "nodes": [
            {"id": "start", "type": "start"},
            *nodes,
            {"id": "bye", "type": "end_call", "text": "Bye."},
        ],
        "edges": edges,
    }


def _node(random: Random, id: str) -> dict[str, Any]:
    kind, text = random.choice(KINDS), random.choice(TEXTS)
    fields: dict[str, dict[str, Any]] = {
        "say": {"text": text},
        "collect": {"slot": COLOURS, "variable": random.choice(("a", "b", None)), "text": text, "help": text},
        "confirm": {"facts": text, "silence": random.choice(("agree", "ask"))},
        "menu": {"text": text, "options": [{"name": "one"}, {"name": "two"}]},
        "condition": {},
        "set": {"values": {random.choice("ab"): random.choice(("red", "{{ a }}", None))}},
        "code": {
            "lines": [{"variable": random.choice("ab"), "value": random.choice(("'red'", "a", "c", "null"))}]
        },
    }
    return {"id": id, "type": kind, **fields[kind]}


def _edge(random: Random, source: str, target: str, kind: str = "next") -> dict[str, Any]:
    fields: dict[str, dict[str, Any]] = {
        "expression": {"when": random.choice(CONDITIONS)},
        "intent": {"intent": "help", "phrases": ["help"]},
        "key": {"keys": "9"},
        "timeout": {"after": 1},
    }
    forget = random.random() < 0.5
    return {"type": kind, "source": source, "target": target, "forget": forget, **fields.get(kind, {})}


class Watched:
    """A text or an expression that notes what is unknown when it is read."""

    def __init__(self, read: SaidTemplate | CelExpression, holes: list[str]) -> None:
        self._read = read
        self._holes = holes
        self.uses = read.uses
        self.source = read.source

    def _look(self, scope: Mapping[str, Any]) -> None:
        if "null" not in self.source:
            names = [name for name in self.uses if getattr(scope.get(name), "kept", scope.get(name)) is None]
            self._holes += [f"{name} in {self.source}" for name in names]

    def text(self, scope: Mapping[str, Any]) -> str:
        self._look(scope)
        assert isinstance(self._read, SaidTemplate)
        return self._read.text(scope)

    def value(self, scope: Mapping[str, Any]) -> Any:
        self._look(scope)
        assert isinstance(self._read, CelExpression)
        return self._read.value(scope)

    def holds(self, scope: Mapping[str, Any]) -> bool:
        self._look(scope)
        assert isinstance(self._read, CelExpression)
        return self._read.holds(scope)


def watched(flow: CompiledFlow, holes: list[str]) -> CompiledFlow:
    def lead(each: Any) -> Any:
        return each if each.when is None else replace(each, when=Watched(each.when, holes))

    nodes = {
        key: replace(
            node,
            leads=replace(node.leads, done=tuple(map(lead, node.leads.done))),
            lines=tuple((name, Watched(line, holes)) for name, line in node.lines),  # type: ignore[misc]
        )
        for key, node in flow.nodes.items()
    }
    texts = {source: Watched(text, holes) for source, text in flow.texts.items()}
    return replace(flow, nodes=nodes, texts=texts)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [1, 3, 5, 7])
def test_what_is_called_known_is_known_in_the_run(seed: int) -> None:
    random, run = Random(seed), 0
    for _ in range(80):
        found = graph(random)
        checked = checked_flow(found)
        if checked.document is None or not checked.valid:
            continue
        run += 1
        holes: list[str] = []
        flow = watched(compile_document(checked.document, today=NOW.date()), holes)
        for _ in range(3):
            assert asyncio.run(RandomCall(flow, random).run(20))
        assert holes == [], found
    assert run > 3, "none of these was looked at"
