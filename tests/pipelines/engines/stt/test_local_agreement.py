"""What two looks in a row agree on is committed, once and for all."""

from __future__ import annotations

from pipelines.engines.stt.rolling.agreement import LocalAgreement
from pipelines.engines.stt.rolling.hypothesis import written
from tests.pipelines.engines.stt.heard import words

SURE = 100_000


def take(agreement: LocalAgreement, text: str, sure_until_ms: int = SURE) -> str:
    return written(agreement.take(words(text), sure_until_ms))


def test_the_longest_common_beginning_of_two_looks_is_committed() -> None:
    agreement = LocalAgreement()
    assert take(agreement, "book a") == ""
    assert take(agreement, "book a rum for") == "book a"
    assert take(agreement, "book a room for two") == ""
    assert take(agreement, "book a room for two on") == "room for two"
    assert written(agreement.committed) == "book a room for two"


def test_case_and_punctuation_are_no_disagreement_and_the_newer_look_writes_them() -> None:
    agreement = LocalAgreement()
    take(agreement, "hello. There")
    assert take(agreement, "Hello, there!") == "Hello, there!"


def test_a_last_word_at_the_end_of_the_audio_waits() -> None:
    agreement = LocalAgreement()
    take(agreement, "to the mount")
    assert take(agreement, "to the mount", sure_until_ms=700) == "to the"
    assert take(agreement, "to the mountain", sure_until_ms=700) == ""
    assert take(agreement, "to the mountain view", sure_until_ms=1_000) == "mountain"


def test_what_is_committed_is_not_taken_back() -> None:
    agreement = LocalAgreement()
    take(agreement, "two thirty")
    take(agreement, "two thirty")
    assert take(agreement, "to thirsty men") == ""
    assert take(agreement, "to thirsty men") == "men"  # what lies behind it in time is new all the same
    assert written(agreement.committed) == "two thirty men"


def test_a_look_that_says_the_committed_end_once_more_adds_nothing_of_it() -> None:
    agreement = LocalAgreement()
    take(agreement, "a b c")
    take(agreement, "a b c")
    again = words("x b c d e")[1:]
    late = tuple(word.later(600) for word in again)  # the clock of this look is off by two words
    assert written(agreement.behind(late)) == "d e"


def test_words_leave_the_window_and_the_rest_moves_to_its_beginning() -> None:
    agreement = LocalAgreement()
    take(agreement, "one. two three")
    take(agreement, "one. two three four")
    gone = agreement.leave(1, 300)
    assert written(gone) == "one."
    assert [(word.text, word.start_ms) for word in agreement.committed] == [(" two", 0), (" three", 300)]
    assert take(agreement, "two three four") == "four"
