"""What somebody typed is not lost by a slip, and what the server could not be asked is not made up."""

from __future__ import annotations

import json

from playwright.sync_api import Page, Route, expect

from tests.console.browsing import Watch, settle

FAULT = {"error": {"code": "unavailable", "message": "The database does not answer.", "detail": None}}


def failing(route: Route) -> None:
    route.fulfill(status=500, content_type="application/json", body=json.dumps(FAULT))


def away(page: Page) -> None:
    """The server cannot be reached from here on; `page.unroute` brings it back."""
    page.route("**/api/**", lambda route: route.abort("aborted"))


def test_one_page_after_the_other_none_stumbles_over_what_another_has_read(page: Page, watch: Watch) -> None:
    page.goto("/dashboard")
    sidebar = page.get_by_role("complementary").get_by_role("navigation")
    for name in ("Trunks", "Dashboard", "Numbers", "Calls", "Flows", "Agents", "Engines", "Dashboard"):
        settle(page, 0)
        sidebar.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", level=1, name=name, exact=True)).to_be_visible()
    expect(page.get_by_text("This page has a fault")).to_have_count(0)


def test_a_dashboard_that_can_ask_nothing_says_so(page: Page, watch: Watch) -> None:
    watch.allowed += [(500, "/api/")]
    page.route(lambda url: "/api/" in url and "/api/console" not in url, failing)
    page.goto("/dashboard")
    settle(page, 0)
    expect(page.get_by_text("Not everything could be looked at")).to_be_visible()
    expect(page.get_by_text("All is well")).to_have_count(0)
    expect(page.get_by_text("$0.00")).to_have_count(0)


def test_what_was_read_stays_when_it_cannot_be_read_again(page: Page, watch: Watch) -> None:
    watch.allowed += [(500, "/api/flows")]
    page.goto("/flows")
    row = page.get_by_role("row").filter(has_text="front-desk").first
    expect(row).to_be_visible()
    away(page)
    sidebar = page.get_by_role("complementary")
    sidebar.get_by_role("link", name="Keys", exact=True).click()
    expect(page.get_by_role("button", name="Try now")).to_be_visible()
    sidebar.get_by_role("link", name="Flows", exact=True).click()
    with page.expect_response("**/api/flows*"):  # it asks anew by itself, once the server is back
        page.unroute("**/api/**")
        page.route("**/api/flows*", failing)
    settle(page, 0)
    expect(row).to_be_visible()
    page.unroute("**/api/flows*")


def test_a_form_half_filled_in_is_not_closed_by_a_slip(page: Page, watch: Watch) -> None:
    page.goto("/numbers?new")
    field = page.get_by_role("textbox", name="Number", exact=True)
    field.fill("+4930123")
    page.keyboard.press("Escape")
    asked = page.get_by_role("dialog", name="Close without saving?")
    asked.get_by_role("button", name="Go on writing").click()
    expect(field).to_have_value("+4930123")
    page.keyboard.press("Escape")
    asked.get_by_role("button", name="Discard it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_page_with_something_unsaved_is_not_left_unasked(page: Page, watch: Watch) -> None:
    page.goto("/agents")
    page.get_by_role("button", name="New agent").or_(page.get_by_role("link", name="New agent")).click()
    field = page.get_by_role("textbox", name="Name", exact=True)
    field.fill("half a thought")
    asked = page.get_by_role("dialog", name="Leave without saving?")
    page.get_by_role("complementary").get_by_role("link", name="Calls", exact=True).click()
    asked.get_by_role("button", name="Stay").click()
    expect(field).to_have_value("half a thought")
    page.go_back()
    asked.get_by_role("button", name="Stay").click()
    expect(field).to_have_value("half a thought")
    page.go_back()
    asked.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("heading", level=1, name="Agents", exact=True)).to_be_visible()


def test_prices_that_are_being_typed_stay_when_the_server_was_away(page: Page, watch: Watch) -> None:
    page.goto("/usage?view=prices")
    settle(page, 0)  # both tables
    page.get_by_role("button", name="Add a price").first.click()
    engine = page.get_by_label("Engine", exact=True).last
    engine.fill("half-typed")
    away(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Try now")).to_be_visible()
    with page.expect_response("**/api/usage/prices"):
        page.unroute("**/api/**")
    settle(page, 0)
    expect(engine).to_have_value("half-typed")
