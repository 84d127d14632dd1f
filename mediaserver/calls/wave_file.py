"""WAV files that grow while somebody speaks, and can be played at any time: 16-bit PCM at 16 kHz.

Blocking: for the recorder's thread, and for the start of a server.
"""

from __future__ import annotations

import contextlib
import logging
import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLE_RATE

log = logging.getLogger(__name__)

HEADER_BYTES = 44
HEADER_EVERY = 10
"""Batches after which the header is made true again, so that a file cut off by a kill can be played."""

Batch = npt.NDArray[np.int16]
"""Shape (frames, channels, samples of a frame)."""


def wav_header(data_bytes: int, channels: int = 2) -> bytes:
    """RIFF/WAVE header of 16-bit PCM at 16 kHz (Microsoft, RIFF MCI 1.0)."""
    size = min(data_bytes, 0xFFFFFFFF - 36)
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", size + 36, b"WAVE", b"fmt ", 16, 1, channels, SAMPLE_RATE, bytes_per_second(channels),
        2 * channels, 16, b"data", size,
    )  # fmt: skip


def bytes_per_second(channels: int) -> int:
    return SAMPLE_RATE * 2 * channels


class WaveFile:
    """One file. It appears with its first samples; after a failure, or `close`, it takes no more."""

    __slots__ = ("_batches", "_channels", "_closed", "_file", "path", "written")

    def __init__(self, path: Path, channels: int) -> None:
        self.path = path
        self.written = 0
        """Bytes of samples in it."""
        self._channels = channels
        self._file: BinaryIO | None = None
        self._batches = 0
        self._closed = False

    def append(self, samples: Batch) -> bool:
        """Write one batch; True for the first. Raises OSError: the file is closed, with what it has."""
        if self._closed:
            return False
        try:
            return self._append(samples)
        except OSError:
            self.close()
            raise

    def begin_again(self) -> None:
        """What was written so far is forgotten. Raises OSError, as `append` does."""
        if self._file is None:
            return
        try:
            self._file.seek(0)
            self._file.truncate()
            self.written = self._batches = 0
            _write_all(self._file, wav_header(0, self._channels))
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """It is complete. Never raises."""
        self._closed = True
        file, self._file = self._file, None
        if file is None:
            return
        try:
            with file:
                self._mend_header(file)
        except OSError as error:
            log.debug("the recording %s was not closed cleanly: %s", self.path, error)

    def remove(self) -> None:
        """Close it, and leave nothing of it behind. Never raises."""
        began = self._file is not None or self.written > 0
        self.close()
        if began:
            self.written = 0
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)

    def _append(self, samples: Batch) -> bool:
        if self._file is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = self.path.open("wb", buffering=0)
            _write_all(self._file, wav_header(0, self._channels))
        # Interleaved here, in the thread: copying a frame as it is costs the media path least.
        _write_all(self._file, samples.transpose(0, 2, 1).tobytes())
        self.written += samples.nbytes
        self._batches += 1
        if self._batches % HEADER_EVERY == 1:
            self._mend_header(self._file)
        return self._batches == 1

    def _mend_header(self, file: BinaryIO) -> None:
        file.seek(0)
        _write_all(file, wav_header(self.written, self._channels))
        file.seek(0, 2)


def made_whole(path: Path, channels: int) -> int:
    """Bytes of samples in a file that a process which died has left, its header made true; 0: there are none,
    or it cannot be read."""
    try:
        with path.open("r+b") as file:
            samples = file.seek(0, 2) - HEADER_BYTES
            samples -= samples % (2 * channels)  # the last sample may be cut in two
            if samples <= 0:
                return 0
            file.truncate(HEADER_BYTES + samples)
            file.seek(0)
            file.write(wav_header(samples, channels))
    except OSError as error:
        if not isinstance(error, FileNotFoundError):
            log.warning("the recording %s cannot be made whole: %s", path, error.strerror)
        return 0
    return samples


def _write_all(file: BinaryIO, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[file.write(view) :]
