"""How many texts may go out: by all together, by one account, and for one key of the API (`texts.limits`).

What went out is counted where it is kept, so that a restart, or another server of the same database, forgets
none of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from mediaserver.calls.texting import TextRefusedError, TextWhy
from mediaserver.settings.handing_over import EACH_ACCOUNT, EACH_KEY, TextCaps
from mediaserver.storage import provider_messages as table
from mediaserver.storage.sql import Database

WINDOWS = ("minute", "hour", "day")


class SentLimits:
    """Of one server. Whoever sends asks before each text, one after the other."""

    def __init__(self, database: Database, limits: Mapping[Any, TextCaps]) -> None:
        """`limits`: as `texts.limits` has them."""
        self._database = database
        self._limits = {"all": TextCaps(), "each_key": EACH_KEY, "each_account": EACH_ACCOUNT, **limits}

    async def check(self, account: str, owner: UUID | None) -> None:
        """Raises TextRefusedError, which says when it may be tried again; asyncpg errors. `owner`: the key
        whose text it is; None: the operator's, which counts for the account and for all alone."""
        sent = await table.went_out(self._database, account, owner)
        limits = self._limits
        await self._judge(limits["each_key"], "owner", sent, "this key has", None, owner)
        await self._judge(
            limits["each_account"], "account", sent, f"the account {account} has", account, None
        )
        await self._judge(limits["all"], "all", sent, "all together have", None, None)

    async def _judge(
        self,
        caps: TextCaps,
        scope: str,
        sent: Mapping[str, Any],
        who: str,
        account: str | None,
        owner: UUID | None,
    ) -> None:
        if scope == "owner" and owner is None:
            return
        full = [
            (window, limit)
            for window in WINDOWS
            if (limit := getattr(caps, f"per_{window}")) and sent[f"{scope}_{window}"] >= limit
        ]
        if not full:
            return
        waits = [
            await table.free_again(self._database, window, limit, account, owner) for window, limit in full
        ]
        after_s = max(waits)
        window, limit = full[waits.index(after_s)]
        setting = {"owner": "each_key", "account": "each_account", "all": "all"}[scope]
        raise TextRefusedError(
            f"{who} sent {limit} texts within a {window}, as many as may go (texts.limits.{setting}."
            f"per_{window}): the next one in {max(1, math.ceil(after_s))} s",
            TextWhy.TOO_MANY,
            after_s,
        )
