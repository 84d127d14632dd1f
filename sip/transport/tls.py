"""How we do TLS: our certificate, whom we trust, and whether who calls us has to show one, too (RFC 3261
26.3.1). Files are read here, in a thread once the server runs; connections that are up keep what they began
with.
"""

from __future__ import annotations

import asyncio
import enum
import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from mediaserver.errors import ConfigError


class ClientCheck(enum.Enum):
    """Whether who calls us by TLS shows a certificate."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


_MODES = {
    ClientCheck.OFF: ssl.CERT_NONE,
    ClientCheck.OPTIONAL: ssl.CERT_OPTIONAL,
    ClientCheck.REQUIRED: ssl.CERT_REQUIRED,
}


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """All PEM; None for what is not there."""

    certificate: Path | None = None
    """Ours, and those that lead to its authority."""
    key: Path | None = None
    """None: it stands in `certificate`."""
    ca: Path | None = None
    """Authorities or single certificates of whom we call, beside those that the system trusts."""
    client_ca: Path | None = None
    """Authorities of who calls us."""
    client_check: ClientCheck = ClientCheck.OFF
    shown: bool = True
    """Whom we call gets to see our certificate, where he asks for one."""

    @property
    def all(self) -> list[Path]:
        return [each for each in (self.certificate, self.key, self.ca, self.client_ca) if each is not None]


class Tls:
    """The contexts for both directions, made anew when the files changed."""

    def __init__(self, files: TlsFiles = TlsFiles()) -> None:
        self.files = files
        self.server: ssl.SSLContext | None = None
        """For who calls us; None where we have no certificate."""
        self._client: ssl.SSLContext | None = None
        self._loading: asyncio.Future[None] | None = None
        self._seen: tuple[object, ...] = ()

    def load(self) -> None:
        """Read the files. Raises ConfigError, which says what is wrong with which; nothing has changed
        then."""
        seen = self._stamp()
        server = server_context(self.files) if self.files.certificate is not None else None
        client = client_context(self.files)
        self.server, self._client, self._seen = server, client, seen

    async def client(self) -> ssl.SSLContext:
        """For whom we call. Raises ConfigError."""
        if self._client is None:
            # The system's authorities take tens of milliseconds to be read.
            await asyncio.to_thread(self.load)
        assert self._client is not None
        return self._client

    @property
    def stale(self) -> bool:
        """Whether the files are others than those that were read. Looks at the disk."""
        return self._stamp() != self._seen

    def _stamp(self) -> tuple[object, ...]:
        found: list[object] = []
        for path in self.files.all:
            try:
                at = os.stat(path)
            except OSError:
                found.append((path, None))
            else:
                found.append((path, at.st_mtime_ns, at.st_size, at.st_ino))
        return tuple(found)


def server_context(files: TlsFiles) -> ssl.SSLContext:
    """For who calls us. Raises ConfigError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _modern(context)
    _show(context, files)
    context.verify_mode = _MODES[files.client_check]
    if files.client_ca is not None:
        _trust(context, files.client_ca, "sip.tls_client_ca")
    return context


def client_context(files: TlsFiles) -> ssl.SSLContext:
    """For whom we call: what it shows is verified, whose it is `TlsChannel` looks at. Raises ConfigError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _modern(context)
    context.check_hostname = False  # it knows no SIP URIs
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    if files.ca is not None:
        _trust(context, files.ca, "sip.tls_ca")
        # A single certificate of a private PBX may be named instead of an authority.
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    if files.certificate is not None and files.shown:
        _show(context, files)  # many a trunk wants one from us, too
    return context


def _modern(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A peer that asks for a new handshake again and again costs us more than itself.
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION


def _show(context: ssl.SSLContext, files: TlsFiles) -> None:
    assert files.certificate is not None
    key = files.key or files.certificate
    for path, setting in ((files.certificate, "sip.tls_certificate"), (key, "sip.tls_key")):
        _check_readable(path, setting)
    try:
        context.load_cert_chain(files.certificate, key, password=_no_password)
    except _EncryptedKeyError:
        raise ConfigError(f"sip.tls_key: {key} is encrypted; write it without a pass phrase") from None
    except ssl.SSLError as error:
        if "KEY_VALUES_MISMATCH" in (error.reason or ""):
            said = f"{key} is not the key of {files.certificate}; name the two that belong together"
            raise ConfigError(f"sip.tls_key: {said}") from None
        raise ConfigError(
            f"sip.tls_certificate: {files.certificate} and {key} are no certificate and key that can be used "
            f"({error.reason or error}); both have to be PEM"
        ) from None


def _trust(context: ssl.SSLContext, path: Path, setting: str) -> None:
    _check_readable(path, setting)
    try:
        context.load_verify_locations(cafile=path)
    except ssl.SSLError as error:
        said = error.reason or error
        raise ConfigError(f"{setting}: {path} holds no certificates ({said}); it has to be PEM") from None


def _check_readable(path: Path, setting: str) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise ConfigError(f"{setting}: cannot read {path} ({error.strerror})") from None


class _EncryptedKeyError(ConfigError):
    """A pass phrase is asked for, at a terminal that nobody may sit at."""


def _no_password() -> NoReturn:
    raise _EncryptedKeyError
