"""Flows in the tables: versions that never change, drafts that no call gets, publishing, splits, rollback."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest

from mediaserver.errors import ConfigError
from mediaserver.storage import flows

DOCUMENT: dict[str, Any] = {"name": "desk", "nodes": [{"id": "start", "type": "start"}], "about": "Größe \0"}
FINDING = {"node": "start", "what": "leads nowhere"}


@pytest.fixture
async def connection(pool: asyncpg.Pool) -> asyncpg.Connection:
    return await pool.acquire()


async def save(connection: asyncpg.Connection, number: int = 1, state: flows.FlowState = "valid") -> int:
    return await flows.save(connection, "desk", {**DOCUMENT, "number": number}, state=state, made_by="ann")


async def published(connection: asyncpg.Connection) -> tuple[Any, ...]:
    row = await flows.one_flow(connection, "desk")
    assert row is not None
    return row["published"], row["split_version"], row["split_percent"]


async def test_a_document_comes_back_as_it_was_saved_in_the_order_of_its_keys(
    connection: asyncpg.Connection,
) -> None:
    assert await flows.save(connection, "desk", DOCUMENT, state="valid", note="first", made_by="ann") == 1
    row = await flows.version(connection, "desk")
    assert row is not None
    assert row["document"] == DOCUMENT and list(row["document"]) == list(DOCUMENT)
    assert (row["number"], row["state"], row["note"], row["made_by"]) == (1, "valid", "first", "ann")
    assert row["hash"] == flows.hash_of(dict(reversed(DOCUMENT.items())))
    assert await flows.version(connection, "desk", 2) is None is await flows.version(connection, "other")


async def test_versions_are_numbered_and_what_stands_there_already_is_no_new_one(
    connection: asyncpg.Connection,
) -> None:
    assert [await save(connection, number) for number in (1, 2, 2, 1)] == [1, 2, 2, 3]
    assert await save(connection, 1, "draft") == 4
    assert [row["number"] for row in await flows.history(connection, "desk")] == [4, 3, 2, 1]
    (row,) = await flows.all_flows(connection)
    assert (row["versions"], row["newest"], row["newest_state"]) == (4, 4, "draft")


async def test_two_who_save_at_once_get_two_numbers(pool: asyncpg.Pool) -> None:
    async def one(number: int) -> int:
        async with pool.acquire() as connection:
            return await save(connection, number)

    assert sorted(await asyncio.gather(*map(one, range(4)))) == [1, 2, 3, 4]


async def test_no_version_ever_changes_whoever_asks(connection: asyncpg.Connection) -> None:
    await save(connection)
    await flows.save(connection, "desk", DOCUMENT, state="draft", findings=[FINDING])
    for change in (
        "update flow_versions set document = '{}'",
        "update flow_versions set state = 'valid'",
        "update flow_versions set findings = '[]'",
        "delete from flow_versions where number = 2",
    ):
        with pytest.raises(asyncpg.RestrictViolationError, match="of the flow desk"):
            await connection.execute(change)
    row = await flows.version(connection, "desk", 2)
    assert row is not None and row["findings"] == [FINDING] and row["state"] == "draft"


async def test_a_draft_gets_no_call_neither_alone_nor_by_a_split(connection: asyncpg.Connection) -> None:
    await save(connection)
    await save(connection, 2, "draft")
    with pytest.raises(ConfigError, match=r"version 2 of the flow desk is a draft.*flows validate desk"):
        await flows.publish(connection, "desk", 2)
    await flows.publish(connection, "desk", 1)
    with pytest.raises(ConfigError, match="version 2 of the flow desk is a draft"):
        await flows.split(connection, "desk", 2, 10)
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute("update flows set split_version = 2, split_percent = 5")
    assert await published(connection) == (1, None, None)


async def test_calls_are_split_between_two_until_one_is_published(connection: asyncpg.Connection) -> None:
    for number in (1, 2, 3):
        await save(connection, number)
    with pytest.raises(ConfigError, match="has nothing published"):
        await flows.split(connection, "desk", 2, 10)
    await flows.publish(connection, "desk", 1)
    await flows.split(connection, "desk", 2, 10)
    assert await published(connection) == (1, 2, 10)
    (row,) = await flows.published(connection)
    assert row["hash"] == flows.hash_of({**DOCUMENT, "number": 1})
    assert row["split_hash"] == flows.hash_of({**DOCUMENT, "number": 2})
    assert await flows.end_split(connection, "desk") and not await flows.end_split(connection, "desk")
    assert await published(connection) == (1, None, None)
    await flows.split(connection, "desk", 2, 99)
    await flows.publish(connection, "desk", 2)
    assert await published(connection) == (2, None, None)
    await flows.unpublish(connection, "desk")
    assert await published(connection) == (None, None, None)


async def test_what_is_no_split_is_refused(connection: asyncpg.Connection) -> None:
    await save(connection)
    await save(connection, 2)
    await flows.publish(connection, "desk", 1)
    for number, percent, why in (
        (2, 0, "is no split"),
        (2, 100, "is no split"),
        (1, 50, "is the published one"),
        (7, 50, "has no version 7"),
        (2**40, 50, "no number of a version"),
    ):
        with pytest.raises(ConfigError, match=why):
            await flows.split(connection, "desk", number, percent)
    assert await published(connection) == (1, None, None)


async def test_a_rollback_leads_to_the_newest_before_that_callers_have_met(
    connection: asyncpg.Connection,
) -> None:
    for number in (1, 2, 3, 4):
        await save(connection, number)
    assert await flows.before_published(connection, "desk") is None
    for number in (1, 2, 4):
        await flows.publish(connection, "desk", number, "ann")
    for before in (2, 1, None):
        assert await flows.before_published(connection, "desk") == before
        if before is not None:
            await flows.publish(connection, "desk", before)
    met = {row["number"]: row["published_at"] is not None for row in await flows.history(connection, "desk")}
    assert met == {1: True, 2: True, 3: False, 4: True}


async def test_a_flow_goes_with_its_versions_and_begins_anew(connection: asyncpg.Connection) -> None:
    await save(connection)
    await save(connection, 2)
    await flows.publish(connection, "desk", 2)
    assert await flows.remove(connection, "desk") and not await flows.remove(connection, "desk")
    assert await flows.all_flows(connection) == [] == await flows.history(connection, "desk")
    assert await save(connection) == 1


async def test_a_name_that_is_none_is_refused(connection: asyncpg.Connection) -> None:
    for name in ("", "two words", "a/b", "x" * 65, "\0", "\ud800"):
        with pytest.raises(ConfigError, match="no name of a flow"):
            await flows.save(connection, name, DOCUMENT, state="valid")


async def test_a_document_that_cannot_be_kept_is_refused(connection: asyncpg.Connection) -> None:
    for document, why in (
        ({"a": "x" * 1_000_000}, "at most 1000000"),
        ({"a": float("nan")}, "no JSON"),
        ({"a": "\ud800"}, "no JSON"),
        ({"a": object()}, "no JSON"),
    ):
        with pytest.raises(ConfigError, match=why):
            await flows.save(connection, "desk", document, state="valid")
    assert await flows.all_flows(connection) == []


async def test_what_is_not_there_is_said_with_the_way_to_see_what_is(connection: asyncpg.Connection) -> None:
    with pytest.raises(ConfigError, match="there is no flow desk"):
        await flows.publish(connection, "desk", 1)
    with pytest.raises(ConfigError, match="there is no flow desk"):
        await flows.split(connection, "desk", 1, 10)
    with pytest.raises(ConfigError, match="there is no flow desk"):
        await flows.end_split(connection, "desk")
    await save(connection)
    with pytest.raises(ConfigError, match=r"has no version 3: see `voiceforge flows history desk`"):
        await flows.publish(connection, "desk", 3)


async def test_the_agents_that_name_a_flow(connection: asyncpg.Connection) -> None:
    assert await flows.agents_of(connection, "booking") == ["demo"]
    assert await flows.agents_of(connection, "desk") == []


async def test_a_change_is_told_and_a_saved_version_alone_is_none(connection: asyncpg.Connection) -> None:
    told = asyncio.Queue[str]()
    await connection.add_listener("voiceforge_directory", lambda *words: told.put_nowait(words[-1]))
    await save(connection)
    await asyncio.wait_for(told.get(), 10)  # the flow is new
    await save(connection, 2)
    await connection.execute("notify voiceforge_directory, 'mark'")
    assert await asyncio.wait_for(told.get(), 10) == "mark"
    await flows.publish(connection, "desk", 2)
    assert await asyncio.wait_for(told.get(), 10) == "flows"


@pytest.mark.parametrize("ends", [False, True])
async def test_a_split_undoes_nothing_that_another_publishes_meanwhile(
    pool: asyncpg.Pool, connection: asyncpg.Connection, ends: bool
) -> None:
    for number in (1, 2, 3):
        await save(connection, number)
    await flows.publish(connection, "desk", 1)
    await flows.split(connection, "desk", 3, 50)
    async with pool.acquire() as other, pool.acquire() as watching:
        async with other.transaction():
            await flows.publish(other, "desk", 2)
            change = flows.end_split(connection, "desk") if ends else flows.split(connection, "desk", 3, 20)
            splitting = asyncio.create_task(change)
            waits = "select count(*) from pg_locks where not granted and pid = $1"
            while not await watching.fetchval(waits, connection.get_server_pid()):
                pass
        await asyncio.wait_for(splitting, 10)
    assert await published(connection) == ((2, None, None) if ends else (2, 3, 20))
