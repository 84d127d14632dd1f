"""From the click on Call to the agent's first sound, in Chromium, and where the time goes.

    python -m tests.load.click_to_audio_load [--runs 9] [--cold 3] [--json]

Cold: a browser that was just started, its first page, its first call; the first of these is the server's
first, too. Warm: one page that calls again and again. The microphone is Chromium's own fake one, which is
allowed: how long people think about that question is not ours. The first sound is the first sample above
-40 dBFS of what the page plays, looked at every 3 ms.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.console.browsing import opened, start_chromium
from tests.console.running import RunningServer
from tests.console.seeded import own_server

TARGET_MS = 500.0
STEPS = (
    "microphone",
    "ice servers",
    "offer made",
    "answer",
    "connected",
    "first packet",
    "first sound",
)
"""In the order in which they should come; ms since the click."""
_SCRIPT = """
(() => {
  const VOICED = 0.01;
  let context, marks = {}, looking = 0;
  const mark = name => { marks[name] ??= performance.now(); };
  window.clicked = () => marks;
  addEventListener("DOMContentLoaded", () => { context = new AudioContext(); });
  addEventListener("click", it => {
    clearInterval(looking);
    marks = {click: it.timeStamp};
  }, true);
  const devices = navigator.mediaDevices, open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async wanted => {
    const stream = await open(wanted);
    mark("microphone");
    return stream;
  };
  const ask = window.fetch;
  window.fetch = async (...all) => {
    const url = String(all[0]?.url ?? all[0]);
    if (url.includes("/api/webrtc/offer")) mark("offer made");
    const response = await ask(...all);
    if (url.includes("/api/webrtc/offer")) mark("answer");
    if (url.includes("/api/webrtc/ice-servers")) mark("ice servers");
    return response;
  };
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...all) {
      super(...all);
      this.addEventListener("connectionstatechange", () => {
        if (this.connectionState === "connected") mark("connected");
      });
      this.addEventListener("track", ({track, receiver}) => {
        const ear = context.createAnalyser(), heard = new Float32Array(256);
        ear.fftSize = heard.length;
        context.createMediaStreamSource(new MediaStream([track])).connect(ear);
        looking = setInterval(() => {
          if (receiver.getSynchronizationSources().length) mark("first packet");
          ear.getFloatTimeDomainData(heard);
          if (!heard.some(sample => Math.abs(sample) > VOICED)) return;
          mark("first sound");
          clearInterval(looking);
        }, 3);
      });
    }
  };
})();
"""


def timed_call(page: Page) -> dict[str, float]:
    """Click, until the agent is heard; then hang up. Ms since the click, by step."""
    page.get_by_role("button", name="Call").first.click()
    page.wait_for_function("() => 'first sound' in clicked()", timeout=20_000, polling=50)
    marks: dict[str, float] = page.evaluate("() => clicked()")
    page.get_by_role("button", name="Hang up").first.click()
    page.get_by_role("button", name="Call again").wait_for()
    return {name: at - marks["click"] for name, at in marks.items()}


def fresh_page(browser: Browser, server: RunningServer) -> Page:
    """Somebody's first, whom the server does not know."""
    context = opened(browser, server)
    context.add_init_script(_SCRIPT)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="Call").first.wait_for()
    return page


def measured(playwright: Playwright, server: RunningServer, warm: int, cold: int) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {"cold": [], "warm": []}
    for _ in range(cold):
        browser = start_chromium(playwright)
        found["cold"].append(timed_call(fresh_page(browser, server)))
        browser.close()
    browser = start_chromium(playwright)
    page = fresh_page(browser, server)
    timed_call(page)
    for _ in range(warm):
        found["warm"].append(timed_call(page))
    browser.close()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=9, metavar="N", help="warm calls (9)")
    parser.add_argument("--cold", type=int, default=3, metavar="N", help="browsers to start (3)")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    settings = {"webrtc": {"visitor_calls_per_minute": 1_000}}
    with own_server(settings, past=False) as (server, _), sync_playwright() as playwright:
        found = measured(playwright, server, args.runs, args.cold)
    if args.json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        for kind, runs in found.items():
            _say(kind, runs)
    return 0 if statistics.median(run["first sound"] for run in found["warm"]) <= TARGET_MS else 1


def _say(kind: str, runs: list[dict[str, float]]) -> None:
    sys.stdout.write(f"{kind}: ms since the click, {len(runs)} calls\n")
    for step in STEPS:
        values = [run[step] for run in runs if step in run]
        if values:
            each = ", ".join(f"{value:.0f}" for value in values)
            sys.stdout.write(f"  {step:13} median {statistics.median(values):6.0f}   {each}\n")
    middle = statistics.median(run["first sound"] for run in runs)
    verdict = "met" if middle <= TARGET_MS else "missed"
    sys.stdout.write(f"  {verdict}: {middle:.0f} ms (target {TARGET_MS:.0f})\n")


if __name__ == "__main__":
    sys.exit(main())
