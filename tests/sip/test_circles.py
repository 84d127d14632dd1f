"""No module, and no folder, of `sip` needs one that needs it; type-checking imports count like all others."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.test_imports import ROOT, modules_named

Arrows = dict[str, set[str]]


def arrows() -> Arrows:
    """Module -> the modules of `sip` that it imports."""
    files = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path
        for path in (ROOT / "sip").rglob("*.py")
        if path.name != "__init__.py"
    }
    return {
        module: {
            name
            for _, name in modules_named(path.read_text(), module.rpartition(".")[0])
            if name in files and name != module
        }
        for module, path in files.items()
    }


def folders(modules: Mapping[str, set[str]]) -> Arrows:
    made: Arrows = {}
    for module, named in modules.items():
        here = module.rpartition(".")[0]
        made.setdefault(here, set()).update(name.rpartition(".")[0] for name in named)
        made[here].discard(here)
    return made


def test_no_module_of_sip_stands_in_a_circle() -> None:
    modules = arrows()
    assert len(modules) > 20, "the modules are not where this test looks"
    TopologicalSorter(modules).prepare()


def test_no_folder_of_sip_stands_in_a_circle() -> None:
    TopologicalSorter(folders(arrows())).prepare()


def test_a_circle_is_found() -> None:
    with pytest.raises(CycleError):
        TopologicalSorter(
            folders({"sip.a.x": {"sip.b.y"}, "sip.b.y": set(), "sip.b.z": {"sip.a.x"}})
        ).prepare()
