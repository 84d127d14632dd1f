"""The typed clients are of today's document, and the Python one works against a running API."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from uuid import uuid4

from voiceforge_client import AuthenticatedClient
from voiceforge_client.api.calls import calls_hang_up, calls_parties
from voiceforge_client.api.server import server_health
from voiceforge_client.models import HealthShown, ProblemShown
from voiceforge_client.types import Response

from cli.main import main
from tests.api.desk import Desk
from tests.mediaserver.calls.lines import Line

CLIENTS = Path(__file__).parents[2] / "clients"


def test_the_clients_are_of_todays_document(tmp_path: Path) -> None:
    written = tmp_path / "openapi.json"
    main(["openapi", "--output", str(written)])
    digest = hashlib.sha256(written.read_bytes()).hexdigest()
    assert digest == (CLIENTS / "openapi.sha256").read_text().strip(), "run `make clients` and commit it"


def _client(desk: Desk) -> AuthenticatedClient:
    return AuthenticatedClient(str(desk.client.make_url("")), token=desk.secret)


async def test_the_client_asks_with_asyncio_and_reads_answers_into_models(desk: Desk) -> None:
    call_id = await desk.dialled(Line("ann"))
    async with _client(desk) as client:
        parties = await calls_parties.asyncio(id=call_id, client=client)
        assert parties is not None and not isinstance(parties, ProblemShown)
        ended = await calls_hang_up.asyncio_detailed(id=call_id, client=client)
        assert ended.status_code == 204
        refused = await calls_hang_up.asyncio(id=uuid4(), client=client)
        assert isinstance(refused, ProblemShown) and refused.error.code == "not_found"


async def test_the_client_asks_without_asyncio(desk: Desk) -> None:
    def asked() -> Response[HealthShown | ProblemShown]:
        with _client(desk) as client:
            return server_health.sync_detailed(client=client)

    shown = await asyncio.to_thread(asked)
    assert isinstance(shown.parsed, HealthShown) and shown.parsed.live
