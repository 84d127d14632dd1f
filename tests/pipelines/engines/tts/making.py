"""Runs a script that writes random weights, in the environment that has the engine's own classes for it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
LIMIT_S = 300


def made(python: Path, script: str, folder: Path, *arguments: str) -> Path:
    """The folder, written by `SCRIPT FOLDER ARGUMENT...`."""
    done = subprocess.run(
        [str(python), str(HERE / script), str(folder), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},  # they import of ours
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return folder


def torn(python: Path, folder: Path, how: str) -> Path:
    """The same folder: see `torn_weights.py`."""
    return made(python, "torn_weights.py", folder, how)
