"""What an open page of live calls costs the server: its processor time with and without the page, in turn.

    python -m tests.load.live_page_load [--calls 50] [--pages 1] [--rounds 3] [--seconds 10] [--talking]
                                        [--path /live] [--signed-out] [--json]

Calls stand on the echo, their callers silent; with --talking they are the demo agent's, which asks, and
callers answer something, and call again when a call is over. Pages are Chromium's, signed in; between the
rounds with them they show nothing. The server's own process alone is counted: its database and its workers
have theirs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time

from playwright.sync_api import Page, sync_playwright

from tests.console.browsing import opened, signed_in, start_chromium
from tests.console.live_calls import calls_up
from tests.console.running import RunningServer
from tests.console.seeded import own_server
from tests.load.webrtc_load import cpu_s

TARGET_PCT = 5.0
SETTLES_S = 3.0
"""After a page was opened, or left: its first reading is not what it costs while it is open."""


def share_pct(server: RunningServer, seconds: float) -> float:
    """Of one core, from now on for so long."""
    began, before = time.monotonic(), cpu_s(server.pid)
    time.sleep(seconds)
    return 100 * (cpu_s(server.pid) - before) / (time.monotonic() - began)


def shown(pages: list[Page], path: str) -> None:
    for page in pages:
        page.goto(path)
    time.sleep(SETTLES_S)


def measured(server: RunningServer, args: argparse.Namespace) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"without": [], "with": []}
    with sync_playwright() as playwright:
        browser = start_chromium(playwright)
        whose = opened if args.signed_out else signed_in
        pages = [whose(browser, server).new_page() for _ in range(args.pages)]
        agents = ("demo",) if args.talking else ("echo",)
        with calls_up(server, args.calls, quiet=not args.talking, again=args.talking, agents=agents):
            time.sleep(SETTLES_S)
            for _ in range(args.rounds):
                shown(pages, "about:blank")
                found["without"].append(share_pct(server, args.seconds))
                shown(pages, args.path)
                found["with"].append(share_pct(server, args.seconds))
            live = server.ask("GET", "/api/telephony/calls?state=live&limit=200")["items"]
        browser.close()
    if len(live) < args.calls:
        sys.stdout.write(f"only {len(live)} of {args.calls} calls stood to the end\n")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--pages", type=int, default=1, help="open at once")
    parser.add_argument("--rounds", type=int, default=3, help="with and without, each")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each")
    parser.add_argument("--talking", action="store_true", help="agents and callers talk")
    parser.add_argument("--path", default="/live", help="another page")
    parser.add_argument("--signed-out", action="store_true", help="by somebody whom the server does not know")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with own_server(past=False) as (server, _):
        found = measured(server, args)
    more = [b - a for a, b in zip(found["without"], found["with"], strict=True)]
    each = statistics.median(more) / args.pages
    if args.json:
        sys.stdout.write(json.dumps(found | {"more_pct": more, "median_pct_each": each}) + "\n")
    else:
        for name, values in found.items():
            told = ", ".join(f"{value:.1f}" for value in values)
            sys.stdout.write(f"{name:8} {args.pages} x {args.path}: {told} % of a core\n")
        told = ", ".join(f"{value:+.1f}" for value in more)
        verdict = "met" if each < TARGET_PCT else "missed"
        sys.stdout.write(
            f"pages cost {told} %; {each:.2f} % each at the median (target < {TARGET_PCT:g} %): {verdict}\n"
        )
    return 0 if each < TARGET_PCT else 1


if __name__ == "__main__":
    sys.exit(main())
