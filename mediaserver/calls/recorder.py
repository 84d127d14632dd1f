"""Stereo recordings, caller left and agent right, written by one thread for all calls.

The media path only copies samples into a buffer; it never waits for the disk, and a disk that is full or slow
ends the recording, never the call.
"""

from __future__ import annotations

import asyncio
import logging
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO
from uuid import UUID

import numpy as np
import numpy.typing as npt

from mediaserver.calls.recording_trouble import RecordingTrouble
from mediaserver.diagnosis.finding import Finding
from mediaserver.media.leg import App, Ended, Frame, LegEvent
from mediaserver.media.line_condition import WantsCleaned
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE
from mediaserver.metrics import Metrics
from mediaserver.storage.records import EventHappened, RecordingMade, Sink

log = logging.getLogger(__name__)

BATCH_FRAMES = 25
"""Frames handed to the thread at once: half a second, 32 KB."""
BACKLOG_LIMIT = 64 << 20
"""Bytes that may wait for the disk, over all calls; past it recordings stop."""
HEADER_BYTES = 44
HEADER_EVERY = 10
"""Batches after which the header is made true again, so that a file cut off by a kill can be played."""
BYTES_PER_SECOND = SAMPLE_RATE * 2 * 2
EARLY_FRAMES = 10
"""Caller frames that may come ahead of the agent's clock before the oldest is dropped."""

Stereo = npt.NDArray[np.int16]
"""Shape (frames, 2, 320): caller, agent."""


def wav_header(data_bytes: int) -> bytes:
    """RIFF/WAVE header of 16-bit stereo PCM at 16 kHz (Microsoft, RIFF MCI 1.0)."""
    size = min(data_bytes, 0xFFFFFFFF - 36)
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", size + 36, b"WAVE", b"fmt ", 16, 1, 2, SAMPLE_RATE, BYTES_PER_SECOND, 4, 16, b"data", size,
    )  # fmt: skip


class Recording:
    """One call's recording. Everything but `_file` and `_written` belongs to the loop's thread."""

    __slots__ = (
        "_batches", "_buffer", "_early", "_file", "_filled", "_recorder", "_written", "call_id", "path",
        "stopped",
    )  # fmt: skip

    def __init__(self, recorder: Recorder, call_id: UUID, path: Path) -> None:
        self.call_id = call_id
        self.path = path
        self.stopped = False
        self._recorder = recorder
        self._early: deque[Frame] = deque(maxlen=EARLY_FRAMES)
        self._buffer: Stereo | None = None
        self._filled = 0
        self._file: BinaryIO | None = None
        self._written = 0
        self._batches = 0

    def caller(self, frame: Frame) -> None:
        """The caller said this; it goes beside the agent's next frame."""
        self._early.append(frame)

    def agent(self, frame: Frame | None) -> None:
        """The agent said this (None: silence); one tick of the recording's time."""
        if self.stopped:
            return
        buffer = self._buffer
        if buffer is None:
            buffer = self._buffer = np.zeros((BATCH_FRAMES, 2, FRAME_SAMPLES), np.int16)
        row = buffer[self._filled]
        if self._early:
            row[0] = self._early.popleft()
        if frame is not None:
            row[1] = frame
        self._filled += 1
        if self._filled == BATCH_FRAMES:
            self._buffer = None
            self._filled = 0
            self._recorder.write(self, buffer)

    def close(self) -> None:
        """The call is over; idempotent. RecordingMade follows when the file is complete."""
        if not self.stopped:
            self.stopped = True
            rest = self._buffer[: self._filled] if self._buffer is not None else None
            self._buffer = None
            self._early.clear()
            self._recorder.finish(self, rest)


