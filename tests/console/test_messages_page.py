"""Text messages in a real Chromium: one comes in by a signed webhook and is answered, one is written, one
does not arrive, and somebody wants none. Twilio is a stand-in which refuses what Twilio refuses."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.console.browsing import NARROW, Watch, axe_violations, settle
from tests.console.running import ROOT, RunningServer
from tests.standins.beside import Beside, reached
from tests.standins.provider import serving
from tests.standins.twilio.server import ACCOUNT_SID, NUMBER, TOKEN, TwilioStandIn

PUBLIC = "https://voice.example.com"
HERS, HIS, THEIRS = "+4915133333333", "+4915187654321", "+4915155555555"
SOON_MS = 20_000
"""An answer waits for what else may be said, and the page asks every five seconds."""

Twilio = Beside[TwilioStandIn]


@pytest.fixture(scope="module")
def twilio(console_server: RunningServer) -> Iterator[Twilio]:
    """With an account of this server's, whose number is answered by the demo agent."""
    with reached(serving(TwilioStandIn())) as standin:
        standin.made.leads[PUBLIC] = console_server.http
        settings = {
            "account_sid": ACCOUNT_SID, "auth_token": TOKEN, "base_url": standin.made.url,
            "public_url": PUBLIC, "prefixes": ["+49"], "caller": NUMBER,
        }  # fmt: skip
        account = {"name": "texting", "kind": "twilio", "settings": settings}
        console_server.ask("POST", "/api/telephony/providers", account)
        while console_server.ask("GET", "/api/telephony/providers/texting")["standing"] == "starting":
            time.sleep(0.05)  # waits for another process
        pointed = f"/api/telephony/providers/texting/numbers/{NUMBER.replace('+', '%2B')}"
        console_server.ask("PUT", pointed, {"agent": "demo"})
        yield standin
        standin.ask(standin.made.close())
        console_server.ask("DELETE", "/api/telephony/providers/texting")
        console_server.ask("DELETE", f"/api/telephony/numbers/{NUMBER.replace('+', '%2B')}")


def thread(page: Page, number: str) -> Locator:
    return page.get_by_role("region", name=f"Messages with {number}")


def report(twilio: Twilio, state: str, code: str = "") -> None:
    """What becomes of the last text that the account was given."""
    sent = twilio.made.messages[-1]
    fields = {
        "AccountSid": ACCOUNT_SID, "MessageSid": sent.sid, "MessageStatus": state, "To": sent.to,
        "From": sent.sender, **({"ErrorCode": code} if code else {}),
    }  # fmt: skip
    assert twilio.ask(twilio.made.tell(sent.callback, fields)).status < 300


def write(page: Page, to: str, text: str) -> Locator:
    """A new message, ready to be sent; its sheet."""
    page.goto("/messages")
    settle(page, 0)
    page.locator("#main").get_by_role("button", name="New message").first.click()
    sheet = page.get_by_role("dialog", name="New message")
    sheet.get_by_role("textbox", name="To", exact=True).fill(to)
    sheet.get_by_label("Text", exact=True).fill(text)
    return sheet


def test_who_writes_to_a_number_is_answered_and_both_are_seen(
    page: Page, watch: Watch, twilio: Twilio
) -> None:
    assert twilio.ask(twilio.made.writes_in(HERS, "Is there a room for tonight?")).status == 200
    page.goto("/")
    sidebar = page.get_by_role("complementary").get_by_role("navigation", name="Pages")
    sidebar.get_by_role("link", name="Messages", exact=True).click()
    expect(page).to_have_url(re.compile(r"/messages$"))
    row = page.get_by_role("list", name="Conversations").get_by_role("link").filter(has_text=HERS)
    row.click()
    log = thread(page, HERS).get_by_role("log")
    expect(log.get_by_text("Is there a room for tonight?")).to_be_visible()
    answer = log.get_by_role("listitem").filter(has_text="Went out").first
    expect(answer).to_contain_text("sent", timeout=SOON_MS)
    report(twilio, "delivered")
    expect(answer).to_contain_text("delivered", timeout=SOON_MS)
    assert axe_violations(page, ROOT) == []
    answer.get_by_role("link", name="its call").click()
    expect(page.get_by_text("Is there a room for tonight?").first).to_be_visible()


