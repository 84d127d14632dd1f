"""The tables `flows`, `flow_versions` and `flow_publications`: documents of flows, their versions, and which
of them callers meet.

What a document means is `pipelines.flows` to know; here it is JSON with a state. A version never changes, and
no draft is published: the tables see to both.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias
from uuid import UUID

import asyncpg

from mediaserver.errors import ConfigError
from mediaserver.storage.sql import Database, Row, text, to_json

FlowState: TypeAlias = Literal["valid", "draft"]
MOST_BYTES = 1_000_000
"""Of a document in its canonical form."""
RESERVED = frozenset({"generate", "import", "schema", "secrets", "templates", "tries", "validate"})
"""No flow is made under these names: `/api/flows/NAME` is something else."""
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


def canonical(document: Row) -> str:
    """The one way to write a document, whatever the order of its keys (:rfc:`8785` but for how numbers are
    written). Raises ConfigError for what is no JSON, or too long."""
    return _written(document, sort_keys=True)


def hash_of(document: Row) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()


async def all_flows(connection: Database) -> list[Row]:
    """The flows by name, each with how many versions it has, and the newest's number and state."""
    rows = await connection.fetch(
        """
        select f.*, newest.number as newest, newest.state as newest_state,
            (select count(*) from flow_versions v where v.flow = f.name) as versions
        from flows f left join lateral (
            select number, state from flow_versions v where v.flow = f.name order by number desc limit 1
        ) newest on true
        order by f.name
        """
    )
    return [dict(row) for row in rows]


