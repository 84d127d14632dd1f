"""Chromium for the console's tests: how it is started, signed in, and watched for faults."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Response

from tests.console.running import RunningServer

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
"""Debian's; empty: there is none."""
WIDE, NARROW = (1440, 900), (390, 844)
FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection", "--force-color-profile=srgb", "--font-render-hinting=none",
)  # fmt: skip
_AXE = "console/node_modules/axe-core/axe.min.js"


def start_chromium(playwright: Playwright, microphone: Path | None = None, *more: str) -> Browser:
    """`microphone`: a WAV that it hears again and again; None: beeps."""
    heard = [] if microphone is None else [f"--use-file-for-fake-audio-capture={microphone}"]
    return playwright.chromium.launch(
        executable_path=CHROMIUM, chromium_sandbox=False, args=[*FLAGS, *heard, *more]
    )


def signed_in(
    browser: Browser,
    server: RunningServer,
    *,
    scheme: str = "dark",
    size: tuple[int, int] = WIDE,
    locale: str = "en-US",
) -> BrowserContext:
    """A context that is signed in as the operator, as by the link that `voiceforge console` prints."""
    context = opened(browser, server, scheme=scheme, size=size, locale=locale)
    context.request.get(server.login_path(), max_redirects=0)
    return context


def opened(
    browser: Browser,
    server: RunningServer,
    *,
    scheme: str = "dark",
    size: tuple[int, int] = WIDE,
    locale: str = "en-US",
) -> BrowserContext:
    """A context of somebody who is not signed in."""
    context = browser.new_context(
        base_url=server.http,
        color_scheme="light" if scheme == "light" else "dark",
        viewport={"width": size[0], "height": size[1]},
        locale=locale,
        timezone_id="UTC",
        permissions=["microphone"],
        service_workers="block",
        reduced_motion="reduce",
    )
    # Dark is what the console begins with; here `scheme` is to decide.
    context.add_init_script("localStorage['voiceforge.theme'] ??= 'system'")
    return context


@dataclass
class Watch:
    """Everything that went wrong in a page, from now on. `allowed`: answers that the test itself provokes, as
    (status, beginning of the path)."""

    page: Page
    allowed: list[tuple[int, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("response", self._answered)
        self.page.on("requestfailed", lambda it: self._failed(it.url, it.failure or ""))
        self.page.add_init_script(
            "document.addEventListener('securitypolicyviolation', e => console.error("
            "`CSP: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`))"
        )

    def _said(self, message: ConsoleMessage) -> None:
        # The browser says the first of each answer that is no success; `_answered` knows which were expected.
        # The second is playwright's own, since contexts here refuse service workers.
        expected = ("Failed to load resource", "Service Worker registration blocked by Playwright")
        if message.type in ("error", "warning") and not message.text.startswith(expected):
            self.faults.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _answered(self, response: Response) -> None:
        path = "/" + response.url.split("/", 3)[-1]
        if response.status >= 400 and not any(
            response.status == status and path.startswith(begins) for status, begins in self.allowed
        ):
            self.faults.append(f"{response.status} {response.request.method} {path}")

    def _failed(self, url: str, why: str) -> None:
        if "ERR_ABORTED" not in why:  # a page that is left gives up what it was reading
            self.faults.append(f"{url}: {why}")


def settle(page: Page, quiet_ms: int = 350) -> None:
    """Wait until the page shows what it has to: no skeleton, nothing that is being read, no motion."""
    page.wait_for_load_state("load")
    page.wait_for_function(
        "() => !document.querySelector('[data-skeleton], [aria-busy=true]')", timeout=15_000
    )
    page.evaluate("() => document.fonts.ready.then(() => true)")
    page.wait_for_timeout(quiet_ms)  # charts draw themselves in animation frames


def axe_violations(page: Page, root: Path) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA, a line each."""
    script = (root / _AXE).read_text()
    page.evaluate(script)  # by the debugger, which the page's CSP does not bind
    found = page.evaluate(
        "() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    return [
        f"{each['id']}: {each['help']}: {'; '.join(_node(node) for node in each['nodes'][:4])}"
        for each in found["violations"]
    ]


def _node(node: dict[str, Any]) -> str:
    return f"{node['target'][0]} ({node['failureSummary'].splitlines()[-1].strip()})"
