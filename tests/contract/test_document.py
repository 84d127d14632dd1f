"""A running server does what its own document says, whatever it is sent: no 5xx, no answer that the document
does not have. Requests come from schemathesis, which reads the document."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CheckContext, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import TABLES
from api.docs import ApiDocument
from callers.server_child import ServerChild

EXAMPLES = 6 if settings.get_current_profile_name() == "explore" else 3
"""Requests of each operation; twice as many in `make it`. Six took two minutes."""


def no_server_error(
    context: CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """What is switched off here says so (503), which is no fault of the server's."""
    if response.status_code != 503 or response.json()["error"]["code"] != "switched_off":
        not_a_server_error(context, response, case)


CHECKS = [
    no_server_error, status_code_conformance, content_type_conformance, response_schema_conformance
]  # fmt: skip
ENDLESS = frozenset({"text/event-stream"})
LEFT_OUT = frozenset({"/api/drain"})
"""It would end the server, or refuse all that comes after."""


@schemathesis.serializer("application/sdp", "application/trickle-ice-sdpfrag")
def as_text(context: schemathesis.SerializationContext, value: Any) -> bytes:
    return str(value).encode("utf-8", "surrogatepass")


document = ApiDocument(TABLES).content
schema = schemathesis.openapi.from_dict(document)


@pytest.fixture(scope="module")
def server() -> Iterator[ServerChild]:
    with asyncio.Runner() as runner:
        child = ServerChild(settings={"SIP__MAX_CALLS": "20"})
        runner.run(child.__aenter__())
        yield child
        runner.run(child.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """One connection for all requests, each of which knows nothing of the one before; no proxy is asked (nor
    looked for in the environment, which took longer than the request)."""
    with requests.Session() as session:
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        yield session


def _left_out(operation: Any) -> bool:
    told = document["paths"][operation.path].get(operation.method.lower(), {})
    answers = {kind for answer in told.get("responses", {}).values() for kind in answer.get("content", {})}
    return operation.path in LEFT_OUT or bool(told.get("x-websocket")) or bool(answers & ENDLESS)


@pytest.mark.filterwarnings("ignore:Skipped test cases with unsupported payload media types")
@schema.exclude(func=lambda context: _left_out(context.operation)).parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_an_operation_does_what_its_document_says(
    case: Any, server: ServerChild, session: requests.Session
) -> None:
    headers = {"Authorization": f"Bearer {server.key}"}
    case.call_and_validate(base_url=server.http, headers=headers, checks=CHECKS, session=session)


def test_the_server_keeps_all_in_the_folder_that_goes_with_it(
    server: ServerChild,
) -> None:
    """It is the only one of its kind that the fast tests share."""
    assert (server.data / "postgres" / "PG_VERSION").exists()
    assert server._log.stat().st_mode & 0o777 == 0o600 and server.key
