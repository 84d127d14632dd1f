"""What stands between a provider's voice and the server: times of words, texts in pieces. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from pipelines.engines.tts.elevenlabs.alignment import WordReader
from pipelines.engines.tts.elevenlabs.open_sockets import OpenSockets
from pipelines.engines.tts.streamed.texts import pieces, without_tags


@dataclass(eq=False)
class Line:
    """A connection that takes several texts."""

    used: float = 0.0
    closed: bool = False
    contexts: list[str] = field(default_factory=list)


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


def test_a_connection_with_room_for_a_text_more_is_found() -> None:
    sockets = OpenSockets[Line](60, most_contexts=2, most_idle=8)
    full, closed, free = Line(contexts=["a", "b"]), Line(closed=True), Line(contexts=["a"])
    for line in (full, closed, free):
        sockets.add("voice", line)
    assert sockets.with_room("voice") is free
    assert sockets.with_room("another") is None


def test_connections_of_voices_that_nobody_names_again_are_left() -> None:
    sockets = OpenSockets[Line](60, most_contexts=2, most_idle=2)
    lines = [Line(used=at) for at in range(5)]
    busy, closed = Line(used=-100, contexts=["a"]), Line(used=4, closed=True)
    for at, line in enumerate([*lines, busy, closed]):
        sockets.add(f"voice {at}", line)
    assert sockets.left(5) == [*lines[:3], closed]
    assert sockets.all == [*lines[3:], busy]
    assert sockets.left(63.5) == [lines[3]], "it was idle for more than 60 s"
