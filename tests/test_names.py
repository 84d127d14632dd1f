"""One name means one thing: no two classes of the tree share one."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("api", "callers", "cli", "mediaserver", "pipelines", "sip")


def public_classes() -> dict[str, list[str]]:
    """The modules that have a class of this name. What begins with an underscore is its module's own."""
    found: dict[str, list[str]] = defaultdict(list)
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found[node.name].append(str(path.relative_to(ROOT)))
    return found


def test_no_two_classes_share_a_name() -> None:
    found = public_classes()
    assert len(found) > 200
    assert {name: where for name, where in found.items() if len(where) > 1} == {}
