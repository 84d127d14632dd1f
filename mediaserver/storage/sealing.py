"""Secrets at rest: what stands in the database can be read with the key in the data folder alone, or one from
elsewhere (`kms`).

A copy of the database without that key gives nobody a password. Nothing here logs, and no error holds a
secret.
"""

from __future__ import annotations

import base64
import os
import secrets
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # imported by who has something sealed: a start without secrets must not wait for it
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mediaserver.errors import SealError, StartupError
from mediaserver.storage.digests import Digests
from mediaserver.storage.kms import KEY_BYTES, KmsCommand

KEY_FILE = "secret.key"
_NONCE_BYTES = 12
_VERSION = "v1:"


class Sealer:
    """Seals texts with one key (AES-256-GCM, a random nonce each)."""

    def __init__(self, key: bytes, origin: str = f"{KEY_FILE} in the data folder") -> None:
        """`origin`: where the key comes from, for people."""
        self._key = key
        self._origin = origin
        self.digests = Digests(key)

    @cached_property
    def _box(self) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._key)

    def seal(self, text: str, owner: str) -> str:
        """`owner`: whose secret it is, e.g. "trunk:acme". Sealed for one it opens for no other."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + self._box.encrypt(nonce, text.encode(), owner.encode())
        return _VERSION + base64.b64encode(sealed).decode()

    def open(self, sealed: str, owner: str) -> str:
        """Raises SealError for what was sealed with another key, for somebody else, or was changed."""
        from cryptography.exceptions import InvalidTag

        try:
            if not sealed.startswith(_VERSION):
                raise ValueError
            data = base64.b64decode(sealed.removeprefix(_VERSION), validate=True)
            return self._box.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], owner.encode()).decode()
        except (ValueError, InvalidTag):
            raise SealError(
                f"its secrets were sealed with another key than that of {self._origin}: put the key back, or "
                "set them again"
            ) from None


def open_sealer(data: Path, kms: KmsCommand | None = None) -> Sealer:
    """With the key that this command prints; else that of the data folder, which is made at the first time.
    Blocks. Raises StartupError."""
    if kms is not None:
        return Sealer(kms.key(), "secrets.kms_command")
    path = data / KEY_FILE
    try:
        if not path.exists():
            _make(path)
        elif path.stat().st_mode & 0o077:
            with suppress(PermissionError):  # it came back from a backup, say
                path.chmod(0o600)
        key = path.read_bytes()
    except OSError as error:
        raise StartupError(
            f"cannot read or make the key {path} ({error.strerror}): it must belong to the user that runs "
            "the server"
        ) from None
    if len(key) != KEY_BYTES:
        raise StartupError(
            f"{path} is no key of {KEY_BYTES} bytes: restore it from a backup, or move it away"
        )
    return Sealer(key)


def _make(path: Path) -> None:
    """Whole or not at all, and once: two processes may begin at a time. Raises OSError."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)  # unlike a rename it takes nobody else's place
    finally:
        os.unlink(fresh)
