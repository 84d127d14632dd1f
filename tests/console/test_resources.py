"""The pages of agents, numbers, knowledge and webhooks in a real Chromium: what is typed is kept, what is
wrong stands at its field, and two who change one thing lose nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.console.browsing import Watch, axe_violations, settle
from tests.console.running import ROOT, RunningServer

AGENT, NUMBER = "night-desk", "+442079460999"


def chosen(page: Page, field: str, value: str) -> None:
    """One of a combobox's choices, by typing."""
    box = page.get_by_role("combobox", name=field, exact=True)
    box.click()
    box.fill(value)
    page.get_by_role("option").filter(has_text=value).first.click()


def greeting(page: Page, server: RunningServer, agent: str) -> str:
    """Calls an agent from the browser, by text; what it says first."""
    session = server.ask("POST", "/api/voice/start", {"agent": agent, "mode": "text"})
    said: str = page.evaluate(
        """([id, token]) => new Promise((told, failed) => {
            const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws/voice/${id}`);
            socket.onopen = () => socket.send(JSON.stringify({type: "connect", token}));
            socket.onmessage = ({data}) => {
                const message = JSON.parse(data);
                if (message.type !== "agent") return;
                socket.send(JSON.stringify({type: "end"}));
                told(message.text);
            };
            socket.onclose = (event) => failed(new Error(`${event.code} ${event.reason}`));
        })""",
        [session["id"], session["token"]],
    )
    return said


def confirmed(page: Page) -> Locator:
    """The dialog that asks before something is removed."""
    return page.get_by_role("dialog").filter(has_text="Remove").last


@pytest.mark.slow
def test_an_agent_is_made_called_given_a_number_changed_by_two_and_removed(
    page: Page, watch: Watch, console_server: RunningServer
) -> None:
    watch.allowed += [(412, "/api/agents/"), (409, "/api/agents/")]
    page.goto("/agents?new")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_text("Give it a name")).to_be_visible()
    page.get_by_label("Name").fill(AGENT)
    chosen(page, "Flow", "front-desk")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", level=1, name=AGENT)).to_be_visible()
    expect(page.get_by_role("link", name="Call it")).to_have_attribute("href", f"/phone?to={AGENT}")

    assert greeting(page, console_server, AGENT)

    # Somebody else changes it while this page is open: both changes count.
    made = console_server.ask("GET", f"/api/agents/{AGENT}")
    body = {
        name: value for name, value in made.items() if name not in ("id", "name", "version", "owner", "fault")
    }
    console_server.ask("PUT", f"/api/agents/{AGENT}", {**body, "recording": False})
    chosen(page, "Spoken and understood", "en-GB")
    page.get_by_role("button", name="Save", exact=True).click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("changed meanwhile")
    expect(asked).to_contain_text("Recording")
    asked.get_by_role("button", name="Save both").click()
    expect(page.get_by_text("is saved")).to_be_visible()
    now = console_server.ask("GET", f"/api/agents/{AGENT}")
    assert (now["language"], now["recording"], now["version"]) == ("en-GB", False, 3)

    page.goto(f"/numbers?new={AGENT}")
    page.get_by_role("textbox", name="Number", exact=True).fill("+44 20 7946 0999")
    page.get_by_role("button", name="Add it").click()
    row = page.get_by_role("row").filter(has_text=NUMBER)
    expect(row).to_contain_text(AGENT)
    page.goto("/numbers?view=who")
    page.get_by_label("Dialled").fill("0044 20 7946 0999")
    page.get_by_role("main").get_by_role("button", name="Look").click()
    expect(page.get_by_text(AGENT, exact=True)).to_be_visible()

    # What depends on it is said before it is removed, and it is not.
    page.goto(f"/agents?agent={AGENT}")
    page.get_by_role("button", name="Remove").click()
    expect(confirmed(page)).to_contain_text(NUMBER)
    confirmed(page).get_by_role("button", name="Remove").click()
    expect(confirmed(page).get_by_role("alert")).to_contain_text("1 numbers lead to")
    console_server.ask("DELETE", f"/api/telephony/numbers/{NUMBER}")
    confirmed(page).get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", level=1, name="Agents")).to_be_visible()
    expect(page.get_by_role("link", name=AGENT)).to_have_count(0)


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(page: Page, watch: Watch) -> None:
    watch.allowed += [(400, "/api/telephony/numbers"), (422, "/api/telephony/routes")]
    page.goto("/numbers?new=demo")
    number = page.get_by_role("textbox", name="Number", exact=True)
    number.fill("030 123456")
    page.get_by_label("Name").fill("Foyer")
    page.get_by_role("button", name="Add it").click()
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("with its country code: +4930123456")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Foyer")
    page.goto("/numbers?view=routes&new")
    page.get_by_label("Pattern").fill("+4940*")
    chosen(page, "Who answers", "demo")
    page.get_by_role("button", name="Ring somebody").click()
    page.get_by_label("Whom").fill("+4990099")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_label("Whom")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert").filter(has_text="not allowed")).to_be_visible()


