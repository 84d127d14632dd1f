"""Made-up text messages of the last days, for the console's page of them: by an account that is gone."""

from __future__ import annotations

from datetime import datetime, timedelta

import asyncpg

ACCOUNT, OURS = "hotel", "+4930555001"
GUEST, SILENT, DONE, LOST = "+4915112345678", "+4915187650000", "+4915187650001", "+4915187650002"

_TEXTS: tuple[tuple[str, float, str, str, str, str], ...] = (
    (GUEST, 26.0, "in", "Is there a quiet double room for Friday, two nights?", "taken", ""),
    (GUEST, 25.99, "out", "Yes: a double room to the garden, 98 euros a night with breakfast. Shall I "
     "book it for you?", "delivered", ""),
    (GUEST, 0.3, "in", "Please do. We arrive at about 9 pm.", "taken", ""),
    (GUEST, 0.29, "out", "Booked for Friday, two nights, late arrival noted. The night bell is to the left "
     "of the door. Your number is GARDEN-7.", "delivered", ""),
    (SILENT, 3.0, "out", "Your table for four is free from seven.", "undelivered",
     "the phone is switched off or out of reach (30003)"),
    (DONE, 30.0, "out", "This weekend: two nights for the price of one.", "delivered", ""),
    (DONE, 29.5, "in", "STOP", "kept", "they want no texts"),
    (LOST, 50.0, "in", "Hello?", "kept", "no route leads to an agent"),
)  # fmt: skip
"""Number, hours ago, direction, words, state, why."""


async def seed_texts(pool: asyncpg.Pool, now: datetime) -> None:
    """Up to `now` (aware). Raises asyncpg errors."""
    await pool.executemany(
        "insert into provider_messages (account, direction, ref, number, ours, body, segments, state, "
        "detail, agent, at, changed_at) values ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, $10)",
        [
            (ACCOUNT, direction, f"SM{place}", number, OURS, words, state, why,
             "" if state == "kept" else "demo", now - timedelta(hours=hours))
            for place, (number, hours, direction, words, state, why) in enumerate(_TEXTS)
        ],
    )  # fmt: skip
    await pool.execute(
        "insert into opt_outs (account, number, word, at) values ($1, $2, 'STOP', $3)",
        ACCOUNT, DONE, now - timedelta(hours=29.5),
    )  # fmt: skip
