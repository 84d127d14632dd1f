"""A page that is left in mid-call, or whose session ends: the user is warned, the server ends the call, and
nothing that was typed is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from tests.console.browsing import signed_in
from tests.console.handset import LONG_MS, dial, handset, in_call, live_calls, nothing_is_left, ready
from tests.console.probes import hears, probed
from tests.console.running import RunningServer


@pytest.fixture
def caller(chromium: Browser, console_server: RunningServer) -> Iterator[Page]:
    context = probed(signed_in(chromium, console_server))
    yield context.new_page()
    context.close()


def begin(page: Page, door: str) -> None:
    if door == "sip":
        ready(page)
        dial(page, "echo")
        in_call(page)
    else:
        page.goto("/")
        page.get_by_role("button", name="Call demo").first.click()
        hears(page)


def sign_out(context: BrowserContext) -> None:
    """Elsewhere: the page is told by the next answer that it gets."""
    context.request.delete("/api/console/session", headers={"Sec-Fetch-Site": "same-origin"})


def sign_in_again(page: Page, key: str) -> None:
    page.get_by_label("Key or admin token").fill(key)
    page.get_by_role("button", name="Sign in", exact=True).last.click()


@pytest.mark.parametrize("door", ["whip", pytest.param("sip", marks=pytest.mark.slow)])
def test_who_leaves_in_mid_call_is_asked_first_and_then_the_call_is_over(
    caller: Page, console_server: RunningServer, door: str
) -> None:
    begin(caller, door)
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    caller.on("dialog", answer)
    caller.goto("about:blank")
    nothing_is_left(caller, console_server)
    assert asked == ["beforeunload"]


@pytest.mark.slow
def test_nothing_that_was_typed_is_lost_when_a_session_ends(
    caller: Page, console_server: RunningServer
) -> None:
    caller.goto("/webhooks")
    caller.get_by_role("button", name="New endpoint").first.click()
    address = caller.get_by_label("Address", exact=False).first
    address.fill("https://typed.example/before")
    sign_out(caller.context)
    caller.get_by_role("button", name="Add it").click()
    expect(caller.get_by_text("Your session has ended")).to_be_visible(timeout=LONG_MS)
    sign_in_again(caller, console_server.key)
    expect(caller.get_by_text("Your session has ended")).to_be_hidden(timeout=LONG_MS)
    expect(address).to_have_value("https://typed.example/before")


@pytest.mark.slow
def test_the_phone_registers_again_when_somebody_signs_in_after_a_session_ended(
    caller: Page, console_server: RunningServer
) -> None:
    # As from another machine, where nobody may call without being signed in.
    caller.context.set_extra_http_headers({"X-Forwarded-For": "192.0.2.7"})
    ready(caller)
    sign_out(caller.context)
    caller.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    phone = caller.locator("section[aria-label=Handset], [role=region][aria-label=Handset]")
    expect(caller.get_by_text("Your session has ended")).to_be_visible(timeout=60_000)
    expect(phone).not_to_contain_text("Ready", timeout=60_000)
    sign_in_again(caller, console_server.key)
    expect(handset(caller)).to_contain_text(re.compile("Ready ·"), timeout=LONG_MS)
    assert live_calls(console_server) == 0
