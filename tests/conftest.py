"""A real PostgreSQL for every test that stores something: one embedded cluster for the whole run."""

from __future__ import annotations

import asyncio
import gc
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
from aiohttp import web_app

from mediaserver.errors import DatabaseError
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection, open_pool
from tests.at_once import pytest_runtest_setup as pytest_runtest_setup
from tests.at_once import pytest_xdist_make_scheduler as pytest_xdist_make_scheduler
from tests.database import OwnTables
from tests.environments import engines_home as engines_home
from tests.environments import installed_environment as installed_environment
from tests.matrices.noting import pytest_runtest_makereport as pytest_runtest_makereport
from tests.matrices.noting import pytest_sessionfinish as pytest_sessionfinish

SECOND_ALARM = 5.0

# The same examples in every run, so that a change is never refused for what chance found elsewhere; `make it`
# looks for new ones. No deadline: nothing here judges a machine's speed.
hypothesis.settings.register_profile("same", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None, print_blob=True)
hypothesis.settings.load_profile("same")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """What is loaded stays: the collector of garbage looked through it in vain for a quarter of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> Generator[None, Any, Any]:
    """pytest-timeout's alarm again and again: Hypothesis takes the first for a failure, repeats the example
    that hung, and would hang in it for good."""
    done = yield
    if settings.method == "signal":
        signal.setitimer(signal.ITIMER_REAL, settings.timeout, SECOND_ALARM)
    return done


@pytest.fixture(scope="session", autouse=True)
def what_is_compiled_is_kept() -> Iterator[None]:
    """A machine may keep Python from writing what it has compiled, as images of containers do: each server
    that a test starts would compile a thousand modules anew, for a second."""
    if not os.environ.get("PYTHONDONTWRITEBYTECODE"):
        yield
        return
    with (
        tempfile.TemporaryDirectory(prefix="voiceforge-compiled-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.delenv("PYTHONDONTWRITEBYTECODE")
        patch.setenv("PYTHONPYCACHEPREFIX", folder)
        yield


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that the database's own user may pass through also when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="voiceforge-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


async def _start_careless(server: EmbeddedPostgres) -> None:
    """Nothing in it outlasts the tests: nobody waits for a disk, least of all at its end, and nobody tidies
    up in between."""
    connection = await asyncpg.connect(await server.start())
    for setting in ("fsync", "full_page_writes", "autovacuum"):
        await connection.execute(f"alter system set {setting} = off")
    await connection.execute("select pg_reload_conf()")
    await connection.close()


@pytest.fixture(scope="session")
def postgres(open_folder: Path) -> Iterator[EmbeddedPostgres]:
    """A running embedded PostgreSQL."""
    server = EmbeddedPostgres(open_folder / "shared")
    try:
        asyncio.run(_start_careless(server))
    except DatabaseError as error:
        pytest.skip(f"the embedded PostgreSQL does not start here: {error}")
    yield server
    asyncio.run(server.stop())


@pytest.fixture(scope="session")
def own_tables(postgres: EmbeddedPostgres) -> OwnTables:
    """Those in `postgres`."""
    return OwnTables()


@pytest.fixture
async def pool(postgres: EmbeddedPostgres, own_tables: OwnTables) -> AsyncIterator[asyncpg.Pool]:
    """Connections to an empty database with our tables."""
    pool = await open_pool(postgres.dsn)
    async with pool.acquire() as connection:
        await own_tables.renew(connection)
    yield pool
    pool.terminate()


@pytest.fixture
def own_database(postgres: EmbeddedPostgres, own_tables: OwnTables, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty database with our tables, which a command finds by itself."""

    async def empty() -> None:
        connection = await open_connection(postgres.dsn)
        await own_tables.renew(connection)
        await connection.close()

    asyncio.run(empty())
    monkeypatch.setenv("DATABASE_URL", postgres.dsn)
    return postgres.dsn


@pytest.fixture(scope="module", autouse=True)
def no_application_outlives_its_tests() -> Iterator[None]:
    """aiohttp remembers a thousand of them with all that they hold: a million objects that each collection
    goes through."""
    yield
    web_app._cached_build_middleware.cache_clear()


@pytest.fixture(scope="module", autouse=True)
def nothing_loaded_is_garbage() -> None:
    """A full collection of the garbage took a second, most of it over the modules and the tests themselves.
    Again where a test has undone it, as one of the server's own collector does."""
    if gc.get_freeze_count() == 0:
        gc.collect()
        gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def no_configuration_from_outside() -> Iterator[None]:
    """What the machine has set must reach neither the tests nor the servers that they share."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("VOICEFORGE_", "OPENAI_", "ANTHROPIC_")) or name in (
                "DATABASE_URL",
                "ADMIN_TOKEN",
            ):
                patch.delenv(name)
        yield
