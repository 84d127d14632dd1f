"""Tool nodes that ask a real server over the guarded client: what they send, and what faults come to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from mediaserver.fetching.secrets import Masking
from pipelines.conversation.agent import Context, Utterance
from pipelines.flows.work.http_request import HttpUse
from pipelines.flows.work.tool import ToolWorker
from pipelines.flows.working import WorkScope
from tests.fakes import CALL_ID
from tests.mediaserver.fetching.servers import client, serving
from tests.pipelines.flows.work.working import done_of, events, respond, scope, tool_work, words


class Held:
    """A secret for this machine."""

    host = "127.0.0.1"
    value = "s3cr3t-token"


class Vault:
    def secret(self, name: str) -> Held | None:
        return Held() if name == "key" else None


class Late:
    """Events that came after the call."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.came = asyncio.Event()

    def __call__(self, kind: str, **data: Any) -> None:
        self.events.append({"kind": kind, **data})
        self.came.set()


@asynccontextmanager
async def worker(
    url: str, given: WorkScope | None = None, late: Late | None = None, *, wait_s: float = 30.0,
    node: dict[str, Any] | None = None, **use: Any,
) -> AsyncIterator[ToolWorker]:  # fmt: skip
    async with client() as fetcher:
        fetcher.secrets = Vault()
        work = tool_work({"kind": "http", "url": url, **use}, given, **(node or {}))
        masking = Masking()
        request = work.prepared.request
        assert request is not None and work.node.use.kind == "http"
        http = HttpUse(work.node.use, request, work.scope.values, work.node.timeout_s, fetcher, masking)
        yield ToolWorker(work, http, masking, late or Late(), filler_after_s=wait_s, working_every_s=wait_s)


async def test_what_is_known_goes_into_path_query_headers_and_body_and_the_answer_becomes_variables() -> None:
    asked: dict[str, Any] = {}

    async def order(request: web.Request) -> web.Response:
        asked.update(path=request.raw_path, auth=request.headers["Authorization"], body=await request.json())
        asked.update(query=dict(request.query), who=request.headers["X-Who"])
        return web.json_response({"state": "sent", "items": [{"n": 2}]})

    async with serving(**{"{path:.*}": order}) as url:
        given = scope(place="Köln/../x?y", number=7)
        async with worker(
            f"{url}/order/{{{{ place }}}}/items",
            given,
            method="POST",
            query={"n": "{{ number }}"},
            headers={"X-Who": "desk"},
            secrets={"Authorization": {"secret": "key", "prefix": "Bearer "}},
            body="{'place': place, 'twice': number * 2}",
            node={"save": {"order": "result.body.items[0].n + result.status"}},
        ) as tool:
            news = await respond(tool)
    assert asked["path"] == "/order/K%C3%B6ln%2F..%2Fx%3Fy/items?n=7"
    assert asked["query"] == {"n": "7"}
    assert asked["auth"] == "Bearer s3cr3t-token" and asked["who"] == "desk"
    assert asked["body"] == {"place": "Köln/../x?y", "twice": 14}
    done = done_of(news)
    assert done.values["order"] == 202 and done.status == 200 and not done.error
    assert done.values["result"] == {"status": 200, "body": {"state": "sent", "items": [{"n": 2}]}}
    (event,) = events(news, "tool")
    assert event["ok"] and event["node"] == "t" and "s3cr3t" not in str(event)


async def test_secrets_and_secret_variables_stand_in_no_record() -> None:
    async def echo(request: web.Request) -> web.Response:
        return web.Response(text=f"{request.headers['X-Key']} {request.query['pin']}", status=200)

    async with serving(echo=echo) as url, worker(
        f"{url}/echo", scope(["pin"], pin="48151623"), secrets={"X-Key": {"secret": "key"}},
        query={"pin": "{{ pin }}"},
    ) as tool:  # fmt: skip
        news = await respond(tool)
    (event,) = events(news, "tool")
    assert done_of(news).values["result"] == {"status": 200, "body": "s3cr3t-token 48151623"}
    assert "48151623" not in str(event) and "s3cr3t" not in str(event) and "•••" in event["result"]


async def test_what_a_tool_gives_for_a_secret_variable_stands_in_no_record() -> None:
    async def order(request: web.Request) -> web.Response:
        return web.json_response({"pin": "48151623", "state": "sent"})

    save = {"save": {"pin": "result.body.pin"}}
    async with serving(order=order) as url, worker(f"{url}/order", scope(["pin"]), node=save) as tool:
        news = await respond(tool)
    assert done_of(news).values["pin"] == "48151623"
    (event,) = events(news, "tool")
    assert "48151623" not in str(event) and "sent" in event["result"]


async def test_of_a_secret_in_thousands_of_pieces_nothing_is_kept() -> None:
    """To look for each of 600 held all calls for half a minute."""

    async def orders(request: web.Request) -> web.Response:
        return web.json_response([{"name": f"name {at}", "code": f"code {at}"} for at in range(500)])

    save = {"save": {"order": "result.body"}}
    async with serving(orders=orders) as url, worker(f"{url}/orders", scope(["order"]), node=save) as tool:
        (event,) = events(await respond(tool), "tool")
    assert (event["result"], event["ok"]) == ("•••", True)


async def test_text_that_looks_like_json_is_read_within_its_bounds() -> None:
    async def text(request: web.Request) -> web.Response:
        body = {"short": "[1, 2]", "long": f"[{'1,' * 30_000}1]", "odd": "[NaN]", "deep": "[" * 50 + "]" * 50}
        return web.Response(text=body[request.query["how"]])

    async with serving(text=text) as url:
        for how, kind in (("short", list), ("long", str), ("odd", str), ("deep", str)):
            async with worker(f"{url}/text?how={how}") as tool:
                result = done_of(await respond(tool)).values["result"]
            assert isinstance(result, dict) and isinstance(result["body"], kind), how


