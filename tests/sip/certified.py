"""Certificates for tests: an authority, what it issues, and agents that have some."""

from __future__ import annotations

import datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from sip.transport.certificates import issued, new_authority
from sip.transport.tls import ClientCheck, Tls, TlsFiles

NOW = datetime.datetime.now(datetime.UTC)


class Authority:
    """One that is made for a test; what it issues lies in `folder`."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self._folder = folder
        self._certificate, self._key = new_authority(NOW)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, *names: str, days: float = 30, file: str = "server.pem") -> Path:
        """A certificate and its key, in one file. Negative `days`: it has expired."""
        made, key = issued(self._certificate, self._key, names, NOW, days)
        path = self._folder / file
        path.write_bytes(
            made.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return path

    def server(
        self,
        *names: str,
        days: float = 30,
        client_ca: Path | None = None,
        check: ClientCheck = ClientCheck.REQUIRED,
    ) -> Tls:
        """For who is called under `names`."""
        certificate = self.issue(*(names or ("127.0.0.1", "localhost")), days=days)
        files = TlsFiles(certificate, ca=self.file)
        if client_ca is not None:
            files = TlsFiles(certificate, ca=self.file, client_ca=client_ca, client_check=check)
        return loaded(files)

    def client(self, certificate: Path | None = None) -> Tls:
        """For who calls, and trusts this authority."""
        return loaded(TlsFiles(certificate, ca=self.file))


def loaded(files: TlsFiles) -> Tls:
    made = Tls(files)
    made.load()
    return made
