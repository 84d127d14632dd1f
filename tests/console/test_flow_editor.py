"""The flow editor in a real Chromium: a flow drawn from nothing by mouse and keyboard, published and talked
to; two tabs that draw at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Browser, BrowserContext, Locator, Page, expect

from tests.console.browsing import NARROW, Watch, axe_violations, settle, signed_in
from tests.console.running import ROOT, RunningServer


def document(name: str, text: str = "Welcome.") -> dict[str, Any]:
    return {
        "format": 1,
        "name": name,
        "nodes": [
            {"id": "start", "type": "start", "position": {"x": 0, "y": 0}},
            {"id": "hello", "type": "say", "text": text, "position": {"x": 340, "y": 0}},
            {"id": "end", "type": "end_call", "text": "Goodbye.", "position": {"x": 680, "y": 0}},
        ],
        "edges": [
            {"type": "next", "source": "start", "target": "hello"},
            {"type": "next", "source": "hello", "target": "end"},
        ],
    }


@pytest.fixture
def flow(operator: BrowserContext) -> Iterator[str]:
    """A flow of three nodes, published; gone afterwards."""
    name, api = "drawn-in-a-test", operator.request
    made = api.post("/api/flows", data={"document": document(name), "publish": True})
    assert made.status == 201, made.text()
    yield name
    api.delete(f"/api/flows/{name}?force=true")


def node(page: Page, id: str) -> Locator:
    return page.locator(f'.react-flow__node[data-id="{id}"]')


def opened(page: Page, name: str) -> None:
    page.goto(f"/flows/{name}")
    expect(node(page, "start")).to_be_visible()


def saved(page: Page) -> None:
    expect(page.locator("[data-flow-editor]")).to_have_attribute("data-flow-editor", "saved")


def newest(api: APIRequestContext, name: str) -> Any:
    shown = api.get(f"/api/flows/{name}").json()
    return api.get(f"/api/flows/{name}/versions/{shown['newest']}").json()["document"]


def words(page: Page) -> Locator:
    """What the chosen node says."""
    return page.get_by_role("region", name="Details").get_by_role("textbox", name="Words", exact=True)


def add(page: Page, kind: str) -> None:
    page.get_by_role("region", name="Nodes").get_by_role("button", name=kind, exact=True).click()


def test_a_flow_is_drawn_from_nothing_published_and_talked_to(
    page: Page, watch: Watch, operator: BrowserContext
) -> None:
    name = "from-nothing"
    page.goto("/flows")
    page.get_by_role("button", name="New flow").click()
    page.get_by_role("tab", name="Empty").click()
    page.get_by_label("Name").fill(name)
    page.keyboard.press("Enter")
    expect(node(page, "start")).to_be_visible()

    # By mouse: a node behind the one that is chosen is led to.
    node(page, "start").click()
    add(page, "Ask")
    expect(node(page, "collect")).to_be_visible()
    panel = page.get_by_role("region", name="Details")
    words(page).fill("Which day suits you?")
    panel.get_by_role("combobox", name="Variable").click()
    page.keyboard.type("day")
    page.keyboard.press("Enter")
    panel.get_by_label("Kind of value").select_option("date")
    expect(node(page, "collect")).to_contain_text("Which day suits you?")

    # A second node where it is dropped, and an edge drawn from one to the other.
    canvas = page.locator(".react-flow")
    box = canvas.bounding_box()
    assert box is not None
    page.get_by_role("button", name="Close").first.click()
    page.get_by_role("region", name="Nodes").get_by_role("button", name="End", exact=True).drag_to(
        canvas, target_position={"x": box["width"] * 0.6, "y": box["height"] * 0.75}
    )
    expect(node(page, "end_call")).to_be_visible()
    words(page).fill("Until {{ day }}.")
    node(page, "collect").locator('[data-handleid="next"]').drag_to(
        node(page, "end_call").locator('[data-handleid="in"]')
    )
    expect(page.locator(".react-flow__edge")).to_have_count(2)

    # By keyboard alone: choose, copy, take away, take back.
    node(page, "end_call").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+d")
    expect(page.locator(".react-flow__node")).to_have_count(4)
    page.keyboard.press("Delete")
    expect(page.locator(".react-flow__node")).to_have_count(3)
    page.keyboard.press("Control+z")
    expect(page.locator(".react-flow__node")).to_have_count(4)
    page.keyboard.press("Control+z")
    expect(page.locator(".react-flow__node")).to_have_count(3)
    saved(page)
    assert operator.request.get(f"/api/flows/{name}/draft").json()["revision"] >= 1

    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("dialog").get_by_label("Note").fill("the first")
    page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("is live")).to_be_visible()
    shown = operator.request.get(f"/api/flows/{name}").json()
    assert (shown["published"], shown["drafted_at"], shown["errors"]) == (shown["newest"], None, 0)
    drawn = newest(operator.request, name)
    assert [each["id"] for each in drawn["nodes"]] == ["start", "collect", "end_call"]
    assert drawn["variables"] == [{"name": "day"}]

    # Talked to by typing, with the node lit where it is.
    page.get_by_role("button", name="Test", exact=True).first.click()
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("log")).to_contain_text("Which day suits you?")
    page.get_by_label("What the caller says").fill("tomorrow")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Until tomorrow.")
    expect(page.get_by_role("log")).to_contain_text("The flow has hung up.")
    assert operator.request.delete(f"/api/flows/{name}").status == 204


def test_what_is_wrong_is_told_while_one_draws_and_leads_there(page: Page, watch: Watch, flow: str) -> None:
    opened(page, flow)
    node(page, "hello").click()
    words(page).fill("Hello {{ nobody }}.")
    problems = page.get_by_role("button", name="Problems (1)")
    expect(problems).to_be_visible()
    page.keyboard.press("Escape")
    problems.click()
    page.get_by_role("region", name="Problems").get_by_role("button").filter(has_text="nobody").click()
    expect(words(page)).to_have_value("Hello {{ nobody }}.")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Problems", exact=True)).to_be_visible()
    saved(page)


def test_two_tabs_that_draw_at_once_lose_nothing(
    page: Page, watch: Watch, flow: str, operator: BrowserContext
) -> None:
    watch.allowed.append((412, f"/api/flows/{flow}/draft"))
    opened(page, flow)
    base = operator.request.get(f"/api/flows/{flow}").json()["newest"]
    theirs = operator.request.put(
        f"/api/flows/{flow}/draft",
        data={"document": document(flow, "From the other tab."), "base": base},
        headers={"If-None-Match": "*"},
    )
    assert theirs.status == 200
    node(page, "hello").click()
    words(page).fill("From this tab.")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("changed elsewhere")
    expect(dialog).to_contain_text("From the other tab.")
    dialog.get_by_role("button", name="Go on with mine").click()
    expect(dialog).to_be_hidden()
    saved(page)
    draft = operator.request.get(f"/api/flows/{flow}/draft").json()["document"]
    assert draft["nodes"][1]["text"] == "From this tab."
    assert newest(operator.request, flow)["nodes"][1]["text"] == "From the other tab.", "kept as a version"


def test_versions_are_compared_on_the_canvas_and_brought_back(
    page: Page, watch: Watch, flow: str, operator: BrowserContext
) -> None:
    changed = document(flow, "Something else.")
    changed["nodes"].insert(2, {"id": "more", "type": "say", "text": "More."})
    operator.request.post(f"/api/flows/{flow}/versions", data={"document": changed, "note": "more"})
    opened(page, flow)
    page.get_by_role("button", name="Versions").click()
    first = page.get_by_role("listitem").filter(has_text="Version 1")
    first.get_by_role("button", name="Compare").click()
    expect(node(page, "more")).to_contain_text("new")
    expect(node(page, "hello")).to_contain_text("changed")
    page.get_by_role("button", name="Bring this version back").click()
    expect(node(page, "more")).to_have_count(0)
    expect(node(page, "hello")).to_contain_text("Welcome.")
    page.get_by_role("button", name="Undo").first.click()
    expect(node(page, "more")).to_be_visible()
    saved(page)


@pytest.mark.slow
def test_what_is_drawn_is_called_by_voice_before_it_is_published(
    page: Page, watch: Watch, flow: str, operator: BrowserContext
) -> None:
    asking = document(flow)
    asking["nodes"].insert(
        2, {"id": "ask", "type": "collect", "slot": {"kind": "yes_no"}, "text": "Is that right?"}
    )
    asking["edges"] = [
        {"type": "next", "source": one, "target": other}
        for one, other in (("start", "hello"), ("hello", "ask"), ("ask", "end"))
    ]
    before = operator.request.get(f"/api/flows/{flow}").json()
    drawn = operator.request.put(
        f"/api/flows/{flow}/draft", data={"document": asking, "base": before["newest"]}
    )
    assert drawn.ok, drawn.text()
    opened(page, flow)
    node(page, "ask").click()
    words(page).fill("Shall I go on?")  # and at once, before it was saved
    page.get_by_role("button", name="Test", exact=True).first.click()
    page.get_by_role("button", name="By voice").click()
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("Shall I go on?", timeout=20_000)
    expect(page.get_by_role("region", name="Test").get_by_text("ask", exact=True)).to_be_visible()
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_role("log")).to_contain_text("You have hung up.")
    after = operator.request.get(f"/api/flows/{flow}").json()
    assert (after["newest"], after["published"]) == (before["newest"], before["published"])


def test_simulated_callers_call_what_is_drawn_and_nothing_is_kept(
    page: Page, watch: Watch, flow: str, operator: BrowserContext
) -> None:
    before = operator.request.get(f"/api/flows/{flow}").json()["newest"]
    opened(page, flow)
    node(page, "hello").click()
    words(page).fill("This was drawn a moment ago.")
    page.get_by_role("button", name="Simulated callers").click()
    panel = page.get_by_role("region", name="Simulated callers")
    panel.get_by_label("Calls", exact=True).fill("6")
    panel.get_by_role("button", name="Have them call").click()
    report = panel.get_by_role("region", name="Report")
    expect(report).to_contain_text("says nothing")
    expect(report.get_by_label("passed")).to_have_count(6)

    # Callers of one's own: who is wrong is told at once, and what failed shows its words.
    panel.get_by_role("button", name="Your own").click()
    panel.get_by_label("Callers, as JSON").fill("[")
    expect(panel.get_by_role("button", name="Have them call")).to_be_disabled()
    own = '{"name": "wants a booking", "expect": {"outcome": "confirmed"}}'
    panel.get_by_label("Callers, as JSON").fill(own)
    panel.get_by_label("Calls", exact=True).fill("1")
    panel.get_by_role("button", name="Have them call").click()
    failed = panel.get_by_role("region", name="Failed calls")
    expect(failed).to_contain_text("outcome none, not confirmed")
    failed.locator("summary").click()
    expect(failed).to_contain_text("This was drawn a moment ago.")
    assert operator.request.get(f"/api/flows/{flow}").json()["newest"] == before


@pytest.mark.slow
def test_the_editor_shuts_nobody_out(chromium: Browser, console_server: RunningServer) -> None:
    """axe-core finds nothing against WCAG 2.2 AA, in any panel, also on a phone's screen."""
    found = {}
    for scheme, size in (("dark", (1440, 900)), ("light", (1440, 900)), ("dark", NARROW)):
        context = signed_in(chromium, console_server, scheme=scheme, size=size)
        page = context.new_page()
        opened(page, "booking")
        settle(page)
        for panel in ("Details", "Variables", "Problems", "Versions", "Change in words", "Simulated callers"):
            page.get_by_role("button", name=panel).first.click()
            settle(page, 100)
            if violations := axe_violations(page, ROOT):
                found[f"{scheme} {size[0]} {panel}"] = violations
            page.keyboard.press("Escape")
        context.close()
    assert found == {}


