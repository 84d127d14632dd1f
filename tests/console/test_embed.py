"""`<voiceforge-phone>` on a page of another origin with a policy of its own: it calls with a token, shows
what is said, and says in words what goes wrong."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.console.browsing import Watch
from tests.console.probes import hears, probed
from tests.console.running import RunningServer

pytestmark = pytest.mark.slow

LONG_MS = 20_000
POLICY = "default-src 'none'; script-src {server}; connect-src {server}"
"""The strictest under which it works: no inline style, no inline script, nothing from elsewhere."""
PAGE = """<!doctype html><html lang="{language}"><meta charset="utf-8"><title>A shop</title>
<body><h1>A shop</h1><script src="{server}/embed/phone.js" async></script>
<voiceforge-phone server="{server}" token="{token}" label="Talk to us"></voiceforge-phone></body></html>"""


class Shop:
    """Somebody else's site."""

    def __init__(self) -> None:
        shop = self
        self.page, self.policy = b"", ""

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802 - as http.server has it
                self.send_response(200 if self.path == "/" else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", shop.policy)
                self.end_headers()
                self.wfile.write(shop.page if self.path == "/" else b"")

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def shows(self, server: RunningServer, token: str, language: str = "en") -> None:
        self.page = PAGE.format(server=server.http, token=token, language=language).encode()
        self.policy = POLICY.format(server=server.http)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    shop = Shop()
    yield shop
    shop.close()


@pytest.fixture(scope="module")
def open_server(
    console_server: RunningServer, shop: Shop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """One that lets the shop's pages ask; over the same database."""
    folder: Path = tmp_path_factory.mktemp("open")
    settings = {"http": {"port": 0, "cors_origins": [shop.origin]}}
    with RunningServer(folder, console_server.dsn, settings) as server:
        yield server


@pytest.fixture
def guest(chromium: Browser, shop: Shop) -> Iterator[BrowserContext]:
    context = probed(chromium.new_context(permissions=["microphone"], reduced_motion="reduce"))
    yield context
    context.close()


def token(server: RunningServer, **more: object) -> str:
    made: str = server.ask("POST", "/api/webrtc/tokens", {"to": "demo", **more})["token"]
    return made


def calls(page: Page) -> None:
    page.get_by_role("button", name="Talk to us").click()


def test_a_foreign_page_calls_by_a_token_and_reads_what_is_said(
    guest: BrowserContext, shop: Shop, open_server: RunningServer
) -> None:
    shop.shows(open_server, token(open_server, origins=[shop.origin]))
    page = guest.new_page()
    watch = Watch(page)
    page.goto(shop.origin)
    page.evaluate(
        "() => { window.told = []; document.querySelector('voiceforge-phone')"
        ".addEventListener('callstate', e => told.push(e.detail.state)); }"
    )
    calls(page)
    expect(page.get_by_role("status")).to_contain_text("0:0", timeout=LONG_MS)
    hears(page)
    expect(page.get_by_role("log")).to_contain_text("Hello, this is the room desk.", timeout=LONG_MS)
    page.get_by_role("button", name="Keypad").click()
    page.get_by_role("button", name="5", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("5 is not possible here", timeout=LONG_MS)
    page.get_by_role("button", name="Mute").click()
    expect(page.get_by_role("button", name="Unmute")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_role("button", name="Call again")).to_be_visible()
    states = page.evaluate("() => [...new Set(told)]")
    assert states[:3] == ["asking", "connecting", "up"] and states[-1] == "ended"
    assert [fault for fault in watch.faults if "/favicon.ico" not in fault] == []


def test_a_token_that_is_used_up_is_said_in_the_page_s_language(
    guest: BrowserContext, shop: Shop, open_server: RunningServer
) -> None:
    shop.shows(open_server, "vfc_wrong", "de")
    page = guest.new_page()
    page.goto(shop.origin)
    calls(page)
    expect(page.get_by_role("alert")).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_role("button", name="Noch einmal anrufen")).to_be_visible()


def test_a_page_that_the_server_does_not_know_is_told_so(
    guest: BrowserContext, shop: Shop, console_server: RunningServer
) -> None:
    """Its origin is not among http.cors_origins: the browser keeps the answer from the page."""
    shop.shows(console_server, token(console_server))
    page = guest.new_page()
    page.goto(shop.origin)
    calls(page)
    expect(page.get_by_role("alert")).to_be_visible(timeout=LONG_MS)
