"""The console in a language that is written from right to left: everything stands on the other side, and
nothing leaves the screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from api.console_pages import PLACES
from tests.console.browsing import NARROW, WIDE, Watch, settle, signed_in
from tests.console.running import RunningServer

ARABIC = "localStorage.setItem('voiceforge.language', 'ar')"
OVER_THE_EDGE = """() => {
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll('main :is(h1, section, header, table, [role=table], button)')]
    .filter((each) => each.checkVisibility() && !each.closest('[class*=overflow-]'))
    .map((each) => [each.tagName, each.innerText?.slice(0, 30), each.getBoundingClientRect()])
    .filter(([, , box]) => box.width > 0 && (box.left < -1 || box.right > width + 1))
    .map(([tag, text, box]) => `${tag} ${text} ${Math.round(box.left)}..${Math.round(box.right)}`);
}"""
"""Parts of the page that are cut off; what scrolls by itself may hold more than it shows."""


def test_in_arabic_the_shell_stands_on_the_other_side(page: Page, watch: Watch) -> None:
    page.add_init_script(ARABIC)
    page.goto("/dashboard")
    settle(page, 0)
    assert page.evaluate("document.documentElement.dir + document.documentElement.lang") == "rtlar"
    expect(page.get_by_role("heading", level=1)).to_have_text("لوحة المعلومات")
    sidebar = page.get_by_role("complementary").first.bounding_box()
    heading = page.get_by_role("heading", level=1).bounding_box()
    assert sidebar is not None and heading is not None
    assert sidebar["x"] + sidebar["width"] == pytest.approx(WIDE[0], abs=2)
    assert heading["x"] + heading["width"] > WIDE[0] / 2
    assert heading["x"] + heading["width"] <= sidebar["x"]


def test_a_chosen_language_is_kept_and_is_there_before_anything_is_drawn(page: Page) -> None:
    page.add_init_script(
        """new MutationObserver(() => {
          const html = document.documentElement;
          if (document.querySelector('#root > *')) window.drawn ??= html.dir + html.lang;
        }).observe(document, {childList: true, subtree: true})"""
    )
    page.goto("/settings")
    settle(page, 0)
    page.get_by_role("combobox", name="Language").select_option("ar")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.reload()
    settle(page, 0)
    assert page.evaluate("window.drawn") == "rtlar"


def test_a_language_that_cannot_be_loaded_is_english_for_that_visit_alone(
    chromium: Browser, console_server: RunningServer
) -> None:
    context = signed_in(chromium, console_server)
    context.add_init_script(ARABIC)
    page = context.new_page()
    page.route("**/assets/ar-*.js", lambda route: route.abort())
    page.goto("/dashboard")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dashboard")
    page.unroute_all()
    assert page.evaluate("localStorage['voiceforge.language']") == "ar"
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_leaves_the_screen_from_right_to_left(
    chromium: Browser, console_server: RunningServer, size: tuple[int, int]
) -> None:
    context = signed_in(chromium, console_server, size=size)
    context.add_init_script(ARABIC)
    page, found = context.new_page(), {}
    for place in ("", *(place for place in PLACES if place != "sign-in")):
        page.goto(f"/{place}")
        settle(page, 0)
        if cut := page.evaluate(OVER_THE_EDGE):
            found[place] = cut
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
            found.setdefault(place, []).append("it scrolls sideways")
    context.close()
    assert found == {}
