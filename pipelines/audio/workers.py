"""The server's side of the audio workers: formats are written and files are read there, never here.

What strangers hand in is read by processes of its own, one file each: a file that makes FFmpeg die, or think
for ever, costs nobody else anything. What we say ourselves is encoded by another, for many at once.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mediaserver.errors import CapacityError, EngineError, EngineMissingError, UnreadableAudioError
from mediaserver.media.time import SAMPLE_RATE
from pipelines.audio.formats import FileFormat
from pipelines.audio.speech_finder import SpeechRule, SpeechSegment
from pipelines.workers.pool import Ticket, WorkerPool
from pipelines.workers.protocol import Msg, WorkerMessage, pack
from pipelines.workers.spec import BACKGROUND_NICENESS, WorkerSpec

MODULE = "pipelines.audio.worker"
ROOM_S = 10.0
"""How long a file waits for a reader."""
FIRST_ROOM_S = 3.0
"""How long speech waits for an encoder."""
SILENCE_S = 10.0
"""A reader that says nothing for so long is stuck in one file, and is killed."""


@dataclass(frozen=True, slots=True)
class ReadAudio:
    """What a file turned out to be."""

    container: str
    codec: str
    rate: int
    """Its own, in Hz."""
    channels: int
    samples: int = 0
    """At 16 kHz, of what was written."""
    segments: tuple[SpeechSegment, ...] = ()
    probabilities: tuple[float, ...] = ()
    """Of speech, for each 32 ms."""

    @property
    def seconds(self) -> float:
        return self.samples / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class WrittenAudio:
    bytes: int
    rate: int


class AudioWorkers:
    """Processes are started when they are first needed, or by `expect`."""

    def __init__(self, readers: int = 2) -> None:
        # A stuck reader is its file's fault: it is found out at once, so the limit is short.
        spec = WorkerSpec(
            "audio reader", MODULE, at_once=1, silence_limit_s=SILENCE_S, niceness=BACKGROUND_NICENESS
        )
        self._readers = _Lazy(WorkerPool(spec, readers))
        self._encoder = _Lazy(WorkerPool(WorkerSpec("audio encoder", MODULE), 1))

    def expect(self) -> None:
        """Speech may be asked for: have an encoder by then. Returns at once."""
        if available():
            self._encoder.expect()

    async def stop(self) -> None:
        await self._encoder.stop()
        await self._readers.stop()

    @asynccontextmanager
    async def encoder(self, format: FileFormat, rate: int) -> AsyncIterator[EncodingStream]:
        """For one stream of our own speech. Raises EngineError."""
        pool = await self._encoder.pool()
        answers = _Answers("encoder")
        ticket = await pool.open_within(FIRST_ROOM_S, answers, task="encode", format=format, rate=rate)
        if ticket is None:
            raise EngineError("the audio encoder is being started again; try again in a moment")
        try:
            yield EncodingStream(ticket, answers)
        finally:
            ticket.send(pack(Msg.CANCEL, ticket.id))
            ticket.close()

    async def read(
        self,
        path: Path,
        raw: Path | None,
        *,
        seconds: float,
        within_s: float,
        speech: SpeechRule | None = None,
        probabilities: bool = False,
    ) -> ReadAudio:
        """Read a file that was handed in; write its audio to `raw` (int16, mono, 16 kHz). `seconds`: that it
        may last; `within_s`: that this may take. Raises UnreadableAudioError, CapacityError, EngineError."""
        told = {name: getattr(speech, name) for name in SpeechRule.__slots__} if speech is not None else None
        answers = await self._asked(
            within_s,
            task="read",
            path=str(path),
            raw=str(raw or ""),
            seconds=seconds,
            speech=told,
            probabilities=probabilities,
        )
        found = answers.done
        return ReadAudio(
            str(found["container"]),
            str(found["codec"]),
            int(found["rate"]),
            int(found["channels"]),
            int(found["samples"]),
            tuple(SpeechSegment(int(a), int(b), float(p)) for a, b, p in found["segments"]),
            tuple(answers.probabilities),
        )

    async def convert(
        self, path: Path, to: Path, format: FileFormat, rate: int, *, seconds: float, within_s: float
    ) -> WrittenAudio:
        """Write a file that was handed in anew. `rate`: 0 for its own, or the nearest that the format has.
        Raises as `read` does."""
        answers = await self._asked(
            within_s, task="convert", path=str(path), to=str(to), format=format, rate=rate, seconds=seconds
        )
        return WrittenAudio(int(answers.done["written"]), int(answers.done["out_rate"]))

    async def _asked(self, within_s: float, **fields: Any) -> _Answers:
        """A reader's work on one file."""
        try:
            return await self._tried(within_s, fields)
        except _StuckError:  # in another's file, that was given up
            return await self._tried(within_s, fields)

    async def _tried(self, within_s: float, fields: dict[str, Any]) -> _Answers:
        pool = await self._readers.pool()
        answers = _Answers("reader")
        ticket = await pool.open_within(ROOM_S, answers, **fields)
        if ticket is None:
            raise CapacityError("other files are being read; try again in a moment")
        try:
            async with asyncio.timeout(within_s):
                await answers.finished
        except TimeoutError:
            raise UnreadableAudioError(
                f"the audio could not be read within {within_s:g} s; send less of it, or another format"
            ) from None
        finally:
            ticket.send(pack(Msg.CANCEL, ticket.id))
            ticket.close()
        return answers


