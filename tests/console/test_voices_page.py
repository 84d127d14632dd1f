"""The voices in a real Chromium: found, heard one at a time, and what each lacks here."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, Request, expect

from tests.console.browsing import Watch, axe_violations, settle
from tests.console.running import ROOT


def cards(page: Page) -> Locator:
    return page.get_by_role("list", name="Voices").get_by_role("listitem")


def opened(page: Page) -> None:
    page.goto("/voices")
    settle(page, 0)


def test_voices_are_found_by_language_and_words(page: Page, watch: Watch) -> None:
    opened(page)
    everything = cards(page).count()
    assert everything >= 143
    page.locator("#main").get_by_label("Language", exact=True).select_option("Hindi")
    expect(cards(page).filter(has_not_text="Hindi")).to_have_count(0)
    assert 0 < cards(page).count() < everything
    page.get_by_role("searchbox", name="Search by name").fill("no such voice")
    expect(page.get_by_text("No voice fits all of that")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(cards(page)).to_have_count(everything)
    assert axe_violations(page, ROOT) == []


def test_one_voice_is_heard_at_a_time_also_by_the_keyboard(page: Page, watch: Watch) -> None:
    opened(page)
    plays = cards(page).get_by_role("button", name=re.compile("^(Hear|Stop) "))
    first, second = plays.nth(0), plays.nth(1)
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowRight")
    expect(second).to_be_focused()
    page.keyboard.press("Enter")
    expect(second).to_have_attribute("aria-pressed", "true")
    expect(first).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Enter")
    expect(second).to_have_attribute("aria-pressed", "false")


def test_a_text_of_ones_own_is_spoken_as_it_is_made(page: Page, watch: Watch) -> None:
    opened(page)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "/api/tts" in request.url else None)
    page.get_by_label("Your own text").fill("Good morning.")
    play = cards(page).get_by_role("button", name=re.compile("^Hear ")).first
    play.click()
    expect(page.get_by_text("first sound after")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("first sound after")).to_be_hidden(timeout=15_000)  # it is over
    (request,) = asked
    body = request.post_data_json
    assert body is not None and body["text"] == "Good morning."


def test_what_a_voice_lacks_is_told_with_the_commands_that_mend_it(page: Page, watch: Watch) -> None:
    opened(page)
    page.locator("#main").get_by_label("Language", exact=True).select_option("Hindi")
    cards(page).get_by_role("button", name=re.compile("^More of ")).first.click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("voiceforge engines install indic-parler-tts")
    expect(sheet.get_by_role("link", name="Try it in the playground")).to_have_attribute(
        "href", re.compile(r"^/playground\?voice=hi-")
    )
    assert axe_violations(page, ROOT) == []
    page.keyboard.press("Escape")
    compare = cards(page).get_by_role("button", name=re.compile("^Compare "))
    compare.nth(0).click()
    compare.nth(1).click()
    page.get_by_role("button", name=re.compile("^Compare .* and ")).click()
    expect(page.get_by_role("dialog", name="Compare two voices").get_by_role("region")).to_have_count(2)
    assert axe_violations(page, ROOT) == []
