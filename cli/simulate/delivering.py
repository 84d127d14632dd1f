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


class SimulationPlaces:
    """Where what is kept of a run goes."""

    def __init__(self, args: argparse.Namespace, data: Path, flow: SimulatedFlow) -> None:
        """`data`: the data folder. Raises StartupError where nothing can be written there."""
        make_data_folder(data)
        self._base = data / FOLDER / f"{slug(flow.name)}-{'text' if args.text else 'phone'}"
        self._out: Path | None = args.out
        self._failed = 0
        self.folder: Path | None = None
        """Of the calls that failed; None while none has."""

    @property
    def run(self) -> Path:
        """The run itself, and until it is written the one before."""
        return self._base.with_name(f"{self._base.name}.json")

    def for_a_failure(self) -> Path | None:
        """Where one more failed call is kept; None where there are enough."""
        self._failed += 1
        if self._failed > MOST_KEPT:
            return None
        if self.folder is None:
            self.folder = self._out or self._base / datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
        return self.folder

    def forget(self) -> None:
        """All but the newest runs' folders."""
        if self._base.is_dir():
            folders = sorted(each for each in self._base.iterdir() if each.is_dir())
            for folder in folders[:-KEPT_RUNS]:
                shutil.rmtree(folder, ignore_errors=True)


def deliver(
    args: argparse.Namespace, places: SimulationPlaces, judged: Sequence[Judged], told: dict[str, Any]
) -> int:
    """The exit code. Blocks."""
    result = as_json(judged, told)
    before = read_run(places.run)
    result["kept"] = None if places.folder is None else str(places.folder)
    write_run(places.run, result)
    places.forget()
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
