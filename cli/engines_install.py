"""`voiceforge engines install`: the environment of an engine, made from its lock file."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.terminal import add_config_option, add_json_option, print_json, progress_line
from mediaserver.errors import EngineMissingError

if TYPE_CHECKING:
    from pipelines.engines.registry import EngineEntry
    from pipelines.environments.making import InstallStep
    from pipelines.environments.stamp import Stamp


def add_parser(actions: Any) -> None:
    parser = actions.add_parser(
        "install",
        help="make the environment that an engine's packages live in",
        description="Makes the environment of an engine from its lock file, pinned and hashed.",
    )
    parser.add_argument("name", metavar="NAME", help="as `voiceforge engines list` shows it")
    parser.add_argument(
        "--device",
        choices=("cpu", "cuda"),
        help="what its packages compute on (default: cuda where there is an NVIDIA GPU)",
    )
    add_json_option(parser)
    add_config_option(parser)


def run(args: argparse.Namespace, entries: list[EngineEntry]) -> int:
    """Raises EngineError."""
    from mediaserver.config import load
    from pipelines.environments.device import usual_device
    from pipelines.environments.install import install
    from pipelines.environments.locks import Device

    locks = list(dict.fromkeys(entry.recipe.lock for entry in entries if entry.recipe.lock))
    for entry in entries:
        if not locks and not (readiness := entry.readiness()).ready:
            raise EngineMissingError(f"{entry.manifest.name} is not ready: {readiness.lacks}")
    home = load(args.config).engines_home
    device = Device(args.device) if args.device else usual_device()
    made = []
    for lock in locks:
        with told() as tell:
            made.append(install(lock, home, device, tell))
    if args.json:
        print_json({"engine": args.name, "environments": [as_dict(stamp, home) for stamp in made]})
    else:
        _show(args.name, made, home, sorted({need for entry in entries for need in entry.manifest.needs}))
    return 0


def as_dict(stamp: Stamp, home: Path) -> dict[str, Any]:
    from pipelines.environments.places import environment

    return {
        "lock": stamp.lock,
        "folder": str(environment(home, stamp.lock)),
        "device": stamp.device.value,
        "python": stamp.python,
        "packages": stamp.packages,
        "size_mb": stamp.size_mb,
        "shares": stamp.layer,
        "own_builds": list(stamp.own_builds),
    }


@contextmanager
def told() -> Iterator[Callable[[InstallStep], None]]:
    """A bar on a terminal; elsewhere a line for each part of the work."""
    import sys

    if not sys.stderr.isatty():
        with progress_line() as line:
            yield lambda step: line(step.what)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    mb = TextColumn("{task.fields[mb]:,.0f} MB")
    with Progress(*columns, mb, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", mb=0.0)

        def tell(step: InstallStep) -> None:
            total = step.of or None
            bar.update(task, description=step.what, completed=step.done, total=total, mb=step.mb)

        yield tell


def _show(name: str, made: list[Stamp], home: Path, needs: list[str]) -> None:
    from pipelines.environments.places import environment

    if not made and needs:
        print(f"{name} has its packages; its {' and '.join(needs)} are yours to give (docs/engines.md)")
    elif not made:
        print(f"{name} is ready: it came with the locked packages and needs nothing else")
    for stamp in made:
        where = environment(home, stamp.lock)
        print(f"{name} has its {stamp.packages} packages ({stamp.size_mb:,} MB, {stamp.device}) in {where}")
        for build in stamp.own_builds:
            print(f"not in the lock file, from an index that pip was told of: {build}")
