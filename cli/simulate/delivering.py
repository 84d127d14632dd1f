"""What is told of a run, and kept: the table, JSON, JUnit XML, the calls that failed, and the run itself,
with which the next is compared."""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from callers.simulated.judging import Judged
from callers.simulated.junit import junit
from callers.simulated.keeping import keep_failure
from callers.simulated.report import as_json, changes, pass_rate, read_run, write_run
from cli.simulate.source import SimulatedFlow
from cli.simulate.table import print_run
from cli.terminal import print_json
from mediaserver.data_folder import make_data_folder
from mediaserver.errors import ConfigError

FOLDER = "simulations"
"""In the data folder."""
KEPT_RUNS = 10
"""Folders of failed calls, of each flow and way of calling it, that stay there."""
MOST_KEPT = 200
"""Failed calls of a run that are kept: who sees so many needs no more."""


def have_places(args: argparse.Namespace) -> None:
    """See to it before the first call that all that is wanted can be written after the last. Raises
    ConfigError."""
    if args.junit is not None and (args.junit.is_dir() or not args.junit.absolute().parent.is_dir()):
        raise ConfigError(f"{args.junit} cannot be written: name a file in a folder that is there")
    if args.out is not None:
        try:
            args.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"{args.out} cannot be made: {error.strerror}") from None


def about(args: argparse.Namespace, flow: SimulatedFlow, calls: int, seconds: float) -> dict[str, Any]:
    """Of a run."""
    noise = None if args.noise is None else f"{args.noise[0]}:{args.noise[1]:g}"
    return {
        "flow": flow.name,
        "version": flow.version,
        "by": "text" if args.text else "phone",
        "at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "seconds": round(seconds, 2),
        "calls_a_minute": round(60 * calls / seconds) if seconds > 0 else None,
        "parallel": args.parallel,
        "seed": args.seed,
        "llm": args.llm,
        "noise": noise,
        "loss": args.loss,
        "interrupt": args.interrupt,
        "threshold": args.threshold,
    }


def deliver(args: argparse.Namespace, data: Path, judged: Sequence[Judged], told: dict[str, Any]) -> int:
    """The exit code. `data`: the data folder. Blocks."""
    result = as_json(judged, told)
    make_data_folder(data)
    kept = data / FOLDER / f"{slug(told['flow'])}-{told['by']}"
    before = read_run(kept.with_suffix(".json"))
    failed = [each for each in judged if not each.passed]
    folder: Path | None = None
    if failed:
        folder = args.out or kept / datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
        for each in failed[:MOST_KEPT]:
            keep_failure(folder, each)
        if args.out is None:
            _forget(kept)
    result["kept"] = None if folder is None else str(folder)
    write_run(kept.with_suffix(".json"), result)
    if args.junit is not None:
        args.junit.write_bytes(junit(judged, told["flow"]))
    result["changes"] = changes(result, before)
    if args.json:
        print_json(result)
    else:
        print_run(result, before)
    return 0 if pass_rate(judged) >= args.threshold else 1


def slug(name: str) -> str:
    """For a file's name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:80] or "flow"


def _forget(kept: Path) -> None:
    """All but the newest runs' folders."""
    folders = sorted(each for each in kept.iterdir() if each.is_dir())
    for folder in folders[:-KEPT_RUNS]:
        shutil.rmtree(folder, ignore_errors=True)
