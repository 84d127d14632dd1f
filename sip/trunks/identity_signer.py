"""Vouching for callers of ours (:rfc:`8224`, :rfc:`8588`): the Identity header of calls that go out, for
operators who have a certificate for telephone numbers.

It says what the trunk's row says, for numbers that are ours alone: for one that is passed on nothing more is
claimed than that the call came this way. The key must never be printed.
"""

from __future__ import annotations

import base64
import email.utils
import json
import re
import uuid
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from mediaserver.errors import ConfigError
from sip.trunks.callers import Header
from sip.trunks.passport import canonical_number

Attestation: TypeAlias = Literal["A", "B", "C"]

GATEWAY: Attestation = "C"
_URL = re.compile(r"https://[!-;=?-~]{1,500}")
_E164 = re.compile(r"\+[1-9][0-9]{4,14}")


class IdentitySigner:
    """By one key, whose certificate others fetch from one address."""

    def __init__(self, key: bytes, url: str) -> None:
        """`key`: PEM, without a pass phrase. Raises ConfigError."""
        if _URL.fullmatch(url) is None:
            raise ConfigError("sip.identity_url must be the https address of the key's certificate")
        try:
            loaded = load_pem_private_key(key, None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise ConfigError("sip.identity_key is no private key in PEM without a pass phrase") from None
        if not isinstance(loaded, ec.EllipticCurvePrivateKey) or not isinstance(loaded.curve, ec.SECP256R1):
            raise ConfigError("sip.identity_key is no key on the curve P-256, which SHAKEN asks for")
        self._key = loaded
        self._url = url

    def headers(self, caller: str, called: str, attest: Attestation, now: float) -> list[Header]:
        """Of a call between two numbers in E.164, at that time (seconds since 1970); none where one of the
        two is no such number."""
        if _E164.fullmatch(caller) is None or _E164.fullmatch(called) is None:
            return []
        head = {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": self._url}
        claims = {
            "attest": attest,
            "dest": {"tn": [canonical_number(called)]},
            "iat": int(now),
            "orig": {"tn": canonical_number(caller)},
            "origid": str(uuid.uuid4()),
        }
        token = f"{_coded(head)}.{_coded(claims)}"
        r, s = decode_dss_signature(self._key.sign(token.encode(), ec.ECDSA(hashes.SHA256())))
        signature = _base64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return [
            ("Date", email.utils.formatdate(now, usegmt=True)),
            ("Identity", f"{token}.{signature};info=<{self._url}>;alg=ES256;ppt=shaken"),
        ]


def _coded(content: Mapping[str, Any]) -> str:
    """In the one way that it can be written (:rfc:`8225`, section 9)."""
    return _base64(json.dumps(content, separators=(",", ":"), sort_keys=True).encode())


def _base64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")
