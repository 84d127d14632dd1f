"""Kills a process before its Nth change to a folder, so that all that it may leave can be looked at."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

CHANGES = ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.truncate", "shutil.rmtree")
"""Audit events (PEP 578) that name a path first, and come before what they tell of; `open` beside."""
LIMIT_S = 60

_context = get_context("forkserver")
_context.set_forkserver_preload(
    ["pytest", "huggingface_hub.hf_api", "tests.pipelines.environments.test_killed"]
)


def killed(step: int, folder: Path, work: Callable[..., object], *arguments: Any) -> bool:
    """Do some work in a process of its own, which is killed (SIGKILL) before its change number `step` (from
    1) in a folder. False: the work was done before it came so far. `work`: of a module of tests."""
    process = _context.Process(target=_work, args=(step, str(folder), dict(os.environ), work, arguments))
    process.start()
    process.join(LIMIT_S)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode != 0


def _work(
    step: int, folder: str, environ: dict[str, str], work: Callable[..., object], arguments: tuple[Any, ...]
) -> None:
    os.environ.update(environ)
    left = step

    def count(event: str, told: tuple[Any, ...]) -> None:
        nonlocal left
        changes = event in CHANGES or (event == "open" and _writes(told[1], told[2]))
        if changes and isinstance(told[0], str | os.PathLike) and str(told[0]).startswith(folder):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    work(*arguments)


def _writes(mode: object, flags: object) -> bool:
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT
    return isinstance(flags, int) and bool(flags & writing)