async def answers(request: web.Request) -> web.StreamResponse:
    match request.query["how"]:
        case "missing":
            return web.json_response({"error": "none"}, status=404)
        case "broken":
            return web.Response(text="{'no json'", content_type="application/json")
        case "huge":
            return web.Response(body=b"x" * (1024 * 1024 + 1))
        case "redirect":
            return web.Response(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data"})
        case "empty":
            return web.Response(status=204)
        case "text":
            return web.Response(text="open\u202e till\x00 six")
        case _:
            await asyncio.Event().wait()
            raise AssertionError


@pytest.mark.parametrize(
    ("how", "error", "status"),
    [
        ("missing", "status", 404),
        ("broken", "bad answer", 0),
        ("huge", "bad answer", 0),
        ("redirect", "refused", 0),
        ("slow", "timeout", 0),
    ],
)
async def test_a_server_that_does_it_wrong_is_an_error_of_the_node(how: str, error: str, status: int) -> None:
    async with (
        serving(a=answers) as url,
        worker(f"{url}/a?how={how}", node={"timeout_s": 0.3}, retries=0) as tool,
    ):
        done = done_of(await respond(tool))
    assert (done.error, done.status) == (error, status) and done.detail


async def test_an_address_of_this_network_is_refused() -> None:
    async with worker("http://169.254.169.254/latest/meta-data") as tool:
        done = done_of(await respond(tool))
    assert done.error == "refused"


@pytest.mark.parametrize(("how", "body"), [("empty", None), ("text", "open till six")])
async def test_an_answer_need_be_no_json(how: str, body: str | None) -> None:
    async with serving(a=answers) as url, worker(f"{url}/a?how={how}") as tool:
        done = done_of(await respond(tool))
    assert isinstance(done.values["result"], dict) and done.values["result"]["body"] == body


async def test_an_answer_without_what_is_asked_of_it_is_a_bad_one() -> None:
    async with serving(a=answers) as url, worker(
        f"{url}/a?how=text", node={"save": {"order": "result.body.order.id"}}
    ) as tool:  # fmt: skip
        done = done_of(await respond(tool))
    assert done.error == "bad answer" and "order" in done.detail and not done.values


async def test_a_large_answer_is_cut_to_what_a_variable_holds() -> None:
    async def many(request: web.Request) -> web.Response:
        return web.json_response([{"text": "x" * 5_000}] * 150)

    async with serving(many=many) as url, worker(
        f"{url}/many", node={"save": {"order": "size(result.body)"}}
    ) as tool:  # fmt: skip
        done = done_of(await respond(tool))
    assert done.values["order"] == 150
    assert isinstance(done.values["result"], dict)
    assert len(str(done.values["result"]["body"])) < 150 * 4_100


class Gate:
    """A handler that waits until it may answer."""

    def __init__(self) -> None:
        self.asked, self.open = asyncio.Event(), asyncio.Event()
        self.count = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.count += 1
        self.asked.set()
        await self.open.wait()
        return web.json_response({"ok": True})


async def test_a_tool_that_takes_long_is_covered_with_the_nodes_own_words_and_then_the_usual_ones() -> None:
    gate = Gate()
    async with serving(slow=gate.answer) as url, worker(
        f"{url}/slow", scope(place="Ulm"), wait_s=0.01, node={"filler": "I look for {{ place }}."}
    ) as tool:  # fmt: skip
        acts = tool.respond(None, Context(CALL_ID, 1))
        assert words([await anext(acts)]) == "I look for Ulm."
        assert words([await anext(acts)]) == "This takes a little longer. I am still working on it."
        gate.open.set()
        assert done_of([act async for act in acts]).status == 200


async def test_a_caller_who_speaks_meanwhile_stops_words_and_not_the_tool() -> None:
    gate = Gate()
    async with (
        serving(slow=gate.answer) as url,
        worker(f"{url}/slow", wait_s=0.01, node={"filler": "One moment."}) as tool,
    ):
        acts = tool.respond(None, Context(CALL_ID, 1))
        await anext(acts)
        await acts.aclose()
        again = tool.respond(Utterance("hello"), Context(CALL_ID, 2))
        assert words([await anext(again)]) == "One moment."
        gate.open.set()
        assert done_of([act async for act in again]).status == 200
    assert gate.count == 1


async def test_what_may_change_something_goes_on_when_the_caller_hangs_up_and_its_result_is_kept() -> None:
    gate, late = Gate(), Late()
    async with serving(slow=gate.answer) as url, worker(
        f"{url}/slow", None, late, wait_s=0.01, method="POST", body="{}"
    ) as tool:  # fmt: skip
        acts = tool.respond(None, Context(CALL_ID, 1))
        await anext(acts)
        await acts.aclose()
        await gate.asked.wait()
        assert tool.hung_up() == ()
        gate.open.set()
        await late.came.wait()
    (event,) = late.events
    assert event["kind"] == "tool" and event["ok"] and event["late"] and event["status"] == 200


async def test_what_only_reads_is_stopped_when_the_caller_hangs_up() -> None:
    gate, late = Gate(), Late()
    async with serving(slow=gate.answer) as url, worker(f"{url}/slow", None, late, wait_s=0.01) as tool:
        acts = tool.respond(None, Context(CALL_ID, 1))
        await anext(acts)
        await acts.aclose()
        tool.hung_up()
        assert tool._task is not None
        await asyncio.wait({tool._task})
        assert tool._task.cancelled() and late.events == []
