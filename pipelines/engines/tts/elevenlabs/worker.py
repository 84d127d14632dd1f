"""ElevenLabs' voices over their WebSocket of several contexts, with their own client's messages, in an
environment of its own.

A text is a context; a context that nobody listens to any more is closed at once. The client's own streaming
function blocks and knows no times of words, so that the connection is made here.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import itertools
import json
from collections.abc import Mapping
from typing import Any

from elevenlabs.client import AsyncElevenLabs
from elevenlabs.types import (
    CloseContext,
    CloseSocket,
    InitializeConnectionMulti,
    RealtimeVoiceSettings,
    SendTextMulti,
)
from elevenlabs.url_utils import build_ws_url
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from mediaserver.errors import ProviderFault
from pipelines.engines.cloud.account import ProviderAccount
from pipelines.engines.cloud.closing import ended
from pipelines.engines.tts.elevenlabs.alignment import WordReader
from pipelines.engines.tts.elevenlabs.open_sockets import OpenSockets
from pipelines.engines.tts.streamed.outlet import SpeechOutlet
from pipelines.engines.tts.streamed.texts import without_tags
from pipelines.workers.async_entry import AsyncRequest, AsyncService, RequestError, run

RATE = 16_000
MOST_CONTEXTS = 5
"""At once on one connection."""
MOST_IDLE = 8
"""Connections, of all voices and languages together."""
QUIET_S = 0.7
"""Without audio behind the text: it has ended, though its last characters were not aligned."""
MOST_WAIT_S = 5.0
"""For anything at all."""
CLOSE_S = 0.5
MOST_BYTES = 16 << 20
"""Of one message."""
SPARE_BYTES = 1 << 20
"""Of a context's messages beside their audio."""


class VoiceContext:
    """What came for one text and waits for its listener. `most`: bytes of messages, more than its audio can
    take to say it."""

    def __init__(self, most: int) -> None:
        self.told: asyncio.Queue[Mapping[str, Any] | RequestError | None] = asyncio.Queue()
        self._left = most

    def takes(self, size: int) -> bool:
        """Whether there may be so many bytes more."""
        self._left -= size
        return self._left >= 0


class VoiceSocket:
    """One connection, for texts of one voice, model and language."""

    def __init__(self, account: ProviderAccount, socket: Any) -> None:
        self._account = account
        self._socket = socket
        self.contexts: dict[str, VoiceContext] = {}
        self.closed = False
        self._end: RequestError | None = None
        self.used = asyncio.get_running_loop().time()
        self._reading = asyncio.get_running_loop().create_task(self._read())

    async def send(self, message: Any) -> None:
        await self._socket.send(json.dumps(message.model_dump(exclude_none=True)))

    async def cut(self) -> None:
        """It turned out to be closed. Raises RequestError when the provider said why."""
        await asyncio.wait({self._reading}, timeout=CLOSE_S)
        if self._end is not None:
            raise self._end

    async def close(self) -> None:
        self.closed = True
        self._reading.cancel()
        saying = self.send(CloseSocket(close_socket=True))
        await ended(self._socket, saying, self._socket.close(), within_s=CLOSE_S)

    async def _read(self) -> None:
        end: RequestError | None = None
        try:
            async for data in self._socket:
                fields = json.loads(data)
                if fields.get("error") or (fields.get("message") and not fields.get("audio")):
                    end = self._refusal(str(fields.get("error")), str(fields.get("message") or ""))
                    break
                name = fields.get("contextId") or fields.get("context_id")
                if (context := self.contexts.get(name)) is None:
                    continue
                if context.takes(len(data)):
                    context.told.put_nowait(fields)
                    continue
                del self.contexts[name]  # its listener may be long in coming to it
                why = "its voice goes on without an end"
                context.told.put_nowait(self._account.provider.fault(ProviderFault.DOWN, why))
                await self.send(CloseContext(context_id=name, close_context=True))
        except (ValueError, AttributeError, TypeError):
            end = self._account.provider.fault(ProviderFault.DOWN, "it sent what cannot be read")
        except ConnectionClosed:
            pass
        code = getattr(self._socket, "close_code", None)
        if end is None and code == 1008:
            end = self._refusal("", str(getattr(self._socket, "close_reason", "") or ""))
        self.closed, self._end = True, end
        for context in self.contexts.values():
            context.told.put_nowait(end)

    def _refusal(self, code: str, told: str) -> RequestError:
        status = (
            401 if "api_key" in code or "api key" in told.lower() or "unauthorized" in told.lower() else 400
        )
        body = json.dumps({"error": {"code": code, "message": told}})
        return self._account.provider.http_fault(status, body, {})


