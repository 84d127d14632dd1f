"""`/api/knowledge` over the real tables: what is handed in is found as agents find it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest
from aiohttp import FormData

from mediaserver.errors import EngineError, FetchError, FetchFault
from mediaserver.fetching.answer import FetchAnswer
from mediaserver.fetching.protocols import Take
from mediaserver.fetching.request import FetchRequest
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from pipelines.knowledge.desk import KnowledgeDesk
from pipelines.knowledge.documents import MOST_BYTES
from pipelines.knowledge.meaning import MeaningSearch
from tests.api.directory_desk import DirectoryDesk, directory
from tests.meaning import LocalEmbedder
from tests.pipelines.knowledge.test_searching import HOUSE

__all__ = ["directory"]
KNOWLEDGE = "/api/knowledge"
HOUSE_DOCUMENTS = f"{KNOWLEDGE}/house/documents"
PAGE = b"<html><head><title>The house</title></head><body><h2>Dogs</h2><p>Dogs wait outside.</p></body>"


class OnePage:
    """The web, with one page in it."""

    def __init__(self) -> None:
        self.status = 200
        self.kind = "text/html; charset=utf-8"

    async def download(
        self, request: FetchRequest, take: Take, *, most_bytes: int, within_s: float
    ) -> FetchAnswer:
        if "/page" not in request.url:
            raise FetchError(
                f"the host of {request.url} is not to be reached from here", FetchFault.REFUSED_ADDRESS
            )
        await take(PAGE)
        return FetchAnswer(self.status, {"content-type": self.kind}, b"", 1)


class Shelf:
    """Asks for knowledge, as the operator or as `ann`."""

    def __init__(self, directory: DirectoryDesk, web: OnePage, model: LocalEmbedder) -> None:
        self.directory = directory
        self.ask = directory.ask
        self.web = web
        self.model = model

    async def hand_in(self, name: str, data: bytes, **fields: str) -> tuple[int, Any]:
        form = FormData(fields)
        form.add_field("file", BytesIO(data), filename=name)
        response = await self.directory.desk.client.post(HOUSE_DOCUMENTS, data=form)
        return response.status, await response.json()

    async def embedded(self) -> dict[str, Any]:
        """The collection once its run is over."""
        for _ in range(1000):
            _, house = await self.ask("GET", f"{KNOWLEDGE}/house")
            if not house["embedding"]["running"]:
                return dict(house)
            await asyncio.sleep(0)
        raise AssertionError("the run is not over")


@pytest.fixture
async def shelf(
    directory: DirectoryDesk, pool: asyncpg.Pool, postgres: EmbeddedPostgres
) -> AsyncIterator[Shelf]:
    web, model = OnePage(), LocalEmbedder()
    desk = KnowledgeDesk(
        web, lambda: open_connection(postgres.dsn), "en", MeaningSearch(lambda: model), lambda: model,
        engine="local",
    )  # fmt: skip
    directory.desk.context.knowledge = desk
    yield Shelf(directory, web, model)
    await desk.close()


async def test_what_is_handed_in_is_found_and_removed(shelf: Shelf) -> None:
    status, added = await shelf.hand_in("house.md", HOUSE.encode())
    assert status == 201 and added["fresh"] and (added["name"], added["passages"]) == ("house.md", 6)
    status, again = await shelf.hand_in("house.md", HOUSE.encode())
    assert status == 201 and not again["fresh"]
    text = {"name": "Lifts / stairs?", "text": "# Lift\nThe lift is on the left."}
    assert (await shelf.ask("POST", HOUSE_DOCUMENTS, text))[0] == 201
    _, listed = await shelf.ask("GET", HOUSE_DOCUMENTS)
    assert [each["name"] for each in listed["items"]] == ["Lifts / stairs?", "house.md"]
    _, first = await shelf.ask("GET", f"{HOUSE_DOCUMENTS}?limit=1")
    _, second = await shelf.ask("GET", f"{HOUSE_DOCUMENTS}?cursor={quote(first['next'])}")
    # By name: that its passages have vectors may be told from one request to the next.
    assert [each["name"] for each in second["items"]] == ["house.md"]
    _, found = await shelf.ask("POST", f"{KNOWLEDGE}/house/search", {"question": "where is the lift"})
    assert found["passages"][0]["document"] == "Lifts / stairs?" and found["passages"][0]["score"] > 0.5
    lift = f"{HOUSE_DOCUMENTS}/{quote('Lifts / stairs?', safe='')}"
    assert (await shelf.ask("GET", lift))[1]["passages"] == 1
    assert (await shelf.ask("DELETE", lift))[0] == 204
    assert (await shelf.ask("GET", lift))[0] == 404
    _, audit = await shelf.ask("GET", "/api/audit?action=knowledge.")
    assert [each["action"] for each in audit["items"]] == ["knowledge.remove", *["knowledge.add"] * 2]
    assert (await shelf.ask("DELETE", f"{KNOWLEDGE}/house"))[0] == 204
    assert (await shelf.ask("GET", KNOWLEDGE))[1]["collections"] == []


async def test_vectors_are_made_behind_what_is_added(shelf: Shelf) -> None:
    await shelf.hand_in("house.md", HOUSE.encode())
    house = await shelf.embedded()
    assert (house["embedded"], house["embedding"]["done"], house["embedding"]["fault"]) == (6, 6, "")
    _, found = await shelf.ask("POST", f"{KNOWLEDGE}/house/search", {"question": "how much is it"})
    assert found["by"] == "words and meaning" and found["passages"][0]["heading"] == "Membership > Fees"
    shelf.model.fault = EngineError("the endpoint is gone")
    await shelf.hand_in("more.txt", b"Something else.")
    house = await shelf.embedded()
    assert (house["documents"], house["embedded"]) == (2, 6)
    assert house["embedding"]["fault"] == "the endpoint is gone"
    shelf.model.fault = None
    assert (await shelf.ask("POST", f"{KNOWLEDGE}/house/embed"))[0] == 202
    assert (await shelf.embedded())["embedded"] == 7


async def test_a_page_is_fetched_from_its_address(shelf: Shelf) -> None:
    page = {"url": "https://house.example/page"}
    status, added = await shelf.ask("POST", HOUSE_DOCUMENTS, page)
    assert status == 201 and added["name"] == "house.example/page"
    _, found = await shelf.ask("POST", f"{KNOWLEDGE}/house/search", {"question": "dogs"})
    (passage,) = found["passages"]
    assert (passage["heading"], passage["text"]) == ("The house > Dogs", "Dogs wait outside.")
    shelf.web.status = 403
    assert "answers 403" in (await shelf.ask("POST", HOUSE_DOCUMENTS, page))[1]["error"]["message"]
    shelf.web.status, shelf.web.kind = 200, "image/png"
    assert "image/png" in (await shelf.ask("POST", HOUSE_DOCUMENTS, page))[1]["error"]["message"]
    status, refused = await shelf.ask("POST", HOUSE_DOCUMENTS, {"url": "http://127.0.0.1/"})
    assert status == 422 and "not to be reached" in refused["error"]["message"]


WITHOUT_SENSE: list[Any] = [
    ({}, "text"),
    ({"text": "a", "url": "https://a.example/page", "name": "a"}, "text"),
    ({"text": "a"}, "name"),
]  # fmt: skip


async def test_what_cannot_be_read_says_which_field_and_why(shelf: Shelf) -> None:
    for body, field in WITHOUT_SENSE:
        status, problem = await shelf.ask("POST", HOUSE_DOCUMENTS, body)
        assert status == 422 and problem["error"]["detail"][0]["field"] == field
    for name, data, words in (
        ("a.exe", b"MZ", "its name ends in one of"),
        ("a.txt", b"\xff\xfe\xfa\xfb\xff", "no UTF-8"),
        ("a.md", b"  \n", "no text"),
        ("a.pdf", b"%PDF-1.7 nothing", "PDF"),
    ):
        status, problem = await shelf.hand_in(name, data)
        assert status == 422 and words in problem["error"]["message"], problem
    status, problem = await shelf.hand_in("a.txt", b"x" * (MOST_BYTES + 1))
    assert status == 413
    desk = shelf.directory.desk.context.knowledge
    assert desk is not None and desk.handed_in == 0
    for path in ("/api/knowledge/gone", "/api/knowledge/gone/documents"):
        assert (await shelf.ask("GET", path))[0] == 404
    assert (await shelf.ask("POST", f"{KNOWLEDGE}/a%20b/documents", {"name": "a", "text": "b"}))[0] == 400


async def test_a_collection_that_an_agent_searches_is_not_removed_by_accident(shelf: Shelf) -> None:
    await shelf.hand_in("house.md", HOUSE.encode())
    agent = {"name": "desk", "kind": "echo", "tools": ["knowledge/faq"]}
    assert (await shelf.ask("POST", "/api/agents", agent))[0] == 201
    await shelf.ask("POST", f"{KNOWLEDGE}/faq/documents", {"name": "a", "text": "b c d"})
    status, refused = await shelf.ask("DELETE", f"{KNOWLEDGE}/faq")
    assert status == 409 and refused["error"]["detail"] == {"agents": ["desk"]}
    _, faq = await shelf.ask("GET", f"{KNOWLEDGE}/faq")
    assert faq["agents"] == ["desk"]
    assert (await shelf.ask("DELETE", f"{KNOWLEDGE}/faq?force=true"))[0] == 204


async def test_a_key_sees_what_it_is_lent_alone(shelf: Shelf) -> None:
    await shelf.hand_in("house.md", HOUSE.encode())
    assert (await shelf.ask("GET", KNOWLEDGE, who="ann"))[1]["collections"] == []
    question = {"question": "fees"}
    assert (await shelf.ask("POST", f"{KNOWLEDGE}/house/search", question, who="ann"))[0] == 404
    context = shelf.directory.desk.context
    context.settings = context.settings.model_copy(
        update={"shared": context.settings.shared.model_copy(update={"knowledge": ("house",)})}
    )
    assert (await shelf.ask("GET", KNOWLEDGE, who="ann"))[1]["collections"][0]["lent"]
    assert (await shelf.ask("POST", f"{KNOWLEDGE}/house/search", question, who="ann"))[0] == 200
    assert (await shelf.ask("POST", HOUSE_DOCUMENTS, {"name": "a", "text": "b"}, who="ann"))[0] == 403
    assert (await shelf.ask("DELETE", f"{KNOWLEDGE}/house", who="ann"))[0] == 403
