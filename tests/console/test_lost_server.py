"""A server that goes away while pages are open: each says so, nothing is half open afterwards on either side,
and all goes on by itself when it is back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from api.console_files import BUILT
from mediaserver.errors import DatabaseError
from mediaserver.storage.postgres import EmbeddedPostgres
from tests.console.browsing import CHROMIUM, signed_in, start_chromium
from tests.console.handset import LONG_MS, dial, handset, in_call, nothing_is_left, ready
from tests.console.probes import audio, probed
from tests.console.running import RunningServer

pytestmark = pytest.mark.slow
BACK_MS = 60_000
"""A server gets so long to be there again."""


@pytest.fixture(scope="module")
def frail(open_folder: Path) -> Iterator[RunningServer]:
    """A server of one's own, to be stopped and killed; always at the same address."""
    if not (CHROMIUM and (BUILT / "index.html").exists()):
        pytest.skip("Chromium or the built console is missing here (make console)")
    home = open_folder / "frail"
    home.mkdir()
    home.chmod(0o755)
    database = EmbeddedPostgres(home / "database")
    try:
        dsn = asyncio.run(database.start())
    except DatabaseError as error:
        pytest.skip(f"the embedded PostgreSQL does not start here: {error}")
    try:
        with RunningServer(home, dsn) as server:
            yield server
    finally:
        asyncio.run(database.stop())


@pytest.fixture(scope="module")
def playwright_driver(frail: RunningServer) -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(playwright_driver: Playwright) -> Iterator[Browser]:
    browser = start_chromium(playwright_driver)
    yield browser
    browser.close()


@pytest.fixture
def page(chromium: Browser, frail: RunningServer) -> Iterator[Page]:
    context = probed(signed_in(chromium, frail))
    yield context.new_page()
    context.close()


def called_on_the_start_page(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Call demo").first.click()
    expect(page.get_by_role("region", name="The call")).to_contain_text("You talk with", timeout=LONG_MS)


def test_a_page_that_asks_nothing_says_that_the_server_is_gone_and_when_it_is_back(
    page: Page, frail: RunningServer
) -> None:
    page.goto("/dashboard")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible(timeout=LONG_MS)
    banner = page.get_by_text("The server cannot be reached. What you see may be out of date")
    frail.stop()
    expect(banner).to_be_visible(timeout=LONG_MS)
    frail.start()
    expect(banner).to_be_hidden(timeout=BACK_MS)


def test_a_phones_call_that_died_with_its_server_is_said_to_be_lost(page: Page, frail: RunningServer) -> None:
    ready(page)
    dial(page, "echo")
    in_call(page)
    frail.kill()
    expect(handset(page)).to_contain_text("Reconnecting…", timeout=LONG_MS)
    # The page comes from this machine: what the browser knows of networks says nothing of the way here.
    expect(handset(page)).not_to_contain_text("You are offline")
    frail.start()
    expect(handset(page)).to_contain_text("was lost", timeout=BACK_MS)
    expect(handset(page)).to_contain_text("Ready ·", timeout=BACK_MS)
    assert audio(page)["open"] == 0
    nothing_is_left(page, frail)
    expect(page.get_by_role("combobox", name="Number or name")).to_be_visible(timeout=LONG_MS)
    dial(page, "echo")
    in_call(page)
    page.get_by_role("button", name="Hang up", exact=True).click()
    nothing_is_left(page, frail)


def test_a_phones_call_that_a_server_ended_for_its_own_end_says_so(page: Page, frail: RunningServer) -> None:
    ready(page)
    dial(page, "echo")
    in_call(page)
    frail.begin_to_stop()  # what is said stands there for some seconds: it is not to be waited past
    expect(handset(page)).to_contain_text("The server was stopped", timeout=LONG_MS)
    frail.stop()
    assert audio(page)["open"] == 0
    frail.start()
    expect(handset(page)).to_contain_text("Ready ·", timeout=BACK_MS)
    nothing_is_left(page, frail)


def test_a_call_by_http_that_died_with_its_server_is_said_to_be_lost(
    page: Page, frail: RunningServer
) -> None:
    called_on_the_start_page(page)
    frail.kill()
    card = page.get_by_role("region", name="The call")
    expect(card).to_contain_text("The network is lost, connecting again", timeout=BACK_MS)
    frail.start()
    expect(card).to_contain_text("was lost", timeout=BACK_MS)
    assert audio(page)["open"] == 0
    nothing_is_left(page, frail)


def test_a_call_by_http_that_a_server_ended_for_its_own_end_says_so(page: Page, frail: RunningServer) -> None:
    called_on_the_start_page(page)
    frail.begin_to_stop()
    expect(page.get_by_role("region", name="The call")).to_contain_text(
        "The server was stopped", timeout=LONG_MS
    )
    frail.stop()
    frail.start()
    nothing_is_left(page, frail)
