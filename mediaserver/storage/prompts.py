"""The table `prompts`: sound files that are played in calls, each with its audio (int16, mono, 16 kHz).

Who may see or change one is for whoever asks to know. Audio is read only where it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from mediaserver.storage.sql import Database, Row

_FACTS = "name, version, owner, text, container, codec, rate, channels, samples, created_at, changed_at"
_LOCK = "select pg_advisory_xact_lock(hashtextextended('prompts ' || $1, 0))"
_USED_BY_FLOWS = """
    select distinct f.name from flows f
        join flow_versions v on v.flow = f.name and v.number in (f.published, f.split_version)
    where ($2::uuid is null or f.owner = $2) and exists (select from json_array_elements(
            case when json_typeof(v.document -> 'nodes') = 'array' then v.document -> 'nodes' else '[]' end
        ) node where node ->> 'type' = 'play' and node ->> 'prompt' = $1)
    order by f.name
"""


@dataclass(frozen=True, slots=True)
class NewPrompt:
    """A sound file that was handed in."""

    name: str
    text: str | None
    """What is said in it; None: as it was, or nothing."""
    container: str
    codec: str
    rate: int
    """Of the file, in Hz."""
    channels: int
    audio: bytes
    """int16, mono, 16 kHz."""


async def some_prompts(
    connection: Database, owner: UUID | None, after: str, limit: int, *, everybody: bool = False
) -> list[Row]:
    """A page of them by name, those behind `after`: of this owner and of the operator, or of `everybody`."""
    rows = await connection.fetch(
        f"select {_FACTS} from prompts where name > $1 and ($2 or owner is null or owner = $3) "
        "order by name limit $4",
        after, everybody, owner, limit,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def all_prompts(connection: Database) -> list[Row]:
    """`name`, `owner` and `changed_at` of all, by name."""
    rows = await connection.fetch("select name, owner, changed_at from prompts order by name")
    return [dict(row) for row in rows]


async def prompts_state(connection: Database) -> tuple[object, ...]:
    """Another after each change of the table."""
    row = await connection.fetchrow("select count(*), max(changed_at), sum(version) from prompts")
    return tuple(row)


async def one_prompt(connection: Database, name: str, *, lock: bool = False) -> Row | None:
    """`lock`: nobody changes it before the transaction ends."""
    row = await connection.fetchrow(
        f"select {_FACTS} from prompts where name = $1" + (" for update" if lock else ""), name
    )
    return None if row is None else dict(row)


async def audio_of(connection: Database, name: str) -> Row | None:
    """`version`, `changed_at`, `text` and `audio` (bytes of int16, mono, 16 kHz); None: there is none of that
    name."""
    row = await connection.fetchrow(
        "select version, changed_at, text, audio from prompts where name = $1", name
    )
    return None if row is None else dict(row)


async def kept_by(connection: Database, owner: UUID | None) -> tuple[int, int]:
    """How many sound files this owner has, and samples in all. Others of this owner who add one wait until
    the transaction ends."""
    await connection.execute(_LOCK, "" if owner is None else str(owner))
    row = await connection.fetchrow(
        "select count(*), coalesce(sum(samples), 0)::bigint from prompts where owner is not distinct from $1",
        owner,
    )
    return row[0], row[1]


async def add_prompt(connection: Database, new: NewPrompt, owner: UUID | None) -> bool:
    """False when there is one of that name."""
    found = await connection.fetchval(
        "insert into prompts (name, owner, text, container, codec, rate, channels, samples, audio) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (name) do nothing returning name",
        new.name, owner, new.text or "", new.container, new.codec, new.rate, new.channels,
        len(new.audio) // 2, new.audio,
    )  # fmt: skip
    return found is not None


async def change_prompt(connection: Database, new: NewPrompt) -> bool:
    """Put this in the place of the sound file of that name; False when there is none."""
    found = await connection.fetchval(
        "update prompts set text = coalesce($2, text), container = $3, codec = $4, rate = $5, channels = $6, "
        "samples = $7, audio = $8 where name = $1 returning name",
        new.name, new.text, new.container, new.codec, new.rate, new.channels, len(new.audio) // 2, new.audio,
    )  # fmt: skip
    return found is not None


async def remove_prompt(connection: Database, name: str) -> bool:
    """False when there is none of that name."""
    return await connection.fetchval("delete from prompts where name = $1 returning name", name) is not None


async def flows_playing(connection: Database, name: str, owner: UUID | None) -> list[str]:
    """Flows of which a version that calls run plays it, by name. `owner`: of the sound file."""
    return [row["name"] for row in await connection.fetch(_USED_BY_FLOWS, name, owner)]


async def agents_leaving(connection: Database, name: str, owner: UUID | None) -> list[str]:
    """Assistants that leave it where a machine answers, by name. `owner`: of the sound file."""
    rows = await connection.fetch(
        "select name from agents where assistant ->> 'voicemail_prompt' = $1 "
        "and ($2::uuid is null or owner = $2) order by name",
        name, owner,
    )  # fmt: skip
    return [row["name"] for row in rows]
