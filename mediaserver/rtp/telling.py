"""What a stream tells whoever listens to it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import ParamSpec

log = logging.getLogger(__name__)

P = ParamSpec("P")


def tell(what: str, listener: Callable[P, None] | None, *args: P.args, **kwargs: P.kwargs) -> None:
    """Call it, if there is one. What it raises is logged: a listener must not end the tick of all other
    calls."""
    if listener is None:
        return
    try:
        listener(*args, **kwargs)
    except Exception:
        log.exception("%s failed", what)