def test_a_text_is_written_and_what_did_not_arrive_says_why(page: Page, watch: Watch, twilio: Twilio) -> None:
    sheet = write(page, "0151 1234", "Your room is ready “now”")
    expect(sheet.get_by_text("Billed as 1 message")).to_be_visible()
    sheet.get_by_role("button", name="Send").click()
    expect(sheet.get_by_text("With its country code: +4915112345678.")).to_be_visible()
    assert axe_violations(page, ROOT) == []
    sheet.get_by_role("textbox", name="To", exact=True).fill("+49 (151) 8765-4321")
    sheet.get_by_role("button", name="Send").click()
    log = thread(page, HIS).get_by_role("log")
    expect(log.get_by_text('Your room is ready "now"')).to_be_visible()
    assert [(each.to, each.sender) for each in twilio.made.messages[-1:]] == [(HIS, NUMBER)]
    report(twilio, "undelivered", "30003")
    expect(log.get_by_text("not delivered")).to_be_visible(timeout=SOON_MS)
    expect(log).to_contain_text("30003")

    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    thread(page, HIS).get_by_label("Text", exact=True).fill("Once more: your room is ready.")
    thread(page, HIS).get_by_role("button", name="Send").click()
    expect(log.get_by_text("Once more: your room is ready.")).to_be_visible()
    expect(thread(page, HIS).get_by_label("Text", exact=True)).to_have_value("")
    page.get_by_role("link", name="All conversations").click()
    expect(page.get_by_role("list", name="Conversations")).to_be_visible()


def test_what_may_not_be_sent_is_told_and_stays_written(page: Page, watch: Watch, twilio: Twilio) -> None:
    watch.allowed.append((403, "/api/telephony/messages"))
    before = len(twilio.made.messages)
    sheet = write(page, "+33612345678", "Bonjour")
    sheet.get_by_role("button", name="Send").click()
    expect(sheet.get_by_role("alert")).to_contain_text("prefix")
    expect(sheet.get_by_label("Text", exact=True)).to_have_value("Bonjour")
    assert len(twilio.made.messages) == before


def test_who_writes_stop_is_written_to_no_more(page: Page, watch: Watch, twilio: Twilio) -> None:
    assert twilio.ask(twilio.made.writes_in(THEIRS, "STOP")).status == 200
    page.goto("/messages")
    row = page.get_by_role("list", name="Conversations").get_by_role("link").filter(has_text=THEIRS)
    expect(row).to_contain_text("wants no texts", timeout=SOON_MS)
    row.click()
    expect(thread(page, THEIRS).get_by_text("They wrote STOP.")).to_be_visible()
    expect(thread(page, THEIRS).get_by_role("button", name="Send")).to_have_count(0)
    page.get_by_role("button", name="Who wants no texts").click()
    sheet = page.get_by_role("dialog", name="Who wants no texts")
    expect(sheet.get_by_role("listitem").filter(has_text=THEIRS)).to_contain_text("STOP", ignore_case=True)


def _answered(body: str, route: Route) -> None:
    route.fulfill(body=body, content_type="application/json")


def test_a_place_without_messages_says_how_to_get_some(page: Page, watch: Watch) -> None:
    for path, body in (("conversations", {"items": [], "next": None}), ("senders", {"items": []})):
        answer = json.dumps(body)
        page.route(f"**/api/telephony/messages/{path}*", partial(_answered, answer))
    page.goto("/messages")
    expect(page.get_by_text("No messages yet")).to_be_visible()
    expect(page.get_by_role("link", name="Connect a provider")).to_have_attribute("href", "/providers?new")
    assert axe_violations(page, ROOT) == []
