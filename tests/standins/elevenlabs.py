"""ElevenLabs' WebSocket of several contexts, by elevenlabs.io/docs (Multi-Context WebSocket) and the types of
its client. It speaks Buzz (tests.plugins.acme_speech.buzz) and tells when each character begins.
"""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

from aiohttp import WSMsgType, web

from tests.plugins.acme_speech import buzz
from tests.standins.provider import StandIn, Trouble, cut, hang

VOICES = {"JBFqnCBsd6RMkjVDRZzb", "21m00Tcm4TlvDq8ikWAM"}
MODELS = {"eleven_flash_v2_5", "eleven_turbo_v2_5", "eleven_multilingual_v2", "eleven_flash_v2"}
CODED = {"eleven_flash_v2_5", "eleven_turbo_v2_5"}
LANGUAGES = set(
    "ar bg cs da de el en es fi fr hi hu id it ja ko nl no pl pt ro ru sk sv ta tr uk vi zh".split()
)
PARAMETERS = {
    *("model_id", "output_format", "inactivity_timeout", "sync_alignment", "auto_mode", "language_code"),
    *("apply_text_normalization", "enable_logging", "enable_ssml_parsing", "seed"),
}
FIELDS = {
    *("text", "context_id", "voice_settings", "generation_config", "flush", "close_context", "close_socket"),
    *("pronunciation_dictionary_locators", "xi_api_key", "authorization"),
}
MOST_CONTEXTS = 5


class Elevenlabs(StandIn):
    def __init__(self) -> None:
        super().__init__()
        self.queries: list[dict[str, str]] = []
        self.said: list[str] = []
        self.closed_contexts: list[str] = []
        self.settings: list[dict[str, Any]] = []
        self.aligns = True
        self.pace_s = 0.0
        """Between chunks."""
        self.unsaid = 0
        self.stopped = asyncio.Event()
        """Chunks that were not made, because their context was closed."""
        self.most_contexts = 0

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/v1/text-to-speech/{voice}/multi-stream-input", self._connected)]

    async def end_revoked(self, socket: web.WebSocketResponse) -> None:
        await socket.send_json({"message": "Invalid API key", "error": "invalid_api_key", "code": 1008})
        await socket.close(code=1008, message=b"Invalid API key")

    async def _connected(self, request: web.Request) -> web.StreamResponse:
        trouble = self.trouble()
        if trouble.status:
            return web.json_response(trouble.body, status=trouble.status, headers=trouble.headers)
        if trouble.silent:
            await hang()
        if request.headers.get("xi-api-key") not in self.keys:
            detail = {"status": "invalid_api_key", "message": "Invalid API key"}
            return web.json_response({"detail": detail}, status=401)
        async with self.socket(request) as socket:
            if why := self._wrong(request):
                await _refuse(socket, *why)
                return socket
            self.queries.append(dict(request.query))
            await _Speaking(self, request, socket, trouble).run()
        return socket

    def _wrong(self, request: web.Request) -> tuple[str, str] | None:
        query = request.query
        if request.match_info["voice"] not in VOICES:
            return (
                "voice_id_does_not_exist",
                f"A voice with voice_id {request.match_info['voice']} does not exist.",
            )
        for name in query:
            if name not in PARAMETERS:
                self.refused(f"unknown parameter {name}")
        if query.get("model_id") not in MODELS:
            return "model_not_found", "The model does not exist."
        if query.get("output_format") not in ("pcm_16000", "pcm_22050", "pcm_24000", "ulaw_8000"):
            return "invalid_output_format", "no such format"
        code = query.get("language_code")
        if code is not None and (query["model_id"] not in CODED or code not in LANGUAGES):
            return "unsupported_language", f"Model does not support language_code {code}"
        return None


class _Speaking:
    """One connection."""

    def __init__(
        self, owner: Elevenlabs, request: web.Request, socket: web.WebSocketResponse, trouble: Trouble
    ) -> None:
        self._owner = owner
        self._request = request
        self._socket = socket
        self._trouble = trouble
        self._contexts: dict[str, asyncio.Task[None] | None] = {}
        self._sent = 0

    async def run(self) -> None:
        try:
            async for message in self._socket:
                if message.type is not WSMsgType.TEXT:
                    break
                fields = json.loads(message.data)
                if set(fields) - FIELDS:
                    self._owner.refused(f"unknown fields {sorted(set(fields) - FIELDS)}")
                    await _refuse(self._socket, "invalid_input_message", "Could not parse input message")
                    break
                if fields.get("close_socket"):
                    await self._socket.close()
                    break
                await self._take(fields)
        finally:
            for task in self._contexts.values():
                if task is not None:
                    task.cancel()

    async def _take(self, fields: dict[str, Any]) -> None:
        context = fields.get("context_id", "default")
        if fields.get("close_context"):
            self._owner.closed_contexts.append(context)
            task = self._contexts.pop(context, None)
            if task is not None and not task.done():
                task.cancel()
            await self._send({"isFinal": True, "contextId": context})
            return
        if context not in self._contexts:
            self._owner.settings.append(fields.get("voice_settings") or {})
            self._contexts[context] = None
            self._owner.most_contexts = max(self._owner.most_contexts, len(self._contexts))
            if len(self._contexts) > MOST_CONTEXTS:
                self._owner.refused("too many contexts")
                await _refuse(self._socket, "max_active_contexts", "Too many contexts")
            return
        text = fields.get("text", "")
        if text and not text.endswith(" "):
            self._owner.refused("a text does not end with a space")
        self._owner.said.append(text)
        self._contexts[context] = asyncio.get_running_loop().create_task(self._say(context, text))

    async def _say(self, context: str, text: str) -> None:
        if self._trouble.close is not None:
            await self._socket.close(code=self._trouble.close[0], message=self._trouble.close[1].encode())
            return
        words = text.split(" ")[:-1]
        for at, word in enumerate(words):
            try:
                await asyncio.sleep(self._owner.pace_s)
            except asyncio.CancelledError:
                self._owner.unsaid += len(words) - at
                self._owner.stopped.set()
                raise
            audio = buzz.say(word) if not self._trouble.empty else buzz.say("")
            starts, spoken = [], 0
            for character in (*word, " "):
                starts.append(spoken * 80)
                spoken += character.lower() in buzz.LETTERS
            await self._chunk(context, audio.tobytes(), [*word, " "], starts)
        while self._trouble.endless:
            await asyncio.sleep(0)
            await self._chunk(context, bytes(32_000), [], [])

    async def _chunk(self, context: str, audio: bytes, characters: list[str], starts: list[int]) -> None:
        alignment = {
            "chars": characters,
            "charStartTimesMs": starts,
            "charDurationsMs": [80] * len(characters),
        }
        told = {
            "audio": base64.b64encode(audio).decode(),
            "contextId": context,
            "alignment": alignment if self._owner.aligns else None,
        }
        await self._send(told)

    async def _send(self, fields: dict[str, Any]) -> None:
        if self._trouble.cut_after == self._sent:
            cut(self._request)
            return
        if self._trouble.nonsense_after == self._sent:
            await self._socket.send_json({"audio": "this is no base64!", "contextId": fields["contextId"]})
        self._sent += 1
        await self._socket.send_json(fields)


async def _refuse(socket: web.WebSocketResponse, code: str, why: str) -> None:
    await socket.send_json({"message": why, "error": code, "code": 1008})
    await socket.close(code=1008, message=why.encode())