@pytest.mark.slow
def test_documents_are_handed_in_and_a_question_finds_them(page: Page, watch: Watch) -> None:
    page.goto("/knowledge")
    page.get_by_role("button", name="Add documents").first.click()
    page.get_by_role("combobox", name="Collection").fill("garage")
    page.get_by_label("Files").set_input_files(
        {
            "name": "tyres.md",
            "mimeType": "text/markdown",
            "buffer": b"# Tyres\nWinter tyres cost <b>80</b> dollars.",
        }
    )
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="garage")).to_be_visible()
    page.get_by_label("Question").fill("what do tyres cost")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("Winter tyres cost")).to_be_visible()
    settle(page)
    assert axe_violations(page, ROOT) == []
    page.get_by_role("button", name="Remove", exact=True).click()
    confirmed(page).get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", level=1, name="Knowledge")).to_be_visible()
    expect(page.get_by_role("link", name="garage")).to_have_count(0)


@pytest.mark.slow
def test_the_secret_of_an_endpoint_is_shown_once(
    page: Page, watch: Watch, console_server: RunningServer
) -> None:
    page.goto("/webhooks?new")
    page.get_by_label("Address").fill("https://hooks.example/once")
    page.get_by_role("button", name="Add it").click()
    told = page.get_by_role("dialog").filter(has_text="shown this once")
    expect(told).to_contain_text("whsec_")
    told.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_role("button", name="hooks.example", exact=True)).to_be_visible()
    page.reload()
    settle(page)
    assert "whsec_" not in page.content()
    for each in console_server.ask("GET", "/api/webhooks")["items"]:
        if each["url"].endswith("/once"):
            console_server.ask("DELETE", f"/api/webhooks/{each['id']}")


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    ["/agents?new", "/agents?agent=front-desk", "/numbers?view=routes&new", "/numbers?view=calendars&new",
     "/numbers?new=demo", "/trunks?new", "/trunks?trunk=hansa", "/usage?view=prices", "/usage?view=quotas",
     "/knowledge?collection=house", "/webhooks?new"],
)  # fmt: skip
def test_no_form_shuts_anybody_out(page: Page, watch: Watch, path: str) -> None:
    page.goto(path)
    settle(page)
    assert axe_violations(page, ROOT) == []


def test_what_is_said_by_sip_is_shown_beside_the_trunks(page: Page, watch: Watch) -> None:
    """The seeded trunks are asked whether they are there, and nobody answers."""
    page.goto("/trunks")
    page.get_by_role("button", name="SIP messages").click()
    sheet = page.get_by_role("dialog", name="SIP messages")
    sheet.get_by_label("About what").select_option("OPTIONS")
    first = sheet.locator("details").first
    expect(first).to_contain_text("OPTIONS")
    first.locator("summary").click()
    expect(first.locator("pre")).to_contain_text("SIP/2.0")
    assert axe_violations(page, ROOT) == []
