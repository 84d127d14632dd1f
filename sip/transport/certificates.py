"""Certificates of our own: made here where the operator has none, and what is known of those that there are.

A self-made one is signed by an authority of this server alone, which phones are given once (`ca.pem`): the
certificate under it is renewed without touching them. Keys are readable by us alone and never logged.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mediaserver.addresses import address_of
from mediaserver.errors import ConfigError, StartupError

AUTHORITY_DAYS = 3650
CERTIFICATE_DAYS = 397
"""Longer ones are refused by some phones."""
RENEW_DAYS = 30
"""Before its end a self-made certificate is made anew, and one of the operator's is spoken of."""
_SKEW = datetime.timedelta(hours=1)
"""Clocks of phones are slow."""
_MOST_NAMES = 50


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of a certificate."""

    names: tuple[str, ...]
    """Of its subjectAltName."""
    begins: datetime.datetime
    ends: datetime.datetime
    """Both with their zone."""

    def days_left(self, now: datetime.datetime) -> float:
        """Negative when it has expired."""
        return (self.ends - now) / datetime.timedelta(days=1)


def facts_of(path: Path) -> Facts:
    """Of the first certificate in a PEM file. Raises ConfigError."""
    try:
        return _facts(x509.load_pem_x509_certificate(path.read_bytes()))
    except OSError as error:
        raise ConfigError(f"cannot read the certificate {path} ({error.strerror})") from None
    except ValueError as error:
        raise ConfigError(f"{path} holds no certificate that can be read ({error})") from None


@dataclass(frozen=True, slots=True)
class SelfMade:
    """The files of a self-made certificate in a folder of ours."""

    folder: Path
    names: tuple[str, ...]
    """Domains and addresses under which we are called."""

    @property
    def authority(self) -> Path:
        """What phones and other servers are to trust."""
        return self.folder / "ca.pem"

    @property
    def certificate(self) -> Path:
        return self.folder / "server.pem"

    @property
    def key(self) -> Path:
        return self.folder / "server.key"

    @property
    def _authority_key(self) -> Path:
        return self.folder / "ca.key"

    def ensure(self, now: datetime.datetime) -> bool:
        """Make what is missing, about to end, or for other names than ours; whether anything was made. Raises
        StartupError when the folder cannot be written to."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            authority = self._known_authority(now)
            if authority is not None and self._is_good(authority[0], now):
                return False
            certificate, key = authority or self._new_authority(now)
            ours, our_key = issued(certificate, key, self.names, now)
            _write(self.key, _key_pem(our_key), secret=True)
            _write(self.certificate, _pem(ours) + _pem(certificate))
        except OSError as error:
            raise StartupError(
                f"cannot keep a self-made certificate in {self.folder} ({error.strerror}): make it writable, "
                "or name certificates of yours (sip.tls_certificate, sip.tls_key)"
            ) from None
        return True

    def _is_good(self, authority: x509.Certificate, now: datetime.datetime) -> bool:
        try:
            certificate = x509.load_pem_x509_certificate(self.certificate.read_bytes())
            key = serialization.load_pem_private_key(self.key.read_bytes(), None)
            certificate.verify_directly_issued_by(authority)
        except Exception:  # whatever is wrong with these files: they are ours, and made anew
            return False
        facts = _facts(certificate)
        return (
            key.public_key() == certificate.public_key()
            and facts.begins <= now
            and facts.days_left(now) > RENEW_DAYS
            and set(_plain(self.names)) <= set(_plain(facts.names))
        )

    def _known_authority(
        self, now: datetime.datetime
    ) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None:
        try:
            certificate = x509.load_pem_x509_certificate(self.authority.read_bytes())
            key = serialization.load_pem_private_key(self._authority_key.read_bytes(), None)
        except (OSError, ValueError, TypeError):
            return None
        # What it signs must not outlive it.
        if (
            not isinstance(key, ec.EllipticCurvePrivateKey)
            or _facts(certificate).days_left(now) < CERTIFICATE_DAYS
        ):
            return None
        return (certificate, key) if key.public_key() == certificate.public_key() else None

    def _new_authority(self, now: datetime.datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        certificate, key = new_authority(now)
        _write(self._authority_key, _key_pem(key), secret=True)
        _write(self.authority, _pem(certificate))
        return certificate, key


def new_authority(now: datetime.datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """An authority of its own, for a server and nobody else."""
    key = ec.generate_private_key(ec.SECP256R1())
    number = x509.random_serial_number()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"VoiceForge authority {number:x}"[:60])])
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
        decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(number)
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + datetime.timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made, key


def issued(
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    names: Sequence[str],
    now: datetime.datetime,
    days: float = CERTIFICATE_DAYS,
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A certificate for domains and addresses, for being called and for calling. Each domain is named as a
    SIP URI (:rfc:`5922` 7.1) and as a DNS name."""
    key = ec.generate_private_key(ec.SECP256R1())
    kept = _plain(names)[:_MOST_NAMES]
    made = (
        x509.CertificateBuilder()
        .subject_name(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, kept[0][:60] if kept else "VoiceForge")])
        )
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW + datetime.timedelta(days=min(0.0, days)))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(_general_names(kept)), critical=False)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
            critical=False,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    return made, key


def _general_names(names: Sequence[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for name in names:
        if (address := address_of(name)) is not None:
            found.append(x509.IPAddress(ipaddress.ip_address(str(address))))
        else:
            found += [x509.UniformResourceIdentifier(f"sip:{name}"), x509.DNSName(name)]
    return found


def _facts(certificate: x509.Certificate) -> Facts:
    try:
        said = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        names: tuple[str, ...] = ()
    else:
        addresses = [str(each) for each in said.get_values_for_type(x509.IPAddress)]
        names = (*said.get_values_for_type(x509.DNSName), *addresses)
    return Facts(names, certificate.not_valid_before_utc, certificate.not_valid_after_utc)


def _plain(names: Sequence[str]) -> list[str]:
    """Each once, as certificates have it: ASCII, in small letters."""
    found: dict[str, None] = {}
    for name in names:
        name = name.strip("[]").rstrip(".").lower()
        if (address := address_of(name)) is not None:
            found[str(address)] = None
            continue
        with suppress(UnicodeError):
            if encoded := name.encode("idna").decode("ascii"):
                found[encoded] = None
    return list(found)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, data: bytes, *, secret: bool = False) -> None:
    """Whole or not at all; a key is never readable by others, not even for a moment."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), 0o600 if secret else 0o644)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
