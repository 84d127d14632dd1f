"""The softphone's page as tests work with it: how it is opened, dialled and looked at."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.console.running import RunningServer

CLOCK = re.compile(r"\d:\d\d")
LONG_MS = 40_000
"""Far more than anything takes: only who fails waits for so long."""


def ready(page: Page) -> None:
    page.goto("/phone")
    expect(handset(page)).to_contain_text(re.compile("Ready"), timeout=LONG_MS)


def handset(page: Page) -> Locator:
    return page.get_by_role("region", name="Handset")


def extension(page: Page) -> str:
    """By which it is called."""
    return handset(page).inner_text().split("Ready · ")[1].split()[0]


def dial(page: Page, whom: str) -> None:
    page.get_by_role("combobox", name="Number or name").fill(whom)
    page.get_by_role("button", name="Call", exact=True).click()


def in_call(page: Page) -> None:
    """Until both can talk."""
    expect(handset(page).get_by_role("status").filter(has_text=CLOCK)).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_role("button", name="Hold", exact=True)).to_be_enabled(timeout=LONG_MS)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def live_calls(server: RunningServer) -> int:
    """But for conversations by text, which stay open until nobody has written for a while."""
    live = server.ask("GET", "/api/telephony/calls?state=live")["items"]
    return sum(not each["from_uri"].startswith("tel:") for each in live)


def nothing_is_left(page: Page, server: RunningServer) -> None:
    """No half-open call remains."""
    for _ in range(250):
        if live_calls(server) == 0:
            return
        page.wait_for_timeout(100)
    raise AssertionError("a call is still up on the server")
