"""One call in parts: its transcript in four forms, how fast its agent answered, and whose it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from api.context import ApiContext
from api.telephony import events
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics
from mediaserver.storage.records import CallStarted, TurnSaid
from mediaserver.storage.saving import save
from tests.api.desk import CALLS, Desk
from tests.api.keys import made_up_key
from tests.api.telephony.keys import ANN, Client, keyed, known
from tests.api.telephony.test_call_control import ASKED
from tests.mediaserver.calls.lines import Line
from tests.mediaserver.samples import CALL, whole_call

OWN = f"{CALLS}/{CALL}"


@pytest.fixture
async def client(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Client]:
    """Ann's call, whole."""
    await known(pool)
    for record in whole_call():
        await save(pool, replace(record, owner=ANN) if isinstance(record, CallStarted) else record)
    context = ApiContext(load(None, {"data": str(tmp_path)}), Health(), Metrics(), pool=pool)
    async with keyed(context) as client:
        yield client


@pytest.mark.parametrize(
    ("query", "accept", "kind", "begins"),
    [
        ("", "*/*", "application/json", '{"call": '),
        ("?format=text", "*/*", "text/plain", "agent: Hello\ncaller: mountain view\n"),
        ("", "text/plain", "text/plain", "agent: Hello\n"),
        (
            "?format=srt",
            "*/*",
            "application/x-subrip",
            "1\n00:00:00,000 --> 00:00:00,900\nagent: Hello\n\n2\n",
        ),
        ("", "application/x-subrip", "application/x-subrip", "1\n"),
        ("", "text/vtt", "text/vtt", "WEBVTT\n\n00:00:00.000 --> 00:00:00.900\n<v agent>Hello\n"),
    ],
)
async def test_a_transcript_is_written_as_it_is_wanted(
    client: Client, query: str, accept: str, kind: str, begins: str
) -> None:
    response = await client.get(f"{OWN}/transcript{query}", headers={"Accept": accept, "X-Key": "ann"})
    assert (response.status, response.content_type) == (200, kind)
    assert response.headers["Vary"] == "Accept", "a cache would hand one form out for another"
    assert (await response.text()).startswith(begins)


async def test_how_fast_the_agent_was_is_told_by_turn_and_over_all(
    client: Client, pool: asyncpg.Pool
) -> None:
    for index, ms in enumerate((100.0, 300.0), 2):
        said = TurnSaid(CALL, index, "agent", "x", "x", 2_000, 2_900, latency={"stt": ms, "endpoint": 9.0})
        await save(pool, said)
    content = await (await client.get(f"{OWN}/latency")).json()
    assert [(turn["index"], turn["speaker"], turn["parts"]["stt"]) for turn in content["turns"]] == [
        (1, "caller", 40.5), (2, "agent", 100.0), (3, "agent", 300.0),
    ]  # fmt: skip
    assert content["percentiles"]["stt"] == {"count": 3, "p50": 100.0, "p95": 280.0, "max": 300.0}
    assert content["percentiles"]["endpoint"]["count"] == 2


PARTS = ("", "/transcript", "/latency", "/hearing", "/recording", "/messages/0", "/events")


@pytest.mark.parametrize("part", PARTS)
async def test_nothing_of_a_call_is_there_for_another_key(client: Client, part: str) -> None:
    for path in (OWN, f"{CALLS}/{uuid4()}"):
        response = await client.get(f"{path}{part}", headers={"X-Key": "bob"})
        assert response.status == 404 and (await response.json())["error"]["code"] == "not_found"


async def test_a_call_that_is_up_is_not_there_for_another_key_whatever_is_asked_of_it() -> None:
    desk = Desk()
    await desk.start()
    ann = Line("ann")
    call_id = await desk.dialled(ann)
    call = desk.board.get(call_id)
    assert call is not None
    call.owner = ANN
    async with keyed(desk.context) as client:
        for path, content in ASKED.items():
            response = await client.post(f"{CALLS}/{call_id}/{path}", json=content, headers={"X-Key": "bob"})
            assert response.status == 404, path
        for path in ("parties", "events", "recording"):
            response = await client.get(f"{CALLS}/{call_id}/{path}", headers={"X-Key": "bob"})
            assert response.status == 404, path
        deleted = await client.delete(f"{CALLS}/{call_id}", headers={"X-Key": "bob"})
        assert deleted.status == 404 and desk.board.is_live(call_id)
        ours = await client.get(f"{CALLS}/{call_id}/parties", headers={"X-Key": "ann"})
        assert ours.status == 200
        listens = {"X-Key": "ann", "X-Scopes": "calls:listen"}
        for path in ("monitor", "seat"):
            refused = await client.post(f"{CALLS}/{call_id}/{path}", json=ASKED[path], headers=listens)
            assert refused.status == 403, "it would call somebody, or be heard"
        hung_up = await client.post(f"{CALLS}/{call_id}/hangup", headers={"X-Key": "ann"})
        assert hung_up.status == 204 and ann.termination is not None
    await desk.stop()


async def test_a_stream_ends_when_its_key_is_revoked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_S", 0.01)
    desk = Desk()
    await desk.start()
    async with keyed(desk.context) as client:
        async with client.get("/api/telephony/events", headers={"X-Key": "ann"}) as stream:
            made_up_key(desk.context, id=ANN, active=False)
            async with asyncio.timeout(5):
                await stream.content.read()
    await desk.stop()


async def test_a_stream_of_all_calls_tells_a_key_of_its_own_alone() -> None:
    desk = Desk()
    await desk.start()
    made = [await desk.dialled(Line("ann")) for _ in range(2)]
    mine = desk.board.get(made[0])
    assert mine is not None
    mine.owner = ANN
    async with keyed(desk.context) as client:
        async with client.get("/api/telephony/events", headers={"X-Key": "ann"}) as stream:
            for call in list(desk.board):
                call.publish("digit", digit="1")
            await desk.board.hang_up(made[1])
            await desk.board.hang_up(made[0])
            told = b""
            while b"event: ended" not in told:
                told += await stream.content.readline()
            told += await stream.content.readline()
        assert str(made[0]) in told.decode() and str(made[1]) not in told.decode()
    await desk.stop()