@pytest.mark.slow
def test_five_hundred_nodes_are_drawn_and_moved_about(
    page: Page, watch: Watch, operator: BrowserContext
) -> None:
    name, many = "five-hundred", 500
    large = document(name)
    large["nodes"] = [{"id": "n0", "type": "start"}]
    large["nodes"] += [{"id": f"n{at}", "type": "say", "text": f"Line {at}."} for at in range(1, many)]
    large["edges"] = [{"type": "next", "source": f"n{at}", "target": f"n{at + 1}"} for at in range(many - 1)]
    assert operator.request.post("/api/flows", data={"document": large}).status == 201
    page.goto(f"/flows/{name}")
    expect(node(page, "n0")).to_be_visible(timeout=20_000)
    node(page, "n1").click()
    words(page).press_sequentially("Quick. ")
    expect(node(page, "n1")).to_contain_text("Quick.")
    saved(page)
    operator.request.delete(f"/api/flows/{name}")


def test_a_version_is_tried_on_some_calls_and_a_flow_is_taken_off_the_air(
    page: Page, watch: Watch, flow: str, operator: BrowserContext
) -> None:
    api = operator.request
    made = api.post(
        f"/api/flows/{flow}/versions", data={"document": document(flow, "Good day."), "publish": False}
    )
    assert made.json()["version"] == 2, made.text()
    opened(page, flow)
    page.get_by_role("button", name="Versions").click()
    shared = page.get_by_role("region", name="Shared calls")
    shared.get_by_role("slider", name="Of new calls").press("End")
    shared.get_by_role("button", name="Share the calls").click()
    expect(shared).to_contain_text("Two versions share the calls")
    expect(shared.get_by_role("listitem")).to_have_count(2)
    shown = api.get(f"/api/flows/{flow}").json()
    assert (shown["published"], shown["split_version"], shown["split_percent"]) == (1, 2, 99)
    shared.get_by_role("button", name="All calls get version 1 again").click()
    expect(shared.get_by_role("button", name="Share the calls")).to_be_visible()
    assert api.get(f"/api/flows/{flow}").json()["split_version"] is None

    page.goto("/flows")
    page.get_by_role("button", name=f"What to do with {flow}").click()
    page.get_by_role("menuitem", name="Take it off the air").click()
    page.get_by_role("button", name="Take it off the air").click()
    row = page.get_by_role("row").filter(has_text=flow)
    expect(row).to_contain_text("not published")
    assert api.get(f"/api/flows/{flow}").json()["published"] is None


def test_what_requests_prove_themselves_with_is_kept_and_never_shown(
    page: Page, watch: Watch, operator: BrowserContext
) -> None:
    page.goto("/flows")
    page.get_by_role("button", name="Secrets").click()
    sheet = page.get_by_role("dialog", name="Secrets of flows")
    sheet.get_by_label("Name").fill("crm_key")
    sheet.get_by_label("Value").fill("sesame-opens")
    sheet.get_by_role("button", name="Keep it").click()
    expect(sheet).to_contain_text("Give the one host")
    sheet.get_by_label("Host").fill("crm.example.com")
    sheet.get_by_role("button", name="Keep it").click()
    expect(sheet.get_by_role("listitem")).to_contain_text("crm.example.com")
    expect(sheet.get_by_label("Value")).to_have_value("")
    assert axe_violations(page, ROOT) == []
    assert "sesame" not in operator.request.get("/api/flows/secrets").text()
    sheet.get_by_role("button", name="Remove crm_key").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(sheet.get_by_role("listitem")).to_have_count(0)
    assert operator.request.get("/api/flows/secrets").json() == []
