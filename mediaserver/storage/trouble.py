"""Whether an error is the database's, which cannot be reached or has no room, or a fault of ours in what we
asked of it. The first may be gone in a moment; the second is the same whenever it is asked again."""

from __future__ import annotations

import re

import asyncpg

from mediaserver.errors import DatabaseError

_CLASSES = frozenset(
    {
        "08",  # connection exception
        "25",  # invalid transaction state: read-only after a fail-over, idle for too long
        "28",  # invalid authorization: let in no more
        "3D",  # the database is gone
        "40",  # transaction rollback: a deadlock, or lost against another
        "53",  # insufficient resources: connections, disk, memory
        "55",  # object not in prerequisite state: a lock that was not to be had
        "57",  # operator intervention: shutting down, cancelled
        "58",  # system error: its disk
        "XX",  # internal error
    }
)
"""Of SQLSTATE (PostgreSQL, appendix A): what a repetition or the operator mends. All others are about what
was asked: syntax and names (42), values (22), constraints (23) ..."""

_CLOSED = re.compile(r"clos(ed|ing)|released back|not initialized|not yet ready")
"""What asyncpg says of a connection or a pool that is none any more. Its other `InterfaceError`s are about
values, their number, or two questions at once on one connection: it has no classes that tell them apart."""


def is_trouble(error: BaseException) -> bool:
    """The database is away, busy or full. False for what we have asked wrongly, and for all else."""
    match error:
        case DatabaseError():
            return True
        case asyncpg.PostgresError():
            return (error.sqlstate or "08")[:2] in _CLASSES
        case asyncpg.InterfaceError():
            return _CLOSED.search(str(error)) is not None
        case asyncpg.InternalClientError():
            return True
        case OSError():  # TimeoutError is one: what did not connect or answer in time
            return _of_asyncpg(error)
        case _:
            return False


def _of_asyncpg(error: BaseException) -> bool:
    """It happened on the way to the database, not at a file or a socket of somebody else."""
    trace = error.__traceback__
    while trace is not None:
        if str(trace.tb_frame.f_globals.get("__name__", "")).split(".")[0] == "asyncpg":
            return True
        trace = trace.tb_next
    return False
