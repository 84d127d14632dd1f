"""Sound files of the real table: who may play them, what stays in memory, and what a change comes to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
import pytest

from mediaserver.calls.prompts import PromptShelf
from mediaserver.errors import DatabaseError, PeerError
from mediaserver.storage import keys, prompts
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from mediaserver.storage.prompts import NewPrompt

NEVER_S = 3600.0


def sound(name: str, value: int = 1, samples: int = 1_600, text: str | None = None) -> NewPrompt:
    return NewPrompt(name, text, "wav", "pcm_s16le", 8_000, 1, np.full(samples, value, "<i2").tobytes())


class CountedPool:
    """A database that can be away, and counts how often audio is asked of it."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self.asked = 0
        self.away = False

    async def fetchrow(self, query: str, *args: Any) -> Any:
        self.asked += 1
        if self.away:
            raise OSError("the line was cut")
        return await self._pool.fetchrow(query, *args)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)


class Followed:
    def __init__(self, pool: asyncpg.Pool, dsn: str, shelf: PromptShelf) -> None:
        self.pool = pool
        self.shelf = shelf
        self.database = CountedPool(pool)
        self._dsn = dsn

    async def start(self) -> PromptShelf:
        await self.shelf.start(lambda: open_connection(self._dsn), self.database, NEVER_S)
        return self.shelf


@pytest.fixture
async def followed(pool: asyncpg.Pool, postgres: EmbeddedPostgres) -> AsyncIterator[Followed]:
    followed = Followed(pool, postgres.dsn, PromptShelf(kept_bytes=8_000))
    yield followed
    await followed.shelf.close()


async def owner_of(pool: asyncpg.Pool, name: str) -> UUID:
    return (await keys.add_key(pool, name, keys.new_secret(), {"admin"})).id


async def test_it_is_read_once_and_played_from_memory_also_while_the_database_is_away(
    followed: Followed,
) -> None:
    await prompts.add_prompt(followed.pool, sound("hello", 7, text="good day"), None)
    shelf = await followed.start()
    first = await shelf.get("hello")
    assert (first.text, first.seconds, first.version) == ("good day", 0.1, 1)
    assert set(first.samples.tolist()) == {7} and first.samples.dtype == np.int16
    followed.database.away = True
    assert await shelf.get("hello") is first and followed.database.asked == 1


async def test_one_that_was_never_read_cannot_be_had_while_the_database_is_away(followed: Followed) -> None:
    await prompts.add_prompt(followed.pool, sound("hello"), None)
    shelf = await followed.start()
    followed.database.away = True
    with pytest.raises(DatabaseError, match="'hello' cannot be read now: the line was cut"):
        await shelf.get("hello")
    followed.database.away = False
    assert (await shelf.get("hello")).name == "hello"


async def test_what_flows_name_is_read_before_it_is_played(followed: Followed) -> None:
    await prompts.add_prompt(followed.pool, sound("hello"), None)
    followed.shelf.expect(lambda: {"hello", "gone"})
    shelf = await followed.start()
    await shelf.get("hello")
    assert followed.database.asked == 0


async def test_a_change_is_played_from_the_next_time_on(followed: Followed) -> None:
    await prompts.add_prompt(followed.pool, sound("hello", 7), None)
    shelf = await followed.start()
    before = await shelf.get("hello")
    await prompts.change_prompt(followed.pool, sound("hello", 8))
    await shelf.caught_up()
    assert set((await shelf.get("hello")).samples.tolist()) == {8}
    assert set(before.samples.tolist()) == {7}, "who plays it plays on"
    await prompts.remove_prompt(followed.pool, "hello")
    await prompts.add_prompt(followed.pool, sound("hello", 9), None)
    await shelf.caught_up()
    assert set((await shelf.get("hello")).samples.tolist()) == {9}, "another of the same name and version"
    await prompts.remove_prompt(followed.pool, "hello")
    await shelf.caught_up()
    with pytest.raises(PeerError, match="no sound file 'hello'"):
        await shelf.get("hello")


async def test_while_the_database_is_away_a_changed_one_is_played_as_it_was(followed: Followed) -> None:
    await prompts.add_prompt(followed.pool, sound("hello", 7), None)
    shelf = await followed.start()
    await shelf.get("hello")
    await prompts.change_prompt(followed.pool, sound("hello", 8))
    await shelf.caught_up()
    followed.database.away = True
    assert set((await shelf.get("hello")).samples.tolist()) == {7}


async def test_a_key_plays_its_own_and_the_operators_and_nobody_else_its(followed: Followed) -> None:
    ann, bob = await owner_of(followed.pool, "ann"), await owner_of(followed.pool, "bob")
    await prompts.add_prompt(followed.pool, sound("shared"), None)
    await prompts.add_prompt(followed.pool, sound("anns"), ann)
    shelf = await followed.start()
    may = {name: [shelf.there(name, who) for who in (None, ann, bob)] for name in ("shared", "anns", "none")}
    assert may == {"shared": [True] * 3, "anns": [False, True, False], "none": [False] * 3}
    assert (await shelf.get("anns", ann)).name == "anns"
    for stranger in (None, bob):
        with pytest.raises(PeerError, match="no sound file 'anns'"):
            await shelf.get("anns", stranger)


async def test_memory_holds_what_was_played_last(followed: Followed) -> None:
    for name in ("a", "b", "c"):
        await prompts.add_prompt(followed.pool, sound(name), None)  # 3,200 bytes each, of 8,000
    shelf = await followed.start()
    for name in ("a", "b", "a", "c"):
        await shelf.get(name)
    followed.database.away = True
    await shelf.get("a")
    await shelf.get("c")
    with pytest.raises(DatabaseError):
        await shelf.get("b")


async def test_flows_and_agents_that_play_it_are_found(pool: asyncpg.Pool) -> None:
    ann = await owner_of(pool, "ann")
    document = '{"nodes": [{"id": "p", "type": "play", "prompt": "hello"}, {"id": "s", "type": "say"}]}'
    for name, owner, published in (("plays", None, 1), ("anns", ann, 1), ("draft", None, None)):
        await pool.execute("insert into flows (name, owner) values ($1, $2)", name, owner)
        await pool.execute(
            "insert into flow_versions (flow, number, document, hash, state) values ($1, 1, $2, $3, 'valid')",
            name, document, "0" * 64,
        )  # fmt: skip
        await pool.execute("update flows set published = $2 where name = $1", name, published)
    await pool.execute(
        "insert into agents (name, kind, prompt, assistant) values ('desk', 'llm', 'x', $1)",
        '{"voicemail": "hi", "voicemail_prompt": "hello"}',
    )
    assert await prompts.flows_playing(pool, "hello", None) == ["anns", "plays"]
    assert await prompts.flows_playing(pool, "hello", ann) == ["anns"]
    assert await prompts.flows_playing(pool, "other", None) == []
    assert await prompts.agents_leaving(pool, "hello", None) == ["desk"]
    assert await prompts.agents_leaving(pool, "hello", ann) == []
