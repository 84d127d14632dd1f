"""`voiceforge doctor`: one run for real, and how it tells of what fails."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.checks import Verdict
from cli.doctor import timed
from mediaserver.errors import EngineMissingError

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.78"
"""An address of our own, so that no server of this machine is in the way."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the embedded database's own user may enter (pytest's tmp_path is closed to others)."""
    path = Path(tempfile.mkdtemp(prefix="vf-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def doctor(folder: Path, **more: str) -> tuple[int, dict[str, Any], str]:
    """Run it in a process of its own; exit code, report, stderr."""
    ours = {
        "VOICEFORGE_DATA": str(folder / "data"),
        "VOICEFORGE_SIP__HOST": HOST,
        "VOICEFORGE_HTTP__HOST": HOST,
    }
    environment = {**os.environ, **ours, **more}
    done = subprocess.run(
        [sys.executable, "-m", "mediaserver", "doctor", "--json"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout), done.stderr


def test_a_sound_machine_has_its_database_and_engines_ready(folder: Path) -> None:
    code, report, errors = doctor(folder)
    found = {check["check"]: check for check in report["checks"]}
    assert (code, errors, report["ok"]) == (0, "", True)
    assert found["database"]["detail"].startswith("PostgreSQL 18")
    for engine in ("engine vad", "engine stt", "engine tts"):
        assert " ready in " in found[engine]["detail"]


def test_what_fails_is_named_on_stderr_and_in_the_report(folder: Path) -> None:
    with socket.socket() as held:
        held.bind((HOST, 0))
        held.listen()
        closed = "postgresql://nobody:secret@127.0.0.78:9/none"
        port = str(held.getsockname()[1])
        code, report, errors = doctor(folder, DATABASE_URL=closed, VOICEFORGE_HTTP__PORT=port)
    failed = {check["check"]: check for check in report["checks"] if check["verdict"] == "fail"}
    assert (code, report["ok"]) == (1, False)
    assert failed.keys() == {"port http", "database"}
    assert all(check["mend"] for check in failed.values())
    assert errors == "voiceforge: the server cannot work here: port http, database\n"
    assert "secret" not in json.dumps(report)


async def test_a_loader_that_works_tells_how_long_it_took() -> None:
    async def load() -> str:
        return "silero"

    finding = await timed("engine vad", load)
    assert finding.verdict is Verdict.OK
    assert finding.detail.startswith("silero, ready in ")


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (EngineMissingError("espeak lacks its data:\n install it"), "espeak lacks its data: install it"),
        (ValueError("torn file"), "ValueError: torn file"),
    ],
)
async def test_a_loader_that_fails_is_a_finding_with_a_way_out(error: Exception, detail: str) -> None:
    async def load() -> str:
        raise error

    finding = await timed("engine tts", load)
    assert (finding.verdict, finding.detail) == (Verdict.FAIL, detail)
    assert finding.mend
