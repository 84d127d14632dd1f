"""The console's first load in a Chromium that knows nothing: octets, and the time until it can be used.

    python -m tests.load.first_load_load [--runs 7] [--path /] [--json]

A new browser for each run: no cache, no worker. Usable is when the button that calls can be pressed and has
been painted, in ms since the navigation began; octets are those that Chromium received until then, headers
included, and until the page is at rest. Fonts are counted by themselves: they are no gzip, and the page does
not wait for them. Nothing slows the network: the server is on this machine.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from typing import Any

from playwright.sync_api import Playwright, sync_playwright

from tests.console.browsing import opened, start_chromium
from tests.console.running import RunningServer
from tests.console.seeded import own_server
from tests.load.webrtc_load import cpu_s

TARGET_MS, TARGET_KB = 1_500.0, 250.0
_SCRIPT = """
(() => {
  const look = () => {
    const buttons = [...document.querySelectorAll("main button")];
    const button = buttons.find(it => /^Call /.test(it.textContent ?? ""));
    if (!button || button.disabled) return requestAnimationFrame(look);
    // Painted with the frame that follows.
    requestAnimationFrame(() => setTimeout(() => { window.usable_ms = performance.now(); }));
  };
  requestAnimationFrame(look);
})();
"""


def loaded(playwright: Playwright, server: RunningServer, path: str) -> dict[str, float]:
    browser = start_chromium(playwright)
    before = cpu_s(server.pid)
    context = opened(browser, server)
    context.add_init_script(_SCRIPT)
    page = context.new_page()
    octets: list[int] = []
    fonts: set[str] = set()
    in_fonts: list[int] = []

    def finished(it: dict[str, Any]) -> None:
        (in_fonts if it["requestId"] in fonts else octets).append(int(it["encodedDataLength"]))

    def answered(it: dict[str, Any]) -> None:
        if it["type"] == "Font":
            fonts.add(it["requestId"])

    network = context.new_cdp_session(page)
    network.on("Network.responseReceived", answered)
    network.on("Network.loadingFinished", finished)
    network.send("Network.enable")
    page.goto(path, wait_until="commit")
    page.wait_for_function("() => window.usable_ms", polling=10)
    until_usable = sum(octets)
    page.wait_for_load_state("networkidle")
    paint: Any = page.evaluate(
        "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
    )
    found = {
        "usable_ms": float(page.evaluate("() => window.usable_ms")),
        "painted_ms": float(paint),
        "kb_until_usable": until_usable / 1_000,
        "kb": sum(octets) / 1_000,
        "kb_fonts": sum(in_fonts) / 1_000,
        "requests": float(len(octets) + len(in_fonts)),
        "server_cpu_ms": 1_000 * (cpu_s(server.pid) - before),
    }
    browser.close()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--path", default="/", help="has a button that calls")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with own_server(past=False) as (server, _), sync_playwright() as playwright:
        runs = [loaded(playwright, server, args.path) for _ in range(args.runs)]
    middle = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    met = middle["usable_ms"] <= TARGET_MS and middle["kb"] <= TARGET_KB
    if args.json:
        sys.stdout.write(json.dumps(runs) + "\n")
    else:
        for name in middle:
            each = ", ".join(f"{run[name]:.0f}" for run in runs)
            sys.stdout.write(f"{name:16} median {middle[name]:7.1f}   {each}\n")
        wanted = f"{TARGET_KB:.0f} kB, {TARGET_MS:.0f} ms"
        sys.stdout.write(f"{'met' if met else 'missed'} (target {wanted})\n")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
