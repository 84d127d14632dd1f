"""Recordings, written by one thread for all calls: of whole calls in stereo, caller left and agent right; and
of messages that callers leave (`messages`).

The media path only copies samples into a buffer; it never waits for the disk, and a disk that is full or slow
ends the recording, never the call.
"""

from __future__ import annotations

import asyncio
import enum
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from uuid import UUID

import numpy as np

from mediaserver.calls.recording_trouble import RecordingTrouble
from mediaserver.calls.wave_file import HEADER_BYTES, Batch, WaveFile, bytes_per_second, made_whole
from mediaserver.diagnosis.finding import Finding
from mediaserver.media.leg import App, Ended, Frame, LegEvent
from mediaserver.media.line_condition import WantsCleaned
from mediaserver.media.time import FRAME_MS, FRAME_SAMPLES
from mediaserver.metrics import Metrics
from mediaserver.storage.records import EventHappened, RecordingMade, Sink

log = logging.getLogger(__name__)

BATCH_FRAMES = 25
"""Frames handed to the thread at once: half a second, 32 KB in stereo."""
BACKLOG_LIMIT = 64 << 20
"""Bytes that may wait for the disk, over all calls; past it recordings stop."""
EARLY_FRAMES = 10
"""Caller frames that may come ahead of the agent's clock before the oldest is dropped."""


class Track:
    """One file that the recorder writes. Everything but `file` belongs to the loop's thread."""

    __slots__ = ("_buffer", "_filled", "_recorder", "call_id", "channels", "file", "stopped")

    def __init__(self, recorder: Recorder, call_id: UUID, path: Path, channels: int) -> None:
        self.call_id = call_id
        self.channels = channels
        self.file = WaveFile(path, channels)
        self.stopped = False
        self._recorder = recorder
        self._buffer: Batch | None = None
        self._filled = 0

    @property
    def path(self) -> Path:
        return self.file.path

    def close(self) -> None:
        """Nothing more comes; idempotent. `made` follows when the file is complete."""
        if not self.stopped:
            self.stopped = True
            self._recorder.finish(self, self._rest())

    def made(self, seconds: float, size_bytes: int) -> None:
        """The file is complete."""
        raise NotImplementedError

    def broke_off(self, at_ms: int, reason: str) -> EventHappened:
        """What is kept of a failure after so much of it."""
        return EventHappened(self.call_id, at_ms, "recording_failed", {"reason": reason})

    def _row(self) -> Batch:
        """Where the next frame goes, silence so far; shape (channels, samples)."""
        if self._buffer is None:
            self._buffer = np.zeros((BATCH_FRAMES, self.channels, FRAME_SAMPLES), np.int16)
        row: Batch = self._buffer[self._filled]
        return row

    def _filled_one(self) -> None:
        """A frame is in its row."""
        self._filled += 1
        if self._filled == BATCH_FRAMES and (batch := self._rest()) is not None:
            self._recorder.write(self, batch)

    def _rest(self) -> Batch | None:
        """What was not handed over, which is forgotten here."""
        buffer, filled = self._buffer, self._filled
        self._buffer, self._filled = None, 0
        if buffer is None:
            return _silence(filled, self.channels) if filled else None
        return buffer[:filled]


def _silence(frames: int, channels: int) -> Batch:
    """Digital silence that takes no memory; read-only."""
    return np.broadcast_to(np.int16(0), (frames, channels, FRAME_SAMPLES))


def _sounds(frame: Frame | None) -> bool:
    return frame is not None and bool(frame.any())


class RecordingState(enum.StrEnum):
    """What becomes of what is said."""

    RECORDING = "recording"
    PAUSED = "paused"
    """Silence is written in its place, so that the recording's time goes on with the call's."""
    STOPPED = "stopped"
    """Nothing is written; the recording goes on from there if it is begun again."""


class Recording(Track):
    """One call's recording."""

    __slots__ = ("_early", "_sink", "_ticks", "state")

    def __init__(self, recorder: Recorder, call_id: UUID, path: Path, sink: Sink) -> None:
        super().__init__(recorder, call_id, path, 2)
        self.state = RecordingState.RECORDING
        self._early: deque[Frame] = deque(maxlen=EARLY_FRAMES)
        self._sink = sink
        self._ticks = 0

    @property
    def recorded_ms(self) -> int:
        """How long it is so far, silence of pauses included."""
        return self._ticks * FRAME_MS

    def caller(self, frame: Frame) -> None:
        """The caller said this; it goes beside the agent's next frame."""
        if self.state is RecordingState.RECORDING:
            self._early.append(frame)

    def agent(self, frame: Frame | None) -> None:
        """The agent said this (None: silence); one tick of the recording's time."""
        if self.stopped or self.state is RecordingState.STOPPED:
            return
        if self.state is RecordingState.RECORDING:
            said = self._early.popleft() if self._early else None
            # While nobody has made a sound there is no buffer: most of those who are connected are silent.
            if self._buffer is not None or _sounds(said) or _sounds(frame):
                row = self._row()
                if said is not None:
                    row[0] = said
                if frame is not None:
                    row[1] = frame
        self._ticks += 1
        self._filled_one()

    def goes_on(self, state: RecordingState) -> None:
        """From the next frame on. Of what was said before a pause, nothing is kept back to be written into
        it."""
        self.state = state
        self._early.clear()

    def close(self) -> None:
        """The call is over; idempotent. RecordingMade follows when the file is complete."""
        super().close()
        self._early.clear()

    def made(self, seconds: float, size_bytes: int) -> None:
        self._sink.put(RecordingMade(self.call_id, str(self.path), seconds, size_bytes))