class Recorder:
    """Makes recordings; owns the thread."""

    def __init__(
        self,
        folder: Path,
        sink: Sink,
        metrics: Metrics | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._sink = sink
        self._metrics = metrics or Metrics()
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        # Two counters, each changed by one thread only, so that neither needs a lock.
        self._handed = 0
        self._settled = 0
        self._trouble = RecordingTrouble(f"make room in {folder} or set recording.folder")
        self._now = now
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._open: set[Recording] = set()

    def finding(self) -> Finding:
        """Whether recordings are written."""
        return self._trouble.finding()

    def open(self, call_id: UUID, started: datetime) -> Recording:
        """Begin a recording; its file appears with its first samples."""
        if self._thread is None:
            self._loop = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
            self._thread.start()
        recording = Recording(self, call_id, _path(self._folder, call_id, started))
        self._open.add(recording)
        return recording

    async def close(self) -> None:
        """Finish all recordings and stop the thread; their records have been put when this returns."""
        for recording in list(self._open):
            recording.close()
        thread, self._thread = self._thread, None
        if thread is not None:
            self._work.put(None)
            await asyncio.to_thread(thread.join)
            # What the thread called back with call_soon_threadsafe is ahead of us in the loop.
            await asyncio.sleep(0)

    def write(self, recording: Recording, samples: Stereo) -> None:
        """Hand one batch to the thread; only for Recording."""
        if self._handed - self._settled > BACKLOG_LIMIT:
            self._failed(recording, "the disk is too slow")
            return
        self._handed += samples.nbytes
        self._work.put(lambda: self._append(recording, samples))

    def finish(self, recording: Recording, rest: Stereo | None) -> None:
        """Hand over the last samples; only for Recording."""
        if rest is not None and rest.size:
            self._handed += rest.nbytes
            self._work.put(lambda: self._append(recording, rest))
        self._work.put(lambda: self._finish(recording))

    def _run(self) -> None:
        while (job := self._work.get()) is not None:
            job()

    def _append(self, recording: Recording, samples: Stereo) -> None:
        try:
            if recording._file is None and recording._written == 0:
                recording.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                recording._file = recording.path.open("wb", buffering=0)
                _write_all(recording._file, wav_header(0))
            if recording._file is not None:
                # Interleaved here, in the thread: copying a frame as it is costs the media path least.
                _write_all(recording._file, samples.transpose(0, 2, 1).tobytes())
                recording._written += samples.nbytes
                recording._batches += 1
                if recording._batches % HEADER_EVERY == 1:
                    _mend_header(recording)
                if recording._batches == 1 and self._trouble.reason:
                    self._tell(self._worked)
        except OSError as error:
            self._close_file(recording)
            recording._written = recording._written or -1  # never opened again
            reason = str(error.strerror or error)
            self._tell(lambda: self._failed(recording, reason))
        finally:
            self._settled += samples.nbytes

    def _finish(self, recording: Recording) -> None:
        self._close_file(recording)
        self._tell(lambda: self._made(recording, max(recording._written, 0)))

    def _close_file(self, recording: Recording) -> None:
        file = recording._file
        if file is None:
            return
        try:
            with file:
                _mend_header(recording)
        except OSError as error:
            log.debug("the recording %s was not closed cleanly: %s", recording.path, error)
        finally:
            recording._file = None

    def _tell(self, callback: Callable[[], None]) -> None:
        """Run on the loop; a loop that is gone needs no news."""
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:
            log.debug("the loop is closed; the recorder's news is dropped")

    def _failed(self, recording: Recording, reason: str) -> None:
        self._metrics.recordings_failed.inc()
        if told := self._trouble.failed(reason, self._now()):
            log.warning("%s", told)
        at_ms = max(recording._written, 0) * 1000 // BYTES_PER_SECOND
        self._sink.put(EventHappened(recording.call_id, at_ms, "recording_failed", {"reason": reason}))
        recording.close()

    def _worked(self) -> None:
        if told := self._trouble.worked():
            log.info("%s", told)

    def _made(self, recording: Recording, size: int) -> None:
        self._open.discard(recording)
        if size:
            seconds = size / BYTES_PER_SECOND
            self._sink.put(
                RecordingMade(recording.call_id, str(recording.path), seconds, size + HEADER_BYTES)
            )


def salvage(folder: Path, call_id: UUID, started: datetime) -> RecordingMade | None:
    """What a process that died has left of a call's recording, its header made true. Blocking."""
    path = _path(folder, call_id, started)
    try:
        with path.open("r+b") as file:
            samples = file.seek(0, 2) - HEADER_BYTES
            samples -= samples % 4  # the last sample may be cut in two
            if samples <= 0:
                return None
            file.truncate(HEADER_BYTES + samples)
            file.seek(0)
            file.write(wav_header(samples))
    except OSError as error:
        if not isinstance(error, FileNotFoundError):
            log.warning("the recording %s cannot be made whole: %s", path, error.strerror)
        return None
    return RecordingMade(call_id, str(path), samples / BYTES_PER_SECOND, samples + HEADER_BYTES)


def _path(folder: Path, call_id: UUID, started: datetime) -> Path:
    return folder / started.astimezone(UTC).strftime("%Y-%m-%d") / f"{call_id}.wav"


class Recorded:
    """An App that also records what goes in and out of the App inside it. Of the far end that is what came,
    however it is cleaned for the App."""

    __slots__ = ("_app", "_recording", "cleaner")

    def __init__(self, app: App, recording: Recording) -> None:
        self._app = app
        self._recording = recording
        self.cleaner = app.cleaner if isinstance(app, WantsCleaned) else None

    def on_frame(self, frame: Frame) -> None:
        cleaner = self.cleaner
        raw = frame if cleaner is None or cleaner.resting else cleaner.raw
        self._recording.caller(raw)
        self._app.on_frame(frame)

    def next_frame(self, t: int) -> Frame | None:
        frame = self._app.next_frame(t)
        self._recording.agent(frame)
        return frame

    def on_event(self, event: LegEvent) -> None:
        try:
            self._app.on_event(event)
        finally:  # an app that fails at the end must not cost the recording
            if isinstance(event, Ended):
                self._recording.close()


def _mend_header(recording: Recording) -> None:
    if recording._file is not None:
        recording._file.seek(0)
        _write_all(recording._file, wav_header(recording._written))
        recording._file.seek(0, 2)


def _write_all(file: BinaryIO, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[file.write(view) :]
