"""Writes audio in any format of pipelines.audio.formats while it is being made. Runs in a worker only.

What is handed in comes out as soon as the format allows: at the latest when its next frame is full. The
headers of such a stream do not know its length; those of a whole file do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from pipelines.audio.formats import ENCODINGS, FileFormat

if TYPE_CHECKING:
    from av import AudioFrame, AudioResampler

LAYOUTS = {1: "mono", 2: "stereo"}
BUFFER = 4_096
"""Bytes that the muxer may hold back."""


class _Written:
    """A file that cannot go back, for the muxer: what is in it is taken away."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(self._parts[-1])

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


class AudioEncoder:
    """One stream of one format. Raises ValueError for a rate that the format has not.

    `file`: one that can go back. All is written there, nothing comes out, and at the end the headers are told
    how long it is."""

    def __init__(
        self, format: FileFormat, rate: int, channels: int = 1, file: BinaryIO | None = None
    ) -> None:
        import av

        encoding = ENCODINGS[format]
        if refusal := encoding.refused_rate(rate):
            raise ValueError(refusal)
        self.rate, self.channels = rate, min(channels, encoding.most_channels)
        self._written = _Written()
        self._output = av.open(
            self._written if file is None else file,
            "w",
            format=encoding.muxer,
            options={"flush_packets": "1", **encoding.streaming} if file is None else dict(encoding.whole),
            buffer_size=BUFFER,
        )
        self._coded_rate = encoding.coded_rate(rate)
        stream: Any = self._output.add_stream(encoding.codec, rate=self._coded_rate)
        stream.layout = LAYOUTS[self.channels]
        if encoding.bit_rate:
            stream.bit_rate = encoding.bit_rate * self.channels
        stream.codec_context.thread_count = 1
        self._stream = stream
        self._resampler: AudioResampler | None = None
        self._shape: tuple[str, str, int] | None = None
        """Sample format, layout and rate of what comes in."""

    def feed(self, samples: npt.NDArray[np.int16], rate: int) -> bytes:
        """Mono samples [n] of this rate -> what is ready."""
        from av import AudioFrame

        if not samples.size:
            return b""
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate
        return self.feed_frame(frame)

    def feed_frame(self, frame: AudioFrame) -> bytes:
        """Of any format, layout and rate -> what is ready."""
        from av import AudioResampler

        frame.pts = None  # of whatever file it came from
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self._shape:
            self._drain()
            self._shape = shape
            self._resampler = AudioResampler(
                self._stream.codec_context.format or "s16", LAYOUTS[self.channels], self._coded_rate
            )
        assert self._resampler is not None
        for each in self._resampler.resample(frame):
            self._encode(each)
        return self._written.taken()

    def finish(self) -> bytes:
        """The rest; nothing may be fed any more."""
        self._drain()
        self._encode(None)
        self.close()
        return self._written.taken()

    def close(self) -> None:
        """Closing twice does no harm."""
        self._output.close()

    def _drain(self) -> None:
        """What the resampler holds back."""
        resampler, self._resampler = self._resampler, None
        for each in resampler.resample(None) if resampler is not None else ():
            self._encode(each)

    def _encode(self, frame: AudioFrame | None) -> None:
        for packet in self._stream.encode(frame):
            self._output.mux(packet)
