"""One tree of errors, so that whoever catches VoiceForgeError has caught all that is ours."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from functools import cache

from mediaserver import errors
from tests.structure import sources
from tests.test_imports import ALLOWED

BUILT_IN = {
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}


MISTAKES = {"TypeError", "ValueError", "NotImplementedError", "AssertionError"}
"""Of whoever calls, in the code."""
JUSTIFIED = {
    ("api.telephony.events", "ConnectionResetError"): "as aiohttp says that a client is gone",
    ("api.watching.socket", "ConnectionResetError"): "likewise",
    ("mediaserver.rtp.srtp", "OSError"): "as a socket says that it cannot send",
    ("pipelines.engines.tts.espeak.worker", "RuntimeError"): "a worker has nothing of ours; its pool says it",
    ("pipelines.workers.pool", "OSError"): "beside those of the pipe it stands for",
}


def raised(module: ast.Module) -> Iterator[str]:
    """The built-in errors that it raises, mistakes left out."""
    for node in ast.walk(module):
        if isinstance(node, ast.Raise) and node.exc is not None:
            made = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(made, ast.Name) and made.id in BUILT_IN - MISTAKES:
                yield made.id


def derived(module: ast.Module) -> Iterator[str]:
    """The classes that it derives from built-in errors."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            if {base.id for base in node.bases if isinstance(base, ast.Name)} & BUILT_IN:
                yield node.name


@cache
def found() -> tuple[set[tuple[str, str]], list[str]]:
    """What modules raise, and what they derive. Both at once: to read them all takes seconds."""
    raises, classes = set(), []
    for name, path in sources(ALLOWED.keys()).items():
        module = ast.parse(path.read_text())
        raises |= {(name, error) for error in raised(module)}
        classes += [f"{name}.{each}" for each in derived(module) if name != errors.__name__]
    return raises, classes


def test_no_function_raises_a_built_in_error_that_is_no_mistake_of_the_caller() -> None:
    raises, _ = found()
    assert raises == JUSTIFIED.keys()


def test_no_error_stands_beside_the_tree() -> None:
    _, classes = found()
    assert classes == []
