"""A signer of calls with an authority of its own, as a carrier in STIR/SHAKEN is one."""

from __future__ import annotations

import base64
import datetime
import json
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from sip.trunks.signers import TN_AUTH_LIST

URL = "https://certificates.test/acme.pem"
NOW = 1_900_000_000
_DAY = datetime.timedelta(days=1)


class CallSigner:
    """`for_numbers`: its certificate says that it is for telephone numbers."""

    def __init__(self, *, for_numbers: bool = True, days: int = 300) -> None:
        root = ec.generate_private_key(ec.SECP256R1())
        self.key = ec.generate_private_key(ec.SECP256R1())
        begin = datetime.datetime.fromtimestamp(NOW, datetime.UTC) - 2 * _DAY
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority")])
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        authority = (
            _certificate(name, name, root, begin, 3_650)
            .add_extension(x509.BasicConstraints(True, None), True)
            .add_extension(usage, True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(root.public_key()), False)
            .sign(root, hashes.SHA256())
        )
        leaf = _certificate(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SHAKEN 1234")]), name, self.key, begin, days
        ).add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), False)
        if for_numbers:
            service = b"\x30\x08\xa0\x06\x16\x041234"
            leaf = leaf.add_extension(x509.UnrecognizedExtension(TN_AUTH_LIST, service), False)
        self.authorities = authority.public_bytes(Encoding.PEM)
        self.certificate = leaf.sign(root, hashes.SHA256())
        self.pem = self.certificate.public_bytes(Encoding.PEM)

    def identity(
        self, claims: Mapping[str, Any] | None = None, head: Mapping[str, Any] | None = None, url: str = URL
    ) -> str:
        """The value of an Identity header, of a call from +4930111 to +4930999."""
        said: dict[str, Any] = {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": url}
        of: dict[str, Any] = {
            "attest": "A",
            "dest": {"tn": ["4930999"]},
            "iat": NOW,
            "orig": {"tn": "4930111"},
            "origid": "123e4567-e89b-12d3-a456-426655440000",
        }
        token = f"{_coded({**said, **(head or {})})}.{_coded({**of, **(claims or {})})}"
        r, s = decode_dss_signature(self.key.sign(token.encode(), ec.ECDSA(hashes.SHA256())))
        signature = _base64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return f"{token}.{signature};info=<{url}>;alg=ES256;ppt=shaken"


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    begin: datetime.datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + days * _DAY)
    )


def _coded(content: Mapping[str, Any]) -> str:
    return _base64(json.dumps(content, separators=(",", ":")).encode())


def _base64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")
