"""The playground in a real Chromium, over the real gateway: in writing, by voice, through lost sockets and
without a microphone."""

from __future__ import annotations

import asyncio
import csv
import json
import re
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect

from callers.lines import BOOKING, synthesised
from tests.console.browsing import Watch, axe_violations, settle, signed_in, start_chromium
from tests.console.running import ROOT, RunningServer

RATE = 8_000
ASKED = re.compile("book a .*room")
"""What the recogniser makes of the first line, also of one that the browser has cleaned up."""
SOCKETS = (
    "const Real = WebSocket; window.sockets = []; window.WebSocket = class extends Real { constructor(...a) \
{ super(...a); window.sockets.push(this); } };"
)
"""Keeps each socket of a page, so that a test can lose it."""
REFUSED = (
    "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); };"
)


def transcript(page: Page) -> Locator:
    return page.get_by_role("log").first


def say(page: Page, words: str) -> None:
    page.get_by_label("Your words").fill(words)
    page.keyboard.press("Enter")


def begin(page: Page, mode: str) -> None:
    page.goto("/playground")
    settle(page, 0)
    page.get_by_role("complementary").get_by_role("button", name=mode, exact=True).click()
    page.get_by_role("button", name="Talk", exact=True).click()
    expect(page.get_by_text("Live", exact=True).last).to_be_visible()


def test_words_are_answered_measured_and_taken_along(page: Page, watch: Watch, tmp_path: Path) -> None:
    begin(page, "Text")
    expect(transcript(page)).to_contain_text("room desk")
    say(page, "book a room")
    expect(transcript(page)).to_contain_text("Which office")
    rows = page.get_by_role("table", name="Turns").get_by_role("row")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("book a room")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as file:
        page.get_by_role("menuitem", name="Turns as CSV").click()
    file.value.save_as(tmp_path / "turns.csv")
    with (tmp_path / "turns.csv").open(encoding="utf-8-sig", newline="") as told:
        (turn,) = csv.DictReader(told)
    assert turn["said"] == "book a room" and turn["typed"] == "yes" and float(turn["end_to_end_ms"]) >= 0
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as file:
        page.get_by_role("menuitem", name="Everything as JSON").click()
    file.value.save_as(tmp_path / "session.json")
    (session,) = json.loads((tmp_path / "session.json").read_text())["sessions"]
    assert [line["who"] for line in session["transcript"]][:3] == ["agent", "caller", "agent"]
    assert axe_violations(page, ROOT) == []
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_text("Over", exact=True)).to_be_visible()
    say_again = page.get_by_role("button", name="Talk", exact=True)
    expect(say_again).to_be_enabled()
    expect(transcript(page)).to_contain_text("Which office")  # what was said stays


def test_a_socket_that_is_lost_costs_no_word(page: Page, watch: Watch) -> None:
    page.add_init_script(SOCKETS)
    begin(page, "Text")
    expect(transcript(page)).to_contain_text("room desk")
    page.evaluate("() => sockets.filter(s => s.url.endsWith('/ws')).at(-1).close(4000, 'lost')")
    expect(transcript(page)).to_contain_text("The connection was lost")
    say(page, "book a room")  # while there is none
    expect(transcript(page)).to_contain_text("Back again: the conversation goes on.")
    expect(transcript(page)).to_contain_text("Which office")
    assert transcript(page).inner_text().count("book a room.") == 1, "in the greeting"
    expect(transcript(page).get_by_role("article").filter(has_text="You:")).to_have_count(1)


def test_two_agents_answer_the_same_words_side_by_side(page: Page, watch: Watch) -> None:
    page.goto("/playground")
    settle(page, 0)
    settings = page.get_by_role("complementary")
    settings.get_by_role("button", name="Compare with a second agent").click()
    settings.get_by_role("button", name="Text", exact=True).click()
    page.get_by_role("button", name="Talk", exact=True).click()
    for side in (0, 1):
        expect(page.get_by_role("log").nth(side)).to_contain_text("room desk")
    say(page, "book a room")
    for side in (0, 1):
        expect(page.get_by_role("log").nth(side)).to_contain_text("Which office")
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_text("Over", exact=True)).to_be_visible()


