"""Requests are read and checked by a handler's signature, and its answers written by it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from pydantic import Field

from api.access.scopes import Scope
from api.plain_text import OneLine
from api.routing.binding import RouteBinding
from api.routing.models import RequestModel, ResponseModel
from api.routing.openapi import openapi
from api.routing.paging import Page, PageQuery, cursor_of, page_of, place_of
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from tests.api.routing.site import site

routes = ApiRoutes("things")


class NewThing(RequestModel):
    name: OneLine = Field(min_length=1, max_length=20)
    size: int = Field(default=1, ge=1)
    more: dict[str, Any] = Field(default_factory=dict)


class ThingShown(ResponseModel):
    id: UUID
    name: str
    size: int


class ThingQuery(PageQuery):
    size: list[int] = Field(default_factory=list)
    name: str = ""


@routes.post("/things/{id}", scope=Scope.ADMIN, status=201, body_limit=2000)
async def make(id: UUID, body: NewThing) -> ThingShown:
    return ThingShown(id=id, name=body.name, size=body.size)


@routes.get("/things", scope=Scope.ADMIN)
async def find(query: ThingQuery) -> Page[ThingShown]:
    after = place_of(query.cursor, int)
    found = [ThingShown(id=UUID(int=n), name=query.name, size=n) for n in query.size]
    left = [each for each in found if after is None or each.size > after[0]]
    items, following = page_of(left[: query.limit + 1], query.limit, lambda each: (each.size,))
    return Page(items=items, next=following)


@routes.delete("/things/{id}", scope=Scope.ADMIN)
async def remove(id: UUID, body: NewThing | None = None) -> None:
    if body is not None:
        raise Problem(409, "kept", f"{body.name} is kept.", {"why": "so"}, {"Retry-After": "1"})


@routes.get("/v1/things/{id}", scope=Scope.ADMIN)
async def openai_thing(request: web.Request, id: int) -> ThingShown:
    raise Problem(404, "no_thing", f"There is no thing {id}.")


@routes.get("/broken", scope=None)
async def broken(request: web.Request) -> None:
    raise RuntimeError("a secret")


async def test_what_is_asked_comes_in_its_types_and_the_answer_is_written() -> None:
    async with site([routes]) as client:
        which = uuid4()
        response = await client.post(f"/things/{which}", json={"name": "Ann", "size": 3})
        assert response.status == 201 and response.content_type == "application/json"
        assert await response.json() == {"id": str(which), "name": "Ann", "size": 3}
        response = await client.delete(f"/things/{which}")
        assert response.status == 204 and await response.read() == b""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({}, "name: it is needed"),
        ({"name": "a", "colour": "red"}, "colour: there is no such field"),
        ({"name": "a", "size": 0}, "size: "),
        ({"name": "a\nb"}, "name: it has control characters or line breaks"),
        ({"name": "a", "more": {"deep": [["\x00"]]}}, "more has control characters"),
        ({"name": "a", "more": {"\x1b": 1}}, "more has control characters"),
        (["a"], "The body is a JSON object"),
        ({"name": "x" * 3000}, "at most 1 KiB"),
    ],
)
async def test_a_body_that_does_not_fit_is_told_by_field(content: Any, says: str) -> None:
    async with site([routes]) as client:
        response = await client.post(f"/things/{uuid4()}", json=content)
        error = (await response.json())["error"]
        assert response.status in (400, 413) and says in error["message"]


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b'{"name": "\xff"}', {}, 400),
        (b'{"name": "\\ud800"}', {}, 400),
        (b'{"name": NaN}', {}, 400),
        (b"[" * 1500, {}, 400),
        (b"", {}, 400),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"{}", {"Content-Encoding": "gzip"}, 415),
        (b"{}", {"Content-Type": "application/json; charset=latin-1"}, 400),
    ],
)
async def test_what_is_no_json_of_ours_is_refused(
    content: bytes, headers: dict[str, str], status: int
) -> None:
    async with site([routes]) as client:
        given = {"Content-Type": "application/json"} | headers
        response = await client.post(f"/things/{uuid4()}", data=content, headers=given)
        assert response.status == status and (await response.json())["error"]["message"]


async def test_a_body_without_a_length_is_read_no_further_than_its_limit() -> None:
    async def endless() -> Any:
        while True:
            yield b" " * 1000

    async with site([routes]) as client:
        response = await client.post(
            f"/things/{uuid4()}", data=endless(), headers={"Content-Type": "application/json"}
        )
        assert response.status == 413


async def test_a_query_is_checked_and_pages_follow_each_other() -> None:
    async with site([routes]) as client:
        path = "/things?size=1&size=2&size=3&limit=2"
        page = await (await client.get(path)).json()
        assert [each["size"] for each in page["items"]] == [1, 2]
        page = await (await client.get(f"{path}&cursor={page['next']}")).json()
        assert [each["size"] for each in page["items"]] == [3] and page["next"] is None
        for wrong in (
            "limit=0",
            "limit=x",
            "nothing=1",
            "name=a&name=b",
            "cursor=AAAA",
            "name=%00",
            "cursor=é",
        ):
            response = await client.get(f"/things?{wrong}")
            assert response.status == 400, wrong


@pytest.mark.parametrize("place", [[2**70], ["x"], [1, 2], {"a": 1}, [True], [None]])
def test_a_cursor_of_another_list_is_refused(place: Any) -> None:
    import base64

    forged = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
    with pytest.raises(Problem):
        place_of(forged, int)
    assert place_of(cursor_of(7, "a"), int, str) == (7, "a")


async def test_problems_look_as_the_part_of_the_api_has_it() -> None:
    async with site([routes]) as client:
        response = await client.delete(f"/things/{uuid4()}", json={"name": "Ann"})
        assert response.status == 409 and response.headers["Retry-After"] == "1"
        assert await response.json() == {
            "error": {"code": "kept", "message": "Ann is kept.", "detail": {"why": "so"}}
        }
        response = await client.get("/v1/things/5")
        assert (await response.json())["error"] == {
            "message": "There is no thing 5.", "type": "not_found_error", "param": None, "code": "no_thing",
        }  # fmt: skip
        response = await client.get("/v1/things/five")
        error = (await response.json())["error"]
        assert response.status == 400 and error["param"] == "id" and error["type"] == "invalid_request_error"
        response = await client.get("/broken")
        assert response.status == 500 and "secret" not in await response.text()


async def test_each_answer_says_the_id_of_its_request() -> None:
    async with site([routes]) as client:
        response = await client.get("/things", headers={"X-Request-Id": "mine-1"})
        assert response.headers["X-Request-Id"] == "mine-1"
        response = await client.get("/nowhere", headers={"X-Request-Id": "a b"})
        assert response.status == 404 and len(response.headers["X-Request-Id"]) == 16


async def test_pages_of_named_sites_may_ask_and_no_others() -> None:
    async with site([routes], cors_origins=["https://app.example"]) as client:
        asks = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
        response = await client.options("/things", headers=asks)
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == "https://app.example"
        response = await client.get("/things", headers={"Origin": "https://app.example"})
        assert response.headers["Access-Control-Allow-Origin"] == "https://app.example"
        assert "Access-Control-Allow-Credentials" not in response.headers
        for other in ("https://evil.example", "null", "https://app.example.evil.example"):
            response = await client.options("/things", headers=asks | {"Origin": other})
            assert response.status == 405 and "Access-Control-Allow-Origin" not in response.headers


async def test_an_answer_says_where_what_was_made_is() -> None:
    own = ApiRoutes("made things")

    @own.post("/made", scope=Scope.ADMIN, status=201, made_at="/made/{name}")
    async def made(body: NewThing) -> ThingShown:
        return ThingShown(id=uuid4(), name=body.name, size=1)

    @own.post("/written", scope=Scope.ADMIN, status=201, made_at="/made/{name}", answers=ThingShown)
    async def written(request: web.Request, body: NewThing) -> web.StreamResponse:
        return web.json_response({"name": body.name}, status=201 if body.size > 1 else 200)

    async with site([own]) as client:
        response = await client.post("/made", json={"name": "+49 30/ä"})
        assert response.status == 201 and response.headers["Location"] == "/made/%2B49%2030%2F%C3%A4"
        response = await client.post("/written", json={"name": "a", "size": 2})
        assert response.headers["Location"] == "/made/a"
        response = await client.post("/written", json={"name": "a"})
        assert "Location" not in response.headers
    success = openapi([own], "1", "")["paths"]["/made"]["post"]["responses"]["201"]
    assert "Location" in success["headers"]


async def test_who_asks_for_a_socket_without_one_is_told_how() -> None:
    own = ApiRoutes("sockets")

    @own.get("/socket", scope=Scope.ADMIN, websocket=True)
    async def talk(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        return socket

    async with site([own]) as client:
        for headers in ({}, {"Upgrade": "websocket", "Sec-WebSocket-Version": "8"}):
            response = await client.get("/socket", headers=headers)
            assert response.status == 426
            assert response.headers["Upgrade"] == "websocket"
            assert response.headers["Sec-WebSocket-Version"] == "13"
            assert "WebSocket" in (await response.json())["error"]["message"]
        async with client.ws_connect("/socket") as socket:
            assert (await socket.receive()).type is not None


async def test_what_an_answer_depends_on_is_all_in_vary() -> None:
    own = ApiRoutes("tables")

    @own.get("/table", scope=Scope.ADMIN)
    async def table(request: web.Request) -> web.StreamResponse:
        return web.Response(text="a,b", headers={"Vary": "Accept"})

    async with site([own], cors_origins=["https://app.example"]) as client:
        response = await client.get("/table", headers={"Origin": "https://app.example"})
        assert response.headers["Vary"] == "Accept, Origin"
        assert "X-Voice-Engine" in response.headers["Access-Control-Expose-Headers"]


def test_a_signature_that_names_no_part_of_the_path_is_a_mistake() -> None:
    table = ApiRoutes("wrong")

    @table.get("/wrong/{id}", scope=None)
    async def wrong(id: UUID, other: str) -> None: ...

    with pytest.raises(TypeError, match="other"):
        RouteBinding(next(iter(table)))
