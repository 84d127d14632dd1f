"""The console as an app: it can be installed, opens while its server is away, takes a newer build by itself,
and keeps nothing of the API."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright

from api.console_files import BUILT
from mediaserver.errors import DatabaseError
from mediaserver.storage.postgres import EmbeddedPostgres
from tests.console.browsing import CHROMIUM, FLAGS
from tests.console.handset import LONG_MS
from tests.console.renewed_build import renewed_tree
from tests.console.running import RunningServer

pytestmark = pytest.mark.slow

_KEPT = """async () => {
  const kept = {};
  for (const name of await caches.keys())
    kept[name] = (await (await caches.open(name)).keys()).map(it => new URL(it.url).pathname);
  return kept;
}"""


@pytest.fixture(scope="module")
def dsn(open_folder: Path) -> Iterator[str]:
    if not (CHROMIUM and (BUILT / "index.html").exists()):
        pytest.skip("Chromium or the built console is missing here (make console)")
    home = open_folder / "installed"
    home.mkdir()
    home.chmod(0o755)
    database = EmbeddedPostgres(home / "database")
    try:
        yield asyncio.run(database.start())
    except DatabaseError as error:
        pytest.skip(f"the embedded PostgreSQL does not start here: {error}")
    finally:
        asyncio.run(database.stop())


@pytest.fixture
def server(dsn: str, tmp_path: Path) -> Iterator[RunningServer]:
    with RunningServer(tmp_path, dsn) as server:
        yield server


@pytest.fixture(scope="module")
def playwright_driver(dsn: str) -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture
def profile(playwright_driver: Playwright, server: RunningServer, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser with a profile, signed in: what is private installs nothing."""
    context = playwright_driver.chromium.launch_persistent_context(
        tmp_path / "profile", executable_path=CHROMIUM, chromium_sandbox=False, args=list(FLAGS),
        base_url=server.http, service_workers="allow", permissions=["microphone"],
    )  # fmt: skip
    context.request.get(server.login_path(), max_redirects=0)
    yield context
    context.close()


def visited(context: BrowserContext, path: str = "/") -> Page:
    """A page, once the service worker has kept what it loaded."""
    page = context.new_page()
    page.goto(path)
    page.wait_for_function("() => navigator.serviceWorker.ready.then(it => !!it.active)")
    page.wait_for_function(
        f"async () => Object.values(await ({_KEPT})()).flat().some(it => it.includes('/assets/Dock-'))",
        timeout=LONG_MS,
    )
    return page


def kept(page: Page) -> dict[str, list[str]]:
    found: dict[str, list[str]] = page.evaluate(_KEPT)
    return found


def test_it_can_be_installed(profile: BrowserContext) -> None:
    page = visited(profile)
    browser: Any = profile.new_cdp_session(page)
    manifest = browser.send("Page.getAppManifest")
    assert manifest["url"].endswith("/manifest.webmanifest") and manifest["errors"] == []
    assert browser.send("Page.getInstallabilityErrors") == {"installabilityErrors": []}


def test_it_opens_while_the_server_is_away_and_goes_on_when_it_is_back(
    profile: BrowserContext, server: RunningServer
) -> None:
    page = visited(profile)
    # What the browser itself has kept may go at any time; what the service worker has may not.
    browser: Any = profile.new_cdp_session(page)
    browser.send("Network.clearBrowserCache")
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    server.stop()
    for path in ("/", "/calls", "/flows/front-desk"):
        page.goto(path)
        expect(page.get_by_text("VoiceForge cannot be reached")).to_be_visible(timeout=LONG_MS)
        expect(page.get_by_role("link", name="Phone", exact=True)).to_be_visible()
    page.goto("/")
    server.start()
    expect(page.get_by_role("button", name="Call demo").first).to_be_visible(timeout=60_000)
    assert faults == []


def test_a_newer_build_takes_the_place_of_the_older_one(
    profile: BrowserContext, server: RunningServer, dsn: str, tmp_path: Path
) -> None:
    page = visited(profile)
    (before,) = kept(page)
    folder = tmp_path / "newer"
    folder.mkdir()
    server.renew(renewed_tree(folder))
    # The page of before goes on; what it lacks of its own build it says, and how to mend it.
    page.get_by_role("link", name="Trunks").first.click()
    expect(page.get_by_text("The console was renewed")).to_be_visible(timeout=LONG_MS)
    page.get_by_role("button", name="Load the page again").click()
    expect(page.get_by_role("heading", name="Trunks", level=1)).to_be_visible(timeout=LONG_MS)
    page.wait_for_function(
        "async before => { const names = await caches.keys();"
        " return names.length === 1 && names[0] !== before; }",
        arg=before,
        timeout=60_000,
    )
    page.reload()
    stale = page.evaluate("() => performance.getEntriesByType('resource').map(it => it.name)")
    assert not [name for name in stale if "/assets/" in name and not name.rsplit(".", 1)[0].endswith("2")]


def test_nothing_of_the_api_is_kept_and_nothing_private_after_signing_out(profile: BrowserContext) -> None:
    page = visited(profile)
    for path in ("/calls", "/keys", "/agents"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
    own = ("/assets/", "/icons/", "/manifest.webmanifest")
    assert [it for names in kept(page).values() for it in names if it != "/" and not it.startswith(own)] == []
    page.get_by_role("button", name="Signed in as", exact=False).click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible(timeout=LONG_MS)
    assert [it for names in kept(page).values() for it in names if it != "/" and not it.startswith(own)] == []
    stored = page.evaluate("() => [Object.keys(localStorage), Object.keys(sessionStorage), document.cookie]")
    assert not any("vf_" in str(each) for each in stored) and stored[1:] == [[], ""]
