"""The sealing key from a program: asked once, without a shell, and never for longer than allowed."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

import pytest

from mediaserver.config import load
from mediaserver.errors import StartupError
from mediaserver.storage.kms import KmsCommand
from mediaserver.storage.sealing import KEY_FILE, open_sealer

KEY = bytes(range(32))


def printing(text: str, code: int = 0, said: str = "") -> KmsCommand:
    program = f"import sys; print({text!r}); print({said!r}, file=sys.stderr); sys.exit({code})"
    return KmsCommand((sys.executable, "-I", "-S", "-c", program))


@pytest.mark.parametrize("text", [base64.b64encode(KEY).decode(), KEY.hex(), f"  {KEY.hex().upper()}\n\n"])
def test_a_key_is_taken_as_base64_and_as_hexadecimal(text: str) -> None:
    assert printing(text).key() == KEY


def test_what_was_sealed_opens_with_the_key_that_is_printed_and_no_file_is_made(tmp_path: Path) -> None:
    sealed = open_sealer(tmp_path, printing(KEY.hex())).seal("correct horse", "trunk:a")
    assert open_sealer(tmp_path, printing(KEY.hex())).open(sealed, "trunk:a") == "correct horse"
    assert not (tmp_path / KEY_FILE).exists()


@pytest.mark.parametrize(
    "text", ["", "none of it", KEY[:31].hex(), base64.b64encode(KEY * 2).decode(), "\u00e9" * 32]
)
def test_what_is_no_key_is_refused_and_told_to_nobody(text: str) -> None:
    with pytest.raises(StartupError, match="no key of 32 bytes") as refused:
        printing(text).key()
    assert not text or text not in str(refused.value).partition(":")[2]


def test_a_program_that_fails_says_why_in_one_line() -> None:
    with pytest.raises(StartupError, match=r"it ended with 3: access denied$"):
        printing("", 3, "Traceback\naccess denied").key()
    with pytest.raises(StartupError, match="it cannot be started"):
        KmsCommand(("/nowhere/kms",)).key()


def test_a_program_that_does_not_come_back_is_given_up_with_all_that_it_started() -> None:
    """What it has started holds its pipes: waiting for their end would be waiting for that."""
    with pytest.raises(StartupError, match="not done within 0.05 s"):
        KmsCommand(("/bin/sh", "-c", "sleep 60 & sleep 60"), timeout_s=0.05).key()


def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    settings = load(
        None, {"secrets": {"kms_command": ["/bin/echo", f"{KEY.hex()[:60]}; touch {tmp_path}/x"]}}
    )
    with pytest.raises(StartupError, match="no key"):
        KmsCommand(settings.secrets.kms_command).key()
    assert not list(tmp_path.iterdir())
