"""The agent that docs/agents.md builds: the page shows the example word for word, and the example works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import examples.restaurant
from mediaserver.storage.records import EventHappened
from pipelines.assistant.agent import Assistant
from pipelines.assistant.calling import Calling
from pipelines.conversation.agent import Answered, Keep, Utterance
from pipelines.conversation.text import TextConversation
from pipelines.engines.protocols import LlmToolCall
from pipelines.tools.naming import load_tools
from pipelines.tools.toolbox import ToolBox
from tests.fakes import CALL_ID, FakeLlm
from tests.pipelines.assistant.talking import NUMBER, call, messages, text

ROOT = Path(__file__).parents[3]
EXAMPLE = (ROOT / "examples" / "restaurant.py").read_text()
PROMPT = (ROOT / "examples" / "restaurant.txt").read_text()
DAY = "2026-11-24"


def test_the_page_shows_the_example_as_it_is_and_it_has_forty_lines() -> None:
    page = (ROOT / "docs" / "agents.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    shown = next(block for block in blocks if "free_tables" in block)
    assert EXAMPLE.endswith(shown)
    assert len((EXAMPLE + PROMPT).splitlines()) <= 40


async def test_a_table_is_found_and_booked_after_the_callers_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples.restaurant, "BOOKED", {})
    llm = FakeLlm(
        [*text("Let me look."), call("free_tables", day=DAY, people=2)],
        text("There is one at 19:30."),
        [LlmToolCall("c1", "book_table", {"day": DAY, "at": "19:30", "people": 2, "name": "Ann"})],
        text("It is booked."),
        [*text("You are welcome, goodbye."), call("end_call")],
    )
    box = ToolBox(load_tools("examples.restaurant"))
    agent = Assistant("bella", llm, Calling(CALL_ID, "en", NUMBER, NUMBER), prompt=PROMPT, box=box)
    talk = TextConversation(agent, CALL_ID)
    assert (await talk.tell(Answered())).text == "Hello, how can I help you?"
    assert (await talk.tell(Utterance("a table for two"))).text == "Let me look. There is one at 19:30."
    assert [m.content for m in messages(llm) if m.role == "tool"] == [
        '<data from="free_tables">\n["18:00","19:30","21:00"]\n</data>'
    ]
    asked = await talk.tell(Utterance("yes book it for ann"))
    assert asked.text == f"Shall I book a table for 2 on {DAY} at 19:30, for Ann?"
    assert not examples.restaurant.BOOKED
    answer = await talk.tell(Utterance("yes please"))
    assert answer.text == "It is booked."
    assert list(examples.restaurant.BOOKED.values()) == [f"Ann, 2, {NUMBER}"]
    assert (await talk.tell(Utterance("thanks"))).last is not None
    kept = [act.record for act in map(Keep, (*answer.records, *talk.hang_up()))]
    assert {record.kind for record in kept if isinstance(record, EventHappened)} == {"tool", "llm"}
