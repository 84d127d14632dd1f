"""Texts as portions: plain ones, and what somebody wrote as SSML."""

from __future__ import annotations

from pipelines.engines.protocols import SpeechManner
from pipelines.synthesis.script import Portion, of_ssml, of_text


def test_nothing_in_a_plain_text_is_markup() -> None:
    text = '<speak>Hello <break time="5s"/></speak>'
    script = of_text(text)
    assert script.text == text and script.portions == [Portion(0, len(text), text)] and not script.end


def test_ssml_becomes_portions_whose_words_stand_in_the_text() -> None:
    script = of_ssml(
        '<speak>Your code is, <say-as interpret-as="characters">X7</say-as><break time="400ms"/>'
        '<prosody rate="fast" volume="soft">thank you.</prosody><break time="1s"/></speak>',
        "en",
    )
    assert script.text == "Your code is, X7 thank you." and script.end == 1_000
    first, code, thanks = script.portions
    assert [script.text[each.start : each.end] for each in script.portions] == [
        "Your code is,",
        "X7",
        "thank you.",
    ]
    assert (first.pause_ms, code.pause_ms, thanks.pause_ms) == (0, 110, 400)
    assert (code.said, code.literal) == ("X seven", False)
    assert (thanks.rate, thanks.gain_db) == (1.3, -6.0)


def test_a_portion_has_its_manner() -> None:
    low, name = of_ssml(
        '<speak><prosody pitch="low">Hello</prosody> <phoneme ph="ˈnaɪki">Nike</phoneme></speak>', "en"
    ).portions
    assert (low.manner, name.manner) == (SpeechManner(pitch=0.85), SpeechManner(phonemes="ˈnaɪki"))


def test_a_script_without_words_has_nothing_to_say() -> None:
    assert of_ssml('<speak><break time="2s"/></speak>', "en").portions == [Portion(0, 0, "")]
