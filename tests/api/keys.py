"""Keys for tests that ask something of the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg

from api.access.scopes import Scope
from api.context import ApiContext
from mediaserver.storage import keys
from mediaserver.storage.keys import ApiKey

STRANGER: Mapping[str, str] = {"Authorization": ""}
"""The headers of a request in which a client leaves its key out."""
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def made_up_key(context: ApiContext, *scopes: Scope, **more: Any) -> tuple[ApiKey, str]:
    """A key that only this server's memory knows, and its text; with all rights unless told otherwise."""
    secret = keys.new_secret()
    names = tuple(str(scope) for scope in scopes or (Scope.ADMIN,))
    key = ApiKey(uuid4(), "test", secret[: keys.SHOWN], keys.hash_of(secret), names, True, BEGAN)
    key = replace(key, **more)
    context.access.ring.take(key)
    context.access.ring.known = True
    return key, secret


async def stored_key(
    context: ApiContext, pool: asyncpg.Pool, scopes: Iterable[Scope] = (Scope.ADMIN,), name: str = "test"
) -> tuple[ApiKey, str]:
    """A key of the database, which rows may name as their owner, and its text."""
    secret = keys.new_secret()
    key = await keys.add_key(pool, name, secret, {str(scope) for scope in scopes})
    context.access.ring.take(key)
    context.access.ring.known = True
    return key, secret


def bearer(secret: str) -> Mapping[str, str]:
    """The headers of a request with this key."""
    return {"Authorization": f"Bearer {secret}"}
