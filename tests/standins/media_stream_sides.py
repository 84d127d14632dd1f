"""The providers' side of their media streams: what they send, and how they read what we send, from the same
documents as `providers/streams/*.py`, written apart from those."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from mediaserver.media.stream_format import StreamFormat


@dataclass(frozen=True)
class Told:
    """One message of ours, as the provider reads it."""

    what: str
    """audio, mark, clear, key, or the reason why it is refused."""
    octets: bytes = b""
    name: str = ""


class TwilioSide:
    """Text alone; refuses a message that names another stream."""

    kind = "twilio"
    format = StreamFormat.of("mulaw")
    marks_after_clear = True
    by_query = False
    """Whether a query of the address arrives."""

    def __init__(self, call: str = "CA1", account: str = "AC1", stream: str = "MZ1") -> None:
        self.call, self.account, self.stream = call, account, stream
        self._sequence = self._chunk = 0

    def opening(self, token: str = "") -> list[str | bytes]:
        start = {
            "accountSid": self.account,
            "streamSid": self.stream,
            "callSid": self.call,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"token": token} if token else {},
        }
        return [
            json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}),
            self._numbered("start", start),
        ]

    def media(self, octets: bytes) -> str | bytes:
        self._chunk += 1
        media = {
            "track": "inbound",
            "chunk": str(self._chunk),
            "timestamp": str(self._chunk * 20),
            "payload": base64.b64encode(octets).decode(),
        }
        return self._numbered("media", media)

    def played(self, name: str) -> str | bytes:
        return self._numbered("mark", {"name": name})

    def pressed(self, digit: str) -> str | bytes:
        return self._numbered("dtmf", {"track": "inbound_track", "digit": digit})

    def stopped(self) -> str | bytes | None:
        return self._numbered("stop", {"accountSid": self.account, "callSid": self.call})

    def told(self, message: str | bytes) -> Told:
        if isinstance(message, bytes):
            return Told("a binary message")
        found: dict[str, Any] = json.loads(message)
        if found.get("streamSid") != self.stream:
            return Told("a message without its streamSid")
        match found["event"]:
            case "media":
                return Told("audio", base64.b64decode(found["media"]["payload"], validate=True))
            case "mark":
                return Told("mark", name=found["mark"]["name"])
            case "clear":
                return Told("clear")
            case other:
                return Told(f"an unknown event {other!r}")

    def _numbered(self, event: str, content: dict[str, Any]) -> str:
        self._sequence += 1
        return json.dumps(
            {
                "event": event,
                "sequenceNumber": str(self._sequence),
                event: content,
                "streamSid": self.stream,
            }
        )


class SignalWireSide(TwilioSide):
    """As Twilio; here with its wideband codec."""

    kind = "signalwire"
    format = StreamFormat.of("pcm16", 16_000)

    def opening(self, token: str = "") -> list[str | bytes]:
        start = {
            "streamSid": self.stream,
            "callSid": self.call,
            "accountSid": self.account,
            "mediaFormat": {"encoding": "audio/x-l16", "sampleRate": 16000, "channels": 1},
            "customParameters": {"token": token},
        }
        return [json.dumps({"event": "connected", "protocol": "Call"}), self._numbered("start", start)]


class TelnyxSide(TwilioSide):
    kind = "telnyx"
    by_query = True

    def opening(self, token: str = "") -> list[str | bytes]:
        start = {
            "user_id": self.account,
            "call_control_id": self.call,
            "from": "+13122010094",
            "to": "+13122123456",
            "media_format": {"encoding": "PCMU", "sample_rate": 8000, "channels": 1},
        }
        return [json.dumps({"event": "connected", "version": "1.0.0"}), self._numbered("start", start)]

    def told(self, message: str | bytes) -> Told:
        if isinstance(message, bytes):
            return Told("a binary message")
        found = json.loads(message)
        match found["event"]:
            case "media":
                return Told("audio", base64.b64decode(found["media"]["payload"], validate=True))
            case "mark":
                return Told("mark", name=found["mark"]["name"])
            case "clear":
                return Told("clear")
            case other:
                return Told(f"an unknown event {other!r}")

    def _numbered(self, event: str, content: dict[str, Any]) -> str:
        self._sequence += 1
        return json.dumps(
            {
                "event": event,
                "sequence_number": str(self._sequence),
                event: content,
                "stream_id": self.stream,
            }
        )


class VonageSide(TwilioSide):
    """Audio is binary, 20 ms exactly."""

    kind = "vonage"
    format = StreamFormat.of("pcm16", 16_000)
    marks_after_clear = False
    by_query = True

    def opening(self, token: str = "") -> list[str | bytes]:
        return [
            json.dumps(
                {
                    "event": "websocket:connected",
                    "content-type": "audio/l16;rate=16000",
                    "call": self.call,
                    "token": token,
                }
            )
        ]

    def media(self, octets: bytes) -> str | bytes:
        return octets

    def played(self, name: str) -> str | bytes:
        return json.dumps({"event": "websocket:notify", "payload": {"name": name}})

    def pressed(self, digit: str) -> str | bytes:
        return json.dumps({"event": "websocket:dtmf", "digit": digit, "duration": 260})

    def stopped(self) -> str | bytes | None:
        return None

    def told(self, message: str | bytes) -> Told:
        if isinstance(message, bytes):
            return Told("audio", message) if len(message) == 640 else Told(f"{len(message)} octets of audio")
        found = json.loads(message)
        match found.get("action"):
            case "clear":
                return Told("clear")
            case "notify":
                return Told("mark", name=found["payload"]["name"])
            case other:
                return Told(f"an unknown action {other!r}")


class PlivoSide(TwilioSide):
    kind = "plivo"
    marks_after_clear = False
    by_query = True

    def opening(self, token: str = "") -> list[str | bytes]:
        start = {
            "callId": self.call,
            "streamId": self.stream,
            "accountId": self.account,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000},
        }
        return [json.dumps({"event": "start", "sequenceNumber": 1, "start": start, "extra_headers": ""})]

    def played(self, name: str) -> str | bytes:
        return json.dumps({"event": "playedStream", "streamId": self.stream, "name": name})

    def stopped(self) -> str | bytes | None:
        return None

    def told(self, message: str | bytes) -> Told:
        if isinstance(message, bytes):
            return Told("a binary message")
        found = json.loads(message)
        match found["event"]:
            case "playAudio":
                media = found["media"]
                if (media["contentType"], media["sampleRate"]) != ("audio/x-mulaw", 8000):
                    return Told(f"audio as {media['contentType']}")
                return Told("audio", base64.b64decode(media["payload"], validate=True))
            case "checkpoint":
                return Told("mark", name=found["name"])
            case "clearAudio":
                return Told("clear" if found["streamId"] == self.stream else "another stream's clear")
            case "sendDTMF":
                return Told("key", name=found["dtmf"])
            case other:
                return Told(f"an unknown event {other!r}")


class ExotelSide(TwilioSide):
    """Takes pieces of 100 ms at least, in multiples of 320 octets."""

    kind = "exotel"
    format = StreamFormat.of("pcm16", 8_000)
    by_query = True

    def opening(self, token: str = "") -> list[str | bytes]:
        start = {
            "stream_sid": self.stream,
            "call_sid": self.call,
            "account_sid": self.account,
            "from": "+919876543210",
            "to": "+918047491899",
            "custom_parameters": {"token": token},
            "media_format": {"encoding": "audio/x-raw", "sample_rate": "8000", "bit_rate": "16"},
        }
        return [json.dumps({"event": "connected"}), self._numbered("start", start)]

    def told(self, message: str | bytes) -> Told:
        if isinstance(message, bytes):
            return Told("a binary message")
        found = json.loads(message)
        if found.get("stream_sid") != self.stream:
            return Told("a message without its stream_sid")
        match found["event"]:
            case "media":
                octets = base64.b64decode(found["media"]["payload"], validate=True)
                if len(octets) % 320 or not 1_600 <= len(octets) <= 100_000:
                    return Told(f"a piece of {len(octets)} octets")
                return Told("audio", octets)
            case "mark":
                return Told("mark", name=found["mark"]["name"])
            case "clear":
                return Told("clear")
            case other:
                return Told(f"an unknown event {other!r}")

    def _numbered(self, event: str, content: dict[str, Any]) -> str:
        self._sequence += 1
        return json.dumps(
            {
                "event": event,
                "sequence_number": str(self._sequence),
                event: content,
                "stream_sid": self.stream,
            }
        )


SIDES: tuple[type[TwilioSide], ...] = (
    TwilioSide,
    SignalWireSide,
    TelnyxSide,
    VonageSide,
    PlivoSide,
    ExotelSide,
)
