"""What a model is told of how its caller feels: as data beside the words, and only what is new."""

from __future__ import annotations

from pipelines.assistant.agent import Assistant
from pipelines.assistant.mood_notes import CALM, MoodNotes
from pipelines.conversation.agent import Context, Mood, Utterance
from tests.fakes import CALL_ID, FakeLlm
from tests.pipelines.assistant.talking import assistant, text

CROSS = Mood(0.0, 0.0, -0.6, 0.6)
AGITATED = Mood(0.7, 0.8, 0.0, 0.0)
NOTHING_KNOWN = Mood(0.1, 0.1, 0.0, 0.0)
AS_AT_FIRST = Mood(0.1, 0.9, 0.0, 0.0)


def told(*moods: Mood | None, amends: tuple[int, ...] = ()) -> list[str]:
    notes = MoodNotes()
    return [notes.of(Utterance("hm", mood=mood, amends=at in amends)) for at, mood in enumerate(moods)]


def test_a_hint_is_told_once_until_it_changes() -> None:
    assert told(None, CROSS, CROSS, AGITATED, CROSS) == ["", CROSS.hint, "", AGITATED.hint, CROSS.hint]


def test_a_turn_that_tells_nothing_neither_repeats_nor_ends_it() -> None:
    assert told(AGITATED, NOTHING_KNOWN, None, AGITATED) == [AGITATED.hint, "", "", ""]


def test_a_voice_that_is_surely_as_at_first_ends_it_once() -> None:
    assert told(AS_AT_FIRST, AGITATED, AS_AT_FIRST, AS_AT_FIRST, AGITATED) == [
        "", AGITATED.hint, CALM, "", AGITATED.hint,
    ]  # fmt: skip


def test_what_stood_with_words_that_were_replaced_is_told_again() -> None:
    assert told(CROSS, CROSS, amends=(1,)) == [CROSS.hint, CROSS.hint]


async def said(agent: Assistant, line: int, words: str, mood: Mood | None) -> None:
    _ = [act async for act in agent.respond(Utterance(words, mood=mood), Context(CALL_ID, line))]
    agent.heard(line, "Yes.", False)


async def test_it_stands_beside_the_callers_words_in_what_the_model_is_asked() -> None:
    llm = FakeLlm(text("Yes."), text("Yes."), text("Yes."))
    agent = assistant(llm)
    await said(agent, 1, "where is my parcel", CROSS)
    await said(agent, 2, "and the other one", CROSS)
    asked = [message.content for message in llm.asked[-1][0] if message.role == "user"]
    assert asked[-2].endswith("where is my parcel [the caller's words seem cross]")
    assert asked[-1].endswith("and the other one")


async def test_without_mood_nothing_is_told() -> None:
    llm = FakeLlm(text("Yes."))
    await said(assistant(llm), 1, "where is my parcel", None)
    assert "seem" not in llm.asked[-1][0][-1].content
