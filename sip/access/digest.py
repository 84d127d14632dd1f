"""Digest authentication: its grammar, its arithmetic, and the client's side (:rfc:`7616`, :rfc:`8760`,
:rfc:`3261` section 22), without I/O or a clock. The server's side is in `authenticator`.

Passwords are never logged or put into an error.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mediaserver.errors import PeerError
from mediaserver.wire_text import ENCODING, ERRORS, readable
from sip.messages.grammar import ParseError, is_token, quote, unquote
from sip.messages.uri import Uri

MAX_PARAMS = 32
ALGORITHMS = {"SHA-256": "sha256", "MD5": "md5"}
"""What we offer and accept, best first, with hashlib's names."""
HASHES = {**ALGORITHMS, "SHA-512-256": "sha512_256"}
"""What we answer, when it is asked of us."""

NO_QOP = "none that we know"

_SCHEME = re.compile(r"[ \t]*+([A-Za-z0-9\-.!%*_+`'~]++)(?:[ \t]++|\Z)")
_PARAM = re.compile(
    r"[ \t]*+([A-Za-z0-9\-.!%*_+`'~]++)[ \t]*+=[ \t]*+"
    r'("(?:[^"\\]++|\\.)*+"|[^\x00-\x20\x7f",]++)[ \t]*+(?:,|\Z)',
    re.DOTALL,
)
_EMPTY = re.compile(r"(?:[ \t]*+,)++")


class ChallengeError(PeerError):
    """No challenge of the peer can be answered."""


def parse_auth(text: str) -> tuple[str, dict[str, str]]:
    """Read credentials or a challenge: the scheme, and its parameters unquoted with lower-case names."""
    scheme = _SCHEME.match(text)
    if scheme is None:
        raise ParseError("no authentication scheme")
    params: dict[str, str] = {}
    pos = scheme.end()
    while pos < len(text):
        empty = _EMPTY.match(text, pos)
        if empty is not None:
            pos = empty.end()
            continue
        match = _PARAM.match(text, pos)
        if match is None:
            if not text[pos:].strip(" \t"):
                break
            raise ParseError(f"malformed authentication parameter near {readable(text[pos : pos + 20])!r}")
        name = match[1].lower()
        if name in params or len(params) == MAX_PARAMS:
            raise ParseError("repeated or too many authentication parameters")
        params[name] = unquote(match[2])
        pos = match.end()
    return scheme[1], params


@dataclass(frozen=True, slots=True)
class HashedPassword:
    """What is enough to check a password: HA1 (RFC 7616 section 3.4.2), by each hash of `HASHES`."""

    by_hash: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, username: str, realm: str, password: str) -> HashedPassword:
        return cls({base: _hashed(name, username, realm, password) for base, name in HASHES.items()})


def _hashed(name: str, *parts: str) -> str:
    return hashlib.new(name, ":".join(parts).encode(ENCODING, ERRORS), usedforsecurity=False).hexdigest()


def digest(
    *,
    algorithm: str,
    username: str,
    realm: str,
    password: str | HashedPassword,
    method: str,
    uri: str,
    nonce: str,
    qop: str | None = None,
    nc: str = "",
    cnonce: str = "",
    body: bytes = b"",
) -> str:
    """The `response` value (RFC 7616 section 3.4.1; without qop RFC 2617 section 3.2.2.1), in hex.

    `algorithm` is one of `HASHES`, with -sess or without. Raises KeyError for another.
    """
    base, session, _ = algorithm.upper().partition("-SESS")
    name = HASHES[base]

    def hashed(*parts: str) -> str:
        return _hashed(name, *parts)

    if isinstance(password, HashedPassword):
        a1 = password.by_hash[base]
    else:
        a1 = hashed(username, realm, password)
    if session:
        a1 = hashed(a1, nonce, cnonce)
    if qop == "auth-int":
        a2 = hashed(method, uri, hashlib.new(name, body, usedforsecurity=False).hexdigest())
    else:
        a2 = hashed(method, uri)
    return hashed(a1, nonce, nc, cnonce, qop, a2) if qop else hashed(a1, nonce, a2)


