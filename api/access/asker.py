"""Who asks: what the guard has found out about a request, for its handler to go by."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from aiohttp import web

from api.access.scopes import Scope, held


class How(StrEnum):
    """By what somebody proved who they are."""

    NOTHING = "nothing"
    """They did not: what they ask for is open to everybody."""
    TOKEN = "token"
    """ADMIN_TOKEN."""
    KEY = "key"
    SESSION = "session"
    """A browser's cookie, after a log-in."""
    TICKET = "ticket"
    """To read one call alone, as its caller was told."""
    WHOLE_TICKET = "whole ticket"
    """Likewise, with all that the operator reads of it: they call from this machine, by SIP."""


TICKETS = (How.TICKET, How.WHOLE_TICKET)


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever asks. Rows with an owner are that key's alone; those without are the operator's."""

    key: UUID | None
    """Of `api_keys`; None: the operator (ADMIN_TOKEN, or signed in to the console), or nobody known."""
    name: str
    """For logs and the audit log."""
    scopes: frozenset[Scope] = field(default=frozenset())
    """As they were given; ask `may`."""
    how: How = How.NOTHING
    session: UUID | None = None
    """Of the console, by which it is signed in."""

    @property
    def admin(self) -> bool:
        return Scope.ADMIN in self.scopes

    @property
    def owner(self) -> UUID | None:
        """Whose agents, flows and voices are that it makes: its own, and an admin's everybody's (None). What
        is never shared (calls, sessions, usage) is `key`'s, also an admin's."""
        return None if self.admin else self.key

    def may(self, scope: Scope) -> bool:
        return scope in held(self.scopes)

    def sees(self, owner: UUID | None) -> bool:
        """Whether a row of this owner is there for it at all: an admin sees everything, a key its own alone.
        What it does not see is 404 to it, never 403. A ticket sees the one call that the guard lets it ask
        for."""
        return self.admin or self.how in TICKETS or (owner is not None and owner == self.key)

    def may_use(self, owner: UUID | None) -> bool:
        """Whether it may see and use, not change, a row of this owner: its own, and what the operator shares
        (None), as agents, flows and voices are. Calls are never shared: ask `sees`."""
        return self.sees(owner) or (owner is None and self.how is not How.NOTHING)


NOBODY = Asker(None, "nobody")
OPERATOR = frozenset({Scope.ADMIN})
"""The scopes of whoever runs the server."""
ASKER: web.RequestKey[Asker] = web.RequestKey("asker", Asker)


def asker(request: web.Request) -> Asker:
    """Who asks, as the guard knows. Without a guard: nobody, who may nothing."""
    return request[ASKER] if ASKER in request else NOBODY
