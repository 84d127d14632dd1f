"""What the console is for: somebody opens the page, presses Call, and has booked a room by talking. No key,
no sign-in; the caller knows what can be read and heard on the page, and nothing else."""

from __future__ import annotations

import asyncio
import datetime
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from callers.cases.booking import SLOTS
from callers.cases.desks import BOOKING as DESK
from callers.cases.person import Person
from callers.cases.script import GOAL, Book
from callers.lines import BOOKING, CHECKS, synthesised
from callers.voiced import Clip
from tests.console.browsing import Watch
from tests.console.running import RunningServer
from tests.console.talking import may_speak, pass_turn, say, with_a_mouth

OVER = "Call again"
"""The button that is there when the call is over."""
MOST_TURNS = 30


def the_callers_words() -> dict[str, Clip]:
    """By what they answer."""
    with ThreadPoolExecutor(1) as pool:  # playwright keeps a loop running in this thread
        spoken = pool.submit(lambda: asyncio.run(synthesised(BOOKING + CHECKS))).result()
    return dict(zip((*SLOTS, *CHECKS), spoken, strict=True))


def talk_through(page: Page, words: dict[str, Clip]) -> None:
    """Answer what the agent asks until the call is over."""
    person, read = Person(Book(), DESK.facts(GOAL)), 0
    said = page.get_by_role("log").get_by_text("Agent:")
    for _ in range(MOST_TURNS):
        if not may_speak(page, OVER):
            return
        lines = [line.locator("xpath=..").inner_text() for line in said.all()]
        reaction = person.answer(" ".join(lines[read:]))
        read = len(lines)
        if reaction.speech is not None and reaction.slot in words:
            say(page, words[reaction.slot].samples)
        else:
            pass_turn(page)
    raise AssertionError(f"not done after {MOST_TURNS} turns: {page.get_by_role('log').inner_text()}")


def booked(server: RunningServer) -> dict[str, Any]:
    """What was kept of the newest call."""
    newest = server.ask("GET", "/api/telephony/calls?limit=1")["items"][0]
    call = server.ask("GET", f"/api/telephony/calls/{newest['id']}")
    (outcome,) = call["outcomes"]
    return {**outcome["data"], "status": outcome["status"]}


@pytest.mark.timeout(400)  # a whole conversation, at the pace at which people talk
def test_who_opens_the_page_and_presses_call_has_booked_a_room_by_talking(
    stranger: BrowserContext, console_server: RunningServer
) -> None:
    words = the_callers_words()
    before = datetime.date.today()
    page = with_a_mouth(stranger).new_page()
    watch = Watch(page)
    page.goto("/")
    page.get_by_role("button", name="Call demo").click()
    talk_through(page, words)
    expect(page.get_by_text(re.compile("The agent answered within"))).to_be_visible()
    kept = booked(console_server)
    wanted = {"place": "Mountain View", "time": "14:30", "minutes": 30, "people": 2, "status": "confirmed"}
    assert {key: kept.get(key) for key in wanted} == wanted
    assert before.isoformat() <= kept["day"] <= datetime.date.today().isoformat()
    assert watch.faults == []
