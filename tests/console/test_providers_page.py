"""An account at a provider, from its credentials to a number that leads here, in a real Chromium; Twilio is a
stand-in which refuses what Twilio refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.console.browsing import Watch, axe_violations, settle
from tests.console.running import ROOT
from tests.standins.beside import beside
from tests.standins.provider import serving
from tests.standins.twilio.server import ACCOUNT_SID, NUMBER, TOKEN, TwilioStandIn


@pytest.fixture(scope="module")
def twilio() -> Iterator[TwilioStandIn]:
    with beside(serving(TwilioStandIn())) as standin:
        yield standin


def connect(page: Page, twilio: TwilioStandIn, token: str) -> Locator:
    """A new account of that token; its sheet."""
    page.goto("/providers")
    settle(page, 0)
    page.locator("#main").get_by_role("button", name="Connect a provider").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Twilio").click()
    sheet = page.get_by_role("dialog", name="New account at Twilio")
    sheet.get_by_label("Account SID").fill(ACCOUNT_SID)
    sheet.get_by_label("Auth token").fill(token)
    sheet.get_by_text("More settings").click()
    sheet.get_by_label("Another address of the interface").fill(twilio.url)
    sheet.get_by_label("Where the provider reaches this server").fill("https://voice.example.com")
    sheet.get_by_role("button", name="Add it").click()
    expect(sheet).to_be_hidden()
    return page.get_by_role("dialog", name="twilio")


def remove(page: Page, sheet: Locator) -> None:
    sheet.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog", name="?").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No account yet")).to_be_visible()


def test_a_number_of_an_account_is_pointed_here_and_answered_by_an_agent(
    page: Page, watch: Watch, twilio: TwilioStandIn
) -> None:
    sheet = connect(page, twilio, TOKEN)
    sheet.get_by_role("tab", name="Check").click()
    sheet.get_by_role("button", name="Look now").click()
    findings = sheet.get_by_role("list", name="What was found").get_by_role("listitem")
    expect(findings.filter(has_text="credentials").get_by_label("well")).to_be_visible()
    sheet.get_by_role("tab", name="Numbers").click()
    line = sheet.get_by_role("list", name="Numbers of the account").get_by_role("listitem").first
    line.get_by_role("combobox").fill("demo")
    page.keyboard.press("Enter")
    line.get_by_role("button", name="Point it here").click()
    expect(line.get_by_text("leads here")).to_be_visible()
    assert axe_violations(page, ROOT) == []
    pointed = next(each for each in twilio.numbers if each.number == NUMBER)
    assert pointed.fields["voice_url"].startswith("https://voice.example.com/")
    remove(page, sheet)


def test_a_wrong_token_is_told_and_kept_out_of_sight(page: Page, watch: Watch, twilio: TwilioStandIn) -> None:
    sheet = connect(page, twilio, "f" * 32)
    sheet.get_by_role("tab", name="Check").click()
    sheet.get_by_role("button", name="Look now").click()
    findings = sheet.get_by_role("list", name="What was found").get_by_role("listitem")
    expect(findings.filter(has_text="credentials").get_by_label("wrong")).to_be_visible()
    sheet.get_by_role("tab", name="Account").click()
    expect(sheet.get_by_label("Auth token")).to_have_value("********")
    remove(page, sheet)
