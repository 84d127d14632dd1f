"""How providers' streams speak: messages as their documents have them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from mediaserver.media.stream_format import StreamFormat
from providers.streams.dialect import (
    LONGEST,
    Audio,
    Dialect,
    Marked,
    Opened,
    Other,
    Pressed,
    Started,
    Stopped,
    StreamFault,
)
from providers.streams.exotel import ExotelDialect
from providers.streams.plivo import PlivoDialect, content_type
from providers.streams.signalwire import SignalWireDialect
from providers.streams.telnyx import TelnyxDialect
from providers.streams.twilio import TwilioDialect
from providers.streams.vonage import VonageDialect
from tests.testdata import TESTDATA

OCTETS = bytes(range(160))
PAYLOAD = base64.b64encode(OCTETS).decode()
EXAMPLES = TESTDATA / "webhooks/twilio/media-streams-examples.jsonl"

ALL: list[Dialect] = [
    TwilioDialect(),
    SignalWireDialect(),
    TelnyxDialect(),
    VonageDialect(),
    PlivoDialect(),
    ExotelDialect(),
]


def _sent(message: str | bytes | None) -> Any:
    assert isinstance(message, str)
    return json.loads(message)


# -- Twilio


def _started() -> TwilioDialect:
    dialect = TwilioDialect()
    start = {
        "event": "start",
        "sequenceNumber": "1",
        "streamSid": "MZ1",
        "start": {
            "streamSid": "MZ1",
            "callSid": "CA1",
            "accountSid": "AC1",
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"token": "secret"},
        },
    }
    assert dialect.read(json.dumps(start)) == Started(
        "MZ1", "CA1", "AC1", StreamFormat.of("mulaw"), {"token": "secret"}
    )
    return dialect


def test_twilios_messages_are_read() -> None:
    dialect = _started()
    media = {"track": "inbound", "chunk": "2", "timestamp": "25", "payload": PAYLOAD}
    assert dialect.read('{"event":"connected","protocol":"Call","version":"1.0.0"}') == Opened()
    assert dialect.read(json.dumps({"event": "media", "media": media})) == Audio(OCTETS, 25, 2)
    assert dialect.read('{"event":"mark","mark":{"name":"7"}}') == Marked("7")
    assert dialect.read('{"event":"dtmf","dtmf":{"track":"inbound_track","digit":"1"}}') == Pressed("1")
    assert dialect.read('{"event":"stop","stop":{"callSid":"CA1"}}') == Stopped()
    assert dialect.read('{"event":"surprise"}') == Other("surprise")


def test_what_we_said_ourselves_is_not_heard() -> None:
    media = {"track": "outbound", "chunk": "2", "timestamp": "25", "payload": PAYLOAD}
    assert isinstance(_started().read(json.dumps({"event": "media", "media": media})), Other)


def test_twilio_is_told() -> None:
    dialect = _started()
    told = _sent(dialect.audio(OCTETS))
    assert told == {"event": "media", "streamSid": "MZ1", "media": {"payload": PAYLOAD}}
    assert _sent(dialect.mark('a"b')) == {"event": "mark", "streamSid": "MZ1", "mark": {"name": 'a"b'}}
    assert _sent(dialect.clear()) == {"event": "clear", "streamSid": "MZ1"}
    spoken: Dialect = dialect
    assert spoken.digit("1", 100) is None


def test_a_streams_name_cannot_write_our_messages() -> None:
    dialect = TwilioDialect()
    dialect.read(json.dumps({"event": "start", "start": {"streamSid": 'M","event":"clear'}}))
    assert _sent(dialect.audio(OCTETS))["event"] == "media"


@pytest.mark.skipif(not EXAMPLES.exists(), reason="shared test data is not here")
def test_twilios_own_examples_are_read_or_are_a_fault_of_one_message() -> None:
    dialect, kinds = TwilioDialect(), set()
    for line in EXAMPLES.read_text().splitlines():
        try:
            kinds.add(type(dialect.read(line)))
        except StreamFault:
            assert "..." in line, "only the shortened payloads cannot be read"
    assert {Opened, Started, Pressed} <= kinds


# -- the others


def test_signalwire_has_pcm_besides() -> None:
    dialect = SignalWireDialect("L16@16000h")
    assert dialect.format == StreamFormat.of("pcm16", 16_000)
    start = {"streamSid": "s", "mediaFormat": {"encoding": "audio/x-l16", "sampleRate": 16000}}
    begun = dialect.read(json.dumps({"event": "start", "start": start}))
    assert isinstance(begun, Started) and begun.format == dialect.format


def test_telnyxs_messages() -> None:
    dialect = TelnyxDialect()
    start = {
        "event": "start",
        "sequence_number": "1",
        "stream_id": "S1",
        "start": {
            "user_id": "U1",
            "call_control_id": "v2:C1",
            "from": "+1",
            "to": "+2",
            "media_format": {"encoding": "PCMA", "sample_rate": 8000, "channels": 1},
        },
    }
    assert dialect.read(json.dumps(start)) == Started("S1", "v2:C1", "U1", StreamFormat.of("alaw"), {})
    media = {"track": "inbound", "chunk": "2", "timestamp": "5", "payload": PAYLOAD}
    assert dialect.read(json.dumps({"event": "media", "media": media})) == Audio(OCTETS, 5, 2)
    assert dialect.read('{"event":"dtmf","stream_id":"S1","dtmf":{"digit":"#"}}') == Pressed("#")
    assert dialect.read('{"event":"mark","mark":{"name":"3"}}') == Marked("3")
    assert dialect.read('{"event":"stop","stop":{}}') == Stopped()
    error = dialect.read('{"event":"error","payload":{"code":100002,"title":"t","detail":"d"}}')
    assert isinstance(error, Other) and "100002" in error.what
    assert _sent(dialect.audio(OCTETS)) == {"event": "media", "media": {"payload": PAYLOAD}}
    assert _sent(dialect.mark("3")) == {"event": "mark", "mark": {"name": "3"}}
    assert _sent(dialect.clear()) == {"event": "clear"}


def test_vonages_audio_is_binary_and_its_events_text() -> None:
    dialect = VonageDialect()
    begun = dialect.read(
        '{"event":"websocket:connected","content-type":"audio/l16;rate=16000","token":"t","call":"c"}'
    )
    assert isinstance(begun, Started) and begun.call_ref == "c" and begun.parameters["token"] == "t"
    assert begun.format == dialect.format
    assert dialect.read(bytes(640)) == Audio(bytes(640))
    assert dialect.read('{"event":"websocket:dtmf","digit":"5","duration":260}') == Pressed("5", 260)
    assert dialect.read('{"event":"websocket:notify","payload":{"name":"4"}}') == Marked("4")
    assert isinstance(dialect.read('{"event":"websocket:cleared"}'), Other)
    assert dialect.audio(bytes(640)) == bytes(640)
    assert _sent(dialect.mark("4")) == {"action": "notify", "payload": {"name": "4"}}
    assert _sent(dialect.clear()) == {"action": "clear"}


def test_plivos_messages() -> None:
    dialect = PlivoDialect()
    begun = dialect.read(
        '{"event":"start","sequenceNumber":1,"start":{"callId":"c","streamId":"s","accountId":"MA1",'
        '"tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000}},'
        '"extra_headers":"token=abc;other=1"}'
    )
    assert begun == Started("s", "c", "MA1", StreamFormat.of("mulaw"), {"token": "abc", "other": "1"})
    media = {"track": "inbound", "timestamp": "1705312200000", "chunk": 41, "payload": PAYLOAD}
    assert dialect.read(json.dumps({"event": "media", "media": media})) == Audio(OCTETS, None, 41)
    assert dialect.read('{"event":"playedStream","streamId":"s","name":"9"}') == Marked("9")
    assert dialect.read('{"event":"dtmf","dtmf":{"track":"inbound","digit":"2"}}') == Pressed("2")
    told = _sent(dialect.audio(OCTETS))["media"]
    assert told == {"contentType": "audio/x-mulaw", "sampleRate": 8000, "payload": PAYLOAD}
    assert _sent(dialect.mark("9")) == {"event": "checkpoint", "streamId": "s", "name": "9"}
    assert _sent(dialect.clear()) == {"event": "clearAudio", "streamId": "s"}
    assert _sent(dialect.digit("2", 100)) == {"event": "sendDTMF", "dtmf": "2"}
    assert content_type(dialect.format) == "audio/x-mulaw;rate=8000"


def test_exotels_messages() -> None:
    dialect = ExotelDialect()
    begun = dialect.read(
        '{"event":"start","sequence_number":"1","stream_sid":"M1","start":{"stream_sid":"M1","call_sid":"C1",'
        '"account_sid":"A1","media_format":{"encoding":"audio/x-raw","sample_rate":"8000","bit_rate":"16"}}}'
    )
    assert begun == Started("M1", "C1", "A1", StreamFormat.of("pcm16", 8_000), {})
    assert dialect.read(
        json.dumps({"event": "media", "media": {"chunk": "2", "timestamp": "200", "payload": PAYLOAD}})
    ) == Audio(OCTETS, 200, 2)
    assert dialect.read('{"event":"dtmf","dtmf":{"digit":"5","duration":"100"}}') == Pressed("5", 100)
    assert dialect.read('{"event":"stop","stop":{"reason":"callended"}}') == Stopped("callended")
    assert dialect.piece_ms == 100
    assert _sent(dialect.clear()) == {"event": "clear", "stream_sid": "M1"}


def test_vonages_stream_of_a_rate_that_is_none_is_found_out_once_it_is_known_whose_it_is() -> None:
    """Else nobody would end its call, and Vonage's caller would hear nothing."""
    for rate in ("0", "x16000", "16 kHz", "9" * 30, "²"):
        started = VonageDialect().read(
            f'{{"event":"websocket:connected","content-type":"audio/l16;rate={rate}","token":"t","call":"c"}}'
        )
        assert isinstance(started, Started) and isinstance(started.format, str), rate
        assert started.call_ref == "c"


# -- of all


@pytest.mark.parametrize("dialect", ALL, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"event":5}',
        '{"event":"media","media":{"payload":"no+JhoaJjpz..."}}',
        "[" * 60_000,
        "x" * (LONGEST + 1),
        '{"event":"\ud800"}',
    ],
    ids=["empty", "half", "list", "null", "no event", "number", "no base64", "deep", "long", "surrogate"],
)
def test_what_cannot_be_read_is_a_fault_of_that_message_alone(dialect: Dialect, message: str) -> None:
    try:
        assert not isinstance(dialect.read(message), Audio)
    except StreamFault as fault:
        assert len(str(fault)) < 300
