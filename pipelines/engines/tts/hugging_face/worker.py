"""Voices behind Hugging Face, an inference endpoint's or a Space's: whole texts, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from pipelines.engines.cloud.hugging_face.remote import HuggingFaceRemote, filled
from pipelines.engines.cloud.hugging_face.sounds import decoded, told
from pipelines.engines.tts.streamed.outlet import SpeechOutlet
from pipelines.engines.tts.streamed.texts import pieces
from pipelines.workers.async_entry import AsyncRequest, AsyncService, run

FIRST_CHARACTERS, MOST_CHARACTERS = 120, 400
"""Of a piece: the first is short, for it is heard only when it is whole."""
CHUNK_BYTES = 16_000


class HuggingFaceVoice:
    """See `pipelines.workers.async_entry.AsyncService`."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._remote = HuggingFaceRemote(options)
        self._function = str(options.get("function", ""))
        self._inputs: list[Any] = list(options.get("inputs", ()))
        self._parameters: dict[str, Any] = dict(options.get("parameters", {}))

    async def serve(self, request: AsyncRequest) -> dict[str, Any]:
        text = str(request.fields["text"]).strip()
        outlet: SpeechOutlet | None = None
        for piece in _portions(text):
            content, kind = await self._made(piece, request.fields)
            try:
                pcm, rate = await asyncio.to_thread(told if kind == "application/json" else decoded, content)
            except ValueError as error:
                raise self._remote.unreadable(f"it sent {error}") from None
            if outlet is None:
                outlet = SpeechOutlet(request, self._remote.account.provider, rate, len(text))
            for start in range(0, len(pcm), CHUNK_BYTES):
                await outlet.write(pcm[start : start + CHUNK_BYTES])
        if outlet is not None:
            await outlet.end()
        return {}

    async def close(self) -> None:
        await self._remote.close()

    async def _made(self, text: str, fields: Mapping[str, Any]) -> tuple[bytes, str]:
        """Audio, and its media type."""
        if not self._function:
            asked = {"inputs": text, **({"parameters": self._parameters} if self._parameters else {})}
            return await self._remote.answer(json=asked)
        values = {"text": text, "voice": fields["voice"], "language": fields["language"]}
        outputs = await self._remote.called(self._function, filled(self._inputs, ["{text}"], values))
        for output in outputs:
            if isinstance(output, dict) and output.get("path"):
                return await self._remote.file(output), "audio/wav"
        raise self._remote.unreadable("none of its outputs is an audio file")


def _portions(text: str) -> list[str]:
    """Of a text without blanks in front."""
    first = pieces(text, FIRST_CHARACTERS)[:1]
    return first + pieces(text[len(first[0]) :], MOST_CHARACTERS) if first else []


async def start(options: Mapping[str, Any]) -> AsyncService:
    return HuggingFaceVoice(options)


def main() -> None:
    run(start)
