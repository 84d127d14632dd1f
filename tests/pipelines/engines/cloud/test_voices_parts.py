"""What stands between a provider's voice and the server: times of words, texts in pieces. Pure."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.engines.tts.elevenlabs.alignment import WordReader
from pipelines.engines.tts.streamed.texts import pieces, without_tags


def read(text: str, *chunks: str) -> list[str]:
    """The words found, each as it stands in the text."""
    reader = WordReader(text)
    found = [each for chunk in chunks for each in reader.read(list(chunk), range(len(chunk)))]
    return [text[start:end] for start, end, _ in found]


def test_words_are_found_however_the_text_is_cut_into_chunks() -> None:
    assert read("Your table, at eight.", "Your tab", "le, at", " eight. ") == [
        "Your",
        "table,",
        "at",
        "eight.",
    ]


def test_a_word_begins_where_its_first_character_does() -> None:
    reader = WordReader("ab cd")
    assert reader.read(list("ab cd "), [0, 80, 160, 250, 330, 400]) == [(0, 2, 0.0), (3, 5, 250.0)]
    assert reader.whole


def test_blanks_that_come_as_one_and_signs_that_are_left_out_do_no_harm() -> None:
    assert read("one  two", "one two ") == ["one", "two"]
    assert read("wait  now", "wait now") == ["wait", "now"]
    assert read("€5 please", "5 please") == ["please"]


@given(st.text(max_size=60), st.lists(st.text(max_size=10), max_size=10))
def test_any_alignment_gives_words_in_their_order(text: str, chunks: list[str]) -> None:
    reader = WordReader(text)
    found = [each for chunk in chunks for each in reader.read(list(chunk), range(len(chunk)))]
    starts = [start for start, _, _ in found]
    assert starts == sorted(set(starts))
    assert all(0 <= start < end <= len(text) for start, end, _ in found)


@given(st.text(alphabet="ab .,!\n", max_size=200), st.integers(5, 50))
def test_pieces_are_short_enough_and_lose_no_word(text: str, most: int) -> None:
    found = pieces(text, most)
    assert all(len(piece) <= most for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())


def test_a_text_is_cut_between_sentences_where_it_can_be() -> None:
    assert pieces("One two. Three four. Five", 21) == ["One two. Three four. ", "Five"]
    assert pieces("one, two three", 8) == ["one, ", "two ", "three"]
    assert pieces("abcdefgh", 3) == ["abc", "def", "gh"]
    assert pieces("  ", 3) == []


def test_markup_is_text_of_the_same_length() -> None:
    assert without_tags("a <b>c") == "a  b c"
