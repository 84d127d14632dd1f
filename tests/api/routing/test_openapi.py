"""The document says what the routes do, and is one of OpenAPI 3.1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from aiohttp.test_utils import TestClient, TestServer

from api.app import TABLES, build_app
from api.context import ApiContext
from api.routing.openapi import openapi
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics
from tests.api.routing.test_binding import routes


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi([*TABLES, routes], "1.0", "All there is.")


def test_a_route_is_told_with_all_that_it_takes_and_gives(document: dict[str, Any]) -> None:
    made = document["paths"]["/things/{id}"]["post"]
    assert made["operationId"] == "things_make" and made["x-scope"] == "admin"
    body = made["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/NewThing"}
    answers = made["responses"]["201"]["content"]["application/json"]["schema"]
    assert answers == {"$ref": "#/components/schemas/ThingShown"}
    assert {"400", "401", "403", "404", "413", "415", "429", "503"} <= set(made["responses"])
    (part,) = made["parameters"]
    assert part["in"] == "path" and part["schema"]["format"] == "uuid"
    found = document["paths"]["/things"]["get"]["parameters"]
    assert {each["name"] for each in found} == {"limit", "cursor", "size", "name"}
    assert not any(each["required"] for each in found)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in _references(document):
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"]


def test_models_that_nothing_refers_to_are_left_out(document: dict[str, Any]) -> None:
    assert "NewThing" in document["components"]["schemas"]
    assert "ThingQuery" not in document["components"]["schemas"]


def test_its_schemas_are_json_schema(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema)


def test_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [each["operationId"] for path in document["paths"].values() for each in path.values()]
    assert len(ids) == len(set(ids))


async def test_the_document_and_its_page_are_open_and_ask_no_other_host() -> None:
    app = build_app(ApiContext(load(None, {}), Health(), Metrics()))
    async with TestClient(TestServer(app)) as client:
        content = await (await client.get("/openapi.json")).json()
        assert content["openapi"].startswith("3.1") and "/api/health" in content["paths"]
        response = await client.get("/docs")
        page = await response.text()
        assert response.status == 200 and "GET /api/health" in page
        assert not re.search(r"""(src|href|action|url|import)\W{0,3}(https?:)?//""", page)
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def _references(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        for name, value in content.items():
            if name == "$ref":
                yield value
            else:
                yield from _references(value)
    elif isinstance(content, list):
        for value in content:
            yield from _references(value)
