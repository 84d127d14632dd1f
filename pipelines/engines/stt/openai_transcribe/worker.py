"""A recogniser behind OpenAI's `audio/transcriptions`, by OpenAI's own client, which the server's environment
has. It hears an utterance when it has ended: there are no partial results.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mediaserver.errors import ProviderFault
from pipelines.engines.cloud.account import ProviderAccount
from pipelines.engines.cloud.openai_faults import FAULTS, openai_client, openai_fault
from pipelines.engines.stt.openai_transcribe.answers import final
from pipelines.engines.stt.streamed.keyterms import keyterms
from pipelines.engines.stt.streamed.wav import LEAST_BYTES, wav
from pipelines.workers.async_entry import AsyncRequest, AsyncService, run

HINTED = 224
"""Tokens of a prompt that Whisper's models read; a word has one at least."""


class OpenaiTranscribe:
    """See `pipelines.workers.async_entry.AsyncService`."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._account = ProviderAccount.told(options)
        self._client = openai_client(self._account, float(options["connect_s"]), float(options["answer_s"]))
        self._model = str(options["model"])
        self._keyterms: list[str] = list(options["keyterms"])

    async def serve(self, request: AsyncRequest) -> dict[str, Any]:
        audio = bytearray()
        while piece := await request.audio():
            audio += piece
        if len(audio) < LEAST_BYTES:
            return {"text": "", "understood": False}
        client = self._client.with_options(api_key=self._account.key() or "none")
        try:
            answer = await client.audio.transcriptions.with_raw_response.create(
                file=("utterance.wav", wav(bytes(audio)), "audio/wav"), **self._told(request.fields)
            )
            return final(answer.http_response.json())
        except FAULTS as error:
            raise openai_fault(self._account, error) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            why = f"it sent what cannot be read ({type(error).__name__})"
            raise self._account.provider.fault(ProviderFault.DOWN, why) from None

    async def close(self) -> None:
        await self._client.close()

    def _told(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = {"model": self._model, "temperature": 0.0, "response_format": "json"}
        if not fields.get("among"):
            told["language"] = str(fields["language"]).partition("-")[0]
        if self._model.startswith("whisper"):
            told |= {"response_format": "verbose_json", "timestamp_granularities": ["word", "segment"]}
        elif self._model.startswith("gpt-4o"):
            told["include"] = ["logprobs"]
        grammar = fields.get("grammar")
        terms = [*self._keyterms, *(keyterms(grammar["jsgf"]) if grammar else ())]
        if terms and self._model.startswith("gpt-transcribe"):
            told["keywords"] = terms
        elif terms:
            told["prompt"] = ", ".join(" ".join(terms).split()[:HINTED])
        return told


async def start(options: Mapping[str, Any]) -> AsyncService:
    return OpenaiTranscribe(options)


def main() -> None:
    run(start)
