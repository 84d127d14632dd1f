"""The table `opt_outs`: who wants to hear no more of us, by which account and in which way. The one list of
it, for texts and calls.

A number that was erased stands there as a digest (`digests`), so that the wish outlives it.
"""

from __future__ import annotations

import logging

from mediaserver.storage.digests import KEYED, UNKEYED, Digests
from mediaserver.storage.sql import Database, Row, text

log = logging.getLogger(__name__)

TEXT = "text"
"""Wishes against texts alone; others are against calls (`call`), or against `all`."""


async def opt_out(connection: Database, account: str, number: str, word: str) -> None:
    """No texts of this account any more. `word`: what was written."""
    await connection.execute(
        "insert into opt_outs (account, number, word, channel) values ($1, $2, $3, $4) "
        "on conflict do nothing",
        text(account, 64), text(number, 64), text(word, 40), TEXT,
    )  # fmt: skip


async def opt_in(connection: Database, account: str, number: str, digests: Digests) -> bool:
    """Texts of this account again. False when nothing was kept of that."""
    query = (
        "delete from opt_outs where account = $1 and number = any($2::text[]) and channel = $3 returning 1"
    )
    return await connection.fetchval(query, account, _names(number, digests), TEXT) is not None


async def opted_out(connection: Database, account: str, number: str, digests: Digests) -> bool:
    """Whether it wants no texts of this account; also as a wish against everything, or all accounts."""
    query = (
        "select 1 from opt_outs where account in ($1, '') and number = any($2::text[]) "
        "and channel in ($3, 'all') limit 1"
    )
    return await connection.fetchval(query, account, _names(number, digests), TEXT) is not None


async def text_opt_outs(connection: Database, limit: int, after: tuple[str, str] | None = None) -> list[Row]:
    """Who wants no texts, by account and number behind this one."""
    account, number = after or ("", "")
    rows = await connection.fetch(
        "select account, number, word, at from opt_outs where (account, number) > ($2, $3) and channel = $4 "
        "order by account, number limit $1",
        limit, account, number, TEXT,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def forget(connection: Database, number: str, digests: Digests) -> int:
    """A digest takes the place of a number (E.164), in the open transaction; returns how many rows."""
    await connection.execute(
        "insert into opt_outs (account, number, at, channel) "
        "select account, $2, at, channel from opt_outs where number = $1 on conflict do nothing",
        number, digests.number(number),
    )  # fmt: skip
    return len(await connection.fetch("delete from opt_outs where number = $1 returning 1", number))


async def rekey(connection: Database, digests: Digests) -> None:
    """Give digests of earlier versions the key, and say which were made with another one: those are found no
    more. May run at any time, on several servers at once."""
    for row in await connection.fetch(
        "select distinct number from opt_outs where starts_with(number, $1)", UNKEYED
    ):
        old, new = row["number"], digests.rekeyed(row["number"])
        await connection.execute(
            "insert into opt_outs (account, number, word, at, channel) "
            "select account, $2, word, at, channel from opt_outs where number = $1 on conflict do nothing",
            old, new,
        )  # fmt: skip
        await connection.execute("delete from opt_outs where number = $1", old)
    lost = await connection.fetchval(
        "select count(*) from opt_outs where starts_with(number, $1) and not starts_with(number, $2)",
        KEYED, f"{KEYED}{digests.key_id}:",
    )  # fmt: skip
    if lost:
        log.error(
            "%d wishes of erased numbers to get no more texts were kept with another key than today's, and "
            "are not heeded: put the secret.key of then back (or what secrets.kms_command printed)",
            lost,
        )


def _names(number: str, digests: Digests) -> list[str]:
    """As which it stands there."""
    return [number, digests.number(number)]
