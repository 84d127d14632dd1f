"""How Asterisk's WebSocket channel and FreeSWITCH's mod_audio_stream speak, as their documents have it."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaserver.media.stream_format import StreamFormat
from providers.asterisk.chan_websocket import FORMATS, ChanWebSocketDialect, is_json
from providers.freeswitch.audio_stream import AudioStreamDialect
from providers.streams.dialect import (
    LONGEST,
    Audio,
    Marked,
    Other,
    Pressed,
    Started,
    StreamFault,
)

START = (
    "MEDIA_START connection_id:media_connection1 channel:WebSocket/media_connection1/0x7f channel_id:1795.1"
    " format:ulaw optimal_frame_size:160 ptime:20"
)


def test_a_start_says_the_format_and_the_channel() -> None:
    started = ChanWebSocketDialect().read(START)
    assert isinstance(started, Started)
    assert (started.stream, started.call_ref, started.format) == (
        "media_connection1", "1795.1", StreamFormat.of("mulaw"),
    )  # fmt: skip
    assert started.parameters["optimal_frame_size"] == "160"


def test_a_start_in_json_says_the_same() -> None:
    text = json.dumps({
        "event": "MEDIA_START", "connection_id": "c", "channel": "WebSocket/c", "channel_id": "1795.1",
        "format": "slin16", "optimal_frame_size": 640, "ptime": 20, "channel_variables": {"A": "b"},
    })  # fmt: skip
    started = ChanWebSocketDialect(json=is_json(text)).read(text)
    assert isinstance(started, Started)
    assert started.call_ref == "1795.1" and started.format == FORMATS["slin16"]


@pytest.mark.parametrize(
    ("message", "event"),
    [
        (b"\1\2", Audio(b"\1\2")),
        ("DTMF_END digit:5 channel_id:1795.1", Pressed("5")),
        ('{"event":"DTMF_END","channel_id":"1795.1","digit":"#"}', Pressed("#")),
        ("MEDIA_MARK_PROCESSED 7", Marked("7")),
        ("MEDIA_MARK_PROCESSED correlation_id:7", Marked("7")),
        ('{"event":"MEDIA_MARK_PROCESSED","correlation_id":"7"}', Marked("7")),
        ("MEDIA_XOFF", Other("MEDIA_XOFF")),
        ("STATUS channel_id:1 queue_length:3 xon_level:800", Other("STATUS")),
        (
            "ERROR channel_id:1 error_text:MARK_MEDIA not supported in passthrough mode",
            Other("Asterisk says: MARK_MEDIA not supported in passthrough mode"),
        ),
    ],
)
def test_what_asterisk_says(message: str | bytes, event: object) -> None:
    assert ChanWebSocketDialect().read(message) == event


def test_our_commands_are_words_or_json() -> None:
    words, said = ChanWebSocketDialect(), ChanWebSocketDialect(json=True)
    assert (words.mark("7"), words.clear(), words.stop(), words.answer()) == (
        "MARK_MEDIA 7", "FLUSH_MEDIA", "HANGUP", "ANSWER",
    )  # fmt: skip
    assert json.loads(said.mark("7")) == {"command": "MARK_MEDIA", "correlation_id": "7"}
    assert json.loads(said.clear()) == {"command": "FLUSH_MEDIA"}
    assert words.audio(b"\1\2") == b"\1\2"
    assert max(len(said.mark("9" * 6)), len(words.stop())) <= 128


@pytest.mark.parametrize(
    "message",
    [
        "", "hello", "MEDIA_START", START.replace("ulaw", "opus"), "{", "[1]", '{"event": "MEDIA_START"}',
        "X" * 9_000, b"\0" * (LONGEST + 1),
    ],
)  # fmt: skip
def test_what_is_no_event_is_a_fault(message: str | bytes) -> None:
    with pytest.raises(StreamFault):
        ChanWebSocketDialect().read(message)


@given(st.text(max_size=200))
def test_whatever_text_comes_is_an_event_or_a_fault(text: str) -> None:
    for dialect in (ChanWebSocketDialect(), AudioStreamDialect()):
        try:
            dialect.read(text)
        except StreamFault as fault:
            assert str(fault)


def test_a_stream_of_freeswitch_starts_with_its_metadata_or_with_audio() -> None:
    told = AudioStreamDialect(8_000).read('{"uuid": "abc", "caller": "+4930", "n": 1}')
    assert isinstance(told, Started)
    assert told.call_ref == "abc" and told.parameters == {"uuid": "abc", "caller": "+4930"}
    for first in ("no json", b"\0\0"):
        assert isinstance(AudioStreamDialect().read(first), Started)


def test_audio_of_freeswitch_comes_raw_and_goes_in_json() -> None:
    dialect = AudioStreamDialect(16_000)
    dialect.read("{}")
    assert dialect.read(b"\1\2") == Audio(b"\1\2")
    assert dialect.read("later") == Other("text")
    sent = json.loads(dialect.audio(b"\1\2" * 320))
    assert sent["type"] == "streamAudio"
    assert sent["data"] == {
        "audioDataType": "raw", "sampleRate": 16_000, "audioData": base64.b64encode(b"\1\2" * 320).decode(),
    }  # fmt: skip
    assert not dialect.marks


def test_freeswitch_has_two_rates() -> None:
    with pytest.raises(ValueError, match="8000 or 16000"):
        AudioStreamDialect(24_000)
    with pytest.raises(StreamFault):
        AudioStreamDialect().read("x" * 5_000)
    with pytest.raises(StreamFault):
        AudioStreamDialect().read(b"\0" * 3)
