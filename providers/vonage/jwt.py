"""JSON Web Tokens (:rfc:`7519`) as Vonage has them: RS256 to ask, HS256 to be told. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from mediaserver.errors import UnprovenError

WINDOW_S = 300
"""Between its clock and ours, both ways."""
MOST = 8_192


def signed_rs256(claims: Mapping[str, Any], key: RSAPrivateKey) -> str:
    head = _encoded(json.dumps({"alg": "RS256", "typ": "JWT"}).encode())
    text = f"{head}.{_encoded(json.dumps(claims).encode())}"
    return f"{text}.{_encoded(key.sign(text.encode(), PKCS1v15(), SHA256()))}"


def claims_of(token: str, secret: str, now: float) -> dict[str, Any]:
    """Raises UnprovenError. No other algorithm than HS256 is taken, whatever the token says."""
    parts = token.split(".")
    if len(token) > MOST or len(parts) != 3 or not token.isascii():
        raise UnprovenError("it has no token that can be read: are signed webhooks on in the application?")
    try:
        head, told = json.loads(_decoded(parts[0])), json.loads(_decoded(parts[1]))
        signature = _decoded(parts[2])
    except (binascii.Error, ValueError, RecursionError):
        raise UnprovenError("its token cannot be read") from None
    if not isinstance(head, dict) or head.get("alg") != "HS256" or not isinstance(told, dict):
        raise UnprovenError("its token is not signed by HS256")
    right = hmac.digest(secret.encode(), f"{parts[0]}.{parts[1]}".encode(), "sha256")
    if not hmac.compare_digest(right, signature):
        raise UnprovenError("its token's signature does not fit: see signature_secret of the account")
    at = told.get("iat")
    if not isinstance(at, int) or abs(now - at) > WINDOW_S:
        raise UnprovenError(
            f"its token was not made within {WINDOW_S} s of our time: it is an old one, or a clock is wrong"
        )
    return told


def fits(payload_hash: object, body: bytes) -> bool:
    """Whether the claim `payload_hash` is of this body: SHA-256 in hex of its JSON without blanks, as Vonage
    describes it, which is the body itself where that has none."""
    if not isinstance(payload_hash, str) or not payload_hash.isascii():
        return False
    texts = [body]
    try:
        told = json.loads(body)
        texts += [
            json.dumps(told, separators=(",", ":"), ensure_ascii=ascii_).encode() for ascii_ in (False, True)
        ]
    except (ValueError, RecursionError):
        pass
    found = [hashlib.sha256(text).hexdigest() for text in texts]
    return any([hmac.compare_digest(each, payload_hash.lower()) for each in found])


def _encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """Raises ValueError, also for a text that only stands for the same as the right one (:rfc:`4648` 3.5)."""
    octets = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encoded(octets) != text:
        raise ValueError("not as it is written")
    return octets
