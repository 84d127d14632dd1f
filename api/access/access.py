"""Who may ask, and how often: keys, the operator's token, sessions of the console, tickets of single calls.

All is answered from memory and at once: nothing here waits for the database.
"""

from __future__ import annotations

import hmac
import logging
import math
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from api.access.asker import OPERATOR, Asker, How
from api.access.buckets import Buckets, RequestRate, Taken
from api.access.call_tokens import CallTokens
from api.access.keyring import KeyRing
from api.access.login_codes import LoginCodes
from api.access.quotas import KINDS, Quotas, QuotaSpent
from api.access.rate_headers import rate_headers
from api.access.scopes import Scope, scopes_of
from api.access.tickets import Tickets
from mediaserver.addresses import site_of
from mediaserver.errors import VoiceForgeError
from mediaserver.seldom import Seldom
from mediaserver.settings.access import AccessSettings
from mediaserver.storage.keys import ApiKey
from mediaserver.storage.records import UsageKind

log = logging.getLogger(__name__)

BY_TICKET = RequestRate(per_second=1.0, burst=20.0)
"""How often a caller may ask for the own call: each answer is read of the database anew."""


class KeyRefusal(StrEnum):
    """Why what somebody proves themselves with does not let them in."""

    UNKNOWN = "unknown"
    """It is no key, or one that was revoked."""
    INACTIVE = "inactive"
    """It is a key that was switched off."""
    TOO_OFTEN = "too often"
    """The key's rate limit."""
    TOO_MANY_WRONG = "too many wrong"
    """This source has sent too many that are none."""
    SPENT = "spent"
    """The key's quota of this month."""
    STARTING = "starting"
    """The keys are not read yet."""


class KeyRefused(VoiceForgeError):
    """Somebody is not let in. `headers`: what an answer by HTTP says of it; `key`: whose key it is, where
    that is all right."""

    def __init__(
        self,
        why: KeyRefusal,
        message: str,
        headers: dict[str, str] | None = None,
        key: UUID | None = None,
    ) -> None:
        super().__init__(message)
        self.why = why
        self.key = key
        self.headers = headers or {}
        self.retryable = why in (KeyRefusal.TOO_OFTEN, KeyRefusal.TOO_MANY_WRONG, KeyRefusal.STARTING)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _nothing_runs(key: UUID, kind: str) -> float:
    return 0.0


def _still_starting() -> KeyRefused:
    return KeyRefused(KeyRefusal.STARTING, "The server is still starting.", {"Retry-After": "1"})


