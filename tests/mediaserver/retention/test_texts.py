"""Text messages are kept as long as transcripts, and who wants none for ever."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from mediaserver.retention.sweep import Sweeper
from mediaserver.settings.privacy import RetentionSettings
from mediaserver.storage import opt_outs
from mediaserver.storage import provider_messages as table
from mediaserver.storage.digests import Digests
from mediaserver.storage.provider_messages import NewText

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


KEYED = Digests(b"k" * 32)
CAME = NewText("main", "in", "+491", "+492", "a secret", 1, "taken", ref="1f3870be274f6c49b3e31a0c-1764")
"""With an id that is made of the words, as Zadarma's are."""


async def test_old_texts_go_and_wishes_stay(pool: asyncpg.Pool) -> None:
    for days in (1, 20, 40):
        made = await table.add(
            pool, NewText("main", "in", "+491", "+492", f"{days} days ago", 1, "taken"), KEYED
        )
        await pool.execute(
            "update provider_messages set at = $2 where id = $1", made, NOW - timedelta(days=days)
        )
    await opt_outs.opt_out(pool, "main", "+491", "stop")
    swept = await Sweeper(pool, RetentionSettings(transcripts_days=30), digests=KEYED, pause_s=0).sweep(NOW)
    assert swept.removed["texts"] == 1
    left = [row["body"] for row in await table.newest(pool, 10)]
    assert left == ["1 days ago", "20 days ago"] and await opt_outs.opted_out(pool, "main", "+491", KEYED)
    swept = await Sweeper(pool, RetentionSettings(transcripts_days=0), digests=KEYED, pause_s=0).sweep(NOW)
    assert swept.removed["texts"] == 0


@pytest.mark.parametrize("erased", [True, False])
async def test_a_kept_request_tells_no_text_anew_that_was_removed(pool: asyncpg.Pool, erased: bool) -> None:
    assert await table.add(pool, CAME, KEYED) is not None
    async with pool.acquire() as connection, connection.transaction():
        if erased:
            assert await table.forget(connection, "+491", KEYED) == 1
        else:
            assert await table.remove_old(connection, datetime.now(UTC) + timedelta(days=1), 10, KEYED) == 1
    assert await table.add(pool, CAME, KEYED) is None and not await table.newest(pool, 10)
    assert await table.add(pool, replace(CAME, account="other"), KEYED) is not None, "of that account alone"
    assert await table.add(pool, replace(CAME, ref="another"), KEYED) is not None
    (left,) = await pool.fetch("select digest from erased_texts")
    assert left["digest"] != Digests(b"x" * 32).text("main", CAME.ref), "who has not the key cannot try words"


async def test_an_erasure_that_is_undone_leaves_the_text_and_no_digest(pool: asyncpg.Pool) -> None:
    await table.add(pool, CAME, KEYED)
    with pytest.raises(KeyError):
        async with pool.acquire() as connection, connection.transaction():
            await table.forget(connection, "+491", KEYED)
            raise KeyError
    assert len(await table.newest(pool, 10)) == 1 and not await pool.fetch("select 1 from erased_texts")


async def test_a_request_that_comes_within_the_erasure_tells_nothing_either(pool: asyncpg.Pool) -> None:
    await table.add(pool, CAME, KEYED)
    async with pool.acquire() as connection:
        async with connection.transaction():
            await table.forget(connection, "+491", KEYED)
            again = asyncio.create_task(table.add(pool, CAME, KEYED))
            waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = $1"
            name = await connection.fetchval("select current_database()")
            while not await pool.fetchval(waits, name):  # noqa: ASYNC110 - another session's state
                await asyncio.sleep(0)
        assert await again is None
    assert not await table.newest(pool, 10)


async def test_a_wish_is_known_again_by_a_digest_that_nobody_can_guess(
    pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture
) -> None:
    """Of an earlier version, whose hash alone could be tried out for all numbers that there are."""
    unkeyed = "sha256:" + hashlib.sha256(b"+491").hexdigest()[:40]
    await pool.execute("insert into opt_outs (account, number) values ('main', $1), ('shop', $1)", unkeyed)
    assert not await opt_outs.opted_out(pool, "main", "+491", KEYED)
    await opt_outs.opt_out(pool, "main", "+492", "stop")
    await opt_outs.forget(pool, "+492", KEYED)
    for _ in range(2):
        await opt_outs.rekey(pool, KEYED)
    kept = [row["number"] for row in await opt_outs.text_opt_outs(pool, 10)]
    assert len(kept) == 3 and all(each.startswith("hmac:") for each in kept) and not caplog.records
    for account, number in (("main", "+491"), ("shop", "+491"), ("main", "+492")):
        assert await opt_outs.opted_out(pool, account, number, KEYED)
    assert not await opt_outs.opted_out(pool, "shop", "+492", KEYED)
    other = Digests(b"another key of 32 octets, say    ")
    await opt_outs.rekey(pool, other)
    assert not await opt_outs.opted_out(pool, "main", "+491", other)
    assert "3 wishes of erased numbers" in caplog.text and "secret.key" in caplog.text
    assert await opt_outs.opt_in(pool, "main", "+491", KEYED)
    assert not await opt_outs.opted_out(pool, "main", "+491", KEYED)


async def test_a_wish_against_everything_is_one_against_texts(pool: asyncpg.Pool) -> None:
    """One list for texts and calls, for which accounts and channels there is."""
    for account, number, channel in (("", "+491", "all"), ("main", "+492", "call"), ("main", "+493", "all")):
        await pool.execute(
            "insert into opt_outs (account, number, channel) values ($1, $2, $3)", account, number, channel
        )
    wants_none = [await opt_outs.opted_out(pool, "main", f"+49{each}", KEYED) for each in (1, 2, 3)]
    assert wants_none == [True, False, True]
    assert not await opt_outs.opted_out(pool, "shop", "+493", KEYED)
