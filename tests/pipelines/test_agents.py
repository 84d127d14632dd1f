"""Agents by name: ours, yours, and what is said of one that is wrong. The examples talk."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mediaserver.errors import ConfigError
from mediaserver.storage.records import OutcomeMade
from pipelines.agents import agent_named, make_agent
from pipelines.conversation.agent import Answered, End, Pressed, Silence, Utterance
from pipelines.conversation.text import TextConversation, typed
from pipelines.flows.running.agent import DocumentAgent
from tests.fakes import CALL_ID


async def told(name: str, *lines: str) -> list[str]:
    """What an agent answers to these lines, its greeting first."""
    talk = TextConversation(agent_named(name, CALL_ID), CALL_ID)
    answers = [await talk.tell(Answered())]
    for line in lines:
        for said in typed(line):
            answers.append(await talk.tell(said))
    return [answer.text for answer in answers]


async def test_the_demo_books_a_room_in_text() -> None:
    talk = TextConversation(agent_named("demo", CALL_ID), CALL_ID)
    await talk.tell(Answered())
    for line in ["book a room", "london", "today", "two thirty p m", "half an hour"]:
        assert (await talk.tell(Utterance(line, 1.0))).last is None
    held = await talk.tell(Utterance("two people", 1.0))
    assert [record.status for record in held.records if isinstance(record, OutcomeMade)] == ["held"]
    assert [record.status for record in talk.hang_up() if isinstance(record, OutcomeMade)] == ["confirmed"]


async def test_an_example_agent_answers_and_ends() -> None:
    talk = TextConversation(agent_named("examples.hours:OpeningHours", CALL_ID), CALL_ID)
    await talk.tell(Answered())
    assert "closed" in (await talk.tell(Utterance("on sunday"))).text
    assert (await talk.tell(Utterance("monday"))).last == End()


async def test_an_example_collects_a_number_by_voice_and_keys_and_a_postcode_that_is_put_right() -> None:
    talk = TextConversation(agent_named("examples.parcels:Parcels", CALL_ID), CALL_ID)
    await talk.tell(Answered())
    assert (await talk.tell(Utterance("four two seven"))).text == "four two seven. And then?"
    answers = [await talk.tell(said) for said in typed("/104")]
    assert answers[-1].text == "", "a full entry waits for its hash"
    entry = talk.paused()
    assert entry is not None
    assert (await talk.tell(entry)).text.startswith("Sorry, four two seven, one zero four is not possible")
    for said in ("four two seven one zero six", "yes", "p as in papa d four two", "the first one is b"):
        await talk.tell(Utterance(said))
    assert (await talk.tell(Utterance("yes"))).text == "How many parcels are there?"
    await talk.tell(Utterance("fifteen"))
    answer = await talk.tell(Utterance("yes"))
    assert "to B as in bravo, D as in delta, four, two, 15 parcels." in answer.text
    answer = await talk.tell(Utterance("yes"))
    found = {"number": "427106", "postcode": "BD42", "count": 15}
    assert answer.records == (OutcomeMade(CALL_ID, "parcels", "confirmed", found),)


async def test_an_example_takes_a_message() -> None:
    left = {"message": None, "seconds": 2, "text": "please call me back"}
    for first in ("please call me back", "/1 please call me back"):
        talk, answers = TextConversation(agent_named("examples.voicemail:Voicemail", CALL_ID), CALL_ID), []
        assert "after the tone" in (await talk.tell(Answered())).text
        for line in first.split(" ", 1) if first.startswith("/") else [first]:
            for said in typed(line):
                answers.append(await talk.tell(said))
        answer = answers[-1]
        assert answer.text == "Thank you. Goodbye." and answer.last == End()
        assert talk.hang_up() == (OutcomeMade(CALL_ID, "voicemail", "left", left),)
    silent = TextConversation(agent_named("examples.voicemail:Voicemail", CALL_ID), CALL_ID)
    await silent.tell(Answered())
    assert (await silent.tell(Silence())).text == "Goodbye." and silent.hang_up() == ()


async def test_an_agent_with_a_tool_speaks_before_it_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(item: str) -> int:
        return 7

    agent = agent_named("examples.stock:StockDesk", CALL_ID)
    monkeypatch.setattr(sys.modules["examples.stock"], "look_up", at_once)
    answer = await TextConversation(agent, CALL_ID).tell(Utterance("a lamp please"))
    assert answer.text == "Let me look. There are 7 of them."
    assert answer.records == (OutcomeMade(CALL_ID, "stock", "told", {"item": "lamp", "count": 7}),)


def test_an_agent_gets_what_it_asks_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop_agent_of_a_test.py").write_text(
        "class Shop:\n"
        "    def __init__(self, prompt): self.prompt = prompt\n"
        "    def respond(self, said, context): ...\n"
        "    def heard(self, line, text, cut): ...\n"
        "    def hung_up(self): return ()\n"
        "class Half:\n"
        "    def respond(self, said, context): ...\n"
        "class Broken(Shop):\n"
        "    def __init__(self): raise ValueError('no key')\n"
        "class Thinker(Shop):\n"
        "    def __init__(self, llm, prompt): self.llm = llm\n"
        "class Leaving(Shop):\n"
        "    def __init__(self): raise SystemExit(3)\n"
    )
    (tmp_path / "script_of_a_test.py").write_text("import sys\nsys.exit('usage: script')\n")
    monkeypatch.syspath_prepend(tmp_path)
    shop = make_agent(CALL_ID, kind="python", entry="shop_agent_of_a_test:Shop", prompt="Sell.")
    assert vars(shop) == {"prompt": "Sell."}
    for entry, said in (
        ("shop_agent_of_a_test:Shap", "did you mean 'Shop'"),
        ("shop_agent_of_a_test:Half", "has no heard and no hung_up"),
        ("shop_agent_of_a_test:Broken", "ValueError: no key"),
        ("shop_agent_of_a_test:Thinker", "thinks with a language model, and none is named"),
        ("shop_agent_of_a_test:Leaving", "ended itself: exit 3"),
        ("script_of_a_test:Shop", "ended itself: exit usage: script"),
        ("no_such_module_here:Shop", "cannot be imported: ModuleNotFoundError"),
        ("dmo", "did you mean 'demo'"),
    ):
        with pytest.raises(ConfigError, match=said):
            agent_named(entry, CALL_ID)


def test_flows_are_made_by_name() -> None:
    assert isinstance(make_agent(CALL_ID, kind="flow", flow="booking"), DocumentAgent)
    with pytest.raises(ConfigError, match="did you mean 'booking'"):
        make_agent(CALL_ID, kind="flow", flow="boking")
    with pytest.raises(ConfigError, match="of kind 'echo'"):
        make_agent(CALL_ID, kind="echo")


def test_what_typed_lines_stand_for() -> None:
    assert typed("a room\n") == [Utterance("a room", 1.0)]
    assert typed("/1#\n") == [Pressed("1"), Pressed("#")]
    assert typed("\n") == [Silence()]