class EncodingStream:
    """Speech in, the format's bytes out."""

    def __init__(self, ticket: Ticket, answers: _Answers) -> None:
        self._ticket = ticket
        self._answers = answers

    async def feed(self, samples: npt.NDArray[np.int16]) -> bytes:
        """Mono, 16 kHz [n] -> what is ready, perhaps nothing. Raises EngineError."""
        self._ticket.send(pack(Msg.AUDIO, self._ticket.id, samples.tobytes()))
        return await self._answers.next_bytes()

    async def finish(self) -> bytes:
        """The rest."""
        self._ticket.send(pack(Msg.FINISH, self._ticket.id))
        return await self._answers.next_bytes()


class _StuckError(EngineError):
    """A worker was gone before it had looked at what it was asked."""


@dataclass(slots=True)
class _Lazy:
    """A pool that is started once it is needed."""

    _pool: WorkerPool
    _starting: asyncio.Task[None] | None = None

    def expect(self) -> None:
        if self._starting is None or (self._starting.done() and not self._sound()):
            self._starting = asyncio.get_running_loop().create_task(self._pool.start())
            self._starting.add_done_callback(_looked_at)

    async def pool(self) -> WorkerPool:
        """Raises EngineError."""
        if not available():
            raise EngineMissingError(
                "audio formats need the package av (PyAV); run `pip install av` and start again"
            )
        self.expect()
        assert self._starting is not None
        await asyncio.shield(self._starting)
        return self._pool

    async def stop(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
            self._pool.stop()

    def _sound(self) -> bool:
        """It has started."""
        task = self._starting
        return task is not None and not task.cancelled() and task.exception() is None


def _looked_at(task: asyncio.Task[None]) -> None:
    """Whoever waits is told; nobody may be waiting."""
    if not task.cancelled():
        task.exception()


@dataclass(slots=True)
class _Answers:
    """What a worker says to one request; see pipelines.workers.supervisor.Requester."""

    what: str
    begun: bool = False
    """The worker has looked at it."""
    probabilities: list[float] = field(default_factory=list)
    done: dict[str, Any] = field(default_factory=dict)
    finished: asyncio.Future[None] = field(default_factory=lambda: _future())
    _made: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue)

    def on_message(self, message: WorkerMessage) -> None:
        match message.kind:
            case Msg.AUDIO:
                self._made.put_nowait(message.payload)
            case Msg.RESULT:
                self.begun = True
                self.probabilities += message.json().get("probabilities", ())
            case Msg.DONE:
                self.done = message.json()
                self._end(None)
            case Msg.FAILED:
                self._end(_fault(message.json()))
            case _:
                pass

    def on_lost(self, why: str) -> None:
        if self.what == "reader" and self.begun:
            # One file for one reader: it was this one that it died of.
            self._end(
                UnreadableAudioError(f"the audio cannot be read (its reader {why}); send another format")
            )
        else:
            self._end(_StuckError(f"the audio {self.what} {why}; try again"))

    async def next_bytes(self) -> bytes:
        """Raises EngineError once it failed."""
        made = await self._made.get()
        if made is None:
            self.finished.result()
            raise EngineError(f"the audio {self.what} ended too early; try again")
        return made

    def _end(self, error: Exception | None) -> None:
        if not self.finished.done():
            if error is None:
                self.finished.set_result(None)
            else:
                self.finished.set_exception(error)
                self.finished.exception()  # looked at, should nobody wait
        self._made.put_nowait(None)


def _fault(fields: dict[str, Any]) -> Exception:
    why = str(fields.get("error", "no reason given"))
    if fields.get("unreadable"):
        return UnreadableAudioError(why, too_long=bool(fields.get("too_long")))
    return EngineError(why)


def _future() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


def available() -> bool:
    """PyAV is installed."""
    return importlib.util.find_spec("av") is not None
