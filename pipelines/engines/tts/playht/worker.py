"""PlayHT's voices over HTTP, by PlayHT's own client, in an environment of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
from pyht.async_client import AsyncClient
from pyht.client import Format, TTSOptions
from pyht.client import Language as PlayhtLanguage
from pyht.inference_coordinates import InferenceCoordinatesOptions

from mediaserver.errors import ProviderFault
from pipelines.engines.cloud.account import ProviderAccount
from pipelines.engines.tts.playht.languages import LANGUAGES
from pipelines.engines.tts.streamed.outlet import SpeechOutlet
from pipelines.engines.tts.streamed.texts import pieces, without_tags
from pipelines.workers.async_entry import AsyncRequest, AsyncService, RequestError, run

RATE = 16_000
MOST_CHARACTERS = 1000
MOST_WAIT_S = 8.0
"""For anything at all; its client would wait for five minutes."""
MULTILINGUAL = ("Play3.0-mini", "PlayDialogMultilingual")
"""Engines that may be told a language."""


class Playht:
    """See `pipelines.workers.async_entry.AsyncService`."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._account = ProviderAccount.told(options)
        self._user = str(options["user_id"])
        self._voice = str(options["voice"])
        self._model = str(options["model"])
        self._clients: dict[str, AsyncClient] = {}
        """By key: it may be replaced."""

    async def serve(self, request: AsyncRequest) -> dict[str, Any]:
        fields = request.fields
        text = without_tags(str(fields["text"]))
        outlet = SpeechOutlet(request, self._account.provider, RATE, len(text))
        language = LANGUAGES.get(str(fields["language"]).partition("-")[0])
        if language is None:
            told = f"it does not speak {fields['language']}"
            raise self._account.provider.fault(ProviderFault.REFUSED, told, missing=True)
        options = TTSOptions(
            voice=str(fields["voice"] or self._voice),
            format=Format.FORMAT_PCM,
            sample_rate=RATE,
            speed=min(5.0, max(0.1, float(fields["rate"]))),
            language=PlayhtLanguage(language) if self._model in MULTILINGUAL else None,
        )
        try:
            for piece in pieces(text, MOST_CHARACTERS):
                stream = self._client().tts(piece, options, voice_engine=self._model, protocol="http")
                while (chunk := await asyncio.wait_for(anext(stream, None), MOST_WAIT_S)) is not None:
                    await outlet.write(chunk)
        except RequestError:
            raise
        except asyncio.TimeoutError:  # noqa: UP041 - not the same in Python 3.10
            raise self._account.provider.fault(ProviderFault.DOWN, "it does not answer") from None
        except Exception as error:  # its client raises Exception itself
            raise self._fault(error) from None
        await outlet.end()
        return {}

    async def close(self) -> None:
        for client in self._clients.values():
            await client.close()

    def _client(self) -> AsyncClient:
        key = self._account.key() or "none"
        if key not in self._clients:
            where = InferenceCoordinatesOptions(
                api_url=f"{self._account.url}/v4", coordinates_get_api_call_max_retries=1
            )
            advanced = AsyncClient.AdvancedOptions(
                api_url=self._account.url,
                auto_refresh_lease=False,
                disable_lease_disk_cache=True,
                inference_coordinates_options=where,
            )
            self._clients[key] = AsyncClient(self._user, key, auto_connect=False, advanced=advanced)
        return self._clients[key]

    def _fault(self, error: Exception) -> RequestError:
        """Its client tells a status as the second argument of an Exception, or lets aiohttp's through; where
        it expects one and there is none, it stumbles over that (IndexError)."""
        if isinstance(error, IndexError) and error.__context__ is not None:
            cause = error.__context__
            error = cause if isinstance(cause, Exception) else error
        if isinstance(error, aiohttp.ClientResponseError):
            return self._account.provider.http_fault(error.status, "", dict(error.headers or {}))
        status = error.args[1] if len(error.args) > 1 else None
        if isinstance(status, int) and not isinstance(error, OSError):
            said = str(error.args[0]).partition(": ")[2]
            return self._account.provider.http_fault(status, said, {})
        return self._account.provider.fault(ProviderFault.DOWN, str(error) or type(error).__name__)


async def start(options: Mapping[str, Any]) -> AsyncService:
    return Playht(options)


def main() -> None:
    run(start)
