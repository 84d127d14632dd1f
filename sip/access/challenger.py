"""Asks for passwords and checks them: digest authentication behind what keeps guessers away.

The one place that logs who guesses, in lines that programs such as fail2ban read. It must never log a
password, nor say to a caller more than "prove who you are".
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from mediaserver.seldom import Seldom
from sip.access.authenticator import Authenticator, Claim, Proof, Verdict
from sip.access.digest import ALGORITHMS, HashedPassword
from sip.access.guessing import Guessing, Heed
from sip.messages.headers import WEB_SOCKETS
from sip.messages.message import Request, Response

log = logging.getLogger(__name__)

LOOKED_AT = 2
"""Credentials of one request that may be ours; more are not read."""
REWRITTEN_EVERY_S = 600.0
"""So often at most the log speaks of addresses that somebody rewrites."""
SHOWN_USER = 64
"""Characters of a user name in the log: strangers choose it."""


def _unnoted(what: str) -> None:
    return None


def _none(user: str) -> bool:
    return False


class Challenger:
    """Of one realm. `password(user)` is None for a user that does not exist."""

    def __init__(
        self,
        realm: str,
        password: Callable[[str], str | HashedPassword | None],
        *,
        algorithms: Sequence[str] = tuple(ALGORITHMS),
        guessing: Guessing | None = None,
        note: Callable[[str], None] = _unnoted,
        unguessable: Callable[[str], bool] = _none,
    ) -> None:
        """`unguessable`: users whose passwords nobody can guess, so that wrong ones are not counted. `note`:
        told of each 'challenge', 'wrong' password, 'outdated' one (of an unguessable user), 'unheard' one
        (its source has to wait) and 'ban', for the metrics."""
        self._auth = Authenticator(realm, password, algorithms=algorithms)
        self.guessing = guessing or Guessing()
        self._note = note
        self._unguessable = unguessable
        self._rewritten = Seldom(REWRITTEN_EVERY_S)

    def verdict(self, request: Request, host: str, now: float) -> Verdict:
        """What the request's credentials are worth. NONE: there are none. Whoever has to wait is told WRONG,
        with no more work than that."""
        claim = self._claim(request, host, now)
        if claim is None:
            return Verdict(Proof.NONE)
        if claim.foreign:  # no guess
            return self._auth.check(claim, request.method, request.body, now)
        certain = self._unguessable(claim.user)
        match Heed.NOW if certain else self._hearing(host, claim.user, now):
            case Heed.SOURCE_WAITS:
                self._wrong(request, host, claim.user, now, looked_at=False)
                return Verdict(Proof.WRONG, claim.user)
            case Heed.CROWD_WAITS:
                self._note("unheard")
                return Verdict(Proof.WRONG, claim.user)
            case Heed.NOW:
                pass
        verdict = self._auth.check(claim, request.method, request.body, now)
        if verdict.ok:
            self.guessing.right(host, claim.user, now)
            if claim.rewritten:
                self._tell_rewritten(request, host, claim, now)
        elif verdict.outcome is Proof.WRONG and certain:
            self._note("outdated")
        elif verdict.outcome is Proof.WRONG:
            self._wrong(request, host, claim.user, now, looked_at=True)
        return verdict

    def challenge(self, request: Request, host: str, now: float, *, stale: bool = False) -> Response:
        """The 401 that asks for proof. We are the called side, so it is never a 407 (:rfc:`3261` 22.2)."""
        self._note("challenge")
        values = self._auth.challenge(host, now, stale)
        if request.via.transport in WEB_SOCKETS:
            values.sort(key=lambda value: "algorithm=MD5" in value)  # JsSIP knows that, and reads the last
        headers = [("WWW-Authenticate", value) for value in values]
        return request.response(401, headers=headers)

    def challenged(self, nonce: str, host: str, now: float) -> bool:
        """Whether this nonce was sent to that host in a challenge. Cheap: asked before anything is read."""
        return self._auth.made(nonce, host, now)

    def prove(self, request: Request, host: str, now: float) -> str | Response:
        """The user that the request proves to be from, or the challenge."""
        verdict = self.verdict(request, host, now)
        if verdict.ok and verdict.user is not None:
            return verdict.user
        return self.challenge(request, host, now, stale=verdict.stale)

    def _claim(self, request: Request, host: str, now: float) -> Claim | None:
        # A phone that was challenged by a proxy before us may have put its answer to us into the other
        # header.
        values = [*request.get_all("Authorization"), *request.get_all("Proxy-Authorization")]
        ours = [value for value in values if self._auth.realm in value][:LOOKED_AT]
        claims = [claim for value in ours if (claim := self._auth.read(value, request.uri, host, now))]
        return min(claims, key=lambda claim: claim.foreign, default=None)

    def _hearing(self, host: str, user: str, now: float) -> Heed:
        """Who is banned and comes through a proxy, which is not shut out for what others do, waits."""
        banned = self.guessing.banned(host, now)
        return Heed.SOURCE_WAITS if banned else self.guessing.hearing(host, user, now)

    def _tell_rewritten(self, request: Request, host: str, claim: Claim, now: float) -> None:
        if (unsaid := self._rewritten.due(now)) is not None:
            log.info(
                "%s proved itself as %s for %s and asks for %s: a proxy before us changes addresses, or the "
                "phone shortens them; only the user part was compared (%d more since the last such line)",
                host, _shown(claim.user), _shown(claim.uri), _shown(str(request.uri)), unsaid,
            )  # fmt: skip

    def _wrong(self, request: Request, host: str, user: str, now: float, *, looked_at: bool) -> None:
        guess = self.guessing.wrong(host, user, now, looked_at=looked_at)
        shown = _shown(user)
        if looked_at:
            log.warning(
                "%s gave a wrong password (%s, its number %d) for %r",
                host, _shown(request.method), guess.count, shown,
            )  # fmt: skip
        self._note("wrong" if looked_at else "unheard")
        if guess.banned:
            self._note("ban")
            seconds = self.guessing.limits.ban_s
            log.warning("%s is banned for %g s after %d wrong passwords", host, seconds, guess.count)
        if guess.crowded:
            log.warning("many strangers guess the password; they have to wait from now on, for %r", shown)


def _shown(theirs: str) -> str:
    """What a stranger wrote, for the log: one word without quotes, so that no part of it can be read as
    our own words, with an address of the stranger's choice for fail2ban."""
    return "".join(c if c.isprintable() and c not in " \"'\\" else "?" for c in theirs[:SHOWN_USER])
