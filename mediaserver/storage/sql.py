"""What all modules of queries share: the connection they take, and values as PostgreSQL takes them."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

from mediaserver.errors import VoiceForgeError

Row = dict[str, Any]


MOST_DEPTH = 60
"""Levels of nested values that are kept; what foreign servers send may be nested as deeply as it can be read,
and a level more than Python bears would stop the writer of all records."""
LARGEST_INTEGER = 2**31 - 1
"""Of PostgreSQL's `integer`."""


class Database(Protocol):
    """What the queries use of asyncpg's Connection and Pool."""

    async def execute(self, query: str, *args: Any) -> str: ...

    async def fetch(self, query: str, *args: Any) -> list[Any]: ...

    async def fetchrow(self, query: str, *args: Any) -> Any: ...

    async def fetchval(self, query: str, *args: Any) -> Any: ...


class OrphanError(VoiceForgeError):
    """A record changes a call or leg that the database does not know."""


MANY = 200
"""Rows that are not made ready at once on the loop of all calls."""


async def made_ready(records: list[Any], make: Callable[[Any], Row]) -> list[Row]:
    """Each as its reader wants it; `make` may be called in a thread."""
    if len(records) <= MANY:
        return [make(record) for record in records]
    return await asyncio.to_thread(lambda: [make(record) for record in records])


def changed(status: str) -> bool:
    """Whether a statement wrote a row, by what PostgreSQL says of it: "INSERT 0 1", "UPDATE 0"."""
    return not status.endswith(" 0")


def known(found: UUID | None, what: str, identity: UUID) -> None:
    """Raises OrphanError when an update found no row."""
    if found is None:
        raise OrphanError(f"there is no {what} {identity}")


def text(value: str, limit: int) -> str:
    """Text that PostgreSQL takes: no NUL, no lone surrogates (headers may hold any bytes), not too long."""
    return value.encode(errors="replace").decode().replace("\0", "\ufffd")[:limit]


def whole_number(value: int) -> int:
    """A count that PostgreSQL's `integer` takes; servers that count for us may claim any."""
    return max(0, min(value, LARGEST_INTEGER))


def to_json(value: Any) -> str:
    """JSON that PostgreSQL takes. What is nested too deeply ends in "\u2026"."""
    return json.dumps(_clean(value, MOST_DEPTH))


def _clean(value: Any, depth: int) -> Any:
    match value:
        case dict() | list() | tuple() if not depth:
            return "\u2026"
        case str():
            return text(value, 100_000)
        case float():
            return value if math.isfinite(value) else None
        case bool() | int() | None:
            return value
        case dict():
            return {text(str(key), 1000): _clean(item, depth - 1) for key, item in value.items()}
        case list() | tuple():
            return [_clean(item, depth - 1) for item in value]
        case _:
            return text(str(value), 1000)