async def flows_seen(
    connection: Database,
    key: UUID | None,
    *,
    everything: bool,
    name: str | None = None,
    after: str = "",
    limit: int | None = None,
) -> list[Row]:
    """Flows as a key sees them, by name: its own and the operator's (None), or `everything`. Each as
    `all_flows` has it, with the `agents` that run it, as far as the key sees those, what the newest version
    says of itself (`about`, `errors`, `warnings`), and when it was published and drawn on last. `name`: this
    one alone."""
    rows = await connection.fetch(
        """
        select f.*, newest.number as newest, newest.state as newest_state,
            (select count(*) from flow_versions v where v.flow = f.name) as versions,
            array(
                select a.name from agents a
                where a.kind = 'flow' and a.flow = f.name and ($2 or a.owner is null or a.owner = $1)
                order by a.name
            ) as agents,
            coalesce(newest.about, '') as about, coalesce(newest.errors, 0) as errors,
            coalesce(newest.warnings, 0) as warnings,
            (select max(p.made_at) from flow_publications p where p.flow = f.name and f.published is not null)
                as published_at,
            (select d.changed_at from flow_drafts d where d.flow = f.name) as drafted_at
        from flows f left join lateral (
            select number, state, document->>'about' as about,
                (select count(*) from json_array_elements(findings) e where e->>'severity' = 'error')
                    as errors,
                (select count(*) from json_array_elements(findings) e where e->>'severity' = 'warning')
                    as warnings
            from flow_versions v where v.flow = f.name order by number desc limit 1
        ) newest on true
        where ($2 or f.owner is null or f.owner = $1) and ($3::text is null or f.name = $3) and f.name > $4
        order by f.name limit $5
        """,
        key, everything, name, after, limit,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def one_flow(connection: Database, name: str) -> Row | None:
    """A flow like those of `all_flows`, without what its versions say; None when there is none."""
    row = await connection.fetchrow("select * from flows where name = $1", name)
    return None if row is None else dict(row)


async def owner_of(connection: Database, name: str) -> UUID | None:
    """The key whose flow it is; None: the operator's, as are those that are in no row."""
    owner: UUID | None = await connection.fetchval("select owner from flows where name = $1", name)
    return owner


async def history(
    connection: Database, name: str, *, below: int | None = None, limit: int | None = None
) -> list[Row]:
    """The versions of a flow without their documents, newest first. `published_at`: when it was published
    first; None: never. `below`: those before this one."""
    rows = await connection.fetch(
        """
        select v.number, v.hash, v.state, v.findings, v.note, v.made_by, v.made_at,
            octet_length(v.document::text) as bytes,
            (select min(p.made_at) from flow_publications p where p.flow = v.flow and p.version = v.number)
                as published_at
        from flow_versions v where v.flow = $1 and ($2::integer is null or v.number < $2)
        order by v.number desc limit $3
        """,
        name, below, limit,
    )  # fmt: skip
    return [{**dict(row), "findings": json.loads(row["findings"])} for row in rows]


async def version(connection: Database, name: str, number: int | None = None) -> Row | None:
    """One version with its document; the newest where no number is given. None when there is none."""
    row = await connection.fetchrow(
        "select flow, number, document, hash, state, findings, note, made_by, made_at from flow_versions "
        "where flow = $1 and number = coalesce($2, number) order by number desc limit 1",
        name, number,
    )  # fmt: skip
    return None if row is None else _version(row)


async def hash_of_version(connection: Database, name: str, number: int) -> str | None:
    """None when there is no such version."""
    query = "select hash from flow_versions where flow = $1 and number = $2"
    digest: str | None = await connection.fetchval(query, name, number)
    return digest


async def published(connection: Database) -> list[Row]:
    """What callers may meet: name, owner, `published`, `split_version`, `split_percent` of each flow, and the
    hashes of both versions, which say whether they must be read."""
    rows = await connection.fetch(
        """
        select f.name, f.owner, f.published, f.split_version, f.split_percent, p.hash as hash,
            s.hash as split_hash
        from flows f
            left join flow_versions p on p.flow = f.name and p.number = f.published
            left join flow_versions s on s.flow = f.name and s.number = f.split_version
        order by f.name
        """
    )
    return [dict(row) for row in rows]


async def save(
    connection: asyncpg.Connection,
    name: str,
    document: Row,
    *,
    state: FlowState,
    findings: Sequence[Row] = (),
    note: str = "",
    made_by: str = "",
    owner: UUID | None = None,
) -> int:
    """Save a document as the newest version of a flow, which is made when there is none of that name; returns
    its number. What the newest one says already is not saved again. `owner`: of a flow that is made. Raises
    ConfigError."""
    written = _written(document)
    digest = hash_of(document)
    async with connection.transaction():
        await _take(connection, name, owner)
        newest = await connection.fetchrow(
            "select number, hash, state, findings from flow_versions where flow = $1 "
            "order by number desc limit 1",
            name,
        )
        found = json.loads(to_json(list(findings)))
        if newest is not None and (newest["hash"], newest["state"]) == (digest, state):
            if json.loads(newest["findings"]) == found:
                return int(newest["number"])
        number = 1 if newest is None else int(newest["number"]) + 1
        await connection.execute(
            "insert into flow_versions (flow, number, document, hash, state, findings, note, made_by) "
            "values ($1, $2, $3, $4, $5, $6, $7, $8)",
            name, number, written, digest, state, json.dumps(found), text(note, 500), text(made_by, 100),
        )  # fmt: skip
        return number


async def publish(connection: asyncpg.Connection, name: str, number: int, made_by: str = "") -> None:
    """Have new calls run this version, all of them: a split ends. Raises ConfigError."""
    await _route(connection, name, number, None, None, made_by)


async def unpublish(connection: asyncpg.Connection, name: str, made_by: str = "") -> None:
    """Have no new call run the flow. Raises ConfigError."""
    await _route(connection, name, None, None, None, made_by)


async def split(
    connection: asyncpg.Connection, name: str, number: int, percent: int, made_by: str = ""
) -> None:
    """Have so many of a hundred new calls run this version, and the others the published one. Raises
    ConfigError."""
    if not 1 <= percent <= 99:
        raise ConfigError(f"a share of {percent} percent is no split: give 1 to 99, or publish one version")
    async with connection.transaction():
        row = await _taken(connection, name)
        if row["published"] is None:
            raise ConfigError(f"the flow {name} has nothing published: publish one version first")
        if row["published"] == number:
            raise ConfigError(f"version {number} of the flow {name} is the published one: split with another")
        await _route(connection, name, row["published"], number, percent, made_by)


async def end_split(connection: asyncpg.Connection, name: str, made_by: str = "") -> bool:
    """Have all new calls run the published version; False when they did. Raises ConfigError."""
    async with connection.transaction():
        row = await _taken(connection, name)
        if row["split_version"] is None:
            return False
        await _route(connection, name, row["published"], None, None, made_by)
        return True


async def before_published(connection: Database, name: str) -> int | None:
    """The newest version below the published one that callers have met: where a rollback leads. None when
    there is none."""
    number: int | None = await connection.fetchval(
        "select max(p.version) from flow_publications p join flows f on f.name = p.flow "
        "where f.name = $1 and p.version < f.published",
        name,
    )
    return number


async def remove(connection: Database, name: str) -> bool:
    """Remove a flow with all its versions; False when there is none of that name. Calls that run it go on,
    and what they came to stays."""
    return await connection.fetchval("delete from flows where name = $1 returning name", name) is not None


async def agents_of(connection: Database, name: str) -> list[str]:
    """The agents whose rows name this flow."""
    rows = await connection.fetch(
        "select name from agents where kind = 'flow' and flow = $1 order by name", name
    )
    return [row["name"] for row in rows]


def unknown(name: str) -> ConfigError:
    return ConfigError(f"there is no flow {text(name, 100)}: see `voiceforge flows list`")


async def taken(connection: asyncpg.Connection, name: str) -> Row | None:
    """A flow that nobody else publishes, removes or saves to before the transaction ends: what is decided by
    it still holds then. None when there is none."""
    row = await connection.fetchrow("select * from flows where name = $1 for update", name)
    return None if row is None else dict(row)


async def _taken(connection: asyncpg.Connection, name: str) -> Row:
    """Likewise. Raises ConfigError."""
    row = await taken(connection, name)
    if row is None:
        raise unknown(name)
    return row


async def add(connection: asyncpg.Connection, name: str, owner: UUID | None) -> bool:
    """Make a flow without a version; False when there is one of that name, whoever made it and however short
    ago. Raises ConfigError."""
    _check(name)
    if name in RESERVED:
        raise ConfigError(f"{name!r} names a part of the API, and no flow: choose another")
    made = "insert into flows (name, owner) values ($1, $2) on conflict (name) do nothing returning name"
    return await connection.fetchval(made, name, owner) is not None


def _check(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{text(name, 100)!r} is no name of a flow: letters, digits, '.', '_' and '-', at most 64"
        )


async def _take(connection: asyncpg.Connection, name: str, owner: UUID | None) -> None:
    """Make the flow where there is none, and have others who save one wait. Raises ConfigError."""
    _check(name)
    # Only then: whoever follows the table is told of the statement, not of the row.
    if await taken(connection, name) is None and not await add(connection, name, owner):
        await taken(connection, name)


async def _route(
    connection: asyncpg.Connection,
    name: str,
    number: int | None,
    second: int | None,
    percent: int | None,
    made_by: str,
) -> None:
    """Raises ConfigError."""
    asked = number if second is None else second  # of a split the first is published already
    try:
        async with connection.transaction():
            found = await connection.fetchval(
                "update flows set published = $2, split_version = $3, split_percent = $4 where name = $1 "
                "returning name",
                name, number, second, percent,
            )  # fmt: skip
            if found is None:
                raise unknown(name)
            await connection.execute(
                "insert into flow_publications (flow, version, split_version, split_percent, made_by) "
                "values ($1, $2, $3, $4, $5)",
                name, number, second, percent, text(made_by, 100),
            )  # fmt: skip
    except asyncpg.ForeignKeyViolationError:
        raise ConfigError(
            f"the flow {name} has no version {asked}: see `voiceforge flows history {name}`"
        ) from None
    except asyncpg.CheckViolationError as error:
        raise ConfigError(f"{error.args[0]}; `voiceforge flows validate {name}` says what it lacks") from None
    except asyncpg.DataError:
        raise ConfigError(f"{asked} is no number of a version") from None


def _version(row: Any) -> Row:
    return {
        **dict(row), "document": json.loads(row["document"]), "findings": json.loads(row["findings"]),
    }  # fmt: skip


def _written(document: Row, *, sort_keys: bool = False) -> str:
    try:
        written = json.dumps(
            document, sort_keys=sort_keys, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
        size = len(written.encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigError(f"the document is no JSON: {' '.join(str(error).split())[:200]}") from None
    if size > MOST_BYTES:
        raise ConfigError(f"the document has {size} bytes: at most {MOST_BYTES} are kept")
    return written
