"""AssemblyAI's streaming recogniser by AssemblyAI's own client, in an environment of its own.

One process holds the sessions of all calls. The provider counts the time that a session is open, so none is
kept longer than the operator says, and each is ended with Terminate.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Mapping
from functools import partial
from typing import Any

from assemblyai.streaming.v3 import (
    AsyncStreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)

from mediaserver.errors import ProviderFault
from pipelines.engines.cloud.account import ProviderAccount
from pipelines.engines.cloud.faults import seconds
from pipelines.engines.stt.assemblyai.messages import fault_of_code, heard, model_of
from pipelines.engines.stt.streamed.hearing import BYTES_PER_MS, Opening, ProviderHearing
from pipelines.engines.stt.streamed.keyterms import keyterms
from pipelines.engines.stt.streamed.telling import TellingEar
from pipelines.workers.async_entry import AsyncService, RequestError, run

LEAST_BYTES, MOST_BYTES = 50 * BYTES_PER_MS, 1000 * BYTES_PER_MS
"""Of one message: it refuses others (3007)."""
CLOSE_S = 1.5


class AssemblyaiEar(TellingEar):
    """See `pipelines.engines.stt.streamed.ears.ProviderEar`."""

    def __init__(self, account: ProviderAccount, formatted: bool) -> None:
        super().__init__()
        self._account = account
        self._formatted = formatted
        self._client: Any = None
        self._held = bytearray()
        self._sent_bytes = 0
        self._base_ms = 0
        self._open_turn = False

    async def connect(self, parameters: Any, connect_s: float) -> None:
        """Raises RequestError."""
        options = StreamingClientOptions(
            api_host=self._account.ws_url,
            api_key=self._account.key() or "none",
            connect_timeout=connect_s,
            max_connection_retries=0,
            terminate_timeout=CLOSE_S,
        )
        self._client = AsyncStreamingClient(options)
        self._client.on(StreamingEvents.Turn, self._turn)
        self._client.on(StreamingEvents.Termination, self._terminated)
        self._client.on(StreamingEvents.Error, self._error)
        self.alive = True
        await self._client.connect(parameters)
        # what it cannot read ends its reading without a word
        if (reading := getattr(self._client, "_read_task", None)) is not None:
            reading.add_done_callback(self._read_ended)
        if not self.alive:  # it tells of errors by its events
            if isinstance(told := self._told.get_nowait(), RequestError):
                raise told
            raise self._account.provider.fault(ProviderFault.DOWN, "it does not answer")

    def begin(self) -> None:
        super().begin()
        self._base_ms = self._sent_bytes // BYTES_PER_MS
        self._open_turn = False
        self._held.clear()

    async def send(self, audio: bytes) -> None:
        self._held += audio
        while len(self._held) >= LEAST_BYTES:
            await self._stream(bytes(self._held[:MOST_BYTES]))
            del self._held[:MOST_BYTES]

    async def flush(self) -> None:
        if self._held:
            await self._stream(bytes(self._held).ljust(LEAST_BYTES, b"\0"))
            self._held.clear()
        await self._client.force_endpoint()
        self._flushed(likely=self._open_turn)

    async def keep_alive(self) -> None:
        await self._client.keep_alive()

    async def close(self) -> None:
        self._patient()
        alive, self.alive = self.alive, False
        if self._insisting is not None:  # it leaves already
            await asyncio.wait({self._insisting}, timeout=CLOSE_S)
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._client.disconnect(terminate=alive), CLOSE_S)

    async def _finish(self) -> None:
        """It is answered with the turns that are under way, and then Termination ("Message Sequence")."""
        await self._client.disconnect(terminate=True)

    async def _stream(self, audio: bytes) -> None:
        self._sent_bytes += len(audio)
        await self._client.stream(audio)

    def _turn(self, client: Any, turn: Any) -> None:
        try:
            fields = turn.model_dump()
            event = heard(fields, self._base_ms)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            why = f"it sent what cannot be read ({type(error).__name__})"
            self._end(self._account.provider.fault(ProviderFault.DOWN, why))
            return
        if event is None:
            return
        self._open_turn = not event.final
        self._tell(event)
        if event.final and (fields["turn_is_formatted"] or not self._formatted):
            self._whole()

    def _terminated(self, client: Any, termination: Any) -> None:
        self._whole()

    def _read_ended(self, reading: asyncio.Task[None]) -> None:
        if not reading.cancelled() and reading.exception() is not None:
            self._end(self._account.provider.fault(ProviderFault.DOWN, "it sent what cannot be read"))

    def _error(self, client: Any, error: Any) -> None:
        code = getattr(error, "code", None)
        kind = fault_of_code(code, str(error))
        if kind is None:
            self._end(None)
            return
        told = str(error) if kind is not ProviderFault.KEY else ""
        after_s = seconds(_headers())
        self._end(self._account.provider.fault(kind, told, after_s, status=code or 0))


def _headers() -> Mapping[str, str]:
    """Of the answer that refused a connection: the client tells of it while it handles that."""
    response = getattr(sys.exc_info()[1], "response", None)
    return dict(getattr(response, "headers", None) or {})


class Assemblyai:
    """Opens sessions as the options and a request want them."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.account = ProviderAccount.told(options)
        self._connect_s = float(options["connect_s"])
        self._model = str(options["model"])
        self._formatted = bool(options["format_turns"])
        self._parameters: dict[str, Any] = dict(options["parameters"])
        self._keyterms: list[str] = list(options["keyterms"])

    def opening(self, fields: Mapping[str, Any]) -> Opening:
        among = list(fields.get("among") or ())
        told = {
            **self._parameters,
            "speech_model": model_of(self._model, fields["language"], among),
            "sample_rate": 16_000,
            "encoding": "pcm_s16le",
            "format_turns": self._formatted,
        }
        if among:
            told["language_detection"] = True
        grammar = fields.get("grammar")
        if terms := [*self._keyterms, *(keyterms(grammar["jsgf"]) if grammar else ())]:
            told["keyterms_prompt"] = terms
        key = tuple(sorted((name, str(value)) for name, value in told.items()))
        return Opening(key, partial(self._open, told))

    async def _open(self, told: dict[str, Any]) -> AssemblyaiEar:
        ear = AssemblyaiEar(self.account, self._formatted)
        try:
            await ear.connect(StreamingParameters(**told), self._connect_s)
        except ValueError as error:  # a model or an option that the client does not know
            await ear.close()
            raise self.account.provider.fault(ProviderFault.REFUSED, str(error)) from None
        except BaseException:
            await ear.close()
            raise
        return ear


async def start(options: Mapping[str, Any]) -> AsyncService:
    logging.getLogger("assemblyai").setLevel(logging.CRITICAL)  # what it logs is said by the server
    assemblyai = Assemblyai(options)
    return ProviderHearing(
        assemblyai.account.provider,
        assemblyai.opening,
        keep_s=float(options["keep_s"]),
        flush_s=float(options["flush_s"]),
        ends=bool(options["ends"]),
    )


def main() -> None:
    run(start)
