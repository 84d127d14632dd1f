"""What texts weigh, and how long ones are parted."""

from __future__ import annotations

import pytest

from providers.messages.segments import is_gsm, parted, plain, segments


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0), ("a", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3),
        ("€" * 80, 1), ("€" * 81, 2), ("ä" * 160, 1), ("ж" * 70, 1), ("ж" * 71, 2), ("ж" * 134, 2),
        ("ж" * 135, 3), ("😀" * 35, 1), ("😀" * 36, 2), ("a" * 159 + "“", 3),
    ],
)  # fmt: skip
def test_a_text_is_counted_as_it_is_billed(text: str, count: int) -> None:
    assert segments(text) == count


def test_typography_does_not_double_the_price() -> None:
    assert plain("  “It’s – fine…”  \n\n here ") == '"It\'s - fine..."\nhere'
    assert plain("“жара”") == "“жара”", "it costs the same as it is"
    assert is_gsm("ça va? {€}") is False and is_gsm("[€] Ñandu à 5£")


def test_a_long_answer_is_parted_behind_sentences() -> None:
    sentences = [f"This is sentence number {n} of an answer that goes on." for n in range(12)]
    parts = parted(" ".join(sentences), 2, 5)
    assert len(parts) == 3 and all(segments(each) <= 2 and each.endswith("on.") for each in parts)
    assert " ".join(parts) == " ".join(sentences)


def test_what_has_no_sentences_is_parted_at_words_and_signs_stay_whole() -> None:
    words = parted("word " * 100, 1, 9)
    assert " ".join(words) == ("word " * 100).strip() and all(segments(each) == 1 for each in words)
    faces = parted("😀" * 80, 1, 9)
    assert "".join(faces) == "😀" * 80 and len(faces) == 3
    assert parted("x" * 400, 1, 9) == ["x" * 160, "x" * 160, "x" * 80]


def test_what_is_too_long_says_so() -> None:
    parts = parted("Sentence. " * 200, 1, 2)
    assert len(parts) == 2 and parts[1].endswith("...") and all(segments(each) == 1 for each in parts)
    assert parted("   ", 1, 2) == []
