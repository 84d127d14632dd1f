"""The server's client for what users name is made of the settings, counted, and closed with the server."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import web

from cli.serving.fetching import circuit_findings, examine_fetching, open_fetching
from mediaserver.config import load
from mediaserver.errors import ConfigError, FetchError, FetchFault
from mediaserver.fetching.circuit import FAILURES
from mediaserver.fetching.request import FetchRequest
from mediaserver.metrics import Metrics
from mediaserver.settings.fetching import FetchSettings
from tests.mediaserver.fetching.servers import serving


async def test_what_is_listed_is_reached_counted_and_no_more_when_the_server_ends() -> None:
    async def well(_: web.Request) -> web.Response:
        return web.Response()

    metrics = Metrics()
    async with serving(well=well) as at, AsyncExitStack() as undo:
        async with AsyncExitStack() as server:
            client = await open_fetching(FetchSettings(allow=(at.removeprefix("http://"),)), metrics, server)
            assert (await client.fetch(FetchRequest(f"{at}/well"))).ok
            with pytest.raises(FetchError):
                await client.fetch(FetchRequest("http://127.0.0.1:81/"))
        with pytest.raises(FetchError, match="being stopped"):
            await client.fetch(FetchRequest(f"{at}/well"))
        closed = await open_fetching(FetchSettings(), Metrics(), undo)
        with pytest.raises(FetchError) as caught:
            await closed.fetch(FetchRequest(f"{at}/well"))
        assert caught.value.kind is FetchFault.REFUSED_ADDRESS
    text = metrics.render().decode()
    assert 'voiceforge_fetch_requests_total{outcome="2xx"} 1.0' in text
    assert 'voiceforge_fetch_requests_total{outcome="refused address"} 1.0' in text
    assert "voiceforge_fetch_seconds_count 3.0" in text
    assert "voiceforge_fetch_open_circuits 0.0" in text


async def test_a_host_that_fails_is_a_finding_and_stops_no_server() -> None:
    async def sick(_: web.Request) -> web.Response:
        return web.Response(status=503)

    async with serving(sick=sick) as at, AsyncExitStack() as undo:
        client = await open_fetching(FetchSettings(allow=("127.0.0.1",)), Metrics(), undo)
        for _ in range(FAILURES):
            await client.fetch(FetchRequest(f"{at}/sick"))
        (finding,) = circuit_findings(client)
    assert (finding.ok, finding.fatal, finding.detail) == (False, False, "it answered 503")
    assert finding.name == f"host {at.removeprefix('http://')}"


async def test_doctor_looks_up_the_names_that_are_listed() -> None:
    assert await examine_fetching(FetchSettings()) == []
    settings = FetchSettings(allow=("localhost", "10.0.0.0/8", "nobody.invalid"), tls_ca="/none.pem")
    authority, here, nobody = await examine_fetching(settings)
    assert authority.fatal and "fetch.tls_ca" in authority.detail
    assert here.ok and "127.0.0.1" in here.detail
    assert not nobody.ok and not nobody.fatal and "no host" in nobody.detail


def test_an_entry_that_cannot_be_read_is_an_error_of_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "voiceforge.toml"
    file.write_text('[fetch]\nallow = ["*.internal"]\n')
    with pytest.raises(
        ConfigError, match=r'fetch.allow.*must be a host, an address or a network.*"10.0.0.0/8"'
    ):
        load(file)
