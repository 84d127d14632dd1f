"""What keys used since their month began, from the table of usage: for quotas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from mediaserver.storage.records import UsageKind
from mediaserver.storage.sql import Database


async def months_to_date(
    connection: Database, owners: Collection[UUID], today: date
) -> Mapping[UUID, Mapping[UsageKind, float]]:
    """Of these keys, from the first of this day's month (UTC); who used nothing is left out. Kinds that only
    a newer program counts are, too."""
    rows = await connection.fetch(
        """
        select owner, kind, sum(amount) as amount from usage_days
        where owner = any($1::uuid[]) and day between $2 and $3 group by owner, kind
        """,
        list(owners), today.replace(day=1), today,
    )  # fmt: skip
    kinds = {str(kind): kind for kind in UsageKind}
    used: defaultdict[UUID, dict[UsageKind, float]] = defaultdict(dict)
    for row in rows:
        if (kind := kinds.get(row["kind"])) is not None:
            used[row["owner"]][kind] = row["amount"]
    return used
