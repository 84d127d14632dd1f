"""On a line with an echo the agent's own words are no answer; on any other they are the caller's."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaserver.media.line_condition import LineCondition
from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation import own_echo
from pipelines.conversation.line import Line, Sentence, Word, WordState
from pipelines.conversation.own_echo import HeardWords, is_own_echo, repeats
from pipelines.spoken.forms import spoken
from pipelines.spoken.speech import as_written

SAID = ["You can say:", "Book a room,", "or: how are you.", "What would you like?"]


@pytest.mark.parametrize(
    ("text", "echo"),
    [
        ("book a room", True),
        ("say book a room", True),
        ("Book a room or how our you", True),  # one word of seven misheard
        ("room", True),
        ("a room book", False),
        ("two people", False),
        ("book a room for two people", False),
        ("book the rooms", False),
        ("", False),
    ],
)
def test_what_we_have_just_said_is_known_again(text: str, echo: bool) -> None:
    assert repeats(text, SAID) is echo
    assert not repeats(text, [])


def test_whoever_talks_long_over_us_is_not_compared_word_by_word(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    def count(heard: Sequence[str], ours: Sequence[str]) -> int:
        compared.append(len(ours))
        return missing(heard, ours)

    missing = own_echo._missing
    monkeypatch.setattr(own_echo, "_missing", count)
    assert not repeats("yes and then " * 100, SAID * 20), "words of his own"
    assert not compared, "it is asked at each partial result, while all calls wait"
    assert repeats("book a room or how are you", SAID * 20)
    assert len(compared) == 1, "only from where it may begin"


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.lists(st.sampled_from("abcd"), max_size=12))
def test_words_that_are_missing_are_counted_in_their_order(heard: list[str], ours: list[str]) -> None:
    longest = max(
        len(part)
        for size in range(len(heard) + 1)
        for part in combinations(heard, size)
        if all(word in rest for rest in [iter(ours)] for word in part)
    )
    assert own_echo._missing(heard, ours) == len(heard) - longest


MS = SAMPLES_PER_MS
ECHOING = LineCondition(echo_loss_db=30.0, echo_delay_ms=100.0)


def sent(text: str, word_ms: int = 250) -> Line:
    """A line that went out from 1 s on, a word every so many ms."""
    spoken = as_written(text)
    at = range(1_000 + word_ms, 100_000, word_ms)
    words = [
        Word(w.written, 0, w.start, w.end, state=WordState.SENT, sent_at=end * MS)
        for w, end in zip(spoken.words, at, strict=False)
    ]
    line = Line([Sentence(spoken)], words, began=1_000 * MS)
    line.ended = words[-1].sent_at
    return line


@pytest.mark.parametrize(
    ("onset_ms", "until_ms", "echo"),
    [
        (1_600, 2_500, True),
        (1_350, 2_500, True),  # made out a little early
        (2_300, 3_200, False),  # the caller takes us at our word
        (2_420, 3_300, False),  # when we had ended, at once
        (600, 1_300, False),  # before we said it
    ],
)
def test_our_words_are_our_echo_only_at_its_time(onset_ms: int, until_ms: int, echo: bool) -> None:
    line = sent("please say book a room")  # until 2.25 s, "book" from 1.5 s on
    heard = HeardWords("book a room", onset_ms * MS, until_ms * MS)
    assert is_own_echo(heard, [line], ECHOING) is echo
    assert not is_own_echo(heard, [line], LineCondition()), "no line that gives us back"
    assert not is_own_echo(heard, [], ECHOING)


def test_a_short_answer_in_our_words_counts_once_we_have_ended() -> None:
    line = sent("yes or no")  # until 1.75 s
    late, early = HeardWords("no", 1_950 * MS, 2_400 * MS), HeardWords("no", 1_650 * MS, 2_100 * MS)
    assert not is_own_echo(late, [line], ECHOING)
    assert is_own_echo(early, [line], ECHOING)


def test_an_echo_whose_delay_is_not_known_is_expected_after_the_usual_one() -> None:
    line = sent("please say book a room")
    unknown = LineCondition(echo_loss_db=30.0)
    assert is_own_echo(HeardWords("book a room", 1_700 * MS, 2_600 * MS), [line], unknown)
    assert not is_own_echo(HeardWords("book a room", 2_600 * MS, 3_500 * MS), [line], unknown)


def test_what_is_spelled_out_comes_back_as_it_was_spoken() -> None:
    line = sent("book room")
    form = spoken("at 2 p.m.", "en")
    line.sentences = [Sentence(form)]
    line.words = [
        Word(w.written, 0, w.start, w.end, state=WordState.SENT, sent_at=(1_300 + 200 * i) * MS)
        for i, w in enumerate(form.words)
    ]
    assert is_own_echo(HeardWords(form.spoken, 1_150 * MS, 2_000 * MS), [line], ECHOING)
