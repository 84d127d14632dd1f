"""How long a flow of 200 nodes takes to be compiled, and to take a step; and that random ones come to an end.

    python -m tests.load.flow_steps_load [--nodes 200] [--steps 5000] [--graphs 10000]

Counted in time of the processor, besides models and tools: these are stood in for by answers at once.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import statistics
import sys
import time
from collections.abc import Iterator
from random import Random
from typing import Any

from pipelines.flows.compiling.compiled import CompiledFlow
from pipelines.flows.compiling.compiler import compile_document
from pipelines.flows.document.document import Document
from pipelines.flows.document.reading import document_of
from pipelines.flows.running.executor import DocumentExecutor
from tests.fakes import CALL_ID
from tests.pipelines.flows.running.flows import NOW
from tests.pipelines.flows.running.graphs import RandomCall, compiled

MOST_COMPILE_MS = 200
MOST_STEP_MS = 1.0
"""Of 99 steps in a hundred."""
ROUND = 8
"""Nodes that are walked over from question to question."""


def long_flow(nodes: int) -> dict[str, Any]:
    """Questions with what stands between them: texts, conditions, expressions, read-backs."""
    found: list[dict[str, Any]] = [{"id": "start", "type": "start"}]
    edges: list[dict[str, Any]] = []
    variables: list[dict[str, Any]] = [{"name": "total", "kind": "number", "default": 0}]
    rounds = max(1, (nodes - 2) // ROUND)
    for at in range(rounds):
        name = f"v{at}"
        variables.append({"name": name, "kind": "number"})
        slot = {"kind": "number", "least": 1, "most": 50, "one": "parcel", "many": "parcels"}
        found += [
            {
                "id": f"a{at}",
                "type": "collect",
                "variable": name,
                "slot": slot,
                "text": "{{ total }}. How many?",
            },
            {"id": f"b{at}", "type": "code", "lines": [{"variable": "total", "value": f"total + {name}"}]},
            {"id": f"c{at}", "type": "condition"},
            {"id": f"d{at}", "type": "say", "text": "That is {{ " + name + " }} of {{ total }}."},
            {"id": f"e{at}", "type": "set", "values": {name: "{{ " + name + " | kept }}"}},
            {"id": f"f{at}", "type": "say", "text": "{% if total > 20 %}Many.{% endif %}"},
            {"id": f"g{at}", "type": "condition"},
            {"id": f"h{at}", "type": "confirm", "facts": "{{ " + name + " }}."},
        ]
        after = f"a{at + 1}" if at + 1 < rounds else "end"
        edges += [
            {"type": "next", "source": f"{left}{at}", "target": f"{right}{at}"}
            for left, right in zip("abcdefg", "bcdefgh", strict=True)
        ]
        edges += [
            {
                "type": "expression",
                "source": f"c{at}",
                "target": f"g{at}",
                "when": f"{name} > 1000 || total < 0",
            },
            {"type": "outcome", "source": f"h{at}", "target": after, "outcome": "yes"},
            {"type": "outcome", "source": f"h{at}", "target": f"a{at}", "outcome": "no", "forget": True},
            {"type": "outcome", "source": f"h{at}", "target": "end", "outcome": "cancel"},
        ]
    found.append({"id": "end", "type": "end_call", "text": "Bye.", "outcome": "done"})
    edges += [
        {"type": "next", "source": "start", "target": "a0"},
        {"type": "key", "source": "*", "target": "end", "keys": "9"},
        {"type": "intent", "source": "*", "target": "end", "intent": "stop", "phrases": ["stop it"]},
    ]
    return {
        "name": "long",
        "variables": variables,
        "keep": {"total": "total"},
        "nodes": found,
        "edges": edges,
    }


def steps(flow: CompiledFlow, wanted: int) -> Iterator[float]:
    """Time of each input, in ms."""
    left = wanted
    while left > 0:
        executor = DocumentExecutor(flow, CALL_ID, lambda: NOW)
        executor.begin()
        step = executor.start()
        while not step.end and left > 0:
            executor.heard(step.say)
            asked = executor.node.startswith("a") and executor._now.check is None
            words = "fourteen" if asked else "yes"
            begin = time.process_time_ns()
            step = executor.utterance(words, confidence=0.99)
            executor.events()
            yield (time.process_time_ns() - begin) / 1e6
            left -= 1


def timed(document: Document) -> tuple[CompiledFlow, float]:
    """What it compiles to, and how long that takes in ms."""
    begin = time.process_time_ns()
    flow = compile_document(document, today=NOW.date())
    return flow, (time.process_time_ns() - begin) / 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--nodes", type=int, default=200)
    parser.add_argument("--steps", type=int, default=5_000)
    parser.add_argument("--graphs", type=int, default=10_000)
    given = parser.parse_args()
    document = document_of(long_flow(given.nodes))
    flow, compile_ms = timed(document)
    again_ms = statistics.median(timed(document)[1] for _ in range(5))
    sys.stdout.write(
        f"compile {len(flow.nodes)} nodes: {compile_ms:.0f} ms the first time, {again_ms:.0f} ms again\n"
    )
    found = sorted(steps(flow, given.steps))
    middle, worst = found[len(found) // 2], found[int(len(found) * 0.99)]
    sys.stdout.write(
        f"{len(found)} steps: p50 {middle:.3f} ms, p99 {worst:.3f} ms, most {found[-1]:.3f} ms\n"
    )
    bad = compile_ms > MOST_COMPILE_MS or worst > MOST_STEP_MS
    return int(bad or not ended(given.graphs))


def ended(graphs: int) -> bool:
    """Whether random flows all come to an end; what they leave behind is nothing."""
    logging.disable(logging.WARNING)
    faults = _Faults()
    logging.getLogger().addHandler(faults)
    begin = time.monotonic()
    endless, before = [], 0
    for seed in range(graphs):
        random = Random(seed)
        call = RandomCall(compiled(random), random)
        if not asyncio.run(call.run(20)):
            endless.append(seed)
        if seed == graphs // 2:
            gc.collect()
            before = len(gc.get_objects())
    gc.collect()
    more = len(gc.get_objects()) - before
    seconds = time.monotonic() - begin
    sys.stdout.write(
        f"{graphs} random flows in {seconds:.0f} s: {len(endless)} without an end {endless[:10]},\n"
    )
    sys.stdout.write(f"  {faults.count} failures within, {more} objects more at the end than half-way\n")
    return not endless and not faults.count and more < 2_000


class _Faults(logging.Handler):
    """Counts what went wrong within."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += record.levelno >= logging.ERROR


if __name__ == "__main__":
    sys.exit(main())
