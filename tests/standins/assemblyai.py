"""AssemblyAI's streaming recogniser, by assemblyai.com/docs (Message Sequence, Universal-Streaming, Streaming
API) and the types and error codes of its client. It hears Buzz (tests.plugins.acme_speech.buzz).
"""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
from aiohttp import WSMsgType, web

from tests.plugins.acme_speech import buzz
from tests.standins.provider import StandIn, Trouble, cut, hang

PARAMETERS = {
    *("sample_rate", "encoding", "speech_model", "format_turns", "keyterms_prompt", "language_detection"),
    *("min_turn_silence", "max_turn_silence", "end_of_turn_confidence_threshold", "vad_threshold", "token"),
    *("inactivity_timeout", "filter_profanity", "prompt", "mode"),
}
MODELS = {
    *("universal-streaming-english", "universal-streaming-multilingual", "u3-rt-pro", "whisper-rt"),
    *("universal-3-5-pro", "universal-3-6", "universal-3-6-pro"),
}
AHEAD_S = 300.0
"""So much more audio than time has passed is taken (3007)."""
LOOK_BYTES = 9600
"""After so much more audio there may be new words."""


class Assemblyai(StandIn):
    def __init__(self) -> None:
        super().__init__()
        self.queries: list[dict[str, str]] = []
        self.controls: list[str] = []
        self.heard_s = 0.0
        self.unterminated = 0
        """Sessions that were left open, and so went on costing money."""

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/v3/ws", self._session)]

    async def end_revoked(self, socket: web.WebSocketResponse) -> None:
        await socket.close(code=1008, message=b"Unauthorized Connection")

    async def _session(self, request: web.Request) -> web.StreamResponse:
        trouble = self.trouble()
        if trouble.status:
            return web.json_response(trouble.body, status=trouble.status, headers=trouble.headers)
        if trouble.silent:
            await hang()
        async with self.socket(request) as socket:
            if request.headers.get("Authorization") not in self.keys:
                await socket.close(code=1008, message=b"Unauthorized Connection: Invalid API key")
                return socket
            if why := self._wrong(request):
                self.refused(why)
                await socket.send_json({"type": "Error", "error_code": 3006, "error": why})
                await socket.close(code=3006, message=why.encode())
                return socket
            self.queries.append(dict(request.query))
            await _Session(self, request, socket, trouble).run()
        return socket

    def _wrong(self, request: web.Request) -> str:
        query = request.query
        for name in query:
            if name not in PARAMETERS:
                return f"unknown parameter {name}"
        if query.get("speech_model") not in MODELS:
            return "Invalid speech_model"
        if query.get("encoding") != "pcm_s16le" or query.get("sample_rate") != "16000":
            return "Invalid encoding or sample rate"
        terms = json.loads(query.get("keyterms_prompt", "[]"))
        if len(terms) > 100 or any(len(term) > 50 for term in terms):
            return "keyterms_prompt: at most 100 terms of 50 characters"
        return ""


class _Session:
    def __init__(
        self, owner: Assemblyai, request: web.Request, socket: web.WebSocketResponse, trouble: Trouble
    ) -> None:
        self._owner = owner
        self._request = request
        self._socket = socket
        self._trouble = trouble
        self._formatted = request.query.get("format_turns", "").lower() == "true"
        self._detects = request.query.get("language_detection", "").lower() == "true"
        self._audio = bytearray()
        self._from_ms = 0
        self._turn = 0
        self._told = 0
        self._looked = 0
        self._sent = 0
        self._began = time.monotonic()
        self._heard_s = 0.0

    async def run(self) -> None:
        await self._send({"type": "Begin", "id": "s", "expires_at": 1_900_000_000})
        async for message in self._socket:
            if message.type is WSMsgType.BINARY:
                if self._trouble.close is not None:
                    code, reason = self._trouble.close
                    await self._socket.close(code=code, message=reason.encode())
                    return
                if not await self._hear(message.data):
                    return
                continue
            kind = json.loads(message.data).get("type")
            self._owner.controls.append(str(kind))
            match kind:
                case "ForceEndpoint":
                    if self._told:  # else there is no turn that could be ended
                        await self._end_turn()
                case "KeepAlive" | "UpdateConfiguration":
                    pass
                case "Terminate":
                    await self._end_turn()
                    await self._send(
                        {"type": "Termination", "audio_duration_seconds": 1, "session_duration_seconds": 1}
                    )
                    await self._socket.close()
                    return
                case _:
                    await self._refuse(3006, f"Invalid message type: {kind}")
                    return
        self._owner.unterminated += 1

    async def _hear(self, data: bytes) -> bool:
        milliseconds = len(data) / 32
        if not 50 <= milliseconds <= 1000:
            await self._refuse(
                3007, f"Input Duration Violation: {milliseconds:.1f} ms. Expected between 50 and 1000 ms"
            )
            return False
        self._heard_s += milliseconds / 1000
        self._owner.heard_s += milliseconds / 1000
        if self._heard_s > time.monotonic() - self._began + AHEAD_S:
            await self._refuse(3007, "Audio Transmission Rate Exceeded")
            return False
        self._audio += data
        if len(self._audio) - self._looked < LOOK_BYTES:
            return True
        self._looked = len(self._audio)
        words = self._words()
        if len(words) > self._told:
            self._told = len(words)
            await self._tell(words, end=False)
        return True

    async def _end_turn(self) -> None:
        words = self._words()
        if words:
            await self._tell(words, end=True)
            if self._formatted:
                await self._tell(words, end=True, formatted=True)
            self._turn += 1
        self._from_ms += len(self._audio) // 32
        self._told = self._looked = 0
        self._audio.clear()

    def _words(self) -> list[buzz.Word]:
        return buzz.read(np.frombuffer(bytes(self._audio), np.int16))

    async def _tell(self, words: list[buzz.Word], *, end: bool, formatted: bool = False) -> None:
        finals = words if end else words[:-1]
        text = " ".join(word.text for word in finals)
        turn: dict[str, Any] = {
            "type": "Turn",
            "turn_order": self._turn,
            "turn_is_formatted": formatted,
            "end_of_turn": end,
            "transcript": text.capitalize() + "." if formatted else text,
            "end_of_turn_confidence": 0.9 if end else 0.1,
            "words": [
                {
                    "text": word.text,
                    "start": word.start_ms + self._from_ms,
                    "end": word.end_ms + self._from_ms,
                    "confidence": 0.96,
                    "word_is_final": end or at < len(words) - 1,
                }
                for at, word in enumerate(words)
            ],
        }
        if self._detects and end:
            turn |= {"language_code": "en", "language_confidence": 0.98}
        await self._send(turn)

    async def _refuse(self, code: int, why: str) -> None:
        self._owner.refused(why)
        await self._send({"type": "Error", "error_code": code, "error": why})
        await self._socket.close(code=code, message=why.encode())

    async def _send(self, fields: dict[str, Any]) -> None:
        if self._trouble.cut_after == self._sent:
            cut(self._request)
            return
        if self._trouble.nonsense_after == self._sent:
            await self._socket.send_str('{"type": "Turn", "turn_order": "what"}')
        self._sent += 1
        await self._socket.send_json(fields)
