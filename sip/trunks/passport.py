"""PASSporT (:rfc:`8225`, :rfc:`8588`): what an Identity header (:rfc:`8224`) says of a call, signed by
whoever let it in.

Pure text and arithmetic; nothing is believed here. What cannot be read raises PassportError, and nothing else
does, whatever the other side sent.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import Certificate

from mediaserver.errors import PeerError

LONGEST = 3_000
"""Characters of one header."""
MOST_NUMBERS = 20
"""That one call is said to be for."""
ATTESTATIONS = ("A", "B", "C")
"""A: the signer knows the caller and its right to the number; B: the caller alone; C: neither (:rfc:`8588`,
section 4)."""

_SAID = r'[ \t]*+;[ \t]*+[a-z]{1,20}+="?[A-Za-z0-9._-]{1,60}+"?'
_HEADER = re.compile(
    r"([A-Za-z0-9_-]{1,3000}+)\.([A-Za-z0-9_-]{1,3000}+)\.([A-Za-z0-9_-]{86})"
    rf"[ \t]*+;[ \t]*+info=<(https://[!-;=?-~]{{1,500}}+)>((?:{_SAID}){{0,6}}+)"
)
_PARAMETER = re.compile(r';[ \t]*+([a-z]{1,20}+)="?([A-Za-z0-9._-]{1,60}+)"?')
_INTEGER_OCTETS = 32


class PassportError(PeerError):
    """An Identity header cannot be read, or says what it must not."""


@dataclass(frozen=True, slots=True)
class Passport:
    """One, as it was read. Nothing of it is proven but by `is_signed_by`."""

    url: str
    """Where its signer's certificate is."""
    issued_at: int
    """Seconds since 1970."""
    caller: str
    """Digits of a number, or an address."""
    called: tuple[str, ...]
    attest: str
    """One of ATTESTATIONS; empty where it does not say."""
    origin: str
    """`origid`: whose call it is to the signer."""
    signed: bytes
    signature: bytes

    @classmethod
    def parse(cls, value: str) -> Passport:
        """The value of an Identity header in its full form. Raises PassportError."""
        match = _HEADER.fullmatch(value.strip()) if len(value) <= LONGEST else None
        if match is None:
            raise PassportError("it is no Identity header in its full form")
        parameters = {name: text for name, text in _PARAMETER.findall(match[5])}
        head, claims = _json(match[1]), _json(match[2])
        if head.get("alg") != "ES256" or parameters.get("alg", "ES256") != "ES256":
            raise PassportError("it is not signed by ES256")
        if head.get("typ") != "passport" or head.get("ppt") not in (None, "shaken"):
            raise PassportError("it is a PASSporT of another kind than SHAKEN's")
        if head.get("ppt") != parameters.get("ppt", head.get("ppt")):
            raise PassportError("its header and its token are of different kinds")
        if head.get("x5u") != match[4]:
            raise PassportError("its header and its token name different certificates")
        issued, attest, origin = claims.get("iat"), claims.get("attest", ""), claims.get("origid", "")
        if not isinstance(issued, int) or isinstance(issued, bool) or not 0 <= issued < 1 << 40:
            raise PassportError("it does not say when it was signed")
        if head.get("ppt") == "shaken" and attest not in ATTESTATIONS:
            raise PassportError("it attests to nothing")
        return cls(
            url=match[4],
            issued_at=issued,
            caller=_one(claims.get("orig")),
            called=_all(claims.get("dest")),
            attest=attest if attest in ATTESTATIONS else "",
            origin=origin[:100] if isinstance(origin, str) and origin.isprintable() else "",
            signed=f"{match[1]}.{match[2]}".encode(),
            signature=_octets(match[3]),
        )

    def is_signed_by(self, certificate: Certificate) -> bool:
        """Whether by the key of that certificate, which has to be one of P-256."""
        key = certificate.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            return False
        r, s = self.signature[:_INTEGER_OCTETS], self.signature[_INTEGER_OCTETS:]
        signature = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
        try:
            key.verify(signature, self.signed, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


def is_passport(value: object) -> bool:
    """Whether that can be sent as an Identity header."""
    return isinstance(value, str) and len(value) <= LONGEST and _HEADER.fullmatch(value.strip()) is not None


def canonical_number(number: str) -> str:
    """A number as a PASSporT has it: digits, and no plus (:rfc:`8224`, section 8.3)."""
    return re.sub(r"[^0-9*#]", "", number)


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise PassportError("it is not in base64") from None


def _json(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(_octets(text))
    except (ValueError, RecursionError):
        raise PassportError("it is no JSON") from None
    if not isinstance(found, dict):
        raise PassportError("it is no JSON object")
    return found


def _one(said: object) -> str:
    """Whom `orig` names."""
    if isinstance(said, dict):
        for name in ("tn", "uri"):
            if isinstance(found := said.get(name), str) and found:
                return canonical_number(found) if name == "tn" else found
    raise PassportError("it does not say who calls")


def _all(said: object) -> tuple[str, ...]:
    """Whom `dest` names."""
    found: list[str] = []
    if isinstance(said, dict):
        for name in ("tn", "uri"):
            each = said.get(name)
            listed = each if isinstance(each, list) else []
            texts = [text for text in listed[:MOST_NUMBERS] if isinstance(text, str)]
            found += map(canonical_number, texts) if name == "tn" else texts
    if not found:
        raise PassportError("it does not say who is called")
    return tuple(found)
