"""Voices behind OpenAI's `audio/speech`, by OpenAI's own client, which the server's environment has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mediaserver.errors import ProviderFault
from pipelines.engines.cloud.account import ProviderAccount
from pipelines.engines.cloud.openai_faults import FAULTS, openai_client, openai_fault
from pipelines.engines.tts.streamed.outlet import SpeechOutlet
from pipelines.engines.tts.streamed.texts import pieces
from pipelines.workers.async_entry import AsyncRequest, AsyncService, run

MOST_CHARACTERS = 2000
"""Of one request: its models take 2,000 tokens, and 4,096 characters in any case."""
CHUNK_BYTES = 2400


class OpenaiSpeech:
    """See `pipelines.workers.async_entry.AsyncService`."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._account = ProviderAccount.told(options)
        self._client = openai_client(self._account, float(options["connect_s"]), float(options["answer_s"]))
        self._model = str(options["model"])
        self._voice = str(options["voice"])
        self._instructions = str(options["instructions"])
        self._rate = int(options["sample_rate"])

    async def serve(self, request: AsyncRequest) -> dict[str, Any]:
        fields = request.fields
        text = str(fields["text"])
        outlet = SpeechOutlet(request, self._account.provider, self._rate, len(text))
        client = self._client.with_options(api_key=self._account.key() or "none")
        told: dict[str, Any] = {"model": self._model, "voice": str(fields["voice"] or self._voice)}
        if float(fields["rate"]) != 1.0:
            told["speed"] = min(4.0, max(0.25, float(fields["rate"])))
        if self._instructions:
            told["instructions"] = self._instructions
        try:
            for piece in pieces(text, MOST_CHARACTERS):
                async with client.audio.speech.with_streaming_response.create(
                    input=piece, response_format="pcm", **told
                ) as response:
                    kind = response.headers.get("content-type", "")
                    if "json" in kind or "text" in kind:
                        raise self._account.provider.fault(ProviderFault.DOWN, f"it sent {kind}, no audio")
                    async for chunk in response.iter_bytes(CHUNK_BYTES):
                        await outlet.write(chunk)
        except FAULTS as error:
            raise openai_fault(self._account, error) from None
        await outlet.end()
        return {}

    async def close(self) -> None:
        await self._client.close()


async def start(options: Mapping[str, Any]) -> AsyncService:
    return OpenaiSpeech(options)


def main() -> None:
    run(start)
