"""A real PostgreSQL for every test that stores something: one embedded cluster for the whole run."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import hypothesis
import pytest

from mediaserver.errors import DatabaseError
from mediaserver.storage.migrations import migrate
from mediaserver.storage.postgres import EmbeddedPostgres, open_pool

SECOND_ALARM = 5.0

# The same examples in every run, so that a change is never refused for what chance found elsewhere; `make it`
# looks for new ones. No deadline: nothing here judges a machine's speed.
hypothesis.settings.register_profile("same", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None, print_blob=True)
hypothesis.settings.load_profile("same")


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> Generator[None, Any, Any]:
    """pytest-timeout's alarm again and again: Hypothesis takes the first for a failure, repeats the example
    that hung, and would hang in it for good."""
    done = yield
    if settings.method == "signal":
        signal.setitimer(signal.ITIMER_REAL, settings.timeout, SECOND_ALARM)
    return done


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that the database's own user may pass through also when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="voiceforge-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(open_folder: Path) -> Iterator[EmbeddedPostgres]:
    """A running embedded PostgreSQL."""
    server = EmbeddedPostgres(open_folder / "shared")
    try:
        asyncio.run(server.start())
    except DatabaseError as error:
        pytest.skip(f"the embedded PostgreSQL does not start here: {error}")
    yield server
    asyncio.run(server.stop())


@pytest.fixture
async def pool(postgres: EmbeddedPostgres) -> AsyncIterator[asyncpg.Pool]:
    """Connections to an empty database with our tables."""
    pool = await open_pool(postgres.dsn)
    async with pool.acquire() as connection:
        await connection.execute("drop schema public cascade; create schema public")
        await migrate(connection)
    yield pool
    pool.terminate()


@pytest.fixture(autouse=True)
def no_configuration_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine has set must not reach the tests."""
    for name in list(os.environ):
        if name.startswith(("VOICEFORGE_", "OPENAI_", "ANTHROPIC_")) or name in (
            "DATABASE_URL",
            "ADMIN_TOKEN",
        ):
            monkeypatch.delenv(name)
