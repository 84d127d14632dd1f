"""Real environments of engines for slow tests, made by the same code as `voiceforge engines install`.

They are kept between runs: in $VOICEFORGE_TEST_ENGINES, else in build/engines. `python -m tests.environments
LOCK...` makes them beforehand (without a name: those of all lock files), which needs the network.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from mediaserver.errors import EngineError
from pipelines.environments.device import has_cuda, usual_device
from pipelines.environments.install import install
from pipelines.environments.locks import LOCKS
from pipelines.environments.places import interpreter

ROOT = Path(__file__).resolve().parents[1]
HOME = Path(os.environ.get("VOICEFORGE_TEST_ENGINES") or ROOT / "build" / "engines").absolute()
"""`EngineOptions.home` of the tests that use them."""


@cache
def fault(lock: str) -> str:
    """Why there is no environment of this lock; empty when there is one. Makes it."""
    try:
        install(lock, HOME, usual_device(), lambda step: None)
    except EngineError as error:
        return str(error)
    return ""


@pytest.fixture(scope="session")
def engines_home() -> Path:
    """Where the environments lie that `installed_environment` gives."""
    return HOME


@pytest.fixture(scope="session")
def installed_environment() -> Callable[[str], Path]:
    """Gives the Python of the environment of a lock; skips the test where there can be none. For tests that
    are marked `slow`, with a timeout that leaves time for it."""

    def installed(lock: str) -> Path:
        if why := fault(lock):
            pytest.skip(f"no environment {lock}: {why}")
        return interpreter(HOME, lock)

    return installed


def locks() -> list[str]:
    """All that can be made on this machine; layers and tools are made with them."""
    names = {path.stem for path in LOCKS.glob("*.lock")} - {"build-tools", "torch-cpu", "torch-cuda"}
    for_gpus = {name for name in names if name.endswith("-cuda")}
    return sorted(names - for_gpus | {name.removesuffix("-cuda") for name in for_gpus if has_cuda()})


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.environments", description=__doc__)
    parser.add_argument("locks", nargs="*", metavar="LOCK")
    failed = False
    for lock in parser.parse_args().locks or locks():
        why = fault(lock)
        failed |= bool(why)
        sys.stdout.write(f"{lock}: {why or interpreter(HOME, lock)}\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
