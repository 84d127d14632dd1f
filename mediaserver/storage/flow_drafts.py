"""The table `flow_drafts`: what is being drawn of a flow, one working copy each, counted by its revisions.

A draft is no version: no call can get it, nothing lists it, and it may hold whatever JSON somebody has come
to.
"""

from __future__ import annotations

import json

from mediaserver.storage.flows import canonical
from mediaserver.storage.sql import Database, Row, text


async def draft_of(connection: Database, name: str, *, locked: bool = False) -> Row | None:
    """`document`, `base`, `revision`, `made_by`, `changed_at`; None: nothing is being drawn. `locked`: nobody
    changes it before the transaction ends."""
    row = await connection.fetchrow(
        "select document, base, revision, made_by, changed_at from flow_drafts where flow = $1"
        + (" for update" if locked else ""),
        name,
    )
    return None if row is None else {**dict(row), "document": json.loads(row["document"])}


async def put_draft(
    connection: Database, name: str, document: Row, *, base: int | None, before: int | None, made_by: str
) -> Row | None:
    """Keep a draft in the place of its revision `before` (None: where there is none). None: it is another
    revision meanwhile, and nothing was changed. Raises ConfigError for what is no JSON, or too long."""
    canonical(document)
    written = json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    row = await connection.fetchrow(
        """
        insert into flow_drafts as d (flow, document, base, made_by) select $1, $2, $3, $4
            where $5::integer is null or exists (select from flow_drafts where flow = $1)
        on conflict (flow) do update
            set document = excluded.document, base = excluded.base, made_by = excluded.made_by,
                revision = d.revision + 1, changed_at = now()
            where d.revision = $5
        returning document, base, revision, made_by, changed_at
        """,
        name, written, base, text(made_by, 100), before,
    )  # fmt: skip
    return None if row is None else {**dict(row), "document": json.loads(row["document"])}


async def remove_draft(connection: Database, name: str, revision: int | None = None) -> bool:
    """False: there is none, or it is another revision than this one."""
    query = "delete from flow_drafts where flow = $1 and revision = coalesce($2, revision) returning flow"
    return await connection.fetchval(query, name, revision) is not None
