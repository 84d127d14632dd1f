"""The typed clients are of today's document, and the Python one works against a running API."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest
from voiceforge_client import ApiError, AsyncVoiceForge, File, ServerEvent, VoiceForge
from voiceforge_client.models import HealthShown
from voiceforge_client.types import EventReader

from cli.main import main
from tests.api.desk import Desk
from tests.mediaserver.calls.lines import Line

CLIENTS = Path(__file__).parents[2] / "clients"
TYPESCRIPT = CLIENTS / "typescript"


def test_the_clients_are_of_todays_document(tmp_path: Path) -> None:
    written = tmp_path / "openapi.json"
    main(["openapi", "--output", str(written)])
    digest = hashlib.sha256(written.read_bytes()).hexdigest()
    assert digest == (CLIENTS / "openapi.sha256").read_text().strip(), "run scripts/clients.sh and commit it"


@pytest.mark.skipif(
    not (TYPESCRIPT / "node_modules").is_dir() or shutil.which("node") is None,
    reason="needs node and the packages of clients/typescript: scripts/clients.sh",
)
def test_an_example_in_typescript_compiles() -> None:
    compiler = TYPESCRIPT / "node_modules" / ".bin" / "tsc"
    run = subprocess.run([compiler, "--noEmit"], cwd=TYPESCRIPT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def _where(desk: Desk) -> tuple[str, str]:
    return str(desk.client.make_url("")), desk.secret


async def test_it_asks_with_asyncio_and_reads_answers_into_models(desk: Desk) -> None:
    call_id = await desk.dialled(Line("ann"))
    async with AsyncVoiceForge(*_where(desk)) as server:
        assert [party.name for party in (await server.calls.parties(call_id)).parties] == ["caller", "agent"]
        await server.calls.hang_up(call_id)
        with pytest.raises(ApiError, match="404 not_found: There is no such call") as refused:
            await server.calls.hang_up(uuid4())
    assert (refused.value.status, refused.value.code) == (404, "not_found")
    assert refused.value.request_id


async def test_it_asks_without_asyncio(desk: Desk) -> None:
    def asked() -> HealthShown:
        with VoiceForge(*_where(desk)) as server:
            return server.server.health()

    assert (await asyncio.to_thread(asked)).live


async def test_a_field_that_does_not_fit_is_named(desk: Desk) -> None:
    async with AsyncVoiceForge(*_where(desk)) as server:
        with pytest.raises(ApiError) as refused:
            await server.calls.place(to="bob", agent="echo", ring_s=0.5)
    assert refused.value.code == "bad_request"
    assert refused.value.detail[0]["field"] == "ring_s"


async def test_a_key_that_is_none_is_refused_in_a_stream_too(desk: Desk) -> None:
    async with AsyncVoiceForge(_where(desk)[0], "vf_nobody") as server:
        with pytest.raises(ApiError, match="401"):
            async for _ in server.calls.all_events():
                raise AssertionError("nothing is told to nobody")


async def test_a_stream_of_a_call_is_read_to_its_end(desk: Desk) -> None:
    call_id = await desk.dialled(Line("ann"))
    async with AsyncVoiceForge(*_where(desk)) as server:
        names: list[str] = []
        async for event in server.calls.events(call_id):
            if not names:
                await server.calls.hang_up(call_id)
            names.append(event.name)
            assert event.data["call"] == str(call_id)
    assert names[0] == "state" and names[-1] == "ended"


def test_events_are_read_out_of_lines() -> None:
    reader = EventReader()
    lines = [
        ": still here",
        "",
        "id: 7",
        "event: turn",
        'data: {"a":',
        "data: 1}",
        "",
        "data: [DONE]",
        "",
        "event: x",
    ]
    events = [event for line in lines for event in reader.line(line)]
    assert events == [ServerEvent("turn", {"a": 1}, "7"), ServerEvent("message", "[DONE]", "7")]


def test_a_file_is_bytes_with_a_name() -> None:
    assert File(b"RIFF").to_tuple() == ("file", b"RIFF", None)
