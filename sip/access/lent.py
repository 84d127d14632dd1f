"""Passwords that are lent for some hours, to phones in browsers: each tab has a user name and a password of
its own, and all that one person has open are one extension.

A page must never get a lasting password: whoever reads it there would have it. Of what is lent only digests
are kept (HA1), in memory: after a restart pages ask anew. Times are seconds on one clock that never goes
back.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable
from weakref import WeakSet

from mediaserver.calls.may_dial import MayDial
from mediaserver.calls.phone_names import PAGE_PREFIX
from sip.access.digest import HashedPassword

LASTS_S = 8 * 3600.0
MOST = 5_000
"""Lent at once by all; the one that ends first gives way."""
MOST_OF_ONE = 20
"""Of one owner: tabs that are open. The oldest gives way."""
MOST_NAMES = 10_000
"""Names whose owners are remembered;"""
MOST_NAMES_OF_ONE = 20
"""and of one owner: nobody who asks for name after name has those of others forgotten, and takes them."""

_USER = re.compile(r"wp_[0-9a-f]{16}")
_NUMBERED = re.compile(rf"{PAGE_PREFIX}[0-9]+")
"""Names that are given unasked, to their owners alone."""
_NUMBERS = 1_000_000


def is_lent_user(name: str) -> bool:
    """Whether it is a user name such as pages get here, now or before. Nobody guesses a password of these
    (192 bits by chance), and an old one is no guess: after a restart of ours each page shows it."""
    return _USER.fullmatch(name) is not None


@runtime_checkable
class Closable(Protocol):
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class LentPhone:
    """What one tab was given."""

    username: str
    extension: str
    owner: str
    reach: MayDial
    expires_at: float
    still_good: Callable[[], bool]
    """Whether its owner may still have it: a signed-out browser may not."""
    hashed: HashedPassword = field(repr=False)
    connections: WeakSet[object] = field(default_factory=WeakSet, repr=False, compare=False)
    """On which it registered."""


class LentPhones:
    """All that is lent by one server. `now`: the clock."""

    def __init__(self, realm: str, now: Callable[[], float]) -> None:
        self.realm = realm
        self._now = now
        self._lent: dict[str, LentPhone] = {}
        """By user name, the one that ends first being the first."""
        self._names: dict[str, str] = {}
        """The owner of each extension that pages have, the longest known first."""
        self._own: dict[str, str] = {}
        """The extension that each owner has unasked."""

    def __len__(self) -> int:
        return len(self._lent)

    def lend(
        self,
        owner: str,
        *,
        reach: MayDial,
        still_good: Callable[[], bool],
        extension: str = "",
        configured: bool = False,
    ) -> tuple[LentPhone, str] | None:
        """Lend to an owner; and the password, which nobody keeps. None: the extension is somebody else's.
        `extension`: empty: the owner's own, each time the same. `configured`: it is one of the settings,
        whose owner the operator is."""
        own = self._own_name(owner)
        name = extension or own
        if not configured:
            if _NUMBERED.fullmatch(name) is not None and name != own:
                return None
            if self._names.setdefault(name, owner) != owner:
                return None
            self._forget_own_names(owner, name)
            self._forget_names()
        mine = [each for each in self._lent.values() if each.owner == owner]
        for each in mine[: max(0, len(mine) + 1 - MOST_OF_ONE)]:
            self.withdraw(each.username)
        if len(self._lent) >= MOST:
            self.withdraw(next(iter(self._lent)))
        username, password = f"wp_{secrets.token_hex(8)}", secrets.token_urlsafe(24)
        hashed = HashedPassword.of(username, self.realm, password)
        lent = LentPhone(username, name, owner, reach, self._now() + LASTS_S, still_good, hashed)
        self._lent[username] = lent
        return lent, password

    def withdraw(self, username: str) -> None:
        """It is good for nothing any more, and its sockets are closed. Idempotent."""
        lent = self._lent.pop(username, None)
        for connection in list(lent.connections) if lent is not None else ():
            if isinstance(connection, Closable):
                connection.close()

    def sweep(self) -> None:
        """Withdraw what is too old, and what its owner may not have any more."""
        for username in [each for each, lent in self._lent.items() if not self._is_good(lent)]:
            self.withdraw(username)

    def of_user(self, username: str) -> LentPhone | None:
        """What was lent under that user name, while it is good."""
        lent = self._lent.get(username)
        return lent if lent is not None and self._is_good(lent) else None

    def of_extension(self, extension: str) -> LentPhone | None:
        """One of those that are lent for an extension now."""
        found = (each for each in self._lent.values() if each.extension == extension)
        return next((each for each in found if self._is_good(each)), None)

    def registered(self, username: str, connection: object | None) -> None:
        """Whoever has it registered on that connection."""
        lent = self._lent.get(username)
        if lent is not None and connection is not None:
            lent.connections.add(connection)

    def is_of(self, extension: str, owner: str) -> bool:
        """Whether an owner has something lent for it."""
        return any(each.extension == extension and each.owner == owner for each in self._lent.values())

    def extensions(self) -> list[str]:
        """Those that pages have now."""
        return sorted({each.extension for each in self._lent.values() if self._is_good(each)})

    def _is_good(self, lent: LentPhone) -> bool:
        return self._now() < lent.expires_at and lent.still_good()

    def _own_name(self, owner: str) -> str:
        """The same after a restart: who is called by it must not be whoever comes back first."""
        if (name := self._own.get(owner)) is not None and self._names.get(name, owner) == owner:
            return name
        numbers = (_number(f"{owner} {again}") for again in itertools.count())
        names = (f"{PAGE_PREFIX}{number}" for number in numbers)
        name = next(each for each in names if self._names.get(each, owner) == owner)
        self._own[owner] = name
        return name

    def _forget_own_names(self, owner: str, wanted: str) -> None:
        """An owner's oldest of too many, which it has in no tab any more and does not want just now."""
        mine = [name for name, whose in self._names.items() if whose == owner]
        kept = {wanted, self._own.get(owner), *(each.extension for each in self._lent.values())}
        for name in [each for each in mine if each not in kept][: max(0, len(mine) - MOST_NAMES_OF_ONE)]:
            del self._names[name]

    def _forget_names(self) -> None:
        """Of owners who have nothing."""
        if len(self._names) <= MOST_NAMES:
            return
        in_use = {each.extension for each in self._lent.values()}
        for name in [each for each in self._names if each not in in_use][: len(self._names) - MOST_NAMES]:
            owner = self._names.pop(name)
            if self._own.get(owner) == name:
                del self._own[owner]


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()) % _NUMBERS
