"""The console as a later build of it would be: the same pages under other names, as Vite gives them to files
whose content has changed, in a tree of its own whose server serves it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from api.console_files import BUILT, PACKED
from tests.console.running import ROOT

_TEXT = {".js", ".css", ".html", ".webmanifest"}
_VERSION = re.compile(r'const VERSION = "(\w+)"')


def renewed_tree(folder: Path) -> Path:
    """A tree below `folder` that runs as this one does, with a newer console. This one is not touched."""
    for each in ROOT.iterdir():
        if each.name not in ("api", "data", ".git"):
            (folder / each.name).symlink_to(each)
    _linked(ROOT / "api", folder / "api", without=BUILT.parent)
    _linked(BUILT.parent, folder / "api" / BUILT.parent.name, without=BUILT)
    _renew(folder / "api" / BUILT.parent.name / BUILT.name)
    return folder


def _linked(there: Path, here: Path, *, without: Path) -> None:
    here.mkdir()
    for each in there.iterdir():
        if each != without and each.name != "__pycache__":
            (here / each.name).symlink_to(each)


def _renew(build: Path) -> None:
    shutil.copytree(BUILT, build, ignore=shutil.ignore_patterns(f"*{PACKED}"))
    assets = build / "assets"
    names = {each.name: f"{each.stem}2{each.suffix}" for each in assets.iterdir()}
    known = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))
    for path in [*build.iterdir(), *assets.iterdir()]:
        if path.suffix in _TEXT:
            text = known.sub(lambda found: names[found[0]], path.read_text())
            path.write_text(_VERSION.sub(r'const VERSION = "\g<1>2"', text))
    for name, newer in names.items():
        (assets / name).rename(assets / newer)
