"""Deepgram's streaming recogniser and voice, by developers.deepgram.com (Live Audio, Finalize, KeepAlive,
CloseStream, "STT Troubleshooting WebSocket, NET, and DATA Errors", Text to Speech WebSocket) and the types of
its client. It hears and speaks Buzz (tests.plugins.acme_speech.buzz).
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import numpy as np
from aiohttp import WSMsgType, web

from tests.plugins.acme_speech import buzz
from tests.standins.provider import StandIn, Trouble, cut, hang

LISTEN = {
    *("model", "encoding", "sample_rate", "channels", "interim_results", "punctuate", "smart_format"),
    *("endpointing", "language", "keyterm", "keywords", "profanity_filter", "redact", "mip_opt_out"),
    *("utterance_end_ms", "vad_events", "numerals", "tag", "version", "diarize", "multichannel"),
}
NOVA_3 = {
    *("multi", "en", "en-US", "en-GB", "en-AU", "en-IN", "en-NZ", "de", "de-CH", "es", "es-419", "fr"),
    *("fr-CA", "it", "nl", "nl-BE", "pt", "pt-BR", "pt-PT", "hi", "ja", "ru", "sv", "da", "pl", "tr", "ko"),
}
MODELS = {"nova-3": NOVA_3, "nova-3-general": NOVA_3, "nova-3-medical": {"en"}, "nova-2": NOVA_3 | {"zh"}}
NOTICEABLE_S = 0.5
"""A Finalize with less audio than this unanswered gets no answer: none is promised."""
INTERIM_S = 0.3
LONGEST_S = 4.0
"""Of a stretch without final words."""


class Deepgram(StandIn):
    def __init__(self) -> None:
        super().__init__()
        self.idle_s = 10.0
        """Without audio or KeepAlive the connection is closed (NET-0001)."""
        self.marks = False
        """What answers a Finalize says so, which "may" be."""
        self.away_s = 0.0
        """From a control message to its answer."""
        self.queries: list[dict[str, list[str]]] = []
        self.controls: list[str] = []
        """Messages that were no audio, by type."""
        self.heard_s = 0.0
        """Audio that came, in all."""

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/v1/listen", self._listen), web.get("/v1/speak", self._speak)]

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        trouble = self.trouble()
        if (refusal := self._admitted(request, trouble, LISTEN)) is not None:
            return refusal
        if trouble.silent:
            await hang()
        self.queries.append({name: request.query.getall(name) for name in request.query})
        async with self.socket(request) as socket:
            await _Hearing(self, request, socket, trouble).run()
        return socket

    def _admitted(self, request: web.Request, trouble: Trouble, known: set[str]) -> web.Response | None:
        if trouble.status:
            return web.json_response(trouble.body, status=trouble.status, headers=trouble.headers)
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() not in ("token", "bearer") or key not in self.keys:
            return _no(401, "INVALID_AUTH", "Invalid credentials.")
        for name in request.query:
            if name not in known:
                self.refused(f"unknown parameter {name}")
                return _no(400, "Bad Request", f"unknown query parameter {name}")
        why = _wrong_listen(request) if known is LISTEN else _wrong_speak(request)
        if why:
            self.refused(why)
            return _no(400, "Bad Request", why)
        return None

    async def _speak(self, request: web.Request) -> web.StreamResponse:
        trouble = self.trouble()
        known = {"model", "encoding", "sample_rate", "mip_opt_out", "speed", "tag"}
        if (refusal := self._admitted(request, trouble, known)) is not None:
            return refusal
        if trouble.silent:
            await hang()
        self.queries.append({name: request.query.getall(name) for name in request.query})
        rate = int(request.query["sample_rate"])
        async with self.socket(request) as socket:
            text = ""
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    self.refused("audio was sent to a voice")
                    await socket.close(code=1008, message=b"DATA-0000")
                    break
                fields = json.loads(message.data)
                self.controls.append(fields.get("type"))
                match fields.get("type"):
                    case "Speak":
                        text += fields["text"]
                        if len(text) > 2000:
                            self.refused("more than 2000 characters")
                            await socket.send_json({"type": "Warning", "code": "TEXT_TOO_LONG"})
                    case "Flush":
                        await self._say(request, socket, text, rate, trouble)
                        await socket.send_json({"type": "Flushed", "sequence_id": 0})
                        text = ""
                    case "Clear":
                        text = ""
                        await socket.send_json({"type": "Cleared", "sequence_id": 0})
                    case "Close":
                        await socket.close()
                    case _:
                        self.refused(f"unknown message {fields.get('type')}")
                        await socket.close(code=1008, message=b"DATA-0000")
        return socket

    async def _say(
        self, request: web.Request, socket: web.WebSocketResponse, text: str, rate: int, trouble: Trouble
    ) -> None:
        audio = buzz.say(text, rate).tobytes() if not trouble.empty else b""
        if trouble.close is not None:
            await socket.close(code=trouble.close[0], message=trouble.close[1].encode())
            return
        number = 0
        while audio or trouble.endless:
            if trouble.cut_after == number:
                cut(request)
                return
            if trouble.nonsense_after == number:
                await socket.send_str("{what")
            await socket.send_bytes(audio[:4800] or bytes(4800))
            audio, number = audio[4800:], number + 1
            await asyncio.sleep(0)


class _Hearing:
    """One connection."""

    def __init__(
        self, owner: Deepgram, request: web.Request, socket: web.WebSocketResponse, trouble: Trouble
    ) -> None:
        self._owner = owner
        self._request = request
        self._socket = socket
        self._trouble = trouble
        self._rate = int(request.query["sample_rate"])
        self._interim = request.query.get("interim_results") == "true"
        self._multi = request.query.get("language") == "multi"
        self._audio = bytearray()
        self._from_s = 0.0
        """Where the stretch without final words begins."""
        self._told_s = 0.0
        self._sent = 0

    async def run(self) -> None:
        while True:
            try:
                message = await self._socket.receive(timeout=self._owner.idle_s)
            except TimeoutError:
                await self._socket.close(code=1011, message=b"NET-0001")
                return
            if message.type is WSMsgType.BINARY:
                if self._trouble.close is not None:
                    code, reason = self._trouble.close
                    await self._socket.close(code=code, message=reason.encode())
                    return
                await self._hear(message.data)
            elif message.type is WSMsgType.TEXT:
                if not await self._told(json.loads(message.data)):
                    return
            else:
                return

    async def _told(self, fields: dict[str, Any]) -> bool:
        kind = fields.get("type")
        self._owner.controls.append(str(kind))
        match kind:
            case "KeepAlive":
                return True
            case "Finalize":
                if len(self._audio) / 2 / self._rate >= NOTICEABLE_S:
                    await asyncio.sleep(self._owner.away_s)
                    await self._tell(final=True, finalize=self._owner.marks)
                return True
            case "CloseStream":
                await asyncio.sleep(self._owner.away_s)
                await self._tell(final=True)
                await self._send({"type": "Metadata", "request_id": "r", "duration": self._from_s})
                await self._socket.close()
                return False
            case _:
                self._owner.refused(f"unknown message {kind}")
                await self._socket.close(code=1008, message=b"DATA-0000")
                return False

    async def _hear(self, data: bytes) -> None:
        self._audio += data
        self._owner.heard_s += len(data) / 2 / self._rate
        length = len(self._audio) / 2 / self._rate
        if length >= LONGEST_S:
            await self._tell(final=True, upto=self._pause())
        elif self._interim and self._from_s + length - self._told_s >= INTERIM_S:
            await self._tell(final=False)

    def _pause(self) -> int:
        """The byte in the middle of the last pause between words; the end where there is none."""
        words = buzz.read(np.frombuffer(bytes(self._audio), np.int16), self._rate)
        if len(words) < 2:
            return len(self._audio)
        return (words[-2].end_ms + words[-1].start_ms) * self._rate // 2000 * 2

    async def _tell(self, *, final: bool, finalize: bool = False, upto: int | None = None) -> None:
        audio = bytes(self._audio[:upto])
        length = len(audio) / 2 / self._rate
        words = buzz.read(np.frombuffer(audio, np.int16), self._rate)
        shift = round(self._from_s * 1000)
        text = " ".join(word.text for word in words)
        alternative: dict[str, Any] = {
            "transcript": text,
            "confidence": 0.97 if words else 0.0,
            "words": [
                {
                    "word": word.text,
                    "punctuated_word": word.text,
                    "start": (word.start_ms + shift) / 1000,
                    "end": (word.end_ms + shift) / 1000,
                    "confidence": 0.97,
                    **({"language": "en"} if self._multi else {}),
                }
                for word in words
            ],
        }
        if self._multi:
            alternative["languages"] = ["en"] if words else []
        self._told_s = self._from_s + length
        await self._send(
            {
                "type": "Results",
                "channel_index": [0, 1],
                "start": self._from_s,
                "duration": length,
                "is_final": final,
                "speech_final": False,
                "from_finalize": finalize,
                "channel": {"alternatives": [alternative]},
                "metadata": {"request_id": "r", "model_info": {}, "model_uuid": "m"},
            }
        )
        if final:
            self._from_s += length
            del self._audio[: len(audio)]

    async def _send(self, fields: dict[str, Any]) -> None:
        if self._trouble.cut_after == self._sent:
            cut(self._request)
            return
        if self._trouble.nonsense_after == self._sent:
            await self._socket.send_str("{what")
        self._sent += 1
        await self._socket.send_json(fields)


def _wrong_listen(request: web.Request) -> str:
    query = request.query
    model, language = query.get("model", ""), query.get("language", "en")
    if model not in MODELS:
        return f"No such model/language/tier combination found: {model}"
    if language not in MODELS[model]:
        return f"No such model/language/tier combination found: {model} {language}"
    if query.get("encoding") != "linear16" or query.get("sample_rate") not in ("8000", "16000", "24000"):
        return "encoding and sample_rate do not fit"
    if "keyterm" in query and not model.startswith("nova-3"):
        return "keyterm is only for nova-3"
    if "keywords" in query and model.startswith("nova-3"):
        return "keywords are not for nova-3"
    if sum(len(re.findall(r"\w{1,3}", term)) for term in query.getall("keyterm", [])) > 500:
        return "Keyterm limit exceeded. The maximum number of tokens across all keyterms is 500."
    return ""


def _wrong_speak(request: web.Request) -> str:
    query = request.query
    if not query.get("model", "").startswith(("aura-2-", "aura-")) or query["model"].count("-") < 2:
        return f"No such model found: voice {query.get('model')}"
    if query.get("encoding") != "linear16" or query.get("sample_rate") not in ("8000", "16000", "24000"):
        return "encoding and sample_rate do not fit"
    return ""


def _no(status: int, code: str, message: str) -> web.Response:
    body = {"err_code": code, "err_msg": message, "request_id": "r"}
    return web.json_response(body, status=status, headers={"dg-error": message, "dg-request-id": "r"})
