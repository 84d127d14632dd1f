"""One tree of errors, so that whoever catches VoiceForgeError has caught all that is ours."""

from __future__ import annotations

import ast
import builtins

from mediaserver import errors
from tests.structure import sources
from tests.test_imports import ALLOWED

BUILT_IN = {
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}


def test_no_error_stands_beside_the_tree() -> None:
    strays = []
    for name, path in sources(ALLOWED.keys()).items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and name != errors.__name__:
                bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
                if bases & BUILT_IN:
                    strays.append(f"{name}.{node.name}")
    assert strays == []
