"""The pictures of docs/console.md: each screen of the console over a server with a past, as it is today.

    python -m tests.console.pictures [NAME...]       all, or those of these names

Takes docs/console/NAME-dark.jpg, -light.jpg and -narrow.jpg (390 px), and writes the page that shows them.
Fails where a screen shows a fault.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from mediaserver.storage.postgres import EmbeddedPostgres
from tests.console.browsing import NARROW, Watch, opened, settle, signed_in, start_chromium
from tests.console.live_calls import calls_up, live_call
from tests.console.running import ROOT, RunningServer
from tests.console.seeded import seeded_server
from tests.console.seeding import SeededCall

DOCUMENT = ROOT / "docs" / "console.md"
FOLDER = ROOT / "docs" / "console"
SIZE = (1280, 800)
LOOKS = {"dark": ("dark", SIZE), "light": ("light", SIZE), "narrow": ("dark", NARROW)}
BY_HAND = "## Languages"
"""From here on the page is written by hand, and kept."""
LIVE_CALLS = 5
SAID = 3
"""Lines of a call that is up, before its picture is taken."""


@dataclass(frozen=True, slots=True)
class Screen:
    """One picture. `path`: `{call}` is a recorded call, `{live}` one that is up."""

    name: str
    title: str
    path: str
    about: str
    signed_in: bool = True


SCREENS = (
    Screen(
        "start", "Start", "/",
        "What a first visitor sees, on this machine without signing in: whom to call, what is ready, "
        "what to do next.",
        signed_in=False,
    ),
    Screen(
        "dashboard", "Dashboard", "/dashboard",
        "Live calls, today's volume, how fast agents answer, engines and trunks, cost, and what needs "
        "attention.",
    ),
    Screen(
        "phone", "Phone", "/phone",
        "A softphone: dial, answer, hold, transfer, keys, devices and meters. It can be put into pages "
        "of other sites by one script tag.",
    ),
    Screen(
        "playground", "Playground", "/playground",
        "Talk or write to an agent, or to two on the same words, and see what was understood, what was "
        "heard and where the time went.",
    ),
    Screen(
        "voices", "Voices", "/voices",
        "All voices with a preview, your own text, and what each lacks on this machine.",
    ),
    Screen(
        "flows", "Flows", "/flows",
        "The flows with their versions, and templates to begin with.",
    ),
    Screen(
        "flow", "A flow", "/flows/front-desk",
        "Its nodes with their forms, findings on the node, variables, versions, and a test right there.",
    ),
    Screen(
        "agents", "Agents", "/agents",
        "Who answers, with which flow, model and voice, and what is wrong with it.",
    ),
    Screen(
        "knowledge", "Knowledge", "/knowledge",
        "Documents that agents may search.",
    ),
    Screen(
        "calls", "Calls", "/calls?q=mountain",
        "Every call, narrowed by number, agent, direction and time, and found by what was said in it.",
    ),
    Screen(
        "call", "A call", "/calls/{call}",
        "Both voices as waveforms, the transcript with what the caller heard, where the time of each "
        "answer went, events, SIP and the quality of the line.",
    ),
    Screen(
        "messages", "Messages", "/messages?account=hotel&number=%2B4915112345678&ours=%2B4930555001",
        "Texts (SMS) with each person, what became of each, and who wants none; writing one, with what it "
        "will be billed as.",
    ),
    Screen(
        "live", "Live", "/live?call={live}",
        "Calls as they go: listen, whisper to the agent, take the caller over, have something said, "
        "hang up.",
    ),
    Screen(
        "usage", "Usage", "/usage",
        "What was used and what it cost.",
    ),
    Screen(
        "numbers", "Numbers", "/numbers",
        "Your numbers and the routes that lead to agents.",
    ),
    Screen(
        "trunks", "Trunks", "/trunks",
        "Carriers and PBXs, with how they fare.",
    ),
    Screen(
        "providers", "Providers", "/providers",
        "Whose numbers and calls can be used.",
    ),
    Screen(
        "webhooks", "Webhooks", "/webhooks",
        "Where events are sent, and what became of them.",
    ),
    Screen(
        "engines", "Engines", "/engines",
        "What hears, thinks and speaks here, what is ready and what others lack.",
    ),
    Screen(
        "keys", "Keys", "/keys",
        "Who may ask, for what and how often; which browsers are signed in.",
    ),
    Screen(
        "audit", "Audit", "/audit",
        "Who changed what.",
    ),
    Screen(
        "settings", "Settings", "/settings",
        "How the server is set up, and this browser's own choices.",
    ),
)  # fmt: skip


def written() -> str:
    """The page."""
    parts = [
        "# The console\n\nAt <http://127.0.0.1:8080/> once `make run` is up; the link that it prints "
        "signs your browser in, and so does `voiceforge console`, `ADMIN_TOKEN` or any key "
        "([operations](operations.md#the-console-in-the-browser)). It works on a phone's screen, by "
        "keyboard alone (`Ctrl+K` finds everything, `?` lists the keys), in the dark and in the light, "
        "and installs as an app. The pictures are taken by `python -m tests.console.pictures` over a "
        "server with two weeks of made-up calls.\n"
    ]
    for screen in SCREENS:
        pictures = f"![{screen.title}, in the dark](console/{screen.name}-dark.jpg)\n\n"
        more = (
            f"<details><summary>In the light, and on a phone</summary>\n\n"
            f"![{screen.title}, in the light](console/{screen.name}-light.jpg)\n"
            f"![{screen.title}, on a phone](console/{screen.name}-narrow.jpg)\n\n</details>\n"
        )
        parts.append(f"## {screen.title}\n\n{screen.about}\n\n{pictures}{more}")
    _, _, kept = DOCUMENT.read_text().partition(BY_HAND)
    return "\n".join([*parts, BY_HAND + kept])


def main(names: list[str]) -> int:
    screens = [screen for screen in SCREENS if not names or screen.name in names]
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="vf-pictures-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the embedded database's own user has to enter it
        database = EmbeddedPostgres(folder / "database")
        dsn = asyncio.run(database.start())
        try:
            with seeded_server(folder, dsn) as (server, calls), sync_playwright() as playwright:
                browser = start_chromium(playwright)
                faults = _taken(browser, server, calls, screens)
                browser.close()
        finally:
            asyncio.run(database.stop())
    DOCUMENT.write_text(written())
    return 1 if faults else 0


def _taken(
    browser: Browser, server: RunningServer, calls: list[SeededCall], screens: list[Screen]
) -> list[str]:
    """All pictures; what went wrong in the pages."""
    recorded = next(call for call in reversed(calls) if call.spoken)
    found: list[str] = []
    for look, (scheme, size) in LOOKS.items():
        for known in (True, False):
            context = (signed_in if known else opened)(browser, server, scheme=scheme, size=size)
            for screen in (each for each in screens if each.signed_in is known):
                page = context.new_page()
                watch = Watch(page)
                with calls_up(server, LIVE_CALLS if "{live}" in screen.path else 0):
                    live = live_call(server) if "{live}" in screen.path else ""
                    page.goto(screen.path.format(call=recorded.id, live=live))
                    found += [f"{screen.name}: {fault}" for fault in _picture(page, watch, screen, look)]
                page.close()
            context.close()
    return found


def _picture(page: Page, watch: Watch, screen: Screen, look: str) -> list[str]:
    settle(page)
    if "{live}" in screen.path:
        said = page.get_by_role("list", name="Transcript").get_by_role("listitem")
        said.nth(SAID - 1).wait_for(timeout=45_000)
        settle(page)
    file = FOLDER / f"{screen.name}-{look}.jpg"
    page.screenshot(path=file, type="jpeg", quality=82)
    sys.stdout.write("\n    ".join([str(file), *watch.faults]) + "\n")
    sys.stdout.flush()
    return watch.faults


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
