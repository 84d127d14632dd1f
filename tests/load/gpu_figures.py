"""What the scripts have in common that measure engines on a GPU (`tests.load.gpu_*_load`).

Each makes a model of the published geometry with random weights on the spot, runs it in our own engine, and
prints one line of JSON: date, command, device, "weights": "random", and figures in milliseconds. Random
weights cost what real ones cost as long as the amount of work is the same, so each script fixes that, and
says how; what they hear, write or say is noise.

The packages come from the engine's environment: the one that `python -m tests.environments LOCK` makes (which
needs a package registry), or `--python PYTHON`, any Python that has them: on a machine without a network a
virtual environment with carried wheels.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipelines.environments.device import has_cuda
from pipelines.environments.places import interpreter
from tests.environments import HOME, fault


def arguments(doc: str | None, module: str) -> argparse.ArgumentParser:
    """What each of them takes."""
    name = module.rpartition(".")[2]
    parser = argparse.ArgumentParser(
        f"python -m tests.load.{name}", description=doc, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="for each level of load")
    parser.add_argument("--python", type=Path, help="that has the engine's packages")
    parser.add_argument(
        "--small", action="store_true", help="a small geometry, on processors: proves the script"
    )
    parser.add_argument("--json", type=Path, help="a file to which the line is added")
    return parser


def why_not(given: argparse.Namespace, lock: str) -> str:
    """Why nothing can be measured here; empty when it can. May make the environment."""
    if not given.small and not has_cuda():
        return "there is no NVIDIA GPU here"
    if given.python is None and (why := fault(lock)):
        return f"there is no environment {lock}: {why}"
    return ""


def engines_home(given: argparse.Namespace, lock: str, folder: Path) -> Path:
    """A home in which the environment of an engine is. `folder`: a new one's place."""
    if given.python is None:
        return HOME
    return home_with(folder, lock, given.python)


def home_with(folder: Path, lock: str, python: Path, path: Path | None = None) -> Path:
    """A home in which this Python is the environment of a lock. `path`: of further packages."""
    ours = interpreter(folder, lock)
    ours.parent.mkdir(parents=True)
    beside = f'PYTHONPATH="{path}" ' if path is not None else ""
    ours.write_text(f'#!/bin/sh\n{beside}exec "{python.absolute()}" "$@"\n')
    ours.chmod(0o755)
    return folder


def spread(milliseconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and how many there were."""
    if not milliseconds:
        return {"count": 0}
    ordered = sorted(milliseconds)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return {
        "p50": round(statistics.median(ordered), 1),
        "p95": round(p95, 1),
        "worst": round(ordered[-1], 1),
        "count": len(ordered),
    }


def tell(given: argparse.Namespace, module: str, figures: dict[str, Any]) -> None:
    """The line."""
    told = {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command": shlex.join(["python", "-m", f"tests.load.{module}", *sys.argv[1:]]),
        "device": device(given.small),
        "weights": "random",
        "geometry": "small" if given.small else "published",
        "load_before": round(os.getloadavg()[0], 1),
        **figures,
    }
    line = json.dumps(told)
    sys.stdout.write(f"{line}\n")
    if given.json:
        with given.json.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


def device(small: bool) -> str:
    """What computed, in words."""
    if small:
        return f"{os.cpu_count()} processors ({platform.machine()})"
    asked = ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        return "; ".join(
            subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()
        )
    except (OSError, subprocess.CalledProcessError):
        return "an NVIDIA GPU"


def skipped(module: str, why: str) -> int:
    """The status of a script that has nothing to measure here."""
    sys.stdout.write(f"{module}: skipped, {why}\n")
    return 0
