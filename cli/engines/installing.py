"""`voiceforge engines install` and `update`: the environment of an engine, made from its lock file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.engines.naming import add_name, all_engines, locks_of, named, well_told
from cli.engines.nothing import nothing_to_install
from cli.terminal import print_json, progress_line
from mediaserver.errors import EngineMissingError

if TYPE_CHECKING:
    from cli.engines.naming import NamedEngine
    from mediaserver.config import Settings
    from pipelines.environments.locks import Device
    from pipelines.environments.making import InstallStep
    from pipelines.environments.stamp import Stamp


def add_actions(actions: Any) -> None:
    for action, text in (
        ("install", "make the environment that an engine's packages live in"),
        ("update", "make it anew after its lock file has changed; the old one works until then"),
    ):
        parser = actions.add_parser(action, help=text, description=f"{text[0].upper()}{text[1:]}.")
        if action == "install":
            add_name(parser)
        else:
            parser.add_argument(
                "name", metavar="NAME", nargs="?", help="(default: all environments that are out of date)"
            )
        parser.add_argument(
            "--device",
            choices=("cpu", "cuda"),
            help="what its packages compute on (default: cuda where there is an NVIDIA GPU)",
        )


def run(settings: Settings, args: argparse.Namespace) -> int:
    """Raises EngineError."""
    from pipelines.engines.builtin import registry
    from pipelines.environments.install import install

    known, home = registry(), settings.engines_home
    if args.name is None:
        engines = [each for each in all_engines(settings, known) if _is_old(each, home)]
    else:
        engines = well_told(named(settings, known, args.name))
    locks = locks_of(engines)
    if args.name is not None and not locks:
        told = nothing_to_install(engines)
        if args.json:
            print_json({"environments": []})
        else:
            print(told)
        return 0
    if args.action == "update":
        locks = _installed(locks, home, args.name)
    made = []
    for lock in locks:
        with _told() as tell:
            made.append(install(lock, home, _device(args, home, lock), tell))
    if args.json:
        print_json({"environments": [as_dict(stamp, home) for stamp in made]})
        return 0
    for stamp in made:
        _show(stamp, home)
    if not made:
        print("no environment is out of date")
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


def _installed(locks: list[str], home: Path, name: str | None) -> list[str]:
    """Those whose environments are there, in whatever state. Raises EngineMissingError when a name's are
    not."""
    from pipelines.environments.stamp import look

    there = [lock for lock in locks if look(home, lock).stamp is not None]
    if name is not None and not there:
        raise EngineMissingError(f"{name} is not installed: run `voiceforge engines install {name}`")
    return there


def _is_old(engine: NamedEngine, home: Path) -> bool:
    from pipelines.environments.stamp import look

    return bool(engine.recipe.lock) and look(home, engine.recipe.lock).old


def _device(args: argparse.Namespace, home: Path, lock: str) -> Device:
    """An update stays on the device that the environment was made for."""
    from pipelines.environments.device import usual_device
    from pipelines.environments.locks import Device
    from pipelines.environments.stamp import look

    stamp = look(home, lock).stamp if args.action == "update" else None
    if args.device:
        return Device(args.device)
    return stamp.device if stamp is not None else usual_device()


@contextmanager
def _told() -> Iterator[Callable[[InstallStep], None]]:
    """A bar on a terminal; elsewhere a line for each part of the work."""
    if not sys.stderr.isatty():
        with progress_line() as line:
            yield lambda step: line(step.what)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    mb = TextColumn("{task.fields[mb]:,.0f} MB")
    with Progress(*columns, mb, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, mb=0.0)

        def tell(step: InstallStep) -> None:
            total = step.of or None
            bar.update(task, description=step.what, completed=step.done, total=total, mb=step.mb)

        yield tell


def _show(stamp: Stamp, home: Path) -> None:
    from pipelines.environments.places import environment

    where = environment(home, stamp.lock)
    count = f"{stamp.packages} package{'' if stamp.packages == 1 else 's'}"
    print(f"{where.name}: {count}, {stamp.size_mb:,} MB, for the {stamp.device}, in {where}")
    for build in stamp.own_builds:
        print(f"of an index that pip was told of, in no lock file: {build}")
