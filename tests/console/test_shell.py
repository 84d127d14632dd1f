"""The console in a real Chromium: every place opens without a fault, whoever looks; signing in and out."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from api.console_pages import DEEPER, PLACES
from tests.console.browsing import NARROW, Watch, axe_violations, settle, signed_in
from tests.console.running import ROOT, RunningServer
from tests.console.seeding import SeededCall

EVERYWHERE = ("", *(place for place in PLACES if place != "sign-in"))


def paths(calls: list[SeededCall]) -> list[str]:
    """Each place, and one of the things in those that have pages of them."""
    newest = next(call for call in reversed(calls) if call.spoken)
    return [*(f"/{place}" for place in EVERYWHERE), f"/calls/{newest.id}", "/flows/front-desk"]


@pytest.mark.timeout(400)  # two dozen pages, on a machine that may be busy
def test_every_place_of_the_console_opens_without_a_fault(
    page: Page, watch: Watch, seeded_calls: list[SeededCall]
) -> None:
    assert len(paths(seeded_calls)) == len(EVERYWHERE) + len(DEEPER)
    for path in paths(seeded_calls):
        page.goto(path)
        settle(page, 0)
        expect(page.get_by_role("heading", level=1)).not_to_be_empty()
        assert watch.faults == [], path


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_no_place_shuts_anybody_out(
    chromium: Browser, console_server: RunningServer, seeded_calls: list[SeededCall], scheme: str
) -> None:
    """axe-core finds nothing against WCAG 2.2 AA."""
    context = signed_in(chromium, console_server, scheme=scheme)
    page, found = context.new_page(), {}
    for path in paths(seeded_calls):
        page.goto(path)
        settle(page)
        if violations := axe_violations(page, ROOT):
            found[path] = violations
    context.close()
    assert found == {}


@pytest.mark.slow
def test_on_a_phones_screen_nothing_has_to_be_pushed_aside(
    chromium: Browser, console_server: RunningServer, seeded_calls: list[SeededCall]
) -> None:
    context = signed_in(chromium, console_server, size=NARROW)
    page, wide = context.new_page(), []
    for path in paths(seeded_calls):
        page.goto(path)
        settle(page, 0)
        width = page.evaluate("() => document.documentElement.scrollWidth")
        if width > NARROW[0]:
            wide.append(f"{path}: {width} px")
    context.close()
    assert wide == []


def test_the_palette_finds_what_has_a_name_and_takes_words_along(page: Page, watch: Watch) -> None:
    page.goto("/dashboard")
    settle(page, 0)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Go to, or do").fill("riverside")
    expect(page.get_by_role("option", name="+442079460123")).to_be_visible()
    page.get_by_role("combobox", name="Go to, or do").fill("prescription")
    expect(page.get_by_role("option", name="Calls in which “prescription” was said")).to_be_visible()
    page.get_by_role("option", name="prescription-refill Flow").click()
    expect(page).to_have_url(re.compile("/flows/prescription-refill$"))


@pytest.mark.parametrize("call", ["none", "00000000-0000-4000-8000-000000000000"])
def test_a_call_that_is_not_there_is_told_in_words(page: Page, watch: Watch, call: str) -> None:
    watch.allowed += [(400, "/api/telephony/calls/none"), (404, "/api/telephony/calls/0000")]
    page.goto(f"/calls/{call}")
    expect(page.get_by_text("There is no such call")).to_be_visible()
    expect(page.get_by_text("UUID")).to_have_count(0)


def test_the_log_tells_names_and_not_their_numbers(page: Page, watch: Watch) -> None:
    page.goto("/audit?action=key.")
    line = page.get_by_role("listitem").filter(has_text="Key CRM")
    expect(line).to_contain_text("made")
    expect(line).to_contain_text("call minutes 2,000")


def test_on_this_machine_a_browser_may_call_without_signing_in(stranger: BrowserContext) -> None:
    told = stranger.request.get("/api/console/session").json()
    assert (told["signed_in"], told["may_call_without_key"]) == (False, True)
    proxied = stranger.request.get("/api/console/session", headers={"X-Forwarded-For": "192.0.2.7"})
    assert not proxied.json()["may_call_without_key"]


def test_with_a_key_somebody_signs_in_and_out_and_it_is_kept_nowhere(
    stranger: BrowserContext, console_server: RunningServer
) -> None:
    made = console_server.ask("POST", "/api/keys", {"name": "Reception", "scopes": ["calls:read"]})
    page = stranger.new_page()
    watch = Watch(page, allowed=[(401, "/api/")])
    page.goto("/calls")
    page.get_by_label("Key or admin token").fill("vf_wrong")
    page.get_by_role("button", name="Sign in", exact=True).last.click()
    expect(page.get_by_text("does not know this key")).to_be_visible()
    page.get_by_label("Key or admin token").fill(made["key"])
    page.get_by_role("button", name="Sign in", exact=True).last.click()
    expect(page.get_by_role("button", name="Signed in as Reception")).to_be_visible()
    (cookie,) = stranger.cookies()
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"
    stored = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "vf_" not in stored and "vf_" not in page.url
    # The key is revoked: the page says so, and asks anew.
    console_server.ask("DELETE", f"/api/keys/{made['id']}")
    page.goto("/calls")
    expect(page.get_by_role("button", name="Sign in", exact=True).last).to_be_visible()
    assert watch.faults == []