class AccessControl:
    """Of one server. `now`: seconds of a clock that never goes back; `wall`: aware."""

    def __init__(
        self,
        settings: AccessSettings,
        admin_token: str = "",
        *,
        now: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.ring = KeyRing()
        self.tickets = Tickets()
        self.call_tokens = CallTokens()
        self.codes = LoginCodes()
        self.quotas = Quotas()
        self.uses: dict[UUID, datetime] = {}
        """When keys were used last, until that is stored."""
        self.requests: Counter[UUID] = Counter()
        """How often, until that is stored."""
        self.running: Callable[[UUID, str], float] = _nothing_runs
        """What a key uses just now and is counted when it is over, by kind of its quota: minutes of calls."""
        self.settings = settings
        self._token = admin_token
        self._now = now
        self.wall = wall
        """The time of day, aware."""
        self._rates: Buckets[UUID] = Buckets()
        self._wrong: Buckets[str] = Buckets()
        self._callers: Buckets[UUID] = Buckets()
        self._told = {"key": Seldom(60.0), "code": Seldom(60.0)}

    def recognise(self, secret: str, source: str) -> Asker:
        """Who has this key or token, for one request. `source`: the address that sends it. Raises
        KeyRefused."""
        return self.admit(secret, source)[0]

    def admit(self, secret: str, source: str) -> tuple[Asker, Taken | None]:
        """So, and what is left of the key's rate limit, where it has one. Raises KeyRefused."""
        if self._is_token(secret, source):
            return Asker(None, "operator", OPERATOR, How.TOKEN), None
        key = self.ring.key_of(secret, self.wall())
        if key is None:
            raise self._unknown(source)
        if not key.active:
            raise KeyRefused(KeyRefusal.INACTIVE, "This key is switched off.")
        taken = self._used(key)
        return Asker(key.id, key.name, scopes_of(key.scopes), How.KEY), taken

    def signed_in(self, cookie: str) -> tuple[Asker, Taken | None] | None:
        """The browser that has this cookie, and what is left of the rate limit of the key that it signed in
        with; None when it is none, or signed out. It may do what that key may just now: as the operator where
        that is everything. Raises KeyRefused."""
        session = self.ring.session_of(cookie, self.wall())
        if session is None:
            if not self.ring.known:
                raise _still_starting()
            return None
        if session.key is None:
            return Asker(None, "console", OPERATOR, How.SESSION, session.id), None
        key = self.ring.get(session.key)
        if key is None or not key.active:
            return None
        taken, scopes = self._used(key), scopes_of(key.scopes)
        owner = None if Scope.ADMIN in scopes else key.id
        return Asker(owner, key.name, scopes, How.SESSION, session.id), taken

    def by_ticket(self, call: UUID) -> None:
        """A caller asks for the own call. Raises KeyRefused when that was too often."""
        taken = self._callers.take(call, BY_TICKET, self._now())
        if not taken.allowed:
            raise KeyRefused(
                KeyRefusal.TOO_OFTEN,
                f"A call's ticket is good for {taken.rate.burst:g} requests at once, and one a second: come "
                f"again in {taken.retry_s} s.",
                rate_headers(taken),
            )

    def count(self, asker: Asker) -> None:
        """It makes one request. Raises KeyRefused when its quota of requests is used up."""
        if asker.key is not None and asker.how in (How.KEY, How.SESSION):
            self.within_quota(asker, "requests")
            self.quotas.spend(asker.key, "requests", 1.0, self.wall())
            self.requests[asker.key] += 1

    def within_quota(self, asker: Asker, kind: str, amount: float = 1.0) -> None:
        """Whether it may use so much more this month: a kind of `api.access.quotas.KINDS`. What it then does
        use is counted where it is used (UsageCounted). Raises KeyRefused."""
        key = self.ring.get(asker.key) if asker.key is not None else None
        if key is None:
            return
        try:
            self.quotas.check(key, kind, amount + self.running(key.id, kind), self.wall())
        except QuotaSpent as spent:
            raise KeyRefused(
                KeyRefusal.SPENT, str(spent), {"Retry-After": str(math.ceil(spent.until_s))}
            ) from None

    def is_operators(self, owner: UUID | None) -> bool:
        """Whether what belongs to this key, or to none, is the operator's: keys with `admin` are."""
        key = self.ring.get(owner) if owner is not None else None
        return owner is None or (key is not None and Scope.ADMIN in scopes_of(key.scopes))

    def spend(self, asker: Asker, used: UsageKind, amount: float) -> None:
        """It has used this; the table will say so with the next reading of it."""
        for kind, weights in KINDS.items():
            if asker.key is not None and used in weights and kind != "requests":
                self.quotas.spend(asker.key, kind, amount * weights[used], self.wall())

    def still_good(self, asker: Asker) -> bool:
        """Whether what let it in still would: for sockets and streams that are held open."""
        match asker.how:
            case How.KEY:
                key = self.ring.get(asker.key) if asker.key is not None else None
                return key is not None and key.active and asker.scopes <= scopes_of(key.scopes)
            case How.SESSION:
                if asker.session is None or not self.ring.has_session(asker.session, self.wall()):
                    return False
                key = self.ring.get(asker.key) if asker.key is not None else None
                return asker.key is None or (
                    key is not None and key.active and asker.scopes <= scopes_of(key.scopes)
                )
            case How.NOTHING:
                return False
            case How.TOKEN | How.TICKET | How.WHOLE_TICKET:
                return True

    def login_code(self) -> str:
        """Signs one browser in, once and soon."""
        return self.codes.make(self._now())

    def redeem(self, code: str, source: str) -> bool:
        """Whether this code signs in. Raises KeyRefused for a source that has tried too many."""
        if self.codes.redeem(code, self._now()):
            return True
        # In a bucket of its own: any page can have a browser follow links, and must not use up with them what
        # keeps the ADMIN_TOKEN from being guessed, and its holder out.
        self._count_wrong(site_of(source), "code")
        return False

    def _is_token(self, secret: str, source: str) -> bool:
        """The one secret that people choose, so whoever guesses is told that the right one is wrong, too."""
        if not self._token or self._wrong.level(site_of(source), self._wrong_rate, self._now()) < 1.0:
            return False
        return hmac.compare_digest(secret.encode(errors="surrogateescape"), self._token.encode())

    def _used(self, key: ApiKey) -> Taken | None:
        """It makes one request; what is left of its rate limit. Raises KeyRefused."""
        taken = self._take(key)
        if taken is not None and not taken.allowed:
            raise KeyRefused(
                KeyRefusal.TOO_OFTEN,
                f"This key may ask {taken.rate.per_second:g} times a second, and {taken.rate.burst:g} times "
                f"at once: come again in {taken.retry_s} s.",
                rate_headers(taken),
                key.id,
            )
        self.uses[key.id] = self.wall()
        return taken

    def _take(self, key: ApiKey) -> Taken | None:
        """One of the key's requests; None where it has no limit."""
        if key.per_second is None and key.burst is None and Scope.ADMIN in key.scopes:
            return None
        per_second = key.per_second or self.settings.requests_per_s
        burst = key.burst or (
            self.settings.burst if key.per_second is None else max(1, math.ceil(2 * per_second))
        )
        return self._rates.take(key.id, RequestRate(per_second, burst), self._now())

    @property
    def _wrong_rate(self) -> RequestRate:
        wrong = self.settings.wrong_keys_per_minute
        return RequestRate(wrong / 60.0, wrong)

    def _unknown(self, source: str) -> KeyRefused:
        if not self.ring.known:
            return _still_starting()
        try:
            self._count_wrong(site_of(source))
        except KeyRefused as refused:
            return refused
        return KeyRefused(KeyRefusal.UNKNOWN, "This is no key, or it was revoked.")

    def _count_wrong(self, site: str, what: Literal["key", "code"] = "key") -> None:
        """Raises KeyRefused when there were too many."""
        taken = self._wrong.take(site if what == "key" else f"code {site}", self._wrong_rate, self._now())
        if (unsaid := self._told[what].due(self._now())) is not None:
            said = "key" if what == "key" else "code of a sign-in link"
            log.warning("a wrong %s from %s (%d more since the last such line)", said, site, unsaid)
        if not taken.allowed:
            raise KeyRefused(
                KeyRefusal.TOO_MANY_WRONG,
                "Too many wrong keys came from your address: wait, and send a right one.",
                {"Retry-After": str(taken.retry_s)},
            )
