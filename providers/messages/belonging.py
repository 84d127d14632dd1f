"""Whose what somebody writes to a number of ours is, and that nobody else's key takes it.

Keys share the numbers that an agent of the operator's answers. Whoever has a text sent by one is told what is
written back; while that is somebody else's, no key's text goes there.
"""

from __future__ import annotations

import math
from datetime import timedelta
from uuid import UUID

from mediaserver.calls.texting import TextRefusedError, TextWhy
from mediaserver.storage import text_conversations as written
from mediaserver.storage.sql import Database

IDLE_S = 1800.0
"""A conversation in which nobody writes for so long is over."""
ANSWERED_WITHIN = timedelta(days=1)
"""So long an answer to a text belongs to whoever had it sent."""


async def check_free(database: Database, account: str, number: str, ours: str, owner: UUID) -> None:
    """Raises TextRefusedError where what they write back now is not this key's; asyncpg errors."""
    after_s = await written.anothers_for(
        database, account, number, ours, owner, answered=ANSWERED_WITHIN, idle=timedelta(seconds=IDLE_S)
    )
    if after_s > 0:
        raise TextRefusedError(
            f"somebody else is in conversation with this number by {ours[:20] or account}, and what is "
            "written back is theirs: another `sender` is free at once, this one in "
            f"{math.ceil(after_s)} s at the soonest",
            TextWhy.IN_CONVERSATION,
            after_s,
        )
