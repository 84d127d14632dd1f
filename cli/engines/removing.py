"""`voiceforge engines remove`: an engine's environment and weights, unless others need them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.engines.naming import NamedEngine, add_name, all_engines, locks_of, named
from cli.engines.pulling import models_of
from cli.terminal import print_json

if TYPE_CHECKING:
    from mediaserver.config import Settings

MB = 1_000_000


def add_actions(actions: Any) -> None:
    parser = actions.add_parser(
        "remove",
        help="take an engine's packages and weights off the disk",
        description="Removes the environment of an engine, unless other engines live in it too, and with "
        "--weights what was pulled for it.",
    )
    add_name(parser)
    parser.add_argument("--weights", action="store_true", help="its weights, too")
    parser.add_argument("--shared", action="store_true", help="also what other engines need")


def run(settings: Settings, args: argparse.Namespace) -> int:
    """Raises EngineError."""
    from pipelines.engines.builtin import registry
    from pipelines.environments.locks import environment_name
    from pipelines.environments.places import weights
    from pipelines.environments.remove import parts_of, remove_environment, remove_weights

    known, home = registry(), settings.engines_home
    engines = named(settings, known, args.name)
    mine = {(each.entry.manifest.kind, each.name) for each in engines}
    others = [
        each for each in all_engines(settings, known) if (each.entry.manifest.kind, each.name) not in mine
    ]
    removed: list[dict[str, Any]] = []
    for lock in locks_of(engines):
        if not parts_of(lock, home):
            continue
        users = [] if args.shared else _users_of_packages(others, lock, home)
        freed = 0 if users else remove_environment(lock, home)
        removed.append(
            {"environment": environment_name(lock), "freed_mb": round(freed / MB, 1), "kept_for": users}
        )
    for model in models_of(engines) if args.weights else ():
        if not weights(home, model.repo).is_dir():
            continue
        users = [] if args.shared else _users_of_weights(others, model.repo)
        freed = 0 if users else remove_weights(model.repo, home)
        removed.append({"weights": model.repo, "freed_mb": round(freed / MB, 1), "kept_for": users})
    if args.json:
        print_json({"removed": removed})
    else:
        _show(args.name, removed)
    return 0


def _users_of_packages(others: list[NamedEngine], lock: str, home: Path) -> list[str]:
    """Names of the others that live in an environment: all of their kind that may be used from here, whether
    a row names them or not. One whose weights nobody ever pulled cannot be."""
    from pipelines.environments.places import weights

    return sorted(
        {
            each.name
            for each in others
            if each.recipe.lock == lock
            and all(weights(home, model.repo).is_dir() for model in models_of([each]))
        }
    )


def _users_of_weights(others: list[NamedEngine], repo: str) -> list[str]:
    """Likewise, of those that were pulled."""
    return sorted({each.name for each in others if repo in {model.repo for model in models_of([each])}})


def _show(name: str, removed: list[dict[str, Any]]) -> None:
    if not removed:
        print(f"{name} has nothing on the disk: there is nothing to remove")
    for each in removed:
        kind = "environment" if "environment" in each else "weights"
        what = f"{kind} {each[kind]}"
        if users := ", ".join(each["kept_for"]):
            print(f"{what}: stays for {users} (--shared removes it all the same)")
        else:
            print(f"{what}: removed, {each['freed_mb']:,.0f} MB are free")
