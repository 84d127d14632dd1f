"""Pictures of the console's screens, over a server with a past:

    python -m tests.console.shots /calls /agents --out DIR [--themes dark,light,narrow] [--axe]

Starts a database, fills it, starts the server, and takes each path in the dark, in the light and at 390 px:
DIR/calls-dark.png, DIR/calls-light.png, DIR/calls-narrow.png. Says all that went wrong in the page. The
console must have been built (api/static/console). `{call}` in a path stands for the newest recorded call,
`{live}` for one that is up (`--live 6`); `--locale ar` is a browser of somebody who reads Arabic;
paths that begin with `out:` are taken by somebody who is not signed in.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.console.browsing import (
    NARROW,
    WIDE,
    Watch,
    axe_violations,
    opened,
    settle,
    signed_in,
    start_chromium,
)
from tests.console.live_calls import calls_up, live_call
from tests.console.running import ROOT, RunningServer
from tests.console.seeded import own_server
from tests.console.seeding import SeededCall

LOOKS = {"dark": ("dark", WIDE), "light": ("light", WIDE), "narrow": ("dark", NARROW)}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--themes", default=",".join(LOOKS), help="of dark, light, narrow")
    parser.add_argument("--locale", default="en-US", help="the browser's language, as ar")
    parser.add_argument("--axe", action="store_true", help="say what axe-core finds, too")
    parser.add_argument("--whole", action="store_true", help="the whole page, not only what a screen shows")
    parser.add_argument("--live", type=int, default=0, metavar="N", help="with so many calls that are up")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with own_server() as (server, calls), sync_playwright() as playwright:
        browser = start_chromium(playwright)
        with calls_up(server, args.live):
            faults = sum(_taken(browser, server, calls, look, args) for look in args.themes.split(","))
        browser.close()
    return 1 if faults else 0


def _taken(
    browser: Browser, server: RunningServer, calls: list[SeededCall], look: str, args: argparse.Namespace
) -> int:
    """Takes all paths in one look; returns how much went wrong."""
    scheme, size = LOOKS[look]
    faults = 0
    for out in (False, True):
        paths = [path for path in args.paths if path.startswith("out:") is out]
        if not paths:
            continue
        context = (opened if out else signed_in)(
            browser, server, scheme=scheme, size=size, locale=args.locale
        )
        newest = next(call for call in reversed(calls) if call.spoken)
        for path in paths:
            page = context.new_page()
            watch = Watch(page)
            page.goto(path.removeprefix("out:").format(call=newest.id, live=live_call(server)))
            try:
                settle(page)
            except Exception as error:
                watch.faults.append(f"it never settled: {str(error).splitlines()[0]}")
            name = (
                path.removeprefix("out:").strip("/").format(call="one", live="one").replace("/", "-")
                or "start"
            )
            file = args.out / f"{'out-' if out else ''}{name}-{look}.png"
            page.screenshot(path=file, full_page=args.whole)
            if args.axe:
                watch.faults += [f"axe: {each}" for each in axe_violations(page, ROOT)]
            _say(str(file), *watch.faults)
            faults += len(watch.faults)
            page.close()
        context.close()
    return faults


def _say(line: str, *faults: str) -> None:
    sys.stdout.write("\n    ".join([line, *faults]) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
