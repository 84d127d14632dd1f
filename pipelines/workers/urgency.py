"""On whose behalf work is asked for: a caller's on a line, or a job's that can wait.

A property of the request that no engine has to hand on: it goes with the task (contextvars), so that one
engine can serve calls and batch jobs. Must never be set without being taken back in the same task.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


class Priority(enum.IntEnum):
    """The lower comes first."""

    CALL = 0
    """Somebody is on a line."""
    BATCH = 1
    """Nobody is: a file, a preview, a job, a simulated caller."""


@dataclass(frozen=True, slots=True)
class Urgency:
    """What goes with a request."""

    priority: Priority = Priority.CALL
    patience_s: float | None = None
    """Another engine can do it: without a place on a worker after so long, it had better. None: there is no
    other, and the engine waits as long as it sees fit."""


_urgency: ContextVar[Urgency] = ContextVar("urgency", default=Urgency())  # noqa: B039 - frozen


def urgency() -> Urgency:
    """Of the present task."""
    return _urgency.get()


@contextmanager
def as_urgent(wish: Urgency) -> Iterator[None]:
    """What is asked for inside is as urgent as this. Not around a `yield` of a generator: its reader would
    have it, too."""
    token = _urgency.set(wish)
    try:
        yield
    finally:
        _urgency.reset(token)


def with_patience(patience_s: float | None) -> AbstractContextManager[None]:
    """What is asked for inside waits no longer than this for a worker; see `as_urgent`."""
    return as_urgent(replace(_urgency.get(), patience_s=patience_s))


def as_batch_work() -> AbstractContextManager[None]:
    """What is asked for inside gives way to calls; see `as_urgent`."""
    return as_urgent(replace(_urgency.get(), priority=Priority.BATCH))
