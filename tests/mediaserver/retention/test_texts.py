"""Text messages are kept as long as transcripts, and who wants none for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg

from mediaserver.retention.sweep import Sweeper
from mediaserver.settings.privacy import RetentionSettings
from mediaserver.storage import provider_messages as table
from mediaserver.storage.provider_messages import NewText

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def test_old_texts_go_and_wishes_stay(pool: asyncpg.Pool) -> None:
    for days in (1, 20, 40):
        made = await table.add(pool, NewText("main", "in", "+491", "+492", f"{days} days ago", 1, "taken"))
        await pool.execute(
            "update provider_messages set at = $2 where id = $1", made, NOW - timedelta(days=days)
        )
    await table.opt_out(pool, "main", "+491", "stop")
    swept = await Sweeper(pool, RetentionSettings(transcripts_days=30), pause_s=0).sweep(NOW)
    assert swept.removed["texts"] == 1
    left = [row["body"] for row in await table.newest(pool, 10)]
    assert left == ["1 days ago", "20 days ago"] and await table.opted_out(pool, "main", "+491")
    swept = await Sweeper(pool, RetentionSettings(transcripts_days=0), pause_s=0).sweep(NOW)
    assert swept.removed["texts"] == 0
