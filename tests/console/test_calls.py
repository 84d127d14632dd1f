"""Calls in the console: found by what was said, listened to afterwards, and while they are up."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.console.browsing import Watch, axe_violations, settle, signed_in
from tests.console.live_calls import calls_up, live_call
from tests.console.running import ROOT, RunningServer
from tests.console.seeding import SeededCall

SOUNDS = """() => new Promise(done => {
  const meter = document.querySelector('[role=meter]');
  const loudest = { value: 0 };
  const began = performance.now();
  const look = () => {
    loudest.value = Math.max(loudest.value, Number(meter?.getAttribute('aria-valuenow') ?? 0));
    if (loudest.value > 0 || performance.now() - began > 15000) done(loudest.value);
    else requestAnimationFrame(look);
  };
  look();
})"""


def test_a_call_is_found_by_what_was_said_in_it_and_played(page: Page, watch: Watch) -> None:
    page.goto("/calls")
    page.get_by_role("searchbox", name="Search what was said").fill("router rebooting")
    rows = page.get_by_role("table", name="Calls").get_by_role("row")
    expect(rows.nth(1).locator("mark").first).to_have_text(re.compile("router|rebooting"))
    # What somebody says is text, whatever stands in it.
    expect(rows.nth(1)).to_contain_text("<b>rebooting</b>")
    assert "q=router+rebooting" in page.url
    rows.nth(1).click()
    settle(page, 0)
    expect(page.get_by_role("list").filter(has_text="my router keeps").first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("searchbox", name="Search what was said")).to_have_value("router rebooting")


def test_a_recording_is_played_from_the_line_that_somebody_points_at(
    page: Page, watch: Watch, seeded_calls: list[SeededCall]
) -> None:
    newest = next(call for call in reversed(seeded_calls) if call.spoken)
    page.goto(f"/calls/{newest.id}")
    place = page.get_by_role("slider", name="Place in the recording")
    expect(place).to_be_visible()
    page.get_by_role("button", name=re.compile("^Play from")).nth(2).click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    began = newest.spoken[2][1] / 1000
    page.wait_for_function(
        "began => document.querySelector('audio').currentTime > began", arg=began, timeout=10_000
    )
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


@pytest.mark.slow
def test_a_supervisor_listens_whispers_takes_over_and_hangs_up(
    chromium: Browser, console_server: RunningServer
) -> None:
    context = signed_in(chromium, console_server)
    page = context.new_page()
    watch = Watch(page)
    page.goto("/live")
    with calls_up(console_server, 1):
        call = live_call(console_server)
        page.get_by_role("list", name="Live calls").get_by_role("button").first.click()
        page.get_by_role("button", name="Listen").click()
        expect(page.get_by_text("Nobody hears you.")).to_be_visible()
        assert page.evaluate(SOUNDS) > 0  # the agent is heard

        for button, said in (
            ("Whisper", "The agent alone hears you."),
            ("Take over", "The caller talks with you"),
        ):
            page.get_by_role("button", name=button).click()
            expect(page.get_by_text(said)).to_be_visible()
        page.get_by_role("button", name="Leave").click()
        expect(page.get_by_role("button", name="Listen")).to_be_visible()

        # Nobody takes the call elsewhere: it says why, and the agent goes on.
        page.get_by_role("button", name="Transfer").click()
        elsewhere = page.get_by_role("dialog", name="Connect the caller elsewhere")
        watch.allowed.append((403, f"/api/telephony/calls/{call}/transfer"))
        elsewhere.get_by_role("combobox").fill("nobody-there")
        page.keyboard.press("Tab")  # what was typed stays
        elsewhere.get_by_role("button", name="Transfer now").click()
        expect(elsewhere).to_contain_text("Nobody took the call")
        assert axe_violations(page, ROOT) == []
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Hang up").click()
        page.get_by_role("dialog").get_by_role("button", name="Hang up").click()
        expect(page.get_by_text("Nobody is calling")).to_be_visible(timeout=20_000)
        ended = console_server.ask("GET", f"/api/telephony/calls/{call}")
        assert (ended["live"], ended["why"]) == (False, "hung up")
        audit = console_server.ask("GET", f"/api/audit?subject=call:{call}")["items"]
        assert [(line["action"], line["change"].get("mode")) for line in reversed(audit)] == [
            ("call.monitor", "listen"), ("call.monitor", "whisper"), ("call.monitor", "takeover"),
            ("call.transfer", None), ("call.hangup", None),
        ]  # fmt: skip
    context.close()
    assert watch.faults == []
