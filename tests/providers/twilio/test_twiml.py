"""TwiML says what is meant, whatever stands in the texts."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from providers.twilio import twiml


def read(*verbs: str) -> ElementTree.Element:
    return ElementTree.fromstring(twiml.response(*verbs))


def test_a_stream_both_ways_takes_its_query_along_as_parameters() -> None:
    tree = read(
        twiml.connect(
            "wss://voice.example.com/twilio/media/abc?token=a%26b",
            {"session": "abc"},
            action="https://voice.example.com/next",
            told="https://voice.example.com/status?session=abc&x=1",
        )
    )
    connect = tree[0]
    assert connect.tag == "Connect" and connect.attrib == {
        "action": "https://voice.example.com/next", "method": "POST",
    }  # fmt: skip
    stream = connect[0]
    assert stream.get("url") == "wss://voice.example.com/twilio/media/abc"
    assert stream.get("statusCallback") == "https://voice.example.com/status?session=abc&x=1"
    assert {each.get("name"): each.get("value") for each in stream} == {"token": "a&b", "session": "abc"}


def test_nothing_follows_a_stream_or_a_transfer() -> None:
    """What follows is what cuts a call off that was handed over."""
    assert len(read(twiml.connect("wss://a.example/m", {}))) == 1
    assert len(read(twiml.dial("+442030000000"))) == 1
    assert b"Pause" not in twiml.response(twiml.dial("+442030000000", action="https://a.example/x"))


@pytest.mark.parametrize(
    "text",
    ["<Hangup/> & \"quoted\" 'so'", "grüß Gott", "नमस्ते", "]]></Say><Dial>+1900</Dial>", "a\x00b\x08\ud800"],
)
def test_every_text_is_nothing_but_text(text: str) -> None:
    tree = read(twiml.say(text, language="de-DE", voice='Polly."Vicki"'))
    assert [each.tag for each in tree.iter()] == ["Response", "Say"]
    assert tree[0].text == text.replace("\x00", "").replace("\x08", "").replace("\ud800", "")
    assert tree[0].get("voice") == 'Polly."Vicki"'


def test_numbers_and_sip_addresses_are_dialled_and_nothing_else() -> None:
    number = read(twiml.dial("+442030000000", caller="+4930123456", timeout_s=20))[0]
    assert number.attrib == {"answerOnBridge": "true", "callerId": "+4930123456", "timeout": "20"}
    assert number[0].tag == "Number" and number[0].text == "+442030000000"
    sip = read(twiml.dial("sip:desk@pbx.example.com;transport=tls?x=<y>"))[0][0]
    assert sip.tag == "Sip" and sip.text == "sip:desk@pbx.example.com;transport=tls?x=<y>"
    for bad in ("", "client:bob", "+1 900", "<Sip>", "1", "+1\n9"):
        with pytest.raises(ValueError, match="is no number"):
            twiml.dial(bad)


def test_a_message_is_taken_once() -> None:
    record = read(twiml.record("https://a.example/rec", action="https://a.example/over", longest_s=60))[0]
    assert record.get("action") == "https://a.example/over", "without it the document begins anew"
    assert record.get("recordingStatusCallback") == "https://a.example/rec"


def test_calls_are_refused_before_they_cost_anything() -> None:
    assert read(twiml.reject("busy"))[0].attrib == {"reason": "busy"}
    assert read(twiml.hang_up())[0].tag == "Hangup"
    assert read(twiml.play("https://a.example/x.mp3?a=1&b=2"))[0].text == "https://a.example/x.mp3?a=1&b=2"
