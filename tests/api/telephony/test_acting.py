"""What is asked of a call stands in the audit log, whoever asks and whatever came of it; and a call that
another server of the database has is told as that."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from api.access.scopes import Scope
from mediaserver.storage import audit, nodes
from mediaserver.storage.saving import save
from mediaserver.storage.writer import StoreWriter
from tests.api.desk import CALLS, Desk
from tests.api.keys import bearer, stored_key
from tests.mediaserver.calls.lines import Line, Lines
from tests.mediaserver.samples import ACTED, CALL, started

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
"""Of a request for a WebSocket (:rfc:`6455` 4.1)."""


class Kept(Desk):
    """Whose database is up, and whose key stands there."""

    writer: StoreWriter

    async def open(self, pool: asyncpg.Pool, data: Path) -> None:
        await self.start()
        self.writer = StoreWriter(pool, data)
        await self.writer.start()
        self.context.pool, self.context.store, self.context.sink = pool, self.writer, self.writer
        self.key, secret = await stored_key(self.context, pool, name="ann's desk")
        self.client.session.headers.update(bearer(secret))


@pytest.fixture
async def kept(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Kept]:
    desk = Kept()
    await desk.open(pool, tmp_path)
    yield desk
    await desk.stop()
    await desk.writer.close(0.1)


async def lines(pool: asyncpg.Pool, call_id: UUID) -> list[tuple[str, dict[str, Any]]]:
    """What was asked of a call, the oldest first."""
    rows = await audit.lines_before(pool, 100, subject=f"call:{call_id}")
    return [(row["action"], row["change"]) for row in reversed(rows)]


async def test_each_action_is_a_line_with_who_did_it(kept: Kept, pool: asyncpg.Pool) -> None:
    call = await kept.dialled(Line("ann"))
    await kept.run(200)
    for path, content, status in (
        ("say", {"text": "my PIN is 4711"}, 409),
        ("dtmf", {"digits": "4711"}, 204),
        ("hold", {"music": False}, 204),
        ("resume", None, 204),
        ("mute", {"party": "caller"}, 204),
        ("unmute", {"party": "caller"}, 204),
        ("gain", {"listener": "agent", "speaker": "caller", "gain": 0.5}, 204),
        ("record", {"step": "pause"}, 409),
        ("transfer", {"to": "+44 121 555 0100"}, 403),
        ("hangup", None, 204),
    ):
        assert (await kept.post(f"/{call}/{path}", content))[0] == status, path
    told = dict(await lines(pool, call))
    assert list(told) == [
        "call.say", "call.dtmf", "call.hold", "call.resume", "call.mute", "call.unmute", "call.gain",
        "call.record", "call.transfer", "call.hangup",
    ]  # fmt: skip
    assert told["call.say"]["characters"] == 14 and told["call.dtmf"] == {"keys": 4}
    assert "4711" not in str(told)
    assert told["call.mute"] == {"party": "caller"} and told["call.record"]["refused"]
    assert told["call.transfer"]["to"] == "+••••••••••00" and "0100" not in json.dumps(told["call.transfer"])
    (last, *_) = await audit.lines_before(pool, 1)
    assert (last["actor"], last["key"], last["how"]) == ("ann's desk", kept.key.id, "key")
    assert last["source"] == "127.0.0.1" and last["request"]


async def test_what_is_asked_of_no_call_is_no_line(kept: Kept, pool: asyncpg.Pool) -> None:
    call = await kept.dialled(Line("ann"))
    assert (await kept.post(f"/{uuid4()}/hangup"))[0] == 404
    assert (await kept.post(f"/{call}/dtmf", {"digits": "x"}))[0] == 400
    assert await audit.lines_before(pool, 1) == []


async def test_a_placed_call_is_a_line(kept: Kept, pool: asyncpg.Pool) -> None:
    kept.board.carriers = [Lines(bob=Line("bob"))]
    status, made = await kept.post("", {"to": "bob", "agent": "echo"})
    assert status == 201
    assert await lines(pool, UUID(made["id"])) == [("call.place", {"to": "bob", "agent": "echo"})]


async def test_a_call_is_hung_up_also_while_the_database_is_away_and_the_line_follows(
    kept: Kept, pool: asyncpg.Pool, tmp_path: Path
) -> None:
    ann = Line("ann")
    call = await kept.dialled(ann)
    pool.terminate()
    assert (await kept.client.delete(f"{CALLS}/{call}")).status == 204 and ann.termination is not None
    await kept.writer.close(0.1)
    (waits,) = (tmp_path / "unsaved").iterdir()
    (line,) = [json.loads(each) for each in waits.read_text().splitlines() if each]
    assert (line["record"], line["data"]["action"]) == ("CallActedOn", "call.hangup")


async def test_a_line_that_comes_twice_is_one(pool: asyncpg.Pool) -> None:
    await save(pool, ACTED)
    await save(pool, ACTED)
    assert [row["action"] for row in await audit.lines_before(pool, 9)] == ["call.hangup"]


@pytest.mark.parametrize("method", ["hangup", "say", "parties", "recording", "events", "monitor/ws"])
async def test_a_call_of_another_server_is_told_with_its_name(
    kept: Kept, pool: asyncpg.Pool, method: str
) -> None:
    own, other = uuid4(), uuid4()
    kept.context.node = own
    for node, host in ((own, "here"), (other, "there")):
        await nodes.started(pool, node, host)
    await save(pool, started(), other)
    asked = "GET" if method in ("parties", "recording", "events", "monitor/ws") else "POST"
    content = {"text": "hello"} if method == "say" else None

    async def ask(path: str) -> tuple[int, Any]:
        headers = UPGRADE if method.endswith("ws") else {}
        response = await kept.client.request(asked, f"{CALLS}/{path}", json=content, headers=headers)
        return response.status, (await response.json())["error"]

    status, error = await ask(f"{CALL}/{method}")
    assert (status, error["code"]) == (421, "on_another_server")
    assert error["detail"] == {"server": str(other), "host": "there"}
    assert await lines(pool, CALL) == [], "nothing was done"
    _, secret = await stored_key(
        kept.context, pool, (Scope.CALLS_READ, Scope.CALLS_WRITE, Scope.CALLS_LISTEN)
    )
    kept.client.session.headers.update(bearer(secret))
    assert (await ask(f"{CALL}/{method}"))[0] == 404, "another key learns nothing"
