"""Deepgram's streaming recogniser by Deepgram's own client, in an environment of its own.

One process holds the connections of all calls. The client's errors are never shown as they are: they hold the
headers of the request, and so the key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from deepgram import AsyncDeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.environment import DeepgramClientEnvironment

from mediaserver.errors import ProviderFault
from pipelines.engines.cloud.account import ProviderAccount
from pipelines.engines.cloud.closing import ended
from pipelines.engines.stt.deepgram.messages import end_ms, heard, language_of
from pipelines.engines.stt.streamed.hearing import BYTES_PER_MS, Opening, ProviderHearing
from pipelines.engines.stt.streamed.keyterms import keyterms, within
from pipelines.engines.stt.streamed.telling import TellingEar
from pipelines.workers.async_entry import AsyncService, RequestError, run

CLOSE_S = 0.5
MOST_TERM_TOKENS = 500
"""Of all key terms together: with more the connection is refused."""
NOTICEABLE_MS = 500
"""Of audio without final words: "typically" the provider answers when it is asked for those ("Finalize")."""
NEAR_MS = 20
"""Nothing is said in what its times may be wrong by."""


class DeepgramEar(TellingEar):
    """See `pipelines.engines.stt.streamed.ears.ProviderEar`."""

    def __init__(self, account: ProviderAccount, context: Any, socket: Any) -> None:
        super().__init__()
        self._account = account
        self._context = context
        self._socket = socket
        self._sent_bytes = 0
        self._base_ms = 0
        self._final_ms = 0
        """Of the connection's audio: what has final words."""
        self.alive = True
        self._reading = asyncio.get_running_loop().create_task(self._read())

    def begin(self) -> None:
        super().begin()
        self._base_ms = self._sent_ms

    async def send(self, audio: bytes) -> None:
        self._sent_bytes += len(audio)
        await self._socket.send_media(audio)

    async def flush(self) -> None:
        await self._socket.send_finalize()
        left_ms = self._sent_ms - max(self._final_ms, self._base_ms)
        self._flushed(likely=left_ms >= NOTICEABLE_MS)
        if left_ms <= NEAR_MS:
            self._whole()

    async def keep_alive(self) -> None:
        await self._socket.send_keep_alive()

    async def close(self) -> None:
        self._patient()
        self._reading.cancel()
        steps = [self._context.__aexit__(None, None, None)]
        if self.alive:
            steps.insert(0, self._finish())
        self.alive = False
        await ended(getattr(self._socket, "_websocket", None), *steps, within_s=CLOSE_S)

    @property
    def _sent_ms(self) -> int:
        return self._sent_bytes // BYTES_PER_MS

    async def _finish(self) -> None:
        """It is answered with all final words, and then Metadata ("Close Stream")."""
        await self._socket.send_close_stream()

    async def _read(self) -> None:
        end: RequestError | None = None
        try:
            while True:
                message = await self._socket.recv()
                if isinstance(message, (bytes, bytearray)):
                    continue
                fields = message if isinstance(message, dict) else message.model_dump(by_alias=True)
                if (fault := self._taken(fields)) is not None:
                    end = fault
                    break
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            end = self._account.provider.fault(
                ProviderFault.DOWN, f"it sent what cannot be read ({type(error).__name__})"
            )
        except Exception as error:  # as the client's library says that the connection is closed
            end = self._closed(error)
        self._end(end)

    def _taken(self, fields: Mapping[str, Any]) -> RequestError | None:
        match fields.get("type"):
            case "Error":
                told = str(fields.get("description") or fields.get("message") or "")
                return self._account.provider.fault(ProviderFault.DOWN, told)
            case "Metadata" if self._insisting is not None:
                self._whole()
            case "Results":
                self._hear(fields)
            case _:
                pass
        return None

    def _hear(self, results: Mapping[str, Any]) -> None:
        if (stretch := heard(results, self._base_ms)) is None:
            return
        self._tell(stretch)
        if stretch.final:
            self._final_ms = max(self._final_ms, end_ms(results))
            if results.get("from_finalize") or self._final_ms >= self._sent_ms - NEAR_MS:
                self._whole()

    def _closed(self, error: Exception) -> RequestError | None:
        """None for a connection that was cut, which another may replace."""
        reason = str(getattr(error, "reason", "") or "")
        if "INVALID_AUTH" in reason or "AUTH" in reason.upper().split("-"):
            return self._account.provider.fault(ProviderFault.KEY)
        if "DATA-" in reason:
            return self._account.provider.fault(ProviderFault.REFUSED, reason)
        return None


class Deepgram:
    """Opens connections as the options and a request want them."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.account = ProviderAccount.told(options)
        self._connect_s = float(options["connect_s"])
        self._query: dict[str, Any] = dict(options["query"])
        self._keyterms: list[str] = list(options["keyterms"])

    def opening(self, fields: Mapping[str, Any]) -> Opening:
        query = {**self._query, "language": language_of(fields["language"], list(fields.get("among") or ()))}
        grammar = fields.get("grammar")
        terms = [*self._keyterms, *(keyterms(grammar["jsgf"]) if grammar else ())]
        if terms:
            # the newer models take key terms, the older ones keywords
            newer = str(query["model"]).startswith(("nova-3", "flux"))
            query["keyterm" if newer else "keywords"] = within(terms, MOST_TERM_TOKENS)
        key = tuple(sorted((name, str(value)) for name, value in query.items()))
        return Opening(key, partial(self._open, query))

    async def _open(self, query: dict[str, Any]) -> DeepgramEar:
        account = self.account
        environment = DeepgramClientEnvironment(
            base=account.url, production=account.ws_url, agent=account.ws_url, agent_rest=account.url
        )
        # no default of the client's may take a key from elsewhere
        client = AsyncDeepgramClient(api_key=account.key() or "none", environment=environment)
        context = client.listen.v1.connect(**query)
        try:
            socket = await asyncio.wait_for(context.__aenter__(), self._connect_s)
        except ApiError as error:
            refused = error.__context__
            headers = getattr(refused, "headers", None) or getattr(
                getattr(refused, "response", None), "headers", {}
            )
            told = str(headers.get("dg-error", ""))
            raise account.provider.http_fault(error.status_code or 0, told, dict(headers)) from None
        except (OSError, asyncio.TimeoutError) as error:  # noqa: UP041 - not the same in Python 3.10
            raise account.provider.fault(ProviderFault.DOWN, str(error) or "it does not answer") from None
        return DeepgramEar(account, context, socket)


async def start(options: Mapping[str, Any]) -> AsyncService:
    deepgram = Deepgram(options)
    return ProviderHearing(
        deepgram.account.provider,
        deepgram.opening,
        keep_s=float(options["keep_s"]),
        flush_s=float(options["flush_s"]),
        ends=bool(options["ends"]),
    )


def main() -> None:
    run(start)
