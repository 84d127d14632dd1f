"""A phone call with a speech-to-speech model on the media clock; the test is the model."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from mediaserver.media.leg import Ended, EndedBy, Frame, Termination, Voice, Why
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.conversation.machine_care import NO_VOICEMAIL, Voicemail
from pipelines.speech_to_speech.app import MindsWords
from pipelines.speech_to_speech.audio_format import AudioFormat
from pipelines.speech_to_speech.connection import ConnectionOwner
from pipelines.speech_to_speech.machine import RealtimeOptions
from pipelines.speech_to_speech.steered import SteeredSpeechToSpeech
from tests.fakes import SILENCE, FakeCall, FakeOutlet, FakeTts
from tests.pipelines.speech_to_speech.realtime_server import tone_octets


class FarModel:
    """The other end of the connection."""

    def __init__(self, owner: ConnectionOwner) -> None:
        self.owner = owner
        self.events: list[Mapping[str, Any]] = []
        self.octets = bytearray()
        self.listens = self.closed = False
        self.renewed = 0

    def start(self) -> None: ...

    def send(self, event: Mapping[str, Any]) -> None:
        self.events.append(event)

    def hear(self, octets: bytes) -> None:
        self.octets += octets

    def take_audio(self) -> None:
        self.listens = True

    def renew(self) -> None:
        self.renewed += 1

    def close(self) -> None:
        self.closed = True

    def tells(self, kind: str, **fields: Any) -> None:
        self.owner.received(json.dumps({"type": kind, **fields}))

    def ready(self) -> None:
        self.owner.connected()
        self.tells("session.updated", session={})

    def says(self, text: str, ms: int, item: str = "one", *, done: bool = True) -> None:
        """Far faster than it is played."""
        where = {"item_id": item, "content_index": 0}
        self.tells("response.created", response={})
        self.tells("response.output_audio_transcript.delta", delta=text, **where)
        self.tells("response.output_audio.delta", delta=base64.b64encode(tone_octets(ms)).decode(), **where)
        if done:
            self.tells("response.output_audio.done", **where)
            self.tells("response.done", response={"status": "completed", "output": [], "usage": {}})

    def hears(self, text: str, item: str) -> None:
        """The caller says something, and it is written down."""
        self.tells("input_audio_buffer.speech_started", item_id=item, audio_start_ms=100)
        self.tells("input_audio_buffer.speech_stopped", item_id=item, audio_end_ms=300)
        self.tells("conversation.item.input_audio_transcription.completed", item_id=item, transcript=text)

    def calls(self, name: str, arguments: str, call_id: str = "c1") -> None:
        item = {"type": "function_call", "name": name, "call_id": call_id, "arguments": arguments}
        self.tells("response.created", response={})
        self.tells("response.done", response={"status": "completed", "output": [item], "usage": {}})

    def fails(self, code: str) -> None:
        details = {"error": {"code": code, "message": "try again"}}
        self.tells("response.created", response={})
        self.tells("response.done", response={"status": "failed", "status_details": details})

    def sent(self, kind: str) -> list[Mapping[str, Any]]:
        return [event for event in self.events if event["type"] == kind]


class ModelCall:
    """The media clock with one call."""

    def __init__(
        self,
        *,
        run_tool: Any = None,
        called: bool = False,
        transcription: str = "whisper-1",
        minds_words: MindsWords | None = None,
        voicemail: Voicemail = NO_VOICEMAIL,
    ) -> None:
        self.call = FakeCall()
        self.t = 0
        self.hung_up: list[Termination] = []
        self.outlet = FakeOutlet(lambda: self.t)
        self.tts = FakeTts()
        self.out: list[Frame | None] = []
        options = RealtimeOptions("You answer the phone.", AudioFormat("pcmu"), transcription=transcription)
        self.app = SteeredSpeechToSpeech(
            self.call, self._connect, options, self.outlet, self.hung_up.append, tts=self.tts,
            run_tool=run_tool, called=called, minds_words=minds_words,
            voicemail=voicemail,
        )  # fmt: skip

    def _connect(self, owner: ConnectionOwner) -> FarModel:
        self.model = FarModel(owner)
        return self.model

    def tick(self, ms: int, frame: Frame = SILENCE, voice: float | None = None) -> None:
        for _ in range(ms // 20):
            if voice is not None:
                self.app.on_event(Voice(self.t, voice))
            self.app.on_frame(frame)
            self.out.append(self.app.next_frame(self.t))
            self.t += FRAME_SAMPLES

    async def settle(self, ms: int) -> None:
        """Time passes, and tasks get their turns."""
        for _ in range(ms // 20):
            self.tick(20)
            await asyncio.sleep(0)

    def audible_ms(self) -> int:
        return 20 * sum(frame is not None and bool(np.abs(frame).max() > 500) for frame in self.out)

    def end(self) -> None:
        self.app.on_event(Ended(Termination(EndedBy.PEER, Why.HANGUP)))

    def agent_lines(self) -> list[tuple[str, str, bool]]:
        return [(r.text, r.heard, r.interrupted) for r in self.call.lines() if r.speaker == "agent"]
