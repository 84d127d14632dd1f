"""A webhook that came before changes nothing; one whose work failed may come again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from providers.provider import Desk


@contextmanager
def told_once(desk: Desk, key: str) -> Iterator[bool]:
    """Whether it comes for the first time. Where what is done within fails, it never came: else the
    provider's next try would be taken for a replay, and what it tells be lost."""
    first = not desk.seen(key)
    try:
        yield first
    except BaseException:
        if first:
            desk.unseen(key)
        raise
