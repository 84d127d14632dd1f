"""Proving who we are to others: which challenges are answered, with what, and which never (:rfc:`7616`,
:rfc:`8760`, :rfc:`3261` section 22). Without I/O or a clock.

A digest is as good as the password for whoever may choose what it is made of. So an account is for one realm
and for the hosts that its requests are sent to, and what a server once asked for is never lowered.
It must never log a password, or put one into an error.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mediaserver.wire_text import readable
from sip.access.digest import HASHES, NO_QOP, authorization, choose_qop, parse_auth
from sip.messages.grammar import ParseError
from sip.messages.message import Request, Response

ANY = tuple(HASHES)
WEAK = "MD5"
MOST_CHALLENGES = 10
"""Of one response that are looked at."""
_KINDS = {"www-authenticate": "Authorization", "proxy-authenticate": "Proxy-Authorization"}
_INFORMS = {"authentication-info": "Authorization", "proxy-authentication-info": "Proxy-Authorization"}


class Account:
    """A user name and password, and whom they are for. What is learnt of the server holds for all calls."""

    def __init__(
        self, username: str, password: str, *, realm: str = "", algorithms: Iterable[str] = ANY
    ) -> None:
        """`realm`: the only one whose challenges are answered; empty: the first that asks, from then on."""
        self.username = username
        self.password = password
        self.realm = realm
        self._algorithms = frozenset(algorithms)
        self._strong = False
        """It asked for more than MD5 once, and took our answer."""

    def __repr__(self) -> str:
        return f"Account({self.username!r}, realm={self.realm!r})"

    def fault(self, challenge: _Challenge) -> str:
        """Why a challenge is not answered; empty when it is."""
        if challenge.base not in self._algorithms:
            return (
                f"it asks for a digest by {readable(challenge.base)}, which is not allowed for this account"
            )
        if self.realm and challenge.realm != self.realm:
            return (
                f'the challenge is of the realm "{readable(challenge.realm)}" and the password is for '
                f'"{self.realm}": set realm if that is right'
            )
        if self._strong and challenge.base == WEAK:
            return "it asked for a stronger digest than MD5 before: somebody in between may have changed that"
        return ""

    def proved(self, challenge: _Challenge) -> None:
        """The server took our answer to it."""
        self._strong = self._strong or challenge.base != WEAK


@dataclass(slots=True)
class _Challenge:
    """One that was answered, and is again until its nonce is used up."""

    kind: str
    """Header that answers it."""
    params: dict[str, str]
    cnonce: str
    count: int = 0
    """Requests with its nonce."""

    @property
    def realm(self) -> str:
        return self.params["realm"]

    @property
    def base(self) -> str:
        """Its algorithm, without -sess."""
        return self.params.get("algorithm", WEAK).upper().removesuffix("-SESS")


class Credentials:
    """Of one call or registration: the account, and the nonces that it was given."""

    def __init__(self, username: str, password: str, *, account: Account | None = None) -> None:
        """`account`: where others use it, too; else one of its own."""
        self._account = account or Account(username, password)
        self._kept: dict[str, _Challenge] = {}
        self.hosts: set[str] = set()
        """Addresses that our requests were sent to; empty: not known. See `sip.calls.core.Core.prove_in`."""
        self.why = ""
        """Why the last challenge was not answered; empty when it was, or when the password was refused."""

    @classmethod
    def of(cls, account: Account) -> Credentials:
        return cls("", "", account=account)

    def sign(self, request: Request) -> None:
        """Prove a request before it is asked to be, with the nonces that we have (RFC 3261 22.2, 22.3)."""
        for challenge in self._kept.values():
            challenge.count += 1
            account = self._account
            value = authorization(
                challenge.params, account.username, account.password, request.method, request.uri,
                request.body, cnonce=challenge.cnonce, nc=challenge.count,
            )  # fmt: skip
            request.set(challenge.kind, value)

    def answer(self, request: Request, response: Response, tried: set[tuple[int, str]]) -> bool:
        """Whether `request`, which got this 401 or 407, is to be sent once more, signed anew. `tried`: what
        was answered for this request before."""
        self.why = ""
        found = list(_challenges(response))
        key = (response.status, "stale" if any(_is_stale(each) for each in found) else "")
        if key in tried or not found:
            return False
        chosen: dict[str, _Challenge] = {}
        for challenge in found:
            if fault := self._account.fault(challenge):
                self.why = fault
                continue
            best = chosen.get(challenge.kind)
            if best is None or (best.base == WEAK and challenge.base != WEAK):
                chosen[challenge.kind] = challenge
        if not chosen:
            return False
        tried.add(key)
        self.why = ""
        self._account.realm = next(iter(chosen.values())).realm
        self._kept.update({kind: each for kind, each in chosen.items() if self._account.fault(each) == ""})
        return True

    def accepted(self, response: Response) -> None:
        """A request that was signed got a final answer that is no challenge."""
        for name, kind in _INFORMS.items():
            challenge = self._kept.get(kind)
            if challenge is None:
                continue
            if response.status < 300:
                self._account.proved(challenge)
            try:
                info = parse_auth(f"Digest {response.get(name) or ''}")[1]
            except ParseError:
                continue
            if not (nonce := info.get("nextnonce")):
                continue
            if challenge.params.get("algorithm", "").upper().endswith("-SESS"):
                del self._kept[kind]  # its session began with another nonce
            else:
                self._kept[kind] = _Challenge(kind, {**challenge.params, "nonce": nonce}, challenge.cnonce)


def proofs_of(request: Request) -> list[tuple[str, str]]:
    """What a request was signed with: the ACK to its answer carries the same (RFC 3261 22.1)."""
    return [item for item in request.headers if item[0].lower() in ("authorization", "proxy-authorization")]


def _challenges(response: Response) -> Iterator[_Challenge]:
    """All that could be answered at all, in the order of the server's liking (RFC 8760 2.4)."""
    left = MOST_CHALLENGES
    for name, value in response.headers:
        kind = _KINDS.get(name.lower())
        if kind is None or not left:
            continue
        left -= 1
        try:
            scheme, params = parse_auth(value)
        except ParseError:
            continue
        if scheme.lower() != "digest" or not {"realm", "nonce"} <= params.keys():
            continue
        challenge = _Challenge(kind, params, secrets.token_hex(16))
        if challenge.base in HASHES and choose_qop(params) is not NO_QOP:
            yield challenge


def _is_stale(challenge: _Challenge) -> bool:
    return challenge.params.get("stale", "").lower() == "true"
