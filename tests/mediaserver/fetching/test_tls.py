"""https before real TLS servers."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from cli.serving.fetching import tls_context
from mediaserver.errors import ConfigError, FetchError, FetchFault
from mediaserver.fetching.request import FetchRequest
from sip.transport.certificates import SelfMade
from tests.mediaserver.fetching.servers import Names, client


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SelfMade:
    files = SelfMade(tmp_path_factory.mktemp("tls"), ("crm.example", "127.0.0.1"))
    files.ensure(datetime.now(UTC))
    return files


@pytest.fixture
async def port(made: SelfMade) -> AsyncIterator[int]:
    async def hello(request: web.Request) -> web.Response:
        return web.Response(text=request.headers["Host"])

    app = web.Application()
    app.router.add_get("/", hello)
    runner = web.AppRunner(app, shutdown_timeout=0.05)
    await runner.setup()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.certificate, made.key)
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def test_a_server_whose_authority_nobody_trusts_is_not_asked(port: int) -> None:
    async with client() as fetcher:
        with pytest.raises(FetchError, match="certificate is not to be trusted: .+") as caught:
            await fetcher.fetch(FetchRequest(f"https://127.0.0.1:{port}/"))
        assert caught.value.kind is FetchFault.TLS
        assert (await fetcher.reachable(f"https://127.0.0.1:{port}/")).fault is FetchFault.TLS


async def test_one_that_the_operator_trusts_is_asked_by_its_name_alone(port: int, made: SelfMade) -> None:
    names = Names(crm_example=[["127.0.0.1"]] * 2, evil_example=[["127.0.0.1"]] * 2)
    trusting = tls_context(str(made.authority))
    async with client(tls=trusting, lookup=names) as fetcher:
        answer = await fetcher.fetch(FetchRequest(f"https://crm.example:{port}/"))
        assert answer.text() == f"crm.example:{port}"
        assert (await fetcher.reachable(f"https://crm.example:{port}/")).ok
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(FetchRequest(f"https://evil.example:{port}/"))
        assert caught.value.kind is FetchFault.TLS
        assert (await fetcher.reachable(f"https://evil.example:{port}/")).fault is FetchFault.TLS


def test_a_file_without_authorities_is_said(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    for path in (empty, tmp_path / "none.pem"):
        with pytest.raises(ConfigError, match="fetch.tls_ca"):
            tls_context(str(path))
