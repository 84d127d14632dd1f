"""What the console's tests share: one server with a past; a Chromium for each module; a page for each test,
which must show no fault.

Playwright's synchronous side keeps a loop running in this thread: no module here has asynchronous tests, and
none keeps it for the next module."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from api.console_files import BUILT
from mediaserver.errors import DatabaseError
from mediaserver.storage.postgres import EmbeddedPostgres
from tests.console.browsing import CHROMIUM, Watch, opened, signed_in, start_chromium
from tests.console.running import RunningServer
from tests.console.seeded import seeded_server
from tests.console.seeding import SeededCall

SHOWN_MS = 20_000
"""Within this whatever a test expects is seen: playwright's own five seconds are few on a busy machine."""
expect.set_options(timeout=SHOWN_MS)


@pytest.fixture(scope="session")
def console_home(tmp_path_factory: pytest.TempPathFactory, open_folder: Path) -> Path:
    """A folder for the server's data; also its database's own user may enter it."""
    folder = open_folder / "console"
    folder.mkdir()
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def seeded(console_home: Path) -> Iterator[tuple[RunningServer, list[SeededCall]]]:
    """A running server with a past, and the calls in it. One for all tests: whoever changes something that
    others look at changes it back, or makes its own."""
    if not (BUILT / "index.html").exists():
        pytest.skip("the console was not built here (make console)")
    if not CHROMIUM:
        pytest.skip("there is no Chromium here (Debian: apt-get install chromium)")
    database = EmbeddedPostgres(console_home / "database")
    try:
        dsn = asyncio.run(database.start())
    except DatabaseError as error:
        pytest.skip(f"the embedded PostgreSQL does not start here: {error}")
    try:
        with seeded_server(console_home, dsn) as served:
            yield served
    finally:
        asyncio.run(database.stop())


@pytest.fixture(scope="session")
def console_server(seeded: tuple[RunningServer, list[SeededCall]]) -> RunningServer:
    return seeded[0]


@pytest.fixture(scope="session")
def seeded_calls(seeded: tuple[RunningServer, list[SeededCall]]) -> list[SeededCall]:
    """The newest last."""
    return seeded[1]


@pytest.fixture(scope="module")
def playwright_driver(seeded: object) -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(playwright_driver: Playwright) -> Iterator[Browser]:
    """With a microphone that beeps."""
    browser = start_chromium(playwright_driver)
    yield browser
    browser.close()


@pytest.fixture
def operator(chromium: Browser, console_server: RunningServer) -> Iterator[BrowserContext]:
    """Signed in with all rights."""
    context = signed_in(chromium, console_server)
    yield context
    context.close()


@pytest.fixture
def stranger(chromium: Browser, console_server: RunningServer) -> Iterator[BrowserContext]:
    """Not signed in."""
    context = opened(chromium, console_server)
    yield context
    context.close()


@pytest.fixture
def page(operator: BrowserContext) -> Iterator[Page]:
    """A page of the operator's; `watch` sees what goes wrong in it."""
    page = operator.new_page()
    yield page
    page.close()


@pytest.fixture
def watch(page: Page) -> Iterator[Watch]:
    """What goes wrong in `page`; at the end of the test nothing may have."""
    watch = Watch(page)
    yield watch
    assert watch.faults == []
