"""An authority for the certificates of peers, made by openssl as their operators would."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.peers.phones import need

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Authority:
    """Signs certificates with a key in `folder`."""

    def __init__(self, folder: Path, name: str = "Peers of tests") -> None:
        self.folder = folder
        self.certificate = folder / "authority.pem"
        _openssl(
            "req", "-x509", *_KEY, "-days", "2", "-subj", f"/CN={name}",
            "-keyout", str(folder / "authority.key"), "-out", str(self.certificate),
        )  # fmt: skip

    def sign(self, folder: Path, name: str, address: str) -> None:
        """Make NAME.pem and NAME.key in a folder, for an IP address."""
        _openssl(
            "req", "-x509", *_KEY, "-days", "2", "-subj", f"/CN={name}",
            "-CA", str(self.certificate), "-CAkey", str(self.folder / "authority.key"),
            "-addext", f"subjectAltName=IP:{address}", "-addext", "basicConstraints=critical,CA:FALSE",
            "-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.pem"),
        )  # fmt: skip
        (folder / f"{name}.key").chmod(0o644)  # its reader may be another user


def _openssl(*words: str) -> None:
    done = subprocess.run([need("openssl"), *words], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, done.stderr