class Recorder:
    """Makes recordings; owns the thread."""

    def __init__(
        self,
        folder: Path,
        sink: Sink,
        metrics: Metrics | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
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
        self._open: set[Track] = set()

    def finding(self) -> Finding:
        """Whether recordings are written."""
        return self._trouble.finding()

    def open(self, call_id: UUID, started: datetime) -> Recording:
        """Begin a recording; its file appears with its first samples."""
        recording = Recording(self, call_id, path_of(self.folder, call_id, started), self._sink)
        self.add(recording)
        return recording

    def add(self, track: Track) -> None:
        """Write this one, too."""
        if self._thread is None:
            self._loop = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
            self._thread.start()
        self._open.add(track)

    async def close(self) -> None:
        """Finish all recordings and stop the thread; their records have been put when this returns."""
        for track in list(self._open):
            track.close()
        thread, self._thread = self._thread, None
        if thread is not None:
            self._work.put(None)
            await asyncio.to_thread(thread.join)
            # What the thread called back with call_soon_threadsafe is ahead of us in the loop.
            await asyncio.sleep(0)

    # ---- for a Track

    def write(self, track: Track, samples: Batch) -> None:
        """Hand one batch to the thread."""
        if self._handed - self._settled > BACKLOG_LIMIT:
            self._failed(track, "the disk is too slow")
            return
        self._handed += samples.nbytes
        self._work.put(lambda: self._append(track, samples))

    def begin_again(self, track: Track) -> None:
        """What was handed over so far is forgotten."""
        self._work.put(lambda: self._attempt(track, track.file.begin_again))

    def finish(self, track: Track, rest: Batch | None) -> None:
        """Hand over the last samples."""
        if rest is not None and rest.size:
            self._handed += rest.nbytes
            self._work.put(lambda: self._append(track, rest))
        self._work.put(lambda: self._finish(track))

    def drop(self, track: Track) -> None:
        """Nothing is kept of it."""
        self._open.discard(track)
        self._work.put(track.file.remove)

    # ---- in the thread

    def _run(self) -> None:
        while (job := self._work.get()) is not None:
            job()

    def _append(self, track: Track, samples: Batch) -> None:
        def append() -> None:
            if track.file.append(samples) and self._trouble.reason:
                self._tell(self._worked)

        try:
            self._attempt(track, append)
        finally:
            self._settled += samples.nbytes

    def _attempt(self, track: Track, step: Callable[[], None]) -> None:
        try:
            step()
        except OSError as error:
            reason = str(error.strerror or error)
            self._tell(lambda: self._failed(track, reason))

    def _finish(self, track: Track) -> None:
        track.file.close()
        self._tell(lambda: self._made(track))

    def _tell(self, callback: Callable[[], None]) -> None:
        """Run on the loop; a loop that is gone needs no news."""
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:
            log.debug("the loop is closed; the recorder's news is dropped")

    # ---- on the loop

    def _failed(self, track: Track, reason: str) -> None:
        self._metrics.recordings_failed.inc()
        if told := self._trouble.failed(reason, self._now()):
            log.warning("%s", told)
        at_ms = track.file.written * 1000 // bytes_per_second(track.channels)
        self._sink.put(track.broke_off(at_ms, reason))
        track.close()

    def _worked(self) -> None:
        if told := self._trouble.worked():
            log.info("%s", told)

    def _made(self, track: Track) -> None:
        self._open.discard(track)
        size = track.file.written
        if size:
            track.made(size / bytes_per_second(track.channels), size + HEADER_BYTES)


def salvage(folder: Path, call_id: UUID, started: datetime) -> RecordingMade | None:
    """What a process that died has left of a call's recording, its header made true. Blocking."""
    path = path_of(folder, call_id, started)
    samples = made_whole(path, 2)
    if not samples:
        return None
    return RecordingMade(call_id, str(path), samples / bytes_per_second(2), samples + HEADER_BYTES)


def path_of(folder: Path, call_id: UUID, started: datetime, part: str = "") -> Path:
    """Where a call's recording goes, or a `part` of the call that is kept by itself."""
    return folder / started.astimezone(UTC).strftime("%Y-%m-%d") / f"{call_id}{part}.wav"


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
