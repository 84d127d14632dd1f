"""`voiceforge engines pull`: the weights of an engine, from a model hub or a folder."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.engines.naming import NamedEngine, add_name, named, well_told
from cli.engines.nothing import nothing_to_pull
from cli.terminal import print_json, progress_line
from mediaserver.errors import EngineError

if TYPE_CHECKING:
    from mediaserver.config import Settings
    from pipelines.environments.pull import PullPlan, PullStep
    from pipelines.environments.recipe import ModelFiles
    from pipelines.environments.weights import Pulled

MB = 1_000_000


def add_actions(actions: Any) -> None:
    parser = actions.add_parser(
        "pull",
        help="get the weights that an engine needs",
        description="Fetches the weights of an engine from a model hub (HF_TOKEN, HF_ENDPOINT), after their "
        "size and licence were shown. What was interrupted goes on; each file is compared with its checksum.",
    )
    add_name(parser)
    parser.add_argument("--yes", "-y", action="store_true", help="fetch without asking")
    parser.add_argument(
        "--from", dest="folder", type=Path, metavar="FOLDER", help="take them from a folder, and ask no hub"
    )
    parser.add_argument("--link", action="store_true", help="with --from: link to the files, copy nothing")
    parser.add_argument(
        "--revision", metavar="R", help="branch, tag or commit of the first model (default: the recipe's)"
    )
    parser.add_argument(
        "--verify", action="store_true", help="fetch nothing: compare what is there with its checksums"
    )


def run(settings: Settings, args: argparse.Namespace) -> int:
    """Raises EngineError."""
    from pipelines.engines.builtin import registry

    engines = well_told(named(settings, registry(), args.name))
    models = models_of(engines, args.revision)
    if not models:
        told = nothing_to_pull(engines)
        if args.json:
            print_json({"weights": []})
        else:
            print(told)
        return 0
    home = settings.engines_home
    if args.verify:
        return _verify(args.name, models, home, args.json)
    if args.folder is not None:
        return _from_folder(models, home, args)
    return _from_hub(models, home, args)


def models_of(engines: list[NamedEngine], revision: str | None = None) -> list[ModelFiles]:
    """What a hub has of what they need, each once; a folder in the settings is the operator's."""
    from pipelines.environments.readiness import chosen_weights
    from pipelines.environments.recipe import ModelFiles

    models = []
    for each in engines:
        for index, model in enumerate(chosen_weights(each.recipe, each.options)):
            if isinstance(model, ModelFiles):
                other = revision if revision and index == 0 else model.revision
                models.append(dataclasses.replace(model, revision=other))
    return list(dict.fromkeys(models))


def _from_hub(models: list[ModelFiles], home: Path, args: argparse.Namespace) -> int:
    from pipelines.environments.pull import check_room, plan_pull, pull

    plans = [plan_pull(model, home) for model in models]
    missing = [plan for plan in plans if not plan.there]
    check_room(missing, home)
    if not args.json:
        for plan in plans:
            _show(plan)
    if missing and not args.yes:
        _ask(missing)
    pulled = []
    for plan in plans:
        with _told() as tell:
            pulled.append(pull(plan, tell))
    _done(pulled, home, args.json)
    return 0


def _from_folder(models: list[ModelFiles], home: Path, args: argparse.Namespace) -> int:
    from pipelines.environments.from_folder import find_folder, take

    if not args.folder.is_dir():
        raise EngineError(f"there is no folder {args.folder}")
    found = [(model, find_folder(args.folder, model.repo, only=len(models) == 1)) for model in models]
    with progress_line() as line:
        pulled = [take(model, folder, home, link=args.link, tell=line) for model, folder in found]
    _done(pulled, home, args.json)
    for model, each in zip(models, pulled, strict=True):
        missing = [pattern for pattern in model.files if not any(fnmatchcase(f, pattern) for f in each.files)]
        if missing and not args.json:
            print(f"not among its files: {', '.join(missing)}; some models need not all of them")
    return 0


def _verify(name: str, models: list[ModelFiles], home: Path, as_json: bool) -> int:
    from pipelines.environments.places import weights
    from pipelines.environments.weights import corrupt_files, read_pulled

    checked: list[dict[str, Any]] = []
    for model in models:
        folder = weights(home, model.repo)
        try:
            pulled = read_pulled(folder)
        except ValueError as error:
            raise EngineError(f"{error}: run `voiceforge engines pull {name}`") from None
        if pulled is None:
            raise EngineError(f"{model.repo} is not there: run `voiceforge engines pull {name}`")
        with progress_line() as line:
            faults = corrupt_files(folder, pulled, line)
        checked.append({"repo": model.repo, "files": len(pulled.files), "faults": faults})
    if as_json:
        print_json({"verified": checked})
    for each in checked if not as_json else ():
        print(f"{each['repo']}: {each['files'] - len(each['faults'])} of {each['files']} files are whole")
    broken = [f"{file} {why}" for each in checked for file, why in each["faults"].items()]
    if broken:
        raise EngineError(f"{'; '.join(broken)}: run `voiceforge engines pull {name}`")
    return 0


def _show(plan: PullPlan) -> None:
    licence = plan.at.licence or plan.files.licence or "no licence told"
    if plan.files.licence and plan.at.licence and plan.files.licence.lower() != plan.at.licence.lower():
        licence += f" (as we know it: {plan.files.licence})"
    gated = ", only for whom its owner lets in" if plan.at.gated else ""
    state = "is there" if plan.there else f"{plan.missing / MB:,.0f} MB to fetch"
    size = f"{plan.size / MB:,.0f} MB in {len(plan.wanted)} files"
    print(f"{plan.files.repo} at {plan.at.commit[:12]}: {size}, {state}")
    print(f"  licence: {licence}{gated}")
    for name, file in plan.wanted.items():
        print(f"  {name}: {file.size / MB:,.1f} MB, {file.checksum}")
    if plan.left_out:
        print(f"  left out, as safetensors hold the same: {', '.join(plan.left_out)}")
    from pipelines.environments.choosing import is_pickle

    if pickles := [name for name in plan.wanted if is_pickle(name)]:
        print(f"  pickles, of which only tensors are read: {', '.join(pickles)}")


def _ask(plans: list[PullPlan]) -> None:
    """Raises EngineError unless somebody says yes."""
    mb = sum(plan.missing for plan in plans) / MB
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise EngineError(f"{mb:,.0f} MB are to be fetched: say so with --yes")
    print(f"Fetch {mb:,.0f} MB? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise EngineError("nothing was fetched")


@contextmanager
def _told() -> Iterator[Callable[[PullStep], None]]:
    """A bar on a terminal; elsewhere a line for each file."""
    if not sys.stderr.isatty():
        with progress_line() as line:
            yield lambda step: line(step.file)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda step: bar.update(task, description=step.file, completed=step.done, total=step.of or None)


def _done(pulled: list[Pulled], home: Path, as_json: bool) -> None:
    from pipelines.environments.places import weights

    if as_json:
        print_json(
            {
                "weights": [
                    {
                        "repo": each.repo,
                        "commit": each.commit,
                        "licence": each.licence,
                        "origin": each.origin,
                        "folder": str(weights(home, each.repo)),
                        "files": len(each.files),
                        "size_mb": round(each.size / MB, 1),
                    }
                    for each in pulled
                ]
            }
        )
        return
    for each in pulled:
        print(f"{each.repo}: {each.size / MB:,.0f} MB, every file compared, in {weights(home, each.repo)}")
