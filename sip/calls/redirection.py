"""Whom a call is sent on to by 3xx responses (RFC 3261 sections 8.1.3.4 and 21.3), within limits.

What a redirect names is its sender's word: it leads nowhere that the operator has not allowed, to nobody
twice, and to a handful of places at most. Pure; it must never look a name up or send.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from mediaserver.errors import CallError
from sip.calls.flow import SipFlow
from sip.messages.headers import NameAddr
from sip.messages.message import Response
from sip.messages.uri import Uri
from sip.transactions.requests import Hop

FOLLOWED = frozenset({300, 301, 302})
"""305 names a proxy and 380 another service: neither is somebody who could be called instead."""
MOST_TARGETS = 5
"""That one call is sent on to, one after the other."""


_FOR_ONE = ("p-", "x-", "user-to-user", "identity")
"""Beginnings of headers that are for the server they were written for (RFC 3325 section 5, RFC 7433 section
6): who is behind a call that wants to be private, and what its operator agreed on with that server alone."""


def for_anybody(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What of the headers of a call also goes to whom it is sent on to."""
    return [item for item in headers if not item[0].lower().startswith(_FOR_ONE)]


WayTo: TypeAlias = Callable[[Uri], Awaitable[tuple[Hop, SipFlow]]]
"""The way to somebody else; raises VoiceForgeError where there is none."""


async def nowhere(uri: Uri) -> tuple[Hop, SipFlow]:
    """No way leads anywhere."""
    raise CallError(f"no redirect is followed to {uri}", 403)


def nobody(uri: Uri) -> bool:
    """Nobody may be called by a redirect."""
    return False


class Redirection:
    """Of one call."""

    __slots__ = ("_allowed", "_seen", "_tried", "_waiting")

    def __init__(self, first: Uri, allowed: Callable[[Uri], bool] = nobody) -> None:
        """`first`: who is called to begin with. `allowed`: whether the operator lets us call there."""
        self._allowed = allowed
        self._seen = [first]
        self._waiting: deque[Uri] = deque()
        self._tried = 0

    def sent_on(self, response: Response) -> None:
        """A final response came: take the contacts of a redirect, the most wanted (q) first. Whom it names
        goes before those that were named earlier."""
        if response.status not in FOLLOWED:
            return
        new: list[Uri] = []
        for contact in _most_wanted_first(response.contacts):
            if len(new) + self._tried >= MOST_TARGETS:
                break  # whoever is allowed counts to the limits on calls out, and these nobody would ask
            uri = contact.uri.without_headers()  # they would become headers of our INVITE
            if not self._fits(uri):
                continue
            if not any(uri.same_as(seen) for seen in self._seen) and self._allowed(uri):
                self._seen.append(uri)
                new.append(uri)
        self._waiting.extendleft(reversed(new))

    def _fits(self, uri: Uri) -> bool:
        """Whether it can be called at all; a call that has to be encrypted on its whole way stays so."""
        return uri.is_sip and (uri.scheme == "sips" or self._seen[0].scheme != "sips")

    @property
    def more(self) -> bool:
        """Whether there is somebody to be asked next."""
        return bool(self._waiting) and self._tried < MOST_TARGETS

    def next(self) -> Uri:
        """Whom to ask next; only while there are `more`."""
        self._tried += 1
        return self._waiting.popleft()


def _most_wanted_first(contacts: Sequence[NameAddr]) -> list[NameAddr]:
    return sorted(contacts, key=_q, reverse=True)


def _q(contact: NameAddr) -> float:
    """1 where nothing, or nothing that can be read, is said (20.10)."""
    try:
        q = float(contact.params.get("q") or 1)
    except ValueError:
        return 1.0
    return q if 0 <= q <= 1 else 1.0
