"""The server's side of digest authentication (:rfc:`7616`, :rfc:`8760`, :rfc:`3261` section 22), without I/O
or a clock.

An unknown user and a wrong password must stay indistinguishable: same answer, same work. Passwords are never
logged or put into an error.
"""

from __future__ import annotations

import enum
import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mediaserver.wire_text import ENCODING, ERRORS
from sip.access.digest import ALGORITHMS, HashedPassword, digest, parse_auth, same_uri
from sip.access.nonces import MAX_USED, NONCE_LIFE_S, Age, Nonces
from sip.messages.grammar import ParseError, quote
from sip.messages.uri import Uri

_NONCE_COUNT = re.compile(r"[0-9A-Fa-f]{8}")


class Proof(enum.Enum):
    """What came of checking a request's credentials."""

    OK = "ok"
    STALE = "stale"
    """The password is right but the nonce too old or its count seen before: challenge again with
    `stale=True`."""
    WRONG = "wrong"
    """An unknown user or a wrong password, with a nonce that we made for this very source: a guess."""
    FOREIGN = "foreign"
    """A nonce that we never made for this source, perhaps from before we were started anew. It proves
    nothing, and its password was not looked at; but a phone that is told so asks nobody for another one."""
    NONE = "none"
    """No credentials for us, or nonsense."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome; and whom the request claims to be from, when that is worth anything (not with FOREIGN and
    NONE)."""

    outcome: Proof
    user: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the request may pass."""
        return self.outcome is Proof.OK

    @property
    def stale(self) -> bool:
        """Whether the next challenge is to say `stale=true`: the nonce is what was wrong (:rfc:`7616`
        section 3.3)."""
        return self.outcome in (Proof.STALE, Proof.FOREIGN)

    @property
    def proves_nothing(self) -> bool:
        """It is as if there were no credentials."""
        return self.outcome in (Proof.NONE, Proof.FOREIGN)


_NOTHING = Verdict(Proof.NONE)
_FOREIGN = Verdict(Proof.FOREIGN)


@dataclass(frozen=True, slots=True)
class Claim:
    """Credentials for our realm that are complete."""

    user: str
    nonce: str
    uri: str
    algorithm: str
    qop: str | None
    count: str
    cnonce: str
    response: str
    age: Age
    rewritten: bool = False
    """The request names another host than its sender wrote into its credentials: a proxy is between us."""

    @property
    def foreign(self) -> bool:
        """Not made with a nonce of ours for their source."""
        return self.age is Age.FOREIGN


def _same_user(sent: str, ours: Uri | str) -> bool:
    """Whether both name the same user, of whatever host. Proxies before us write the host anew, and phones
    leave the port out (:rfc:`3261` 22.4 item 5 lets them differ); whom a password dials stays protected."""
    try:
        signed = Uri.parse(sent)
        asked = Uri.parse(ours) if isinstance(ours, str) else ours
    except ParseError:
        return False
    return signed.is_sip and asked.is_sip and signed.unescaped_user == asked.unescaped_user


class Authenticator:
    """`credentials(username)` gives the password, or what is kept of it; None for an unknown user.

    Give each realm one of these for the life of the server. Times are seconds on one clock that never goes
    back.
    """

    def __init__(
        self,
        realm: str,
        credentials: Callable[[str], str | HashedPassword | None],
        *,
        algorithms: Sequence[str] = tuple(ALGORITHMS),
        nonce_life_s: float = NONCE_LIFE_S,
        max_used_nonces: int = MAX_USED,
    ) -> None:
        """`algorithms`: those offered and taken, best first (:rfc:`8760` section 2.4)."""
        self.realm = realm
        self._algorithms = tuple(algorithms)
        self._credentials = credentials
        self._nonces = Nonces(realm, life_s=nonce_life_s, max_used=max_used_nonces)
        self._dummy = secrets.token_hex(8)

    def challenge(self, source: str, now: float, stale: bool = False) -> list[str]:
        """Values for WWW-Authenticate or Proxy-Authenticate headers, one per algorithm, best first. `source`:
        the host that is asked; nobody else can use the nonce.

        Offers `auth` alone, though `auth-int` is taken: proxies on the way may change bodies, and phones that
        are offered both have been seen to choose what they cannot do.
        """
        tail = ", stale=true" if stale else ""
        head = f'Digest realm={quote(self.realm)}, nonce="{self._nonces.make(source, now)}", qop="auth"'
        return [f"{head}, algorithm={algorithm}{tail}" for algorithm in self._algorithms]

    def made(self, nonce: str, source: str, now: float) -> bool:
        """Whether a nonce is ours and made for `source`, however old it is."""
        return self._nonces.age(nonce, source, now) is not Age.FOREIGN

    def read(self, header_value: str | None, uri: Uri | str, source: str, now: float) -> Claim | None:
        """The claim in an Authorization or Proxy-Authorization value, not yet checked; None for anything
        else. Costs no digest.
        """
        try:
            scheme, params = parse_auth(header_value or "")
        except ParseError:
            return None
        algorithm = params.get("algorithm", "MD5").upper()
        qop = params["qop"].lower() if "qop" in params else None
        rewritten = False
        count = params.get("nc", "")
        if (
            scheme.lower() != "digest"
            or params.get("realm") != self.realm
            or algorithm not in self._algorithms
            or not {"username", "nonce", "uri", "response"} <= params.keys()
            or qop not in ("auth", "auth-int", None)
            or (qop is not None and (_NONCE_COUNT.fullmatch(count) is None or "cnonce" not in params))
            or not (same_uri(params["uri"], uri) or (rewritten := _same_user(params["uri"], uri)))
        ):
            return None
        return Claim(
            params["username"], params["nonce"], params["uri"], algorithm, qop, count,
            params.get("cnonce", ""), params["response"].lower(),
            self._nonces.age(params["nonce"], source, now), rewritten,
        )  # fmt: skip

    def check(self, claim: Claim, method: str, body: bytes, now: float) -> Verdict:
        """Whether a claim that was just read is true: OK, STALE or WRONG; or FOREIGN.

        What has a nonce that we did not make for this source is not looked at: whoever lies about where it is
        never saw one, so that a guess counts against nobody but the guesser, and a made-up nonce gets no
        answer that tells a right password from a wrong one.
        """
        if claim.foreign:
            return _FOREIGN
        password = self._credentials(claim.user)
        expected = digest(
            algorithm=claim.algorithm,
            username=claim.user,
            realm=self.realm,
            password=self._dummy if password is None else password,
            method=method,
            uri=claim.uri,
            nonce=claim.nonce,
            qop=claim.qop,
            nc=claim.count,
            cnonce=claim.cnonce,
            body=body,
        )
        right = hmac.compare_digest(expected.encode(), claim.response.encode(ENCODING, ERRORS))
        if not right or password is None:
            return Verdict(Proof.WRONG, claim.user)
        # A client of RFC 2069 counts nothing: its nonce is good for one request.
        count = 1 if claim.qop is None else int(claim.count, 16)
        if claim.age is not Age.FRESH or not self._nonces.use(claim.nonce, count, now):
            return Verdict(Proof.STALE, claim.user)
        return Verdict(Proof.OK, claim.user)

    def verify(
        self, header_value: str | None, method: str, uri: Uri | str, body: bytes, source: str, now: float
    ) -> Verdict:
        """Read and check in one; never raises."""
        claim = self.read(header_value, uri, source, now)
        return _NOTHING if claim is None else self.check(claim, method, body, now)
