"""Somebody calls while the page is not looked at: the browser says so, it rings once for all tabs, and it is
still as soon as the call was taken."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.console.browsing import opened
from tests.console.handset import LONG_MS, dial, extension, handset, in_call, ready
from tests.console.probes import audio, hears, probed
from tests.console.running import RunningServer

pytestmark = pytest.mark.slow

_WATCHED = """
(() => {
  const Plain = Notification, Sound = AudioContext;
  window.told = {notices: [], focused: 0, sounding: () => waves.filter(it => !it.over).length, hidden: false};
  const waves = [];
  window.Notification = class extends Plain {
    constructor(title, options) { super(title, options); told.notices.push(this); this.shown = options.body; }
    close() { this.closed = true; super.close(); }
  };
  window.focus = () => { told.focused += 1; };
  window.OscillatorNode = class extends OscillatorNode {
    constructor(...all) {
      super(...all);
      waves.push(this);
      this.addEventListener("ended", () => { this.over = true; });
    }
    disconnect(...all) { this.over = true; super.disconnect(...all); }
  };
  Object.defineProperty(document, "visibilityState", {get: () => told.hidden ? "hidden" : "visible"});
})();
"""
"""Headless Chromium shows no notification and hides no tab: what the page asks for is what is seen."""


@pytest.fixture
def called(chromium: Browser, console_server: RunningServer) -> Iterator[BrowserContext]:
    context = _signed_in(chromium, console_server, "Called")
    context.grant_permissions(["microphone", "notifications"])
    context.add_init_script(_WATCHED)
    yield context
    context.close()


@pytest.fixture
def caller(chromium: Browser, console_server: RunningServer) -> Iterator[Page]:
    context = _signed_in(chromium, console_server, "Caller")
    page = context.new_page()
    ready(page)
    yield page
    context.close()


def _signed_in(browser: Browser, server: RunningServer, name: str) -> BrowserContext:
    """With a key of its own: it has an extension of its own, then."""
    scopes = ["calls:read", "calls:write"]
    key = server.ask("POST", "/api/keys", {"name": name, "scopes": scopes})["key"]
    context = probed(opened(browser, server))
    context.request.post("/api/console/sessions", headers={"Authorization": f"Bearer {key}"})
    return context


def test_a_call_is_notified_rings_and_is_still_when_it_was_taken(
    called: BrowserContext, caller: Page
) -> None:
    page = called.new_page()
    ready(page)
    page.evaluate("() => { told.hidden = true; }")
    dial(caller, extension(page))
    page.wait_for_function("() => told.notices.length === 1 && told.sounding() > 0", timeout=LONG_MS)
    assert page.evaluate("() => told.notices[0].shown") == extension(caller)
    page.evaluate("() => told.notices[0].onclick()")  # as the browser does when it is clicked
    assert page.evaluate("() => told.focused") == 1
    page.get_by_role("button", name="Answer", exact=True).first.click()
    in_call(page)
    hears(caller)
    page.wait_for_function("() => told.notices[0].closed && told.sounding() === 0", timeout=LONG_MS)


def test_of_two_tabs_one_rings_and_the_other_says_that_there_is_a_call(
    called: BrowserContext, caller: Page
) -> None:
    page, second = called.new_page(), called.new_page()
    ready(page)
    second.goto("/phone")
    expect(handset(second)).to_contain_text("The phone is open in another tab", timeout=LONG_MS)
    dial(caller, extension(page))
    expect(page.get_by_role("button", name="Answer", exact=True).first).to_be_visible(timeout=LONG_MS)
    assert second.evaluate("() => [told.notices.length, told.sounding()]") == [0, 0]
    expect(handset(second)).to_contain_text("There is a call on it", timeout=LONG_MS)
    page.get_by_role("button", name="Refuse", exact=True).first.click()
    expect(handset(caller)).to_contain_text("refused the call", timeout=LONG_MS)
    assert audio(page)["open"] == 0
