"""A human is told what a call is about, and says by key whether it takes it."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from mediaserver.media.leg import Voice
from mediaserver.storage.records import EventHappened, OutcomeMade
from pipelines.conversation.agent import Act, AgentInput, Answered, Context, Listen, Pressed, Say, Silence
from pipelines.conversation.briefing import BriefedCall, Briefer, Deaf, known, words
from tests.fakes import Conversation, FakeCall, tone

CONTEXT = Context(UUID(int=1), 1)


class Told:
    def __init__(self, accept: str = "key", confirm_s: float = 15.0, language: str = "en") -> None:
        self.outcomes: list[str] = []
        self.heard: list[str] = []
        self.briefer = Briefer(
            "Ann wants a room.", language, accept, confirm_s, self.outcomes.append, self.heard.append
        )

    async def tell(self, said: AgentInput) -> tuple[str, int | None]:
        """What it says, and how long it then waits."""
        acts: list[Act] = [act async for act in self.briefer.respond(said, CONTEXT)]
        waits = [act.silence_ms for act in acts if isinstance(act, Listen)]
        return " ".join(act.text for act in acts if isinstance(act, Say)), waits[0] if waits else None


async def test_keys_take_and_decline_and_others_are_told_the_keys() -> None:
    for key, outcomes in (("1", ["taken"]), ("2", ["declined"]), ("9", [])):
        told = Told()
        said, _ = await told.tell(Answered())
        assert said == "Ann wants a room. Press 1 to take the call, or 2 to decline."
        said, _ = await told.tell(Pressed(key))
        assert told.outcomes == outcomes and bool(said) is (key == "9")


@pytest.mark.parametrize(
    ("confirm_s", "waits"), [(15.0, [7_000, 8_000]), (3.0, [3_000]), (20.0, [7_000, 7_000, 6_000])]
)
async def test_who_presses_nothing_for_so_long_has_not_taken_it(confirm_s: float, waits: list[int]) -> None:
    told = Told(confirm_s=confirm_s)
    waited = [(await told.tell(Answered()))[1]]
    while not told.outcomes:
        said, wait = await told.tell(Silence())
        if wait is not None:
            assert said == words("en").keys, "the keys are named once more"
            waited.append(wait)
    assert told.outcomes == ["not confirmed"] and waited == waits


async def test_who_stays_to_the_end_takes_it_where_that_is_enough() -> None:
    told = Told("stay")
    said, wait = await told.tell(Answered())
    assert said.endswith("Stay on the line and I connect you.") and wait == 1_000
    await told.tell(Silence())
    assert told.outcomes == ["taken"]
    declining = Told("stay")
    await declining.tell(Pressed("2"))
    assert declining.outcomes == ["declined"]


async def test_what_was_heard_of_it_is_told_at_the_end() -> None:
    told = Told()
    told.briefer.heard(1, "Ann", False)
    told.briefer.heard(1, "Ann wants a room.", False)
    told.briefer.heard(2, "Press 1", True)
    assert told.briefer.hung_up() == ()
    assert told.outcomes == ["hung up"] and told.heard == ["Ann wants a room. Press 1"]


@pytest.mark.parametrize(
    ("caller", "about", "summary", "said"),
    [
        ("sip:+4930123@h", {}, "", "I have a caller for you: +4930123."),
        ("", {}, "", "I have a caller for you."),
        ("+4930", {"order_no": 17, "x": None, "y": [1]}, "", "I have a caller for you: +4930. order no: 17."),
        ("ann", {}, " place: London. ", "I have a caller for you: ann. place: London."),
    ],
)
def test_what_is_known_is_said_where_nobody_wrote_a_briefing(
    caller: str, about: dict[str, Any], summary: str, said: str
) -> None:
    assert known("en-gb", caller, about, summary) == said


def test_what_is_known_is_not_said_without_end() -> None:
    said = known("en", "ann", {f"field {n}": "x" * 5_000 for n in range(50)}, "")
    assert len(said) < 2_000


def test_languages_that_have_no_words_name_the_keys_in_english() -> None:
    assert "Drücken" in words("de-AT").keys and words("sw") is words("en")


async def test_a_whole_briefing_is_spoken_over_whatever_the_human_says() -> None:
    """Whoever answers says its name; the session must not take that for an interruption."""
    told = Told(confirm_s=2.0)
    talk = Conversation(told.briefer)
    ears = Deaf(talk.session)
    for _ in range(400):
        talk.stt.tick()
        ears.on_frame(tone(320))
        ears.on_event(Voice(talk.t + 320, 0.99))
        ears.next_frame(talk.t)
        talk.t += 320
        for _ in range(8):
            await asyncio.sleep(0)
        if told.outcomes:
            break
    assert told.outcomes == ["not confirmed"], "its silence was counted all the same"
    lines = [line.heard for line in talk.call.lines()]
    assert lines == ["Ann wants a room. Press 1 to take the call, or 2 to decline."]


def test_a_briefing_is_no_part_of_the_conversation_with_the_caller() -> None:
    call = FakeCall()
    beside = BriefedCall(call)
    beside.put(OutcomeMade(call.id, "x", "y", {}))
    beside.put(EventHappened(call.id, 0, "engine_failed", {}))
    beside.publish("agent", text="Ann wants a room.")
    beside.publish("heard", text="Ann")
    assert [type(record) for record in call.records] == [EventHappened]
    assert [kind for kind, _ in call.events] == ["briefing"]
