"""The audio worker: reads what is handed in, finds the speech in it, and writes every format, with FFmpeg.

Requests take turns slice by slice. `encode`: OPEN {"task", "format", "rate"}, then AUDIO (int16, 16 kHz),
each answered with one AUDIO of what is ready of the format, perhaps nothing; FINISH is answered with the rest
and DONE. `read`: OPEN {"task", "path", "raw", "seconds", "speech", "probabilities"} writes the audio of
`path` to `raw` (int16, mono, 16 kHz; empty: nowhere) and answers DONE {"container", "codec", "rate",
"channels", "samples", "segments"}; before it RESULT {"probabilities"} where they are wanted. `convert`: OPEN
{"task", "path", "to", "format", "rate", "seconds"} writes to `to`. Both say RESULT {} when they begin.
FAILED {"error", "unreadable", "too_long"}.
"""

from __future__ import annotations

import os
import resource
from collections import OrderedDict, deque
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from mediaserver.errors import UnreadableAudioError, VoiceForgeError
from mediaserver.media.time import SAMPLE_RATE
from pipelines.audio.decoding import AudioLimits, AudioSource
from pipelines.audio.encoding import AudioEncoder
from pipelines.audio.formats import ENCODINGS, LEAST_RATE, MOST_RATE, FileFormat
from pipelines.audio.speech_finder import SpeechFinder, SpeechRule, SpeechSegment
from pipelines.workers.entry import WorkerSocket, become_worker
from pipelines.workers.protocol import Msg, WorkerMessage

ADDRESS_SPACE = 1 << 30
"""Bytes that a file can make FFmpeg ask for, in all: the worker itself has 150 MB."""
PROBABILITIES_EACH = 5_000
"""In one message, which the server reads on its loop."""

Slices: TypeAlias = Generator[None, None, None]
"""A request's work; between slices others have their turn."""


class _Job:
    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.fields = fields
        self.audio: deque[bytes] = deque()
        """To be encoded."""
        self.finished = False
        self.slices: Slices | None = None

    @property
    def ripe(self) -> bool:
        return self.fields["task"] != "encode" or bool(self.audio) or self.finished or self.slices is None


