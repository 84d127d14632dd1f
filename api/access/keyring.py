"""The keys and console sessions in memory, so that a request that proves itself asks no database.

The tables are followed: a change on any server of the database counts here as soon as it is told, and one of
our own at once (`take`). While the database is away what was known last goes on to count.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from datetime import datetime
from hmac import compare_digest
from uuid import UUID

import asyncpg

from mediaserver.diagnosis.finding import Finding
from mediaserver.storage import console_sessions, keys
from mediaserver.storage.console_sessions import ConsoleSession
from mediaserver.storage.following import POLL_S, Following
from mediaserver.storage.keys import LONGEST, ApiKey, hash_of

log = logging.getLogger(__name__)


class KeyRing:
    """All keys that are not revoked, and all sessions that last."""

    def __init__(self) -> None:
        self.known = False
        """Whether the tables were read: before, nobody can be told that a key is wrong."""
        self._keys: dict[UUID, ApiKey] = {}
        self._by_hash: dict[bytes, UUID] = {}
        self._sessions: dict[bytes, ConsoleSession] = {}
        self._mark = ""
        self._changes = 0
        """How often something of our own was taken over: what was read meanwhile may be from before it."""
        self._following: Following | None = None

    async def start(
        self, connect: Callable[[], Awaitable[asyncpg.Connection]], poll_s: float = POLL_S
    ) -> None:
        """Read the tables, then follow them. Raises DatabaseError."""
        self._following = Following(connect, self._load, "keys", poll_s)
        await self._following.start()

    async def close(self) -> None:
        """Follow no more; what is known goes on to count. Idempotent."""
        if self._following is not None:
            await self._following.close()

    def key_of(self, secret: str, now: datetime) -> ApiKey | None:
        """Whose text this is, active or not; also as it was before it was rotated, as long as that counts.
        `now`: aware."""
        if len(secret) > LONGEST:
            return None
        digest = hash_of(secret)
        key = self._keys.get(self._by_hash.get(digest, _NONE))
        if key is None:
            return None
        if compare_digest(digest, key.hash):
            return key
        old, until = key.old_hash, key.old_until
        if old is not None and until is not None and compare_digest(digest, old) and now < until:
            return key
        return None

    def session_of(self, cookie: str, now: datetime) -> ConsoleSession | None:
        """Which browser this is. `now`: aware."""
        if len(cookie) > LONGEST:
            return None
        session = self._sessions.get(hash_of(cookie))
        return session if session is not None and now < session.expires_at else None

    def get(self, key: UUID) -> ApiKey | None:
        """None when there is none, or it is revoked."""
        return self._keys.get(key)

    def has_session(self, session: UUID, now: datetime) -> bool:
        return any(each.id == session and now < each.expires_at for each in self._sessions.values())

    def __iter__(self) -> Iterator[ApiKey]:
        return iter(self._keys.values())

    def take(self, key: ApiKey) -> None:
        """It was changed here, and that is committed: it counts from now on."""
        self._changed()
        if (before := self._keys.pop(key.id, None)) is not None:
            for digest in _hashes(before):
                self._by_hash.pop(digest, None)
        if key.revoked_at is None:
            self._keys[key.id] = key
            self._by_hash |= _hashes(key)

    def take_session(self, session: ConsoleSession) -> None:
        """A browser has signed in here."""
        self._changed()
        self._sessions[session.hash] = session

    def drop_session(self, session: UUID) -> None:
        """A browser was signed out here."""
        self._changed()
        self._sessions = {digest: each for digest, each in self._sessions.items() if each.id != session}

    def finding(self) -> Finding:
        following = self._following
        detail, mend = f"{len(self._keys)} keys", ""
        if following is not None and following.fault:
            detail += f", maybe not as the table says: {following.fault}"
            mend = "the log says more"
        elif following is not None and following.stale:
            detail += ", as they were before the database went away"
            mend = "start PostgreSQL; what was known last goes on to count"
        return Finding("keys", not mend, detail, mend, required=False)

    async def _load(self, connection: asyncpg.Connection) -> None:
        while True:
            changes = self._changes
            mark = await keys.fingerprint(connection)
            if self.known and mark == self._mark:
                return
            living: dict[UUID, ApiKey] = {}
            by_hash: dict[bytes, UUID] = {}
            async with aclosing(keys.living_keys(connection)) as found:
                async for key in found:
                    living[key.id] = key
                    by_hash |= _hashes(key)
            sessions = await console_sessions.living_sessions(connection)
            if changes == self._changes:
                break
        self._keys, self._by_hash = living, by_hash
        self._sessions = {session.hash: session for session in sessions}
        self._mark, self.known = mark, True

    def _changed(self) -> None:
        self._changes += 1
        self._mark = ""


def _hashes(key: ApiKey) -> dict[bytes, UUID]:
    """By what it may be known; the old one still has to be in time."""
    known = {} if key.old_hash is None else {key.old_hash: key.id}
    return known | {key.hash: key.id}


_NONE = UUID(int=0)
