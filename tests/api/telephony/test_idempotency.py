"""A call is placed once for each Idempotency-Key, and nobody is told of one that is not stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from api.idempotency import key_of
from api.routing.problems import Problem
from mediaserver.storage import calls
from mediaserver.storage.records import CallStarted
from mediaserver.storage.writer import StoreWriter
from tests.api.desk import CALLS, Desk
from tests.api.keys import made_up_key
from tests.api.telephony.keys import ANN, BOB, keyed, known
from tests.mediaserver.calls.lines import Line, Lines
from tests.mediaserver.samples import START

WANTED = {"to": "bob", "agent": "echo"}


class Office(Desk):
    """A desk for keys, with a database; bob can be called."""

    def __init__(self, pool: asyncpg.Pool, folder: Path) -> None:
        super().__init__()
        self.writer = self.context.store = StoreWriter(pool, folder)
        self.context.pool = pool
        self._guarded, self.client = self.client, keyed(self.context)
        self.carrier = Lines(bob=Line("bob"), carl=Line("carl"))
        self.board.carriers = [self.carrier]

    async def stop(self) -> None:
        await super().stop()
        await self._guarded.close()

    async def place(
        self, key: str = "", content: Any = None, who: str = "operator"
    ) -> tuple[int, dict[str, Any], bool]:
        """Status, content, and whether it was answered before."""
        headers = {"X-Key": who} | ({"Idempotency-Key": key} if key else {})
        response = await self.client.post(CALLS, json=content or WANTED, headers=headers)
        return response.status, await response.json(), "Idempotent-Replayed" in response.headers


@pytest.fixture
async def office(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Office]:
    await known(pool)
    office = Office(pool, tmp_path)
    await office.start()
    yield office
    await office.stop()


async def test_the_row_is_there_when_the_answer_is(office: Office, pool: asyncpg.Pool) -> None:
    office.writer.put(CallStarted(UUID(int=9), "sideways", "", "", "", START))  # a backlog that waits
    status, made, _ = await office.place(who="ann")
    row = await calls.one(pool, UUID(made["id"]))
    assert status == 201 and row is not None and (row["owner"], row["state"]) == (ANN, "live")


async def test_the_same_request_with_the_same_key_places_one_call(office: Office) -> None:
    first = await office.place("k1")
    again = await office.place('"k1"', {"agent": "echo", "to": "bob", "ring_s": 60})
    assert first[0] == again[0] == 201 and first[1] == again[1]
    assert (first[2], again[2]) == (False, True) and len(office.carrier.placed) == 1
    assert (await office.place("k2"))[1] != first[1] and len(office.carrier.placed) == 2


async def test_another_request_with_the_same_key_is_none(office: Office) -> None:
    await office.place("k1")
    status, content, _ = await office.place("k1", {"to": "carl", "agent": "echo"})
    assert (status, content["error"]["code"]) == (422, "key_reused") and len(office.carrier.placed) == 1


async def test_keys_of_one_are_not_those_of_another(office: Office) -> None:
    answers = [await office.place("k1", who=who) for who in ("ann", "bob", "operator")]
    assert len({content["id"] for _, content, _ in answers}) == 3
    assert (await office.place("k1", who="bob"))[1] == answers[1][1]
    assert {call.owner for call in office.board} == {ANN, BOB, None}


async def test_what_was_refused_may_be_tried_again(office: Office) -> None:
    office.board.registry.start_draining()
    assert (await office.place("k1"))[0] == 503
    office.board.registry.draining = False
    assert (await office.place("k1"))[0] == 201


async def test_one_that_is_being_done_is_not_done_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, commit = asyncio.Event(), asyncio.Event(), office.writer.commit

    async def slow(*records: Any, **more: Any) -> None:
        begun.set()
        await go_on.wait()
        await commit(*records, **more)

    monkeypatch.setattr(office.writer, "commit", slow)
    first = asyncio.create_task(office.place("k1"))
    await begun.wait()
    status, content, _ = await office.place("k1")
    assert (status, content["error"]["code"]) == (409, "in_progress")
    assert office.carrier.placed == [], "it is stored before it rings"
    go_on.set()
    assert (await first)[0] == 201 and (await office.place("k1"))[2]


async def test_two_servers_that_are_asked_at_once_place_one_call(
    office: Office, pool: asyncpg.Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Office(pool, tmp_path / "other")
    await other.start()
    theirs: list[Any] = []

    async def first_elsewhere(*records: Any, **more: Any) -> None:
        monkeypatch.setattr(office.writer, "commit", commit)
        theirs.append(await other.place("k1"))
        await commit(*records, **more)

    commit = office.writer.commit
    monkeypatch.setattr(office.writer, "commit", first_elsewhere)
    status, content, again = await office.place("k1")
    assert (status, content, again) == (201, theirs[0][1], True)
    assert office.carrier.placed == [] and len(other.carrier.placed) == 1
    await other.stop()


async def test_after_a_day_the_key_is_free(office: Office, pool: asyncpg.Pool) -> None:
    first = await office.place("k1")
    await pool.execute("update idempotency_keys set made_at = now() - interval '25 hours'")
    second = await office.place("k1", {"to": "carl", "agent": "echo"})
    assert second[0] == 201 and first[1] != second[1]
    await pool.execute("update idempotency_keys set made_at = now() - interval '25 hours'")
    await office.place("k2")
    assert await pool.fetchval("select count(*) from idempotency_keys") == 1, "old ones are swept away"


async def test_without_a_database_no_call_is_placed(office: Office, pool: asyncpg.Pool) -> None:
    pool.terminate()
    for key in ("", "k1"):
        status, content, _ = await office.place(key)
        assert (status, content["error"]["code"]) == (503, "database_unavailable")
    assert office.carrier.placed == [] and not len(office.board)
    office.context.store = None
    assert (await office.place())[0] == 503


async def test_who_has_used_up_its_minutes_places_no_call(office: Office) -> None:
    made_up_key(office.context, id=ANN, quota={"call_minutes": 0})
    status, content, _ = await office.place(who="ann")
    assert (status, content["error"]["code"]) == (429, "quota_spent") and office.carrier.placed == []


@pytest.mark.parametrize("given", ["", '""', '"a', "a b", "x" * 201, "\u00fc", '"\\n"', 'a"b'])
def test_what_is_no_key_is_refused(given: str) -> None:
    with pytest.raises(Problem, match="1 to 200"):
        key_of([given])
    with pytest.raises(Problem):
        key_of(["a", "b"])


def test_a_key_is_a_string_quoted_or_not() -> None:
    assert key_of([]) is None
    assert [key_of([each]) for each in ("a-1", '"a-1"', ' "a b" ', '"a\\"b"')] == ["a-1", "a-1", "a b", 'a"b']
