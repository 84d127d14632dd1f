"""Deepgram's voices over their WebSocket, by Deepgram's own client, in an environment of its own.

A connection says one text at a time and is kept for the next. The client's errors are never shown as they
are: they hold the headers of the request, and so the key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from deepgram import AsyncDeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.environment import DeepgramClientEnvironment
from deepgram.speak.v1.types import SpeakV1Text

from mediaserver.errors import ProviderFault
from pipelines.engines.cloud.account import ProviderAccount
from pipelines.engines.cloud.closing import ended
from pipelines.engines.cloud.kept import KeptConnections
from pipelines.engines.tts.streamed.outlet import SpeechOutlet
from pipelines.engines.tts.streamed.texts import pieces
from pipelines.workers.async_entry import AsyncRequest, AsyncService, RequestError, run

RATE = 16_000
MOST_CHARACTERS = 2000
"""Between two flushes."""
MOST_WAIT_S = 10.0
CLOSE_S = 0.5


class AuraSocket:
    """One connection for texts of one voice."""

    alive = True
    """As far as is known: it is read only while it says something."""

    def __init__(self, context: Any, socket: Any) -> None:
        self._context = context
        self.socket = socket

    async def keep_alive(self) -> None:
        """It wants nothing of the kind: it is open for an hour."""

    async def close(self) -> None:
        leaving = self._context.__aexit__(None, None, None)
        held = getattr(self.socket, "_websocket", None)
        await ended(held, self.socket.send_close(), leaving, within_s=CLOSE_S)


class DeepgramAura:
    """See `pipelines.workers.async_entry.AsyncService`."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._account = ProviderAccount.told(options)
        self._connect_s = float(options["connect_s"])
        self._voice = str(options["voice"])
        self._kept = KeptConnections[AuraSocket](float(options["keep_s"]))

    async def serve(self, request: AsyncRequest) -> dict[str, Any]:
        text = str(request.fields["text"])
        voice = str(request.fields["voice"] or self._voice)
        for fresh in (False, True):
            aura = await self._socket(voice, fresh=fresh)
            outlet = SpeechOutlet(request, self._account.provider, RATE, len(text))
            whole = False
            try:
                for piece in pieces(text, MOST_CHARACTERS):
                    await self._say(aura, outlet, piece)
                whole = True
            except (RequestError, asyncio.CancelledError):
                raise
            except Exception as error:  # as the client's library says that the connection is closed
                if fresh or outlet.begun:
                    raise self._closed(error) from None
            finally:  # one that still has something to say is of no use for the next text
                if whole:
                    self._kept.give(voice, aura)
                else:
                    self._kept.end(aura)
            if whole:
                await outlet.end()
                return {}
        raise self._account.provider.fault(ProviderFault.DOWN, "the connection was cut")

    async def close(self) -> None:
        await self._kept.close()

    async def _say(self, aura: AuraSocket, outlet: SpeechOutlet, text: str) -> None:
        await aura.socket.send_text(SpeakV1Text(text=text))
        await aura.socket.send_flush()
        while True:
            try:
                message = await asyncio.wait_for(aura.socket.recv(), MOST_WAIT_S)
            except asyncio.TimeoutError:  # noqa: UP041 - not the same in Python 3.10
                raise self._account.provider.fault(ProviderFault.DOWN, "it does not answer") from None
            except ValueError:
                raise self._account.provider.fault(
                    ProviderFault.DOWN, "it sent what cannot be read"
                ) from None
            if isinstance(message, (bytes, bytearray)):
                await outlet.write(bytes(message))
                continue
            kind = message.get("type") if isinstance(message, dict) else getattr(message, "type", "")
            if kind == "Flushed":
                return
            if kind == "Error":
                raise self._account.provider.fault(
                    ProviderFault.DOWN, str(getattr(message, "description", "") or "")
                )

    def _closed(self, error: Exception) -> RequestError:
        reason = str(getattr(error, "reason", "") or "")
        kind = ProviderFault.REFUSED if "DATA-" in reason else ProviderFault.DOWN
        kind = ProviderFault.KEY if "unauthorized" in reason or "INVALID_AUTH" in reason else kind
        return self._account.provider.fault(kind, reason or "the connection was cut")

    async def _socket(self, voice: str, *, fresh: bool) -> AuraSocket:
        """`fresh`: none that was kept. Raises RequestError."""
        opened = partial(self._connected, voice)
        return await (opened() if fresh else self._kept.taken(voice, opened))

    async def _connected(self, voice: str) -> AuraSocket:
        account = self._account
        environment = DeepgramClientEnvironment(
            base=account.url, production=account.ws_url, agent=account.ws_url, agent_rest=account.url
        )
        client = AsyncDeepgramClient(api_key=account.key() or "none", environment=environment)
        context = client.speak.v1.connect(model=voice, encoding="linear16", sample_rate=str(RATE))
        try:
            return AuraSocket(context, await asyncio.wait_for(context.__aenter__(), self._connect_s))
        except ApiError as error:
            refused = error.__context__
            headers = getattr(refused, "headers", None) or {}
            told = str(headers.get("dg-error", ""))
            raise account.provider.http_fault(error.status_code or 0, told, dict(headers)) from None
        except (OSError, asyncio.TimeoutError) as error:  # noqa: UP041 - not the same in Python 3.10
            raise account.provider.fault(ProviderFault.DOWN, str(error) or "it does not answer") from None


async def start(options: Mapping[str, Any]) -> AsyncService:
    return DeepgramAura(options)


def main() -> None:
    run(start)
