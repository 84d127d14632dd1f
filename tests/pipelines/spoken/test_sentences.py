"""Where a text is cut into sentences, whole and as it streams in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.spoken.sentences import LONG, SentenceCutter, split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Hello. How are you?", ["Hello.", "How are you?"]),
        ("Dr. Smith is in. Wait!", ["Dr. Smith is in.", "Wait!"]),
        ("It is 2:30 p.m. today. Fine.", ["It is 2:30 p.m. today.", "Fine."]),
        ("Come at 5 p.m. Then wait.", ["Come at 5 p.m.", "Then wait."]),
        ("It is on Jan. 5 at noon. Fine.", ["It is on Jan. 5 at noon.", "Fine."]),
        ("On Sept. 9, 2026 we open.", ["On Sept. 9, 2026 we open."]),
        ("Dial ext. 204. Or apt. 5.", ["Dial ext. 204.", "Or apt. 5."]),
        ("We close in Dec. Then we open.", ["We close in Dec.", "Then we open."]),
        ("Mt. Vernon is near. Gen. Lee rests.", ["Mt. Vernon is near.", "Gen. Lee rests."]),
        ("That is 3.5 hours, e.g. a lot.", ["That is 3.5 hours, e.g. a lot."]),
        ("Ask J. Doe. Bye", ["Ask J. Doe.", "Bye"]),
        ('He said "no." Then left.', ['He said "no."', "Then left."]),
        ("So should I. Now go.", ["So should I.", "Now go."]),
        ("See no. 5. It is free.", ["See no. 5.", "It is free."]),
        ("no end", ["no end"]),
        ("Well... yes.", ["Well...", "yes."]),
        ("**Yes.** Sure.", ["**Yes.**", "Sure."]),
        ("Am 3. Mai um 10 Uhr. Gut.", ["Am 3. Mai um 10 Uhr.", "Gut."]),
        ("Im 2. Stock, Nr. 5. Ja.", ["Im 2. Stock, Nr. 5.", "Ja."]),
        ("We have 3. Then two.", ["We have 3.", "Then two."]),
        ("会議は十時です。次は？はい！", ["会議は十時です。", "次は？", "はい！"]),
        ("你好。请问您贵姓？", ["你好。", "请问您贵姓？"]),
        ("नमस्ते। आप कैसे हैं?", ["नमस्ते।", "आप कैसे हैं?"]),
        ("Options:\n- one\n- two\n\nWhich?", ["Options:", "- one", "- two", "Which?"]),
        ("1. Apples\n2. Pears", ["1. Apples", "2. Pears"]),
        ("a line\nthat goes on", ["a line\nthat goes on"]),
        ("See:\n```python\nprint('x. y')\n```\nDone.", ["See:", "```python\nprint('x. y')\n```", "Done."]),
        ("<think>Hm. What?</think>Hello.", ["<think>Hm. What?</think>", "Hello."]),
        ("", []),
        (" ... ", ["..."]),
    ],
)
def test_a_text_is_cut_where_sentences_end(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


@given(st.text(alphabet=st.sampled_from("a. !?\n`<>|-#1。।"), max_size=80))
def test_nothing_is_lost_between_two_sentences(text: str) -> None:
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())


@given(st.text(alphabet=st.sampled_from("ab. !?\n`<thinkscrpt>/|-#1。।,"), max_size=120), st.integers(1, 7))
def test_nothing_is_lost_of_a_stream(text: str, size: int) -> None:
    for eager in (False, True):
        cutter = SentenceCutter(eager=eager)
        said = [s for at in range(0, len(text), size) for s in cutter.feed(text[at : at + size])]
        said += cutter.end()
        assert "".join("".join(said).split()) == "".join(text.split())


def streamed(text: str, size: int = 4, *, eager: bool = False) -> list[str]:
    cutter = SentenceCutter(eager=eager)
    said = [s for at in range(0, len(text), size) for s in cutter.feed(text[at : at + size])]
    return said + cutter.end()


def test_a_stream_is_cut_like_the_whole_text() -> None:
    text = "Sure. The total is 3.50 for Dr. Who. ```a. b. c``` Shall I? <think>no. yes.</think> Good."
    assert streamed(text) == split_sentences(text)


def test_the_first_clause_does_not_wait_for_its_sentence_when_it_is_asked_for() -> None:
    text = "I have found three rooms for you, all of them free, and one with a view. The first one is big."
    assert streamed(text, eager=True) == [
        "I have found three rooms for you,",
        "all of them free, and one with a view.",
        "The first one is big.",
    ]


def test_what_never_ends_is_cut_between_words() -> None:
    said = streamed("word " * 500)
    assert len(said) > 4 and all(len(part) <= LONG for part in said)
    assert all(part.replace("word", "").strip() == "" for part in said)


@pytest.mark.parametrize(
    "text", ["!" * 10, "e.g. ", "a. ", "```", "``", "<think>", ". ", "\n", "\n- ", "(", "a", "。", "x, "]
)
def test_a_megabyte_takes_time_in_proportion(text: str) -> None:
    """No assert on the clock: quadratic time would take hours, and the test's own limit ends it."""
    whole = text * (1_000_000 // len(text))
    assert "".join("".join(split_sentences(whole + "x")).split()) == "".join((whole + "x").split())
    streamed(whole[:200_000] + "x", 50)


def test_a_first_clause_in_characters_is_as_long_as_one_in_letters() -> None:
    """Eight characters are a breath; twenty-four would be six seconds of waiting for a voice."""
    cutter = SentenceCutter(eager=True)
    text = "您好，我可以帮您查询航班，请告诉我您的航班号。"
    said = [piece for character in text for piece in cutter.feed(character)]
    assert said == ["您好，我可以帮您查询航班，"]
    assert cutter.end() == ["请告诉我您的航班号。"]