def test_keys_of_a_telephone_are_pressed(page: Page, watch: Watch) -> None:
    begin(page, "Text")
    expect(transcript(page)).to_contain_text("room desk")
    page.get_by_role("button", name="Keypad").click()
    page.get_by_role("group", name="Keypad").get_by_role("button", name="1").click()
    expect(transcript(page)).to_contain_text("Which office")
    page.get_by_role("button", name="Hang up").click()


def test_without_a_microphone_it_says_why_and_words_can_be_typed(page: Page, watch: Watch) -> None:
    page.add_init_script(REFUSED)
    begin(page, "Hybrid")
    expect(page.get_by_role("alert")).to_contain_text("The microphone is not permitted")
    say(page, "book a room")
    expect(transcript(page)).to_contain_text("Which office", timeout=15_000)
    page.get_by_role("button", name="Hang up").click()


def test_an_agent_that_is_not_there_is_told_so(page: Page, watch: Watch) -> None:
    page.goto("/playground?agent=nobody")
    settle(page, 0)
    page.get_by_role("complementary").get_by_role("button", name="Text", exact=True).click()
    page.get_by_role("button", name="Talk", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("There is no agent 'nobody'.")
    expect(page.get_by_role("button", name="Begin again")).to_be_visible()


# ---- by voice


@pytest.fixture(scope="module")
def speaking(playwright_driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium whose microphone says the first line of a booking, after the time of a greeting."""
    with ThreadPoolExecutor(1) as thread:  # playwright's loop runs in this one
        (clip,) = thread.submit(asyncio.run, synthesised(BOOKING[:1])).result()
    said = np.concatenate([np.zeros(7 * RATE), clip.samples, np.zeros(12 * RATE)]).astype("<i2")
    path = tmp_path_factory.mktemp("microphone") / "booking.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(said.tobytes())
    browser = start_chromium(playwright_driver, path)
    yield browser
    browser.close()


@pytest.fixture
def spoken(speaking: Browser, console_server: RunningServer) -> Iterator[BrowserContext]:
    context = signed_in(speaking, console_server)
    yield context
    context.close()


@pytest.mark.slow
def test_a_turn_by_voice_is_heard_answered_and_measured_to_the_ear(spoken: BrowserContext) -> None:
    page = spoken.new_page()
    watch = Watch(page)
    begin(page, "Voice")
    expect(transcript(page)).to_contain_text("room desk", timeout=15_000)
    heard = transcript(page).get_by_role("article").filter(has_text="You:").first
    expect(heard).to_contain_text(ASKED, timeout=30_000)
    expect(heard).to_contain_text("%")
    row = page.get_by_role("table", name="Turns").get_by_role("row").last
    expect(row).to_contain_text(ASKED, timeout=30_000)
    cells = [cell.inner_text() for cell in row.get_by_role("cell").all()]
    assert len(cells) >= 7 and "–" not in cells[2:7], cells
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_text("Over", exact=True)).to_be_visible()
    assert watch.faults == []


@pytest.mark.slow
def test_while_the_button_is_not_held_nothing_is_heard(spoken: BrowserContext) -> None:
    page = spoken.new_page()
    watch = Watch(page)
    page.goto("/playground")
    settle(page, 0)
    settings = page.get_by_role("complementary")
    settings.get_by_role("button", name="Voice", exact=True).click()
    settings.get_by_role("button", name="Push to talk").click()
    page.get_by_role("button", name="Talk", exact=True).click()
    hold = page.get_by_role("button", name="Hold to talk")
    expect(hold).to_be_visible()
    page.locator("body").focus()
    page.keyboard.down(" ")
    expect(hold).to_have_attribute("aria-pressed", "true")
    heard = transcript(page).get_by_role("article").filter(has_text="You:")
    expect(heard).to_have_count(1, timeout=30_000)  # what is understood while it is said
    page.wait_for_timeout(1_500)
    page.keyboard.up(" ")
    expect(hold).to_have_attribute("aria-pressed", "false")
    expect(transcript(page)).to_contain_text("Which office", timeout=20_000)
    page.get_by_role("button", name="Hang up").click()
    assert watch.faults == []
