"""Reads audio of strangers, frame by frame, through FFmpeg by PyAV. Runs in a worker only: what FFmpeg does
with hostile bytes must never happen in the server's process.

Nothing but the open file is ever read: FFmpeg's protocols are shut, and so is every file that a file names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from mediaserver.errors import UnreadableAudioError
from pipelines.audio.containers import ACCEPTED, CODECS, SNIFFED, container_of

if TYPE_CHECKING:
    from av import AudioFrame, AudioStream

MOST_STREAMS = 16
MOST_CHANNELS = 8
LEAST_RATE, MOST_RATE = 4_000, 192_000
"""Samples a second that are believed."""
MOST_FAULTS = 50
"""Packets that cannot be decoded; of a recording that was cut or damaged the rest is heard."""


@dataclass(frozen=True, slots=True)
class AudioLimits:
    seconds: float
    """That it may last."""


class AudioSource:
    """One file, whose frames come by iterating. Raises UnreadableAudioError."""

    def __init__(self, file: BinaryIO, limits: AudioLimits) -> None:
        """`file`: seekable, at its beginning."""
        import av
        from av.error import FFmpegError

        container = container_of(file.read(SNIFFED))
        if container is None:
            raise _refused("this is not audio of a format that is read here")
        self.container = container.name
        self._limits = limits
        file.seek(0)
        try:
            self._input = av.open(
                file,
                "r",
                format=container.demuxer,
                container_options={"max_streams": str(MOST_STREAMS), "protocol_whitelist": "none"},
                io_open=_shut,
            )
        except (FFmpegError, ValueError) as error:
            raise _refused(f"this begins like {container.name} and is none ({_said(error)})") from None
        try:
            self._stream = self._chosen()
        except BaseException:
            self.close()
            raise

    @property
    def codec(self) -> str:
        return str(self._stream.codec_context.name)

    @property
    def rate(self) -> int:
        return int(self._stream.codec_context.sample_rate)

    @property
    def channels(self) -> int:
        return int(self._stream.codec_context.channels)

    def close(self) -> None:
        self._input.close()

    def __iter__(self) -> Iterator[AudioFrame]:
        """Frames as the decoder gives them. The time is counted in samples: what a file says of its length
        is no limit."""
        from av.error import FFmpegError

        faults, seconds = 0, 0.0
        packets = self._input.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except (FFmpegError, ValueError) as error:
                if not seconds:
                    raise _refused(f"this {self.container} cannot be read ({_said(error)})") from None
                return  # it breaks off
            if packet is None:
                break
            try:
                frames = packet.decode()
            except (FFmpegError, ValueError) as error:
                faults += 1
                if faults > MOST_FAULTS:
                    raise _refused(
                        f"most of this {self.container} cannot be decoded ({_said(error)})"
                    ) from None
                continue
            for frame in frames:
                if not LEAST_RATE <= frame.sample_rate <= MOST_RATE or not frame.samples:
                    continue
                seconds += frame.samples / frame.sample_rate
                if seconds > self._limits.seconds:
                    raise UnreadableAudioError(
                        f"the audio is longer than {self._limits.seconds:g} s; cut it in pieces",
                        too_long=True,
                    )
                yield frame
        if not seconds:
            raise _refused(f"there is no audio in this {self.container}")

    def _chosen(self) -> AudioStream:
        """The first stream of audio."""
        audio = self._input.streams.audio
        if not audio:
            raise _refused(f"there is no audio in this {self.container}")
        stream = audio[0]
        context = stream.codec_context
        if context.name not in CODECS:
            raise _refused(f"its audio is coded by {context.name}, which is not decoded here")
        if context.channels > MOST_CHANNELS:
            raise _refused(f"it has {context.channels} channels, more than {MOST_CHANNELS}")
        if context.sample_rate and not LEAST_RATE <= context.sample_rate <= MOST_RATE:
            raise _refused(f"it claims {context.sample_rate} samples a second")
        context.thread_count = 1
        return stream


def _shut(*_: Any, **__: Any) -> NoReturn:
    """What FFmpeg asks when a file wants another opened."""
    raise _refused("this audio wants other files or addresses opened")


def _refused(why: str) -> UnreadableAudioError:
    return UnreadableAudioError(f"{why}; send one of {', '.join(ACCEPTED)}")


def _said(error: BaseException) -> str:
    """FFmpeg's reason, without names of files."""
    strerror = getattr(error, "strerror", None)
    return str(strerror or type(error).__name__)[:100]
