"""`/api/flows/generate`: what a model draws is watched, kept, counted, and ended by closing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from aiohttp import ClientResponse

from mediaserver.errors import ConfigError, EngineError
from mediaserver.storage.records import Record, UsageCounted
from pipelines.engines.protocols import Llm, LlmText, LlmUsage
from tests.api.flows.desk import ASKS, FLOWS, FlowDesk, flow_desk
from tests.fakes import FakeLlm
from tests.pipelines.flows.generating.test_author import GOOD, WRONG

WORDS = "Ask for a day and say goodbye."


class Kept:
    def __init__(self) -> None:
        self.used: list[UsageCounted] = []

    def put(self, record: Record) -> None:
        assert isinstance(record, UsageCounted)
        self.used.append(record)

    async def flush(self, within_s: float | None = None) -> bool:
        return True


class Author:
    """The server's model; what it answers is ours."""

    def __init__(self) -> None:
        self.llm = FakeLlm()
        self.kept = Kept()

    def answers(self, *contents: Any) -> None:
        usage = LlmUsage(100, 20, model="drawer-1", cost=0.5)
        self.llm.answers += [[LlmText(json.dumps(each)), usage] for each in contents]

    async def think(self, name: str) -> Llm:
        if name == "gone":
            raise EngineError("the engine gone is being started")
        if name:
            raise ConfigError(f"there is no language model {name!r} here")
        return self.llm


@pytest.fixture
def author() -> Author:
    return Author()


@pytest.fixture
async def flows(pool: asyncpg.Pool, author: Author) -> AsyncIterator[FlowDesk]:
    async with flow_desk(pool, think=author.think, sink=author.kept) as desk:
        yield desk


async def begun(flows: FlowDesk, who: str, **content: Any) -> ClientResponse:
    return await flows.client.post(f"{FLOWS}/generate", json={"words": WORDS, **content}, headers={ASKS: who})


def events_of(text: str) -> list[tuple[str, Any]]:
    """Kinds and data of a stream."""
    found = []
    for each in text.strip().split("\n\n"):
        if not each.startswith(":"):
            kind, data = each.split("\n", 1)
            found.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def events(flows: FlowDesk, who: str, **content: Any) -> list[tuple[str, Any]]:
    response = await begun(flows, who, **content)
    assert response.status == 200, await response.text()
    assert response.content_type == "text/event-stream"
    return events_of(await response.text())


async def test_each_answer_is_told_until_a_flow_comes_of_it(flows: FlowDesk, author: Author) -> None:
    author.answers(WRONG, GOOD)
    told = await events(flows, "ann")
    assert [kind for kind, _ in told] == ["begun", "answer", "answer", "flow"]
    assert (told[1][1]["errors"], told[2][1]["errors"]) == (1, 0)
    assert told[1][1]["findings"][0]["node"] == "day"
    flow = told[3][1]
    assert (flow["flow"], flow["version"], flow["answers"]) == ("days", None, 2)
    assert len(flow["document"]["nodes"]) == 3 and flow["spent"]["tokens_in"] == 200
    assert (await flows.done("ann", "GET"))["items"] == [], "nothing is kept unless that is asked for"
    assert {(each.kind, each.amount, each.engine) for each in author.kept.used} == {
        ("llm_prompt_tokens", 200, "drawer-1"),
        ("llm_completion_tokens", 40, "drawer-1"),
    }
    assert sum(each.cost or 0 for each in author.kept.used) == 1.0
    assert all(each.owner is not None for each in author.kept.used)


async def test_what_is_kept_belongs_to_who_asked_and_is_not_published(
    flows: FlowDesk, author: Author
) -> None:
    author.answers(GOOD)
    told = await events(flows, "ann", save=True, name="mine")
    assert (told[-1][1]["flow"], told[-1][1]["version"]) == ("mine", 1)
    shown = await flows.done("ann", "GET", "/mine")
    assert shown["published"] is None and shown["owner"] is not None
    (version,) = (await flows.done("ann", "GET", "/mine/versions"))["items"]
    assert version["note"] == f"generated: {WORDS}"
    author.answers(GOOD)
    told = await events(flows, "bob", save=True, name="mine")
    assert told[-1][0] == "failed" and "taken" in told[-1][1]["message"]


async def test_a_flow_is_changed_by_who_may(flows: FlowDesk, author: Author) -> None:
    await flows.done("ann", "POST", "", {"document": GOOD})
    author.answers({"operations": [{"do": "set", "field": "about", "value": "Asks for a day."}]})
    told = await events(flows, "ann", edit="days", save=True)
    assert told[-1][1]["version"] == 2
    assert [each["text"] for each in told[-1][1]["changes"]] == [
        'flow: about is "Asks for a day.", it was not given'
    ]
    assert (await begun(flows, "bob", edit="days")).status == 404
    assert (await begun(flows, "ann", edit="days", name="other")).status == 400
    await flows.done("operator", "POST", "", {"document": {**GOOD, "name": "shared"}})
    assert (await begun(flows, "bob", edit="shared", save=True)).status == 403


async def test_what_fails_is_told_as_an_event_with_its_findings(flows: FlowDesk, author: Author) -> None:
    author.answers(*[WRONG] * 4)
    kind, data = (await events(flows, "ann"))[-1]
    assert (kind, data["code"]) == ("failed", "no_flow") and data["findings"]
    author.llm.answers.append([EngineError("the model's server is down")])
    kind, data = (await events(flows, "ann"))[-1]
    assert (kind, data["code"], data["message"]) == ("failed", "engine_failed", "the model's server is down")


async def test_closing_the_connection_ends_the_model_s_work(
    flows: FlowDesk, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.flows.streaming.HEARTBEAT_S", 0.01)
    author.answers(GOOD)
    author.llm.gates[0] = asyncio.Event()
    response = await begun(flows, "ann")
    while (await response.content.readline()) != b"event: begun\n":
        assert not response.content.at_eof()  # comments may come before it
    assert author.llm.load == 1
    response.close()
    async with asyncio.timeout(20):
        while author.llm.load:  # noqa: ASYNC110 - the server tells nobody that somebody has gone
            await asyncio.sleep(0.01)
    assert author.llm.cancelled == 1


async def test_only_so_many_are_drawn_at_a_time(flows: FlowDesk, author: Author) -> None:
    author.answers(GOOD, GOOD, GOOD)
    author.llm.gates[0] = asyncio.Event()
    first = [await begun(flows, "ann") for _ in range(2)]
    refused = await begun(flows, "ann")
    assert refused.status == 429 and refused.headers["Retry-After"] == "10"
    others = await begun(flows, "bob")
    assert others.status == 200, "another key has places of its own"
    author.llm.gates[0].set()
    for response in (*first, others):
        assert events_of(await response.text())[-1][0] == "flow"
    author.answers(GOOD)
    assert (await events(flows, "ann"))[-1][0] == "flow"


async def test_a_model_that_is_not_there_is_told_before_anything_begins(flows: FlowDesk) -> None:
    assert (await begun(flows, "ann", llm="nobody")).status == 422
    assert (await begun(flows, "ann", llm="gone")).status == 503
    flows.context.think = None
    assert (await begun(flows, "ann")).status == 503
    assert (await begun(flows, "ann", words="")).status == 400