class Elevenlabs:
    """See `pipelines.workers.async_entry.AsyncService`."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._account = ProviderAccount.told(options)
        self._connect_s = float(options["connect_s"])
        self._voice = str(options["voice"])
        self._settings: dict[str, Any] = dict(options["voice_settings"])
        self._query: dict[str, str] = dict(options["query"])
        self._coded: list[str] = list(options["coded_models"])
        self._languages: list[str] = list(options["languages"])
        self._sockets = OpenSockets[VoiceSocket](float(options["keep_s"]), MOST_CONTEXTS, MOST_IDLE)
        self._closing: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count(1)

    async def serve(self, request: AsyncRequest) -> dict[str, Any]:
        text = without_tags(str(request.fields["text"]))
        voice = str(request.fields["voice"] or self._voice)
        language = str(request.fields["language"]).partition("-")[0]
        if language not in self._languages:
            told = f"it does not speak {language}"
            raise self._account.provider.fault(ProviderFault.REFUSED, told, missing=True)
        for tries in (0, 1):
            socket = await self._socket(voice, language, fresh=tries > 0)
            outlet = SpeechOutlet(request, self._account.provider, RATE, len(text))
            if await self._spoken(socket, outlet, text, float(request.fields["rate"])):
                await outlet.end()
                return {}
            if outlet.begun:
                break
        raise self._account.provider.fault(ProviderFault.DOWN, "the connection was cut")

    async def close(self) -> None:
        for socket in self._sockets.all:
            self._close(socket)
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _spoken(self, socket: VoiceSocket, outlet: SpeechOutlet, text: str, rate: float) -> bool:
        """False when the connection was cut."""
        context = f"t{next(self._numbers)}"
        most = outlet.most_bytes * 4 // 3 + SPARE_BYTES  # in base64
        socket.contexts[context] = VoiceContext(most)
        queue = socket.contexts[context].told
        settings = {**self._settings, "speed": min(1.2, max(0.7, rate))}
        over = closing = False
        try:
            await socket.send(
                InitializeConnectionMulti(
                    text=" ", context_id=context, voice_settings=RealtimeVoiceSettings(**settings)
                )
            )
            await socket.send(SendTextMulti(text=f"{text.strip()} ", context_id=context, flush=True))
            words, written_ms = WordReader(text), 0.0
            while True:
                try:
                    wait_s = QUIET_S if outlet.begun and not closing else MOST_WAIT_S
                    told = await asyncio.wait_for(queue.get(), wait_s)
                except asyncio.TimeoutError:  # noqa: UP041 - not the same in Python 3.10
                    if closing:
                        raise self._account.provider.fault(ProviderFault.DOWN, "it does not answer") from None
                    closing = True
                    await socket.send(CloseContext(context_id=context, close_context=True))
                    continue
                if isinstance(told, RequestError):
                    raise told
                if told is None:
                    return False
                alignment = told.get("alignment") or {}
                for start, end, at_ms in words.read(
                    alignment.get("chars") or (), alignment.get("charStartTimesMs") or ()
                ):
                    outlet.mark(start, end, written_ms + at_ms)
                if told.get("audio"):
                    pcm = base64.b64decode(told["audio"], validate=True)
                    written_ms += len(pcm) / 2 * 1000 / RATE
                    await outlet.write(pcm)
                if told.get("isFinal") or told.get("is_final"):
                    over = True
                    return True
                if words.whole and not closing:
                    closing = True
                    await socket.send(CloseContext(context_id=context, close_context=True))
        except (ConnectionClosed, OSError):
            await socket.cut()
            return False
        except (binascii.Error, TypeError, ValueError, AttributeError):
            raise self._account.provider.fault(ProviderFault.DOWN, "it sent what cannot be read") from None
        finally:
            socket.contexts.pop(context, None)
            socket.used = asyncio.get_running_loop().time()
            if not over and not closing and not socket.closed:
                with contextlib.suppress(Exception):
                    await socket.send(CloseContext(context_id=context, close_context=True))

    async def _socket(self, voice: str, language: str, *, fresh: bool) -> VoiceSocket:
        """One with room for a context. Raises RequestError."""
        key = (voice, language)
        for leaving in self._sockets.left(asyncio.get_running_loop().time()):
            self._close(leaving)
        if not fresh and (socket := self._sockets.with_room(key)) is not None:
            return socket
        socket = await self._connected(voice, language)
        self._sockets.add(key, socket)
        return socket

    def _close(self, socket: VoiceSocket) -> None:
        """Nobody waits for it."""
        closing = asyncio.get_running_loop().create_task(socket.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def _connected(self, voice: str, language: str) -> VoiceSocket:
        account = self._account
        client = AsyncElevenLabs(api_key=account.key() or "none", base_url=account.url)
        query = dict(self._query)
        if query["model_id"] in self._coded:
            query["language_code"] = language
        url = build_ws_url(account.url, ["v1", "text-to-speech", voice, "multi-stream-input"], query)
        headers = {name: str(each) for name, each in client._client_wrapper.get_headers().items()}
        try:
            opening = connect(url, additional_headers=headers, max_size=MOST_BYTES)
            return VoiceSocket(account, await asyncio.wait_for(opening, self._connect_s))
        except InvalidStatus as error:
            answer = error.response
            raise account.provider.http_fault(
                answer.status_code, answer.body or b"", dict(answer.headers)
            ) from None
        except (OSError, InvalidHandshake, asyncio.TimeoutError) as error:  # noqa: UP041 - see above
            raise account.provider.fault(ProviderFault.DOWN, str(error) or "it does not answer") from None


async def start(options: Mapping[str, Any]) -> AsyncService:
    return Elevenlabs(options)


def main() -> None:
    run(start)
