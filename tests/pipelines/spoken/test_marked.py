"""Texts that their author may write as SSML."""

from __future__ import annotations

import logging

import pytest

from pipelines.conversation.agent import Say
from pipelines.spoken.marked import MarkedText, in_a_row, is_ssml, marked_text
from pipelines.spoken.ssml import SsmlSegment

SSML = '<speak>Hello <break time="1s"/><phoneme ph="ˈnaɪki">Nike</phoneme></speak>'


def test_ssml_is_what_begins_so() -> None:
    assert is_ssml(SSML) and is_ssml('\n <speak version="1.1">a</speak>') and is_ssml("<speak/>")
    assert not is_ssml("Say <speak>") and not is_ssml("<speaker>") and not is_ssml("")


def test_whoever_looks_at_it_sees_the_words() -> None:
    text = marked_text(SSML, "en")
    assert isinstance(text, MarkedText) and text == "Hello Nike" and f"{text}!" == "Hello Nike!"
    say = Say(text)
    assert say.text == "Hello Nike" and [each.phonemes for each in say.segments] == ["", "ˈnaɪki"]
    assert Say(text[:5]).segments == () and Say("<speak>a</speak>").segments == ()


def test_texts_in_a_row_are_each_said_as_they_were_to_be() -> None:
    row = in_a_row(["Sorry.", "", marked_text(SSML, "en"), "Bye."])
    assert row == "Sorry. Hello Nike Bye." and isinstance(row, MarkedText)
    assert row.segments[0] == SsmlSegment("Sorry.") and row.segments[2].pause_ms == 1_000
    plain = in_a_row(["One.", "", "<speak>Two.</speak>"])
    assert plain == "One. <speak>Two.</speak>" and not isinstance(plain, MarkedText)


def test_markup_that_a_value_breaks_leaves_the_words(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        text = marked_text('<speak>Wait <break time="soon"/> 5 &lt; 6 &amp; go.</speak>', "en")
    assert text == "Wait 5 < 6 & go." and not isinstance(text, MarkedText)
    assert "is no time" in caplog.text
