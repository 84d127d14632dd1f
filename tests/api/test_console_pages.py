"""The console's pages and files: whole, packed, kept by browsers, and nothing beside them."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from api.app import build_app
from api.console_files import NOT_BUILT, read_console
from api.console_pages import DEEPER, PLACES
from api.context import ApiContext
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics

Client = TestClient[web.Request, web.Application]

PAGE = b'<!doctype html><script type="module" src="/assets/index-1a2b.js"></script>'
SCRIPT = b"export const nothing = 0;\n" * 100
ROUTER = Path(__file__).parents[2] / "console" / "src" / "app" / "pages.ts"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A build like that of Vite, beside a file that is nobody's business."""
    (tmp_path / "secret.txt").write_text("s3cret")
    folder = tmp_path / "console"
    (folder / "assets").mkdir(parents=True)
    (folder / "icons").mkdir()
    (folder / "embed").mkdir()
    for name, body in {
        "index.html": PAGE,
        "sw.js": b"self.skipWaiting();",
        "manifest.webmanifest": b"{}",
        "assets/index-1a2b.js": SCRIPT,
        "assets/inter-3c4d.woff2": b"wOF2",
        "icons/192.png": b"\x89PNG",
        "embed/phone.js": b"customElements;",
    }.items():
        (folder / name).write_bytes(body)
    (folder / "assets" / "index-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    (folder / "index.html.gz").write_bytes(gzip.compress(PAGE))  # longer than the page
    return folder


@pytest.fixture
async def client(build: Path) -> AsyncIterator[Client]:
    context = ApiContext(load(None, {}), Health(), Metrics(), console=read_console(build))
    client: Client = TestClient(
        TestServer(build_app(context)), cookie_jar=DummyCookieJar(), auto_decompress=False
    )
    await client.start_server()
    yield client
    await client.close()


async def test_each_place_of_the_console_is_its_one_page(client: Client) -> None:
    for place in ("", *PLACES, *(f"{each}/5f0c" for each in DEEPER)):
        response = await client.get(f"/{place}")
        assert (response.status, response.content_type) == (200, "text/html")
        assert await response.read() == PAGE
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "http" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "microphone=(self)" in response.headers["Permissions-Policy"]
        assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.skipif(not ROUTER.exists(), reason="there is no console in this tree")
def test_the_server_knows_the_places_of_the_consoles_router() -> None:
    paths = set(re.findall(r"path: \"/([^\"]*)\"", ROUTER.read_text()))
    assert paths <= {"", *PLACES, *(f"{each}/:id" for each in DEEPER)}


async def test_what_is_nowhere_is_no_page(client: Client) -> None:
    for path in ("/api/nowhere", "/v1/nowhere", "/ws/nowhere", "/dashboard/deeper", "/nowhere"):
        response = await client.get(path)
        assert (response.status, response.content_type) == (401, "application/json")
    for path in ("/assets/nothing.js", "/nothing.js", "/icons/nothing.png"):
        response = await client.get(path)
        assert (response.status, response.content_type) == (404, "application/json")


@pytest.mark.parametrize(
    "path",
    ["/assets/../../secret.txt", "/assets/..%2f..%2fsecret.txt", "/..%2fsecret.txt",
     "/assets/%2e%2e/secret.txt", "/assets/%00", "//etc/passwd", "/assets//etc/passwd",
     "/index.html.gz", "/assets/index-1a2b.js.gz"],
)  # fmt: skip
async def test_no_path_leads_out_of_the_console(client: Client, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert answer.split(b" ", 2)[1] in (b"400", b"401", b"404") and b"s3cret" not in answer


async def test_browsers_keep_what_is_named_after_its_content_for_good(client: Client) -> None:
    for name, kind in (("index-1a2b.js", "text/javascript"), ("inter-3c4d.woff2", "font/woff2")):
        response = await client.get(f"/assets/{name}")
        assert (response.status, response.content_type) == (200, kind)
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def test_what_was_packed_is_sent_so_to_who_reads_it(client: Client) -> None:
    for accepted, packed in (
        ("gzip, deflate, br", True),
        ("br", False),
        ("gzip;q=0, br", False),
        ("*", True),
    ):
        response = await client.get("/assets/index-1a2b.js", headers={"Accept-Encoding": accepted})
        body = await response.read()
        assert (response.headers.get("Content-Encoding") == "gzip") is packed
        assert (gzip.decompress(body) if packed else body) == SCRIPT
        assert response.headers["Vary"] == "Accept-Encoding"
    page = await client.get("/", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in page.headers and await page.read() == PAGE


async def test_a_page_that_the_browser_has_is_not_sent_again(client: Client) -> None:
    tag = (await client.get("/calls")).headers["ETag"]
    for known in (tag, f'"other", W/{tag}'):
        response = await client.get("/", headers={"If-None-Match": known})
        assert (response.status, await response.read(), response.headers["ETag"]) == (304, b"", tag)
    assert (await client.get("/", headers={"If-None-Match": '"other"'})).status == 200
    assert (await client.head("/")).status == 200


async def test_the_service_worker_may_serve_the_whole_site_and_ask_nobody_else(client: Client) -> None:
    worker = await client.get("/sw.js")
    assert (worker.content_type, worker.headers["Cache-Control"]) == ("text/javascript", "no-cache")
    assert "connect-src 'self'" in worker.headers["Content-Security-Policy"]
    assert (await client.get("/manifest.webmanifest")).content_type == "application/manifest+json"
    assert (await client.get("/icons/192.png")).content_type == "image/png"


async def test_pages_of_other_sites_may_include_what_is_made_for_them(client: Client) -> None:
    foreign = {"Origin": "https://shop.example", "Sec-Fetch-Site": "cross-site"}
    script = await client.get("/embed/phone.js", headers=foreign)
    assert (script.status, script.content_type) == (200, "text/javascript")
    assert script.headers["Access-Control-Allow-Origin"] == "*"
    assert script.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    page = await client.get("/sw.js", headers=foreign)
    assert page.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_half_a_build_is_none(build: Path) -> None:
    assert read_console(build).index is not None
    (build / "index.html").unlink()
    assert read_console(build) is NOT_BUILT and read_console(build / "nowhere") is NOT_BUILT
