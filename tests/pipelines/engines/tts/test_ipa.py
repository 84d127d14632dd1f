"""Words written in the IPA as the symbols of a voice."""

from __future__ import annotations

import logging

import pytest

from pipelines.engines.tts.pico.phoneme_table import TABLE
from pipelines.engines.tts.worker.ipa import MOST_CHARS, UnknownPhonemeError, single, symbols, tail_of
from pipelines.engines.tts.worker.manner import HIGHEST, LOWEST, PhonemeReader, SpokenManner

KNOWN = {"t": "t", "ʃ": "S", "tʃ": "tS", "ə": "@", "ɔ̃": "O~", "ˈ": "'", "ɹ": "r", "ɡ": "g", " ": "_"}


@pytest.mark.parametrize(
    ("ipa", "read"),
    [
        ("tʃ", "tS"),  # the longest first
        ("t͡ʃə", "tS @"),
        ("t.ʃ", "tS"),
        ("'tə", "' t @"),  # as people write a stress
        ("/tə/", "t @"),
        ("gəː", "g @"),  # a plain g, and a length that the voice does not know
        ("ɔ̃", "O~"),
        ("ʁə", "r @"),  # the language's own r
        ("tə ˈʃə", "t @ _ ' S @"),
    ],
)
def test_it_is_read_as_people_write_it(ipa: str, read: str) -> None:
    assert " ".join(symbols(ipa, KNOWN)) == read


@pytest.mark.parametrize(
    ("ipa", "why"), [("təq", "no sound for 'q'"), ("ˈ", "no sound at all"), ("t" * (MOST_CHARS + 1), "more")]
)
def test_what_a_voice_lacks_is_refused(ipa: str, why: str) -> None:
    with pytest.raises(UnknownPhonemeError, match=why):
        symbols(ipa, KNOWN)


def test_a_voice_trained_on_ipa_has_its_sounds_and_none_of_its_signs() -> None:
    known = single(["_", "^", "a", "A", "ə", ".", "'", " ", "1", "ˈ", "\u0303", "ab"])
    assert set(known) == {"a", "ə", " ", "ˈ", "\u0303"}
    assert symbols("ã", known) == ["a", "\u0303"]


def test_each_stretch_that_cannot_be_said_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    reader = PhonemeReader()
    with caplog.at_level(logging.WARNING):
        assert [reader.read("qq", KNOWN, "anna") for _ in range(3)] == [[], [], []]
        assert reader.read("tə", KNOWN, "anna") == ["t", "@"] and reader.read("", KNOWN, "anna") == []
    assert [record.getMessage() for record in caplog.records] == [
        "the voice anna says the words, not their phonemes: no sound for 'q' in 'qq'"
    ]


def test_a_manner_is_read_within_limits() -> None:
    told = SpokenManner.of({"rate": 1, "pitch": 99, "phonemes": "t" * 9_999})
    assert (told.pitch, len(told.phonemes)) == (HIGHEST, MOST_CHARS + 1)
    assert SpokenManner.of({"rate": 1.5, "pitch": 0}) == SpokenManner(1.5, LOWEST)
    with pytest.raises(ValueError, match="nobody speaks at 40 times"):
        SpokenManner.of({"rate": 40})
    with pytest.raises(ValueError, match="no number"):
        SpokenManner.of({"rate": 1, "pitch": float("nan")})


def test_the_punctuation_behind_a_word_stays() -> None:
    assert [tail_of(each) for each in ("Nike", "Nike, ", "Dr. Nike?!")] == ["", ",", "?!"]


def test_picos_symbols_cannot_leave_their_attribute() -> None:
    told = "".join(symbol for table in TABLE.values() for symbol in table.values())
    assert not set(told) & set("'<>&/ ")
