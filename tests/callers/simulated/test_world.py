"""A persona's world in place of the real one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from callers.simulated.persona import PersonaWorld
from callers.simulated.world import StandInWorker, WorldWorkshop
from pipelines.conversation.agent import Context
from pipelines.flows.working import (
    FlowWorker,
    HttpCall,
    NamedCall,
    PythonCall,
    ToolCall,
    ToolWork,
    WaitWork,
    Work,
    WorkDone,
)

REAL = StandInWorker(WorkDone("real"))


class Real:
    def worker(self, work: Work) -> FlowWorker:
        return REAL


def workshop(**tools: Any) -> WorldWorkshop:
    return WorldWorkshop(PersonaWorld.model_validate({"tools": tools}), Real())


def asks(call: ToolCall, node: str = "lookup") -> ToolWork:
    return ToolWork(flow="x", node=node, call=call, timeout_s=1)


HTTP = asks(HttpCall("GET", "https://orders.example.com/"))


async def outcome(shop: WorldWorkshop, work: Work) -> WorkDone:
    worker = shop.worker(work)
    done = [act async for act in worker.respond(None, Context(UUID(int=1), 1))]
    assert len(done) == 1 and isinstance(done[0], WorkDone)
    assert worker.hung_up() == () and worker.summary() == ""
    return done[0]


async def test_what_a_node_gives_is_the_worlds() -> None:
    shop = workshop(lookup={"body": {"price": 4}})
    assert await outcome(shop, HTTP) == WorkDone(result={"price": 4}, status=200)
    assert {"price": 4} in shop.gave


async def test_what_is_not_named_is_real() -> None:
    assert await outcome(workshop(other={"body": 1}), HTTP) == WorkDone("real")
    assert await outcome(workshop(), WaitWork(flow="x", node="n", seconds=1)) == WorkDone("real")


@pytest.mark.parametrize("call", [NamedCall("weather"), PythonCall("weather")])
async def test_a_tool_may_be_named_instead_of_its_node(call: ToolCall) -> None:
    assert (await outcome(workshop(weather={"body": "rain"}), asks(call))).result == "rain"


async def test_answers_come_in_turn_and_the_last_one_stays() -> None:
    shop = workshop(lookup=[{"error": "timeout"}, {"status": 503}, {"outcome": "done", "values": {"a": 1}}])
    first, second, third, fourth = [await outcome(shop, HTTP) for _ in range(4)]
    assert (first.error, second.error, second.status) == ("timeout", "status", 503)
    assert third == fourth and third.outcome == "done" and third.values == {"a": 1}
