"""Whisper's answers as words, and words as the beginning of an answer."""

from __future__ import annotations

from pipelines.engines.stt.faster_whisper.languages import LANGUAGES, as_tag, whisper_code
from pipelines.engines.stt.faster_whisper.tokens import (
    MOST_BEFORE,
    TokenMarks,
    prefix_tokens,
    read_tokens,
    told_before,
)

MARKS = TokenMarks(end_of_text=1_000, zero=1_100)
TEXT = {1: " book", 2: " a", 3: " room", 4: " for", 5: " two"}


def split(tokens: list[int]) -> list[tuple[str, list[int]]]:
    return [(TEXT[token], [token]) for token in tokens]


def test_words_lie_between_the_marks_of_their_segment() -> None:
    answer = [MARKS.at(200), 1, 2, MARKS.at(1_000), MARKS.at(1_400), 3, 4]
    words, ends = read_tokens(answer, MARKS, split, audio_ms=2_000)
    assert [word.text for word in words] == [" book", " a", " room", " for"]
    assert [(ends[0].words, ends[0].at_ms), len(ends)] == [(2, 1_000), 1]
    assert (words[0].start_ms, words[1].end_ms, words[2].start_ms, words[3].end_ms) == (
        200,
        1_000,
        1_400,
        2_000,
    )


def test_an_answer_can_be_begun_with_its_own_words() -> None:
    answer = [MARKS.at(200), 1, 2, MARKS.at(1_000), MARKS.at(1_400), 3, 4]
    words, _ = read_tokens(answer, MARKS, split, audio_ms=2_000)
    assert prefix_tokens(words, MARKS) == answer
    assert prefix_tokens(words[:1], MARKS) == answer[:2]
    assert prefix_tokens([], MARKS) == []


def test_a_window_that_begins_later_begins_at_its_own_zero() -> None:
    words, _ = read_tokens([MARKS.at(200), 1, MARKS.at(1_000), MARKS.at(1_400), 3], MARKS, split, 2_000)
    assert prefix_tokens([word.later(-1_000) for word in words[1:]], MARKS) == [MARKS.at(400), 3]
    assert prefix_tokens([word.later(-1_500) for word in words[1:]], MARKS) == [MARKS.at(0), 3]


def test_other_special_tokens_and_marks_without_text_say_nothing() -> None:
    words, ends = read_tokens([MARKS.at(0), MARKS.at(500), 1_050, MARKS.at(600), 1], MARKS, split, 900)
    assert [(word.text, word.start_ms, word.end_ms) for word in words] == [(" book", 600, 900)]
    assert ends == [] and read_tokens([], MARKS, split, 900) == ([], [])


def test_marks_never_leave_the_vocabulary() -> None:
    assert MARKS.at(-5) == MARKS.zero and MARKS.at(99_000) == MARKS.zero + 1_500


def test_languages_have_the_calls_names() -> None:
    assert whisper_code("en-GB") == "en" and whisper_code("nb") == "no" and whisper_code("fil") == "tl"
    assert as_tag("pt", ("en", "pt-BR")) == "pt-BR" and as_tag("jw", ()) == "jv"
    assert len(set(LANGUAGES)) == 100


def test_a_few_words_that_may_be_expected_are_told_whole() -> None:
    for count in (1, 5, 15, 17, 47, MOST_BEFORE):
        assert told_before(list(range(count)), list(range(500))) == list(range(count))
    assert told_before(list(range(300)), []) == list(range(MOST_BEFORE))


def test_of_what_was_said_last_the_end_is_told_in_few_lengths() -> None:
    told = [told_before([], list(range(count))) for count in range(300)]
    assert {len(each) for each in told} == {0, 16, 48, MOST_BEFORE}
    assert told[20] == list(range(4, 20))
