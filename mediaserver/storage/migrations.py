"""The numbered steps that make and change the tables: `migrations/0001_first.sql` and so on.

Each runs once, in a transaction of its own, under a lock that servers starting at once take in turn. Nothing
is applied before all that was applied earlier is known to be what this program has: a step must never change.
The lock is taken anew for each step and what was applied is read anew under it: it ends with the transaction,
also behind a connection pooler, and another server's steps in between are seen.
"""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from mediaserver.errors import DatabaseError

log = logging.getLogger(__name__)

FOLDER = Path(__file__).resolve().parents[2] / "migrations"
STEP_TIMEOUT_S = 600.0
"""A step may rewrite a large table, and a second server waits for the first one's steps."""
_LOCK = 0x566F696365
"""Any number that is the same in all versions (the first one's too)."""
_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")

_QUOTED = re.compile(r"--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$|'(?:[^']|'')*'", re.DOTALL)
"""Comments, texts and the bodies of functions."""
_LEAVES = re.compile(
    r"(?:^|;)\s*(begin|start\s+transaction|commit|end|rollback|abort|prepare\s+transaction)\b", re.IGNORECASE
)
"""Statements that would end the transaction, and with it the lock, in the middle of a step."""

_TABLE = """
create table if not exists migrations (
    number     integer primary key,
    name       text not null,
    hash       text not null,
    applied_at timestamptz not null default now()
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of the folder."""

    number: int
    name: str
    sql: str

    @property
    def hash(self) -> str:
        """SHA-256 of the content, in hex; line ends as a checkout may have changed them count for nothing."""
        return hashlib.sha256(self.sql.replace("\r\n", "\n").encode()).hexdigest()

    def __str__(self) -> str:
        return f"{self.number:04d}_{self.name}"


def read_steps(folder: Path = FOLDER) -> list[Migration]:
    """All steps in order. Raises DatabaseError when some are missing or a file is none."""
    try:
        files = sorted(folder.glob("*.sql"))
        steps = [_step(file) for file in files]
    except OSError as error:
        raise DatabaseError(f"cannot read {folder}: {error.strerror}; {_WHOLE}") from None
    if not steps or [step.number for step in steps] != list(range(1, len(steps) + 1)):
        found = ", ".join(map(str, steps)) or "none"
        raise DatabaseError(f"the steps in {folder} are not numbered 1, 2, 3 ...: {found}; {_WHOLE}")
    return steps


async def migrate(connection: asyncpg.Connection, steps: list[Migration] | None = None) -> list[Migration]:
    """Bring the database to the last step; returns what was applied.

    Raises DatabaseError, with nothing changed by the step that failed: when the database was made by a newer
    program, when a step was changed after it was applied, or when PostgreSQL refuses one.
    """
    steps = read_steps() if steps is None else steps
    for each in steps:
        if (found := _LEAVES.search(_QUOTED.sub(" ", each.sql))) is not None:
            raise DatabaseError(f"the step {each} has its own {found[1]!r}: all of it is one transaction")
    applied: list[Migration] = []
    try:
        while (step := await _next(connection, steps)) is not None:
            applied.append(step)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise DatabaseError(
            f"the database could not be brought to {steps[-1]}: {said}; what was applied is whole, try again"
        ) from None
    if applied:
        log.info("the database was brought from step %d to %s", applied[0].number - 1, applied[-1])
    return applied


async def _next(connection: asyncpg.Connection, steps: list[Migration]) -> Migration | None:
    """Apply the first step that is missing; None when all are there."""
    async with connection.transaction():
        # The lock ends with the transaction, whatever becomes of the connection.
        await connection.execute(f"select pg_advisory_xact_lock({_LOCK})", timeout=STEP_TIMEOUT_S)
        await connection.execute("set local client_min_messages = warning")
        await connection.execute(_TABLE)
        rows = await connection.fetch("select number, name, hash from migrations order by number")
        done = {row["number"]: row for row in rows}
        _check(done, steps)
        step = next((step for step in steps if step.number not in done), None)
        if step is None:
            return None
        try:
            await connection.execute(step.sql, timeout=STEP_TIMEOUT_S)
        except asyncpg.PostgresError as error:
            said = " ".join(str(error).split())
            raise DatabaseError(
                f"the step {step} of the database failed and was undone: {said}; "
                "mend what it names, or go back to the version of VoiceForge that made the database"
            ) from None
        await connection.execute(
            "insert into migrations (number, name, hash) values ($1, $2, $3)",
            step.number, step.name, step.hash,
        )  # fmt: skip
        return step


def _check(done: dict[int, asyncpg.Record], steps: list[Migration]) -> None:
    """Whether what was applied is what we have, without a gap. Raises DatabaseError."""
    for number in range(1, max(done, default=0)):
        if number not in done:
            raise DatabaseError(
                f"the database has the step {max(done)} but not {number}: restore it from a backup; "
                "a step that is left out cannot be made up for"
            )
    known = {step.number: step for step in steps}
    for number, row in done.items():
        step = known.get(number)
        if step is None:
            raise DatabaseError(
                f"the database has the step {number:04d}_{row['name']}, which this program does not know "
                f"(its last is {steps[-1]}): update VoiceForge"
            )
        if row["hash"] != step.hash:
            raise DatabaseError(
                f"the step {step} was changed after it was applied to this database: "
                "put the file back as it was and make a new step for the change"
            )


def _step(file: Path) -> Migration:
    if (match := _NAME.fullmatch(file.name)) is None:
        raise DatabaseError(f"{file} is not named like 0001_what_it_does.sql")
    return Migration(int(match[1]), match[2], file.read_text(encoding="utf-8"))


_WHOLE = "install from a whole checkout"
