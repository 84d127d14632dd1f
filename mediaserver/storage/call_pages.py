"""Calls, the newest first, page by page: filters, and the place where a page ended (keyset pagination).

The same filters hold for calls that are up and perhaps not in the database yet: `fits` says in Python what
`page` says in SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mediaserver.storage.call_words import VECTOR, SpokenWords
from mediaserver.storage.calls import SHOWN, shown
from mediaserver.storage.sql import Database, Row

Place = tuple[datetime, UUID]
"""When a call began, and its id: its place among all calls."""


@dataclass(frozen=True, slots=True)
class CallsWanted:
    """Which calls; what is empty or None is any."""

    owner: UUID | None = None
    """Those of this key alone; None: everybody's."""
    live: bool | None = None
    direction: str = ""
    agent: str = ""
    """With whom they began."""
    sender: str = ""
    """A part of the address that they come from, in any case."""
    to: str = ""
    """A part of the address that they go to."""
    since: datetime | None = None
    until: datetime | None = None
    """Began before."""
    outcome: str = ""
    """The status of something that a flow achieved in it."""
    words: tuple[SpokenWords, ...] = ()
    """All of them were said in it, by whomever."""

    def fits(self, call: Mapping[str, Any]) -> bool:
        """Whether a call that is up is one of them: `owner`, `direction`, `agent`, `from_uri`, `to_uri` and
        `started_at` as in the table. What it has achieved and what was said in it so far the
        database alone knows."""
        return (
            (self.owner is None or call["owner"] == self.owner)
            and self.live is not False
            and self.direction in ("", call["direction"])
            and self.agent in ("", call["agent"])
            and self.sender.lower() in call["from_uri"].lower()
            and self.to.lower() in call["to_uri"].lower()
            and (self.since is None or call["started_at"] >= self.since)
            and (self.until is None or call["started_at"] < self.until)
        )


async def page(connection: Database, wanted: CallsWanted, after: Place | None, limit: int) -> list[Row]:
    """So many of those calls, the newest first; `after`: which come after this place in that order. Each with
    `found`: of words that are wanted a line in which one of them was said."""
    values: list[Any] = []
    conditions: list[str] = []

    def asked(condition: str, *given: Any) -> None:
        names = []
        for value in given:
            values.append(value)
            names.append(f"${len(values)}")
        conditions.append(condition.format(*names))

    if wanted.owner is not None:
        asked("c.owner = {}", wanted.owner)
    if wanted.live is not None:
        asked("c.state = {}", "live" if wanted.live else "ended")
    if wanted.direction:
        asked("c.direction = {}", wanted.direction)
    if wanted.agent:
        asked("c.agent = {}", wanted.agent)
    if wanted.sender:
        asked("strpos(lower(c.from_uri), lower({})) > 0", wanted.sender)
    if wanted.to:
        asked("strpos(lower(c.to_uri), lower({})) > 0", wanted.to)
    if wanted.since is not None:
        asked("c.started_at >= {}", wanted.since)
    if wanted.until is not None:
        asked("c.started_at < {}", wanted.until)
    if wanted.outcome:
        asked("exists (select from outcomes w where w.call_id = c.id and w.status = {})", wanted.outcome)
    for words in wanted.words:
        said = f"{VECTOR} @@ {words.query('{}')}"
        asked(f"c.id in (select t.call_id from turns t where {said})", words.text)  # noqa: S608
    if after is not None:
        asked("(c.started_at, c.id) < ({}, {})", *after)
    where = f" where {' and '.join(conditions)}" if conditions else ""
    values.append(limit)
    # Only fixed words and numbers of parameters are put together here.
    query = f"{SHOWN}{where} order by c.started_at desc, c.id desc limit ${len(values)}"  # noqa: S608
    rows = [shown(row) for row in await connection.fetch(query, *values)]
    lines = await _lines(connection, wanted.words, [row["id"] for row in rows]) if wanted.words else {}
    return [{**row, "found": lines.get(row["id"])} for row in rows]


async def _lines(connection: Database, words: tuple[SpokenWords, ...], calls: list[UUID]) -> dict[UUID, str]:
    """By call, the first line in which one of these was said."""
    said = " or ".join(f"{VECTOR} @@ {each.query(f'${at}')}" for at, each in enumerate(words, 2))
    query = (
        "select distinct on (t.call_id) t.call_id, left(t.text, 500) as text from turns t "
        f"where t.call_id = any($1) and ({said}) order by t.call_id, t.index"  # noqa: S608
    )
    rows = await connection.fetch(query, calls, *(each.text for each in words))
    return {row["call_id"]: row["text"] for row in rows}
