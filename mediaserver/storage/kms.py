"""The key of what is sealed, from a program of the operator's: a KMS, a vault, a card. No shell reads it, and
what it prints is in no log and no error."""

from __future__ import annotations

import base64
import binascii
import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass

from mediaserver.errors import StartupError
from mediaserver.printable import printable

KEY_BYTES = 32
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class KmsCommand:
    """A program that prints the key."""

    words: tuple[str, ...]
    """It and its arguments."""
    timeout_s: float = 10.0

    def key(self) -> bytes:
        """Ask it. Blocks. Raises StartupError."""
        try:
            process = subprocess.Popen(
                self.words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise self._failed(f"it cannot be started ({error})") from None
        try:
            printed, said = process.communicate(timeout=self.timeout_s)
        except subprocess.TimeoutExpired:
            with suppress(OSError):  # and what it has started, which would hold its pipes
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise self._failed(f"it was not done within {self.timeout_s:g} s") from None
        if process.returncode:
            lines = said.decode(errors="replace").strip().splitlines() or ["it said nothing"]
            why = printable(lines[-1])[:LONGEST_REASON]
            raise self._failed(f"it ended with {process.returncode}: {why}")
        key = _key_in(printed)
        if key is None:
            raise self._failed(f"what it prints is no key of {KEY_BYTES} bytes in base64 or hexadecimal")
        return key

    def _failed(self, why: str) -> StartupError:
        return StartupError(f"secrets.kms_command, {printable(self.words[0])}: {why}")


def _key_in(printed: bytes) -> bytes | None:
    """The key, however it is written; None when there is none."""
    text = printed.strip()
    for read in (bytes.fromhex, base64.b64decode):
        with suppress(ValueError, binascii.Error):
            key = read(text.decode("ascii"))
            if len(key) == KEY_BYTES:
                return key
    return None
