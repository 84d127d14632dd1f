"""An agent that listens only after its word."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mediaserver.errors import ConfigError
from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.agent import Answered, Silence, Utterance
from pipelines.conversation.turn_settings import TurnSettings
from pipelines.conversation.wake_word import Wakefulness, WakeWord
from pipelines.engines.protocols import SttResult
from tests.fakes import Conversation, FakeStt, Reply, ScriptedAgent

WORD = WakeWord(("computer", "hey computer"), awake_ms=5_000)
SETTINGS = {"wake_word": ["computer", "hey computer"], "awake_ms": 5_000}


def final(text: str, *, understood: bool = True) -> SttResult:
    return SttResult(text, final=True, confidence=0.9, understood=understood)


# ---- the word


@pytest.mark.parametrize(
    ("text", "behind"),
    [
        ("Computer, what time is it?", "what time is it?"),
        ("um, hey  COMPUTER. Book a room", "Book a room"),
        ("computer", ""),
        ("Computer!", ""),
        ("computers are slow", None),
        ("a supercomputer", None),
        ("what time is it", None),
        ("", None),
    ],
)
def test_what_follows_the_word(text: str, behind: str | None) -> None:
    assert WORD.behind(text) == behind


def test_words_are_found_in_any_script() -> None:
    assert WakeWord(("コンピューター",)).behind("コンピューター、今何時") == "今何時"
    assert WakeWord(("कंप्यूटर",)).behind("कंप्यूटर समय क्या है") == "समय क्या है"


def test_its_grammar_has_its_phrases() -> None:
    assert "public <wake> = computer | hey computer;" in WORD.grammar.jsgf


def test_it_wakes_at_the_word_and_sleeps_after_a_rest() -> None:
    ms = SAMPLES_PER_MS
    awake = Wakefulness(WORD)
    assert awake.asleep(0) and awake.told(0, 0, final("what time is it")) is None
    assert awake.told(10 * ms, 0, final("computer", understood=False)) is None
    told = awake.told(1_000 * ms, 0, final("computer what time is it"))
    assert told is not None and told.text == "what time is it"
    assert not awake.asleep(5_900 * ms) and awake.asleep(6_000 * ms)
    assert awake.told(6_500 * ms, 5_500 * ms, final("and a room")) == final("and a room")  # begun while awake
    awake.busy(11_000 * ms)  # the agent answers
    assert not awake.asleep(15_000 * ms) and awake.asleep(16_000 * ms)
    awake.busy(17_000 * ms)
    assert awake.asleep(17_000 * ms)  # its own words do not wake it


def test_one_that_listens_for_the_word_alone_must_be_sure_of_it() -> None:
    sure = replace(final("computer"), confidence=0.98)
    assert Wakefulness(WORD).told(1, 0, sure, spotted=True) == sure
    for unsure in (replace(sure, confidence=0.93), replace(sure, doubtful=True)):
        assert Wakefulness(WORD).told(1, 0, unsure, spotted=True) is None
        assert Wakefulness(WORD).told(1, 0, unsure) == unsure


# ---- in a conversation


def talk(*replies: Reply, stt: FakeStt | None = None) -> tuple[Conversation, ScriptedAgent]:
    agent = ScriptedAgent(Reply("Hello."), *(replies or (Reply("It is noon."), Reply("Fine."))))
    return Conversation(agent, turn=TurnSettings.of(SETTINGS).turn("en"), stt=stt), agent


async def test_what_is_said_to_others_does_not_reach_the_agent() -> None:
    conversation, agent = talk()
    await conversation.until_quiet()
    await conversation.say("did you see the game")
    await conversation.silence(20_000)
    assert agent.inputs == [Answered()]  # nor is the silence asked about
    assert [line.speaker for line in conversation.call.lines()] == ["agent"]
    assert not any(kind in ("partial", "final") for kind, _ in conversation.call.events)


async def test_after_its_word_the_conversation_goes_on_until_it_rests() -> None:
    conversation, agent = talk()
    await conversation.until_quiet()
    await conversation.say("hey computer what time is it")
    await conversation.until_quiet()
    await conversation.silence(1_000)
    await conversation.say("and a room please")
    await conversation.until_quiet()
    assert agent.inputs == [
        Answered(),
        Utterance("what time is it", 0.9),
        Utterance("and a room please", 0.9),
    ]
    await conversation.silence(6_000)
    await conversation.say("nice weather today")
    await conversation.silence(3_000)
    assert len(agent.inputs) == 3


async def test_awake_it_asks_about_silence_as_any_other() -> None:
    settings = {"wake_word": "computer", "awake_ms": 60_000}
    agent = ScriptedAgent(Reply("Hello."), Reply("Yes?"), Reply("Are you there?"))
    conversation = Conversation(agent, turn=TurnSettings.of(settings).turn("en"))
    await conversation.until_quiet()
    await conversation.say("computer")
    await conversation.silence(12_000)
    assert agent.inputs[1:] == [Utterance("computer", 0.9), Silence()]


async def test_a_recogniser_that_spots_words_listens_for_these_alone_while_it_sleeps() -> None:
    stt = FakeStt()
    stt.confidence = 0.99
    stt.manifest = replace(stt.manifest, spots=True)
    conversation, _ = talk(stt=stt)
    await conversation.until_quiet()
    await conversation.say("computer")
    await conversation.until_quiet()
    await conversation.say("a room please")
    await conversation.until_quiet()
    asked = [each.grammar.name if each.grammar else "" for each in stt.utterances if each.told]
    assert asked[-2:] == ["wake", ""]


# ---- in a row


def test_a_row_names_a_word_or_several() -> None:
    assert TurnSettings.of(SETTINGS).wake == WORD
    assert TurnSettings.of({"wake_word": "computer"}).wake == WakeWord(("computer",))
    assert TurnSettings.of({"wake_word": ""}, TurnSettings.of(SETTINGS)).wake is None
    assert TurnSettings.of({"awake_ms": 9_000}, TurnSettings.of(SETTINGS)).wake == replace(
        WORD, awake_ms=9_000
    )
    assert TurnSettings.taken_by(TurnSettings.of(SETTINGS).turn("en")).wake == WORD


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"wake_word": "?!"}, "a wake word needs letters"),
        ({"wake_word": 7}, "no word and no list of words"),
        (
            {"wake_word": "computer", "awake_ms": 10},
            "awake_ms 10, which is no whole number from 1000 to 600000",
        ),
        ({"wake_wrod": "computer"}, "the nearest known one is 'wake_word'"),
    ],
)
def test_a_word_that_is_none_is_told(row: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says.replace("?", r"\?")):
        TurnSettings.of(row)