class AudioDesk:
    """All requests of one worker."""

    def __init__(self, sock: WorkerSocket) -> None:
        self._sock = sock
        self._jobs: OrderedDict[int, _Job] = OrderedDict()

    def run(self) -> None:
        while True:
            busy = self._work()
            for message in self._sock.receive(0.0 if busy else None):
                self._take(message)

    def _take(self, message: WorkerMessage) -> None:
        if message.kind is Msg.OPEN:
            self._jobs[message.id] = _Job(message.json())
            return
        job = self._jobs.get(message.id)
        if job is None:
            return
        match message.kind:
            case Msg.AUDIO:
                job.audio.append(message.payload)
            case Msg.FINISH:
                job.finished = True
            case Msg.CANCEL:
                self._close(message.id)
            case _:
                pass

    def _close(self, id: int) -> None:
        job = self._jobs.pop(id)
        if job.slices is not None:
            job.slices.close()

    def _work(self) -> bool:
        """One slice for whoever was served longest ago; False when nobody wants one."""
        id = next((id for id, job in self._jobs.items() if job.ripe), None)
        if id is None:
            return False
        self._jobs.move_to_end(id)
        job = self._jobs[id]
        try:
            if job.slices is None:
                job.slices = self._begun(id, job)
                if job.fields["task"] != "encode":
                    self._sock.send_json(Msg.RESULT, id)
            next(job.slices)
        except StopIteration:
            self._close(id)
        except UnreadableAudioError as error:
            self._fail(id, str(error), unreadable=True, too_long=error.too_long)
        except VoiceForgeError as error:
            self._fail(id, str(error))
        except MemoryError:
            self._fail(id, "the audio makes its reader need too much memory", unreadable=True)
        except Exception as error:  # FFmpeg has many; a worker that dies is one more for all
            self._fail(id, f"{type(error).__name__}: {' '.join(str(error).split())}"[:300])
        return True

    def _fail(self, id: int, error: str, **more: bool) -> None:
        self._close(id)
        self._sock.send_json(Msg.FAILED, id, error=error, **more)

    def _begun(self, id: int, job: _Job) -> Slices:
        match job.fields["task"]:
            case "encode":
                return self._encode(id, job)
            case "read":
                return self._read(id, job.fields)
            case "convert":
                return self._convert(id, job.fields)
            case other:
                raise ValueError(f"there is no task {other!r}")

    # -- the tasks -------------------------------------------------------------------------------------

    def _encode(self, id: int, job: _Job) -> Slices:
        format = FileFormat(job.fields["format"])
        with closing(AudioEncoder(format, int(job.fields["rate"]))) as encoder:
            while True:
                while job.audio:
                    samples = np.frombuffer(job.audio.popleft(), np.int16)
                    self._sock.send(Msg.AUDIO, id, encoder.feed(samples, SAMPLE_RATE))
                if job.finished:
                    break
                yield
            self._sock.send(Msg.AUDIO, id, encoder.finish())
        self._sock.send_json(Msg.DONE, id)

    def _read(self, id: int, fields: Mapping[str, Any]) -> Slices:
        told, keep = fields.get("speech"), bool(fields.get("probabilities"))
        finder = SpeechFinder(SpeechRule(**told), keep=keep) if told is not None else None
        total = 0
        raw = fields["raw"] or "/dev/null"
        with Path(fields["path"]).open("rb") as file, Path(raw).open("wb") as out:
            with closing(AudioSource(file, AudioLimits(float(fields["seconds"])))) as source:
                for samples in _plain(source):
                    out.write(samples.tobytes())
                    total += len(samples)
                    if finder is not None:
                        finder.feed(samples)
                    yield
                facts = _facts(source)
        segments: list[SpeechSegment] = []
        if finder is not None:
            segments = finder.finish()
            for at in range(0, len(finder.probabilities), PROBABILITIES_EACH):
                self._sock.send_json(
                    Msg.RESULT, id, probabilities=finder.probabilities[at : at + PROBABILITIES_EACH]
                )
        found = [(each.start_ms, each.end_ms, each.probability) for each in segments]
        self._sock.send_json(Msg.DONE, id, **facts, samples=total, segments=found)

    def _convert(self, id: int, fields: Mapping[str, Any]) -> Slices:
        format = FileFormat(fields["format"])
        with Path(fields["path"]).open("rb") as file, Path(fields["to"]).open("wb") as out:
            with closing(AudioSource(file, AudioLimits(float(fields["seconds"])))) as source:
                rate = int(fields["rate"]) or nearest_rate(format, source.rate)
                with closing(AudioEncoder(format, rate, source.channels, out)) as encoder:
                    for frame in source:
                        encoder.feed_frame(frame)
                        yield
                    encoder.finish()
                facts = _facts(source)
            written = out.seek(0, os.SEEK_END)
        self._sock.send_json(Msg.DONE, id, **facts, written=written, out_rate=rate)


def nearest_rate(format: FileFormat, rate: int) -> int:
    """What the format can be in, not below the rate where it has that."""
    encoding = ENCODINGS[format]
    wanted = min(max(rate, LEAST_RATE), MOST_RATE)
    if not encoding.refused_rate(wanted):
        return wanted
    return min((each for each in encoding.rates if each >= wanted), default=encoding.rates[-1])


def _facts(source: AudioSource) -> dict[str, Any]:
    return {
        "container": source.container,
        "codec": source.codec,
        "rate": source.rate,
        "channels": source.channels,
    }


def _plain(source: AudioSource) -> Iterator[np.ndarray[Any, np.dtype[np.int16]]]:
    """Its audio as mono int16 at 16 kHz, piece by piece."""
    from av import AudioResampler

    shape: tuple[str, str, int] | None = None
    resampler: AudioResampler | None = None
    for frame in source:
        frame.pts = None
        now = (frame.format.name, frame.layout.name, frame.sample_rate)
        if now != shape:
            for each in resampler.resample(None) if resampler is not None else ():
                yield each.to_ndarray()[0]
            shape, resampler = now, AudioResampler("s16", "mono", SAMPLE_RATE)
        assert resampler is not None
        for each in resampler.resample(frame):
            yield each.to_ndarray()[0]
    for each in resampler.resample(None) if resampler is not None else ():
        yield each.to_ndarray()[0]


def main() -> None:
    sock = become_worker()
    import av

    av.logging.set_level(av.logging.PANIC)  # it would write what strangers' files say to our standard error
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sock.send_json(Msg.READY)
    AudioDesk(sock).run()
