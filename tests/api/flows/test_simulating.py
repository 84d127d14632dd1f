"""`/api/flows/{name}/simulate` with the callers and flows that come with us, by text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import asyncpg
import pytest

from cli.serving.flow_work import python_functions
from cli.simulate.by_request import ServedSimulator
from mediaserver.config import load
from mediaserver.errors import EngineError, FetchError, FetchFault
from mediaserver.fetching.protocols import Fetcher
from pipelines.engines.running import Engines
from tests.api.flows.desk import ASKS, BROKEN, FLOWS, FlowDesk, desk_document, flow_desk
from tests.api.flows.test_generating import events_of
from tests.speech import shelf

GONE = {"name": "gone", "expect": {"outcome": ""}, "behaviour": {"hangs_up_after": 1}}
WRONG = {**GONE, "name": "wrong", "expect": {"outcome": "confirmed"}}


class Nowhere:
    """A Fetcher that reaches nobody."""

    async def fetch(self, *_: Any, **__: Any) -> Any:
        raise FetchError("there is no way out", FetchFault.CONNECTION)


@pytest.fixture
async def flows(pool: asyncpg.Pool) -> AsyncIterator[FlowDesk]:
    engines = Engines(shelf({}, {}))
    fetcher: Fetcher = Nowhere()  # type: ignore[assignment]
    simulator = ServedSimulator(load(None, {}), engines, fetcher, fetcher, python_functions(()), ())
    async with flow_desk(pool, simulator=simulator) as desk:
        await desk.done("ann", "POST", "/import", {"template": "booking", "publish": True})
        yield desk


async def simulated(flows: FlowDesk, name: str = "booking", **content: Any) -> list[tuple[str, Any]]:
    response = await flows.client.post(f"{FLOWS}/{name}/simulate", json=content, headers={ASKS: "ann"})
    assert response.status == 200, await response.text()
    return events_of(await response.text())


async def test_each_call_is_told_and_then_what_all_came_to(flows: FlowDesk) -> None:
    told = await simulated(flows, calls=8, seed="7")
    assert [kind for kind, _ in told] == ["call"] * 8 + ["result"]
    assert [(data["done"], data["of"]) for kind, data in told[:-1]] == [(at, 8) for at in range(1, 9)]
    result = told[-1][1]
    assert (result["calls"], result["passed"]) == (8, 8), result["failed"]
    assert result["about"]["flow"] == "booking" and result["about"]["version"] == 1
    assert {data["outcome"] for _, data in told[:-1]} & {"confirmed"}


async def test_who_calls_may_be_said_and_a_failed_call_shows_its_words(flows: FlowDesk) -> None:
    told = await simulated(flows, personas=[GONE, WRONG])
    calls = {data["persona"]: data for kind, data in told if kind == "call"}
    assert calls["gone"]["passed"] and "transcript" not in calls["gone"]
    assert not calls["wrong"]["passed"] and calls["wrong"]["failures"] == ["outcome none, not confirmed"]
    assert calls["wrong"]["transcript"].startswith("agent ")
    only = await simulated(flows, personas=[GONE, WRONG], only=["wro"])
    assert [data["persona"] for kind, data in only if kind == "call"] == ["wrong"]


async def test_a_flow_of_one_s_own_and_an_older_version(flows: FlowDesk) -> None:
    await flows.done("ann", "POST", "", {"document": desk_document()})
    await flows.done("ann", "POST", "/desk/versions", {"document": desk_document("Hello.")})
    said = {**WRONG, "name": "listens", "behaviour": {}}
    for version, text in ((1, "Welcome."), (None, "Hello.")):
        told = await simulated(flows, "desk", personas=[said], version=version)
        assert text in told[0][1]["transcript"]


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("booking", {"calls": 501}, 400),
        ("booking", {"interrupt": 2}, 400),
        ("booking", {"personas": [{"name": "x", "nonsense": True}]}, 422),
        ("booking", {"only": ["nobody is called so"]}, 422),
        ("booking", {"version": 9}, 404),
        ("nowhere", {}, 404),
        ("desk", {"version": 1, "document": {}}, 400),
        ("draft", {"personas": [GONE]}, 422),
    ],
)
async def test_what_cannot_be_simulated_is_told_before_anything_begins(
    flows: FlowDesk, name: str, content: dict[str, Any], status: int
) -> None:
    await flows.done("ann", "POST", "", {"document": desk_document()})
    broken = desk_document(name="draft", edges=[{"type": "next", "source": "start", "target": "nowhere"}])
    await flows.done("ann", "POST", "", {"document": broken})
    found, told = await flows.ask("ann", "POST", f"/{name}/simulate", content)
    assert found == status and told["error"]["message"], told


async def test_what_is_drawn_is_called_without_being_kept(flows: FlowDesk) -> None:
    await flows.done("ann", "POST", "", {"document": desk_document()})
    said = {**WRONG, "name": "listens", "behaviour": {}}
    told = await simulated(flows, "desk", personas=[said], document=desk_document("Good morning."))
    assert "Good morning." in told[0][1]["transcript"] and told[-1][1]["about"]["version"] is None
    assert (await flows.done("ann", "GET", "/desk"))["newest"] == 1, "no version was made of it"
    status, told = await flows.ask("ann", "POST", "/desk/simulate", {"document": BROKEN})
    assert (status, told["error"]["code"]) == (422, "flow_has_errors")
    assert (await flows.ask("bob", "POST", "/desk/simulate", {"document": desk_document()}))[0] == 404


async def test_a_flow_without_callers_of_its_own_is_called_by_some_who_fit_any(flows: FlowDesk) -> None:
    await flows.done("ann", "POST", "", {"document": desk_document()})
    told = await simulated(flows, "desk")
    assert len(told) > 5 and all(data["passed"] for kind, data in told if kind == "call")
    again = "again == 'yes'"
    circle = desk_document(
        variables=[{"name": "again"}],
        nodes=[
            {"id": "start", "type": "start"},
            {
                "id": "ask", "type": "collect", "variable": "again", "slot": {"kind": "yes_no"},
                "text": "Shall I ask once more?",
            },
            {"id": "end", "type": "end_call", "text": "Goodbye."},
        ],
        edges=[
            {"type": "next", "source": "start", "target": "ask"},
            {"type": "expression", "source": "ask", "when": again, "target": "ask", "forget": True},
            {"type": "next", "source": "ask", "target": "end"},
        ],
    )  # fmt: skip
    told = await simulated(flows, "desk", document=circle)
    failed = {
        data["persona"]: data["failures"] for kind, data in told if kind == "call" and not data["passed"]
    }
    assert "more than 40" in failed["says yes to everything"][0]


async def test_a_key_does_not_have_the_operators_requests_made(flows: FlowDesk) -> None:
    """Those of the operator's own flows are real, and prove themselves with the operator's secrets."""
    use = {"kind": "http", "url": "https://x.example/", "secrets": {"X-Key": {"secret": "CRM"}}}
    start, hello, end = desk_document()["nodes"]
    asks = {"id": "hello", "type": "tool", "use": {**use, "method": "GET"}}
    lent = desk_document(name="lent", nodes=[start, asks, end])
    await flows.done("operator", "POST", "", {"document": lent, "publish": True})
    status, told = await flows.ask("ann", "POST", "/lent/simulate", {"personas": [GONE]})
    assert (status, told["error"]["code"]) == (403, "forbidden")
    through = {"id": "hello", "type": "subflow", "flow": "lent"}
    await flows.done("ann", "POST", "", {"document": desk_document(name="own", nodes=[start, through, end])})
    status, told = await flows.ask("ann", "POST", "/own/simulate", {"personas": [GONE]})
    assert (status, told["error"]["code"]) == (403, "operators_alone")
    assert told["error"]["detail"] == ["the secret CRM"]


async def test_simulated_requests_of_a_keys_flow_reach_what_those_of_keys_may(pool: asyncpg.Pool) -> None:
    asked: list[str] = []

    class Asked(Nowhere):
        def __init__(self, name: str) -> None:
            self.name = name

        async def fetch(self, *_: Any, **__: Any) -> Any:
            asked.append(self.name)
            return await super().fetch()

    own: Any = Asked("operator")
    for_keys: Any = Asked("key")
    engines = Engines(shelf({}, {}))
    simulator = ServedSimulator(load(None, {}), engines, own, for_keys, python_functions(()), ())
    start, _, end = desk_document()["nodes"]
    asks = {
        "id": "hello",
        "type": "tool",
        "use": {"kind": "http", "method": "GET", "url": "https://x.example/"},
    }
    async with flow_desk(pool, simulator=simulator) as flows:
        for who in ("ann", "operator"):
            document = desk_document(name=who, nodes=[start, asks, end])
            await flows.done(who, "POST", "", {"document": document})
            response = await flows.client.post(
                f"{FLOWS}/{who}/simulate", json={"personas": [GONE]}, headers={ASKS: who}
            )
            assert response.status == 200, await response.text()
            await response.read()
    assert asked == ["key", "operator"]


async def test_another_key_s_flow_is_not_called(flows: FlowDesk) -> None:
    assert (await flows.ask("bob", "POST", "/booking/simulate", {}))[0] == 404


async def test_closing_the_connection_ends_the_calls(flows: FlowDesk) -> None:
    response = await flows.client.post(
        f"{FLOWS}/booking/simulate", json={"calls": 500}, headers={ASKS: "ann"}
    )
    assert await response.content.readline() == b"event: call\n"
    assert (await flows.ask("ann", "POST", "/booking/simulate", {}))[0] == 429, "one run for each key"
    again = partial(flows.ask, "ann", "POST", "/booking/simulate", {"only": ["nobody"]})
    response.close()
    async with asyncio.timeout(20):
        while (await again())[0] == 429:  # noqa: ASYNC110 - the server tells nobody that somebody has gone
            await asyncio.sleep(0.01)


async def test_others_get_their_turn_between_the_turns_of_a_call(flows: FlowDesk) -> None:
    """Callers who talk without ever waiting would hold up the audio of all calls."""
    turns, running = 0, True

    async def somebody_else() -> None:
        nonlocal turns
        while running:
            await asyncio.sleep(0)
            turns += 1

    other = asyncio.create_task(somebody_else())
    told = await simulated(flows, calls=6)
    running = False
    await other
    said = sum(data["turns"] for kind, data in told if kind == "call")
    assert said > 20 and turns > said


async def test_a_model_that_is_not_there_is_a_503(flows: FlowDesk) -> None:
    class Broken:
        async def simulate(self, wanted: object) -> Any:
            raise EngineError("the language model is being started; try again soon")

    flows.context.simulator = Broken()
    status, told = await flows.ask("ann", "POST", "/booking/simulate", {})
    assert (status, told["error"]["code"]) == (503, "engine_failed")
    flows.context.simulator = None
    assert (await flows.ask("ann", "POST", "/booking/simulate", {}))[0] == 503