def same_uri(sent: str, ours: Uri | str) -> bool:
    """Whether the `uri` of credentials means the Request-URI; a proxy may have written it anew."""
    if sent == str(ours):
        return True
    try:
        return Uri.parse(sent).same_as(Uri.parse(ours) if isinstance(ours, str) else ours)
    except ParseError:
        return False


def is_stale(challenges: Iterable[str]) -> bool:
    """Whether the server says that only our nonce was too old, so the same password may be tried again."""
    for text in challenges:
        try:
            params = parse_auth(text)[1]
        except ParseError:
            continue
        if params.get("stale", "").lower() == "true":
            return True
    return False


def answer_challenge(
    challenges: Iterable[str],
    username: str,
    password: str,
    method: str,
    uri: Uri | str,
    body: bytes = b"",
    cnonce: str | None = None,
    nc: int = 1,
) -> str:
    """The Authorization value that answers the strongest of the challenges: SHA-2 before MD5.

    `cnonce` is random unless given; `nc` counts the requests made with this nonce, from 1. Raises
    ChallengeError when no challenge is a digest that we know.
    """
    found: list[tuple[int, dict[str, str]]] = []
    strength = ["SHA-256", "SHA-512-256", "MD5"]
    for text in challenges:
        try:
            scheme, params = parse_auth(text)
        except ParseError:
            continue
        base = params.get("algorithm", "MD5").upper().removesuffix("-SESS")
        usable = scheme.lower() == "digest" and base in HASHES and {"realm", "nonce"} <= params.keys()
        if usable and choose_qop(params) is not NO_QOP:
            found.append((strength.index(base), params))
    if not found:
        raise ChallengeError("the server asks for an authentication we do not know")
    params = min(found, key=lambda item: item[0])[1]
    return authorization(params, username, password, method, uri, body, cnonce=cnonce, nc=nc)


def authorization(
    params: dict[str, str],
    username: str,
    password: str,
    method: str,
    uri: Uri | str,
    body: bytes = b"",
    *,
    cnonce: str | None = None,
    nc: int = 1,
) -> str:
    """The Authorization value that answers one challenge, given by its parameters; see `answer_challenge`. It
    must have a realm, a nonce, one of `HASHES`, and a qop that we know or none."""
    algorithm = params.get("algorithm", "MD5")
    qop = choose_qop(params)
    count = f"{nc:08x}"
    client_nonce = secrets.token_hex(16) if cnonce is None else cnonce
    response = digest(
        algorithm=algorithm,
        username=username,
        realm=params["realm"],
        password=password,
        method=method,
        uri=str(uri),
        nonce=params["nonce"],
        qop=qop,
        nc=count,
        cnonce=client_nonce,
        body=body,
    )
    fields = [f"username={quote(username)}", f"realm={quote(params['realm'])}"]
    fields += [f"nonce={quote(params['nonce'])}", f"uri={quote(str(uri))}", f'response="{response}"']
    if "algorithm" in params and is_token(algorithm):
        fields.append(f"algorithm={algorithm}")
    if qop:
        fields += [f"qop={qop}", f"nc={count}"]
    if qop or algorithm.upper().endswith("-SESS"):
        fields.append(f"cnonce={quote(client_nonce)}")
    if "opaque" in params:
        fields.append(f"opaque={quote(params['opaque'])}")
    return "Digest " + ", ".join(fields)


def choose_qop(params: dict[str, str]) -> str | None:
    """The quality of protection to use: auth, else auth-int, None when the server names none, NO_QOP when it
    names none that we know."""
    if "qop" not in params:
        return None
    offered = [name.strip(" \t").lower() for name in params["qop"].split(",")]
    return next((name for name in ("auth", "auth-int") if name in offered), NO_QOP)
