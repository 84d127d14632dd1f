"""What only the garbage collector could free: objects in reference cycles, told by what they are.

A call that is over must leave nothing of the kind: the collector stops all other calls while it looks.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, CoroutineType, FrameType, FunctionType, GeneratorType, MethodType
from typing import Any

OURS = ("mediaserver", "sip", "pipelines", "api", "cli", "callers")


@contextmanager
def standing_still() -> Iterator[Callable[[], list[str]]]:
    """The collector stands still, and what was garbage before is gone. Gives a function that names our
    objects that only the collector could have freed since then, each with how many there are."""
    gc.collect()
    was, flags = gc.isenabled(), gc.get_debug()
    gc.disable()
    try:
        yield _uncollected
    finally:
        gc.set_debug(flags)
        gc.garbage.clear()
        if was:
            gc.enable()


def _uncollected() -> list[str]:
    gc.set_debug(gc.DEBUG_SAVEALL)
    gc.collect()
    gc.set_debug(0)
    found = Counter(name for each in gc.garbage if (name := _ours(each)) is not None)
    gc.garbage.clear()
    return [f"{count} {name}" for name, count in found.most_common()]


def _ours(thing: Any) -> str | None:
    """What it is, when it is an object of ours or runs our code."""
    match thing:
        case MethodType():
            code: CodeType | None = getattr(thing.__func__, "__code__", None)
        case FunctionType():
            code = thing.__code__
        case CoroutineType():
            code = thing.cr_code
        case GeneratorType():
            code = thing.gi_code
        case FrameType():
            code = thing.f_code
        case _:
            kind = type(thing)
            return f"{kind.__module__}.{kind.__qualname__}" if _is_ours(kind.__module__) else None
    if code is None or not any(f"/{folder}/" in code.co_filename for folder in OURS):
        return None
    return None if "/tests/" in code.co_filename else f"{type(thing).__name__} {code.co_qualname}"


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in OURS
