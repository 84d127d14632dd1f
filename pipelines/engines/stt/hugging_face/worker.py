"""Recognisers behind Hugging Face, an inference endpoint's or a Space's: whole utterances, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.engines.cloud.hugging_face.remote import HuggingFaceRemote, filled
from pipelines.engines.stt.hugging_face.answers import final, output_text
from pipelines.engines.stt.streamed.wav import LEAST_BYTES, wav
from pipelines.workers.async_entry import AsyncRequest, AsyncService, run


class HuggingFaceEar:
    """See `pipelines.workers.async_entry.AsyncService`."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._remote = HuggingFaceRemote(options)
        self._function = str(options.get("function", ""))
        self._inputs: list[Any] = list(options.get("inputs", ()))
        self._query = {name: str(value) for name, value in dict(options.get("parameters", {})).items()}

    async def serve(self, request: AsyncRequest) -> dict[str, Any]:
        audio = bytearray()
        while piece := await request.audio():
            audio += piece
        if len(audio) < LEAST_BYTES:
            return {"text": "", "understood": False}
        file = wav(bytes(audio))
        try:
            if not self._function:
                body, _ = await self._remote.answer("audio/wav", data=file, params=self._query)
                return final(body)
            given = await self._remote.uploaded(file, "utterance.wav")
            values = {"audio": given, "language": request.fields["language"]}
            outputs = await self._remote.called(self._function, filled(self._inputs, ["{audio}"], values))
            return output_text(outputs)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
            raise self._remote.unreadable(f"it sent what cannot be read ({type(error).__name__})") from None

    async def close(self) -> None:
        await self._remote.close()


async def start(options: Mapping[str, Any]) -> AsyncService:
    return HuggingFaceEar(options)


def main() -> None:
    run(start)
