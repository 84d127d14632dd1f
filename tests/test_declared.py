"""What the server imports stands in pyproject.toml: what only others ask for may go with an update."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions

from tests.structure import ROOT

OURS = ("mediaserver", "pipelines", "sip", "callers", "api", "cli")
ELSEWHERE = ("worker.py", "worker", "in_environment")
"""Files and folders of what runs in engines' environments, which have locks of their own."""


def imported() -> Iterator[tuple[str, str]]:
    """Module at the top, and the file that imports it."""
    for package in OURS:
        for path in (ROOT / package).rglob("*.py"):
            if set(path.relative_to(ROOT).parts) & set(ELSEWHERE):
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    names = [each.name for each in node.names]
                else:
                    names = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
                yield from ((name.partition(".")[0], str(path.relative_to(ROOT))) for name in names)


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_package_that_the_server_imports_is_declared() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    declared = {plain(re.split(r"[<>=!;\[ ]", each)[0]) for each in table}
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    locked = {plain(found[1]) for line in lines if (found := re.match(r"([\w.-]+)==", line))}
    brought = packages_distributions()  # several for what is split among packages
    missing = set()
    for name, file in imported():
        of = {plain(each) for each in brought.get(name, ())}
        if name not in sys.stdlib_module_names and of & locked and not of & declared:
            missing.add((name, file))
    assert not missing
    assert "anyio" in declared & locked, "else this looks at nothing"
