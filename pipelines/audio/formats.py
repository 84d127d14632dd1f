"""The formats that audio is written in: what each is called, at which rates it can be, how HTTP tells it.

Pure: nothing here encodes anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

LEAST_RATE, MOST_RATE = 8_000, 48_000
"""Samples a second that audio may be asked for in."""
_MPEG_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
"""ISO/IEC 11172-3 and 13818-3 2.4.2.3; ISO/IEC 14496-3 4.5.1.1 has the same from 8 to 48 kHz."""
_OPUS_RATES = (8_000, 12_000, 16_000, 24_000, 48_000)
""":rfc:`6716` 2: what an encoder takes in."""


class FileFormat(StrEnum):
    """As clients name it."""

    WAV = "wav"
    MP3 = "mp3"
    OPUS = "opus"
    FLAC = "flac"
    AAC = "aac"
    PCM = "pcm"
    MULAW = "mulaw"


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a format is made."""

    media_type: str
    muxer: str
    """FFmpeg's name."""
    codec: str
    """FFmpeg's name of the encoder."""
    usual_rate: int
    rates: tuple[int, ...] = ()
    """Those that it can be in; empty: any."""
    any_input: bool = False
    """A rate that it cannot be in is coded at the next higher one: what is coded says nothing of its rate."""
    bit_rate: int = 0
    """Bits a second for one channel; 0: the format has none to choose."""
    most_channels: int = 2
    streaming: Mapping[str, str] = field(default_factory=dict)
    """Options of the muxer for what is sent while it is made."""
    whole: Mapping[str, str] = field(default_factory=dict)
    """Likewise for whole files."""

    def refused_rate(self, rate: int) -> str:
        """Why it cannot be had at this rate; empty when it can."""
        if not LEAST_RATE <= rate <= MOST_RATE:
            return f"the sample rate must be {LEAST_RATE} to {MOST_RATE}, not {rate}"
        if self.rates and not self.any_input and rate not in self.rates:
            known = ", ".join(map(str, self.rates))
            return f"this format has no sample rate of {rate}: it has {known}"
        return ""

    def coded_rate(self, rate: int) -> int:
        """At which audio of a rate that is not refused is coded."""
        return rate if not self.rates else min(each for each in self.rates if each >= rate)

    def content_type(self, rate: int) -> str:
        """With its rate, where nothing in the audio tells it."""
        return self.media_type.format(rate=rate)


ENCODINGS: Mapping[FileFormat, Encoding] = {
    FileFormat.WAV: Encoding("audio/wav", "wav", "pcm_s16le", 24_000),
    # Xing's header would be written over at the end, which a stream cannot be.
    FileFormat.MP3: Encoding(
        "audio/mpeg", "mp3", "libmp3lame", 24_000, _MPEG_RATES,
        bit_rate=64_000,
        streaming={"write_xing": "0", "id3v2_version": "0"}, whole={"id3v2_version": "0"},
    ),
    # Pages of 100 ms: one of a second, as is usual, would be a second of waiting.
    FileFormat.OPUS: Encoding(
        "audio/ogg; codecs=opus", "ogg", "libopus", 24_000, _OPUS_RATES, any_input=True,
        bit_rate=32_000, streaming={"page_duration": "100000"},
    ),
    FileFormat.FLAC: Encoding("audio/flac", "flac", "flac", 24_000),
    FileFormat.AAC: Encoding("audio/aac", "adts", "aac", 24_000, _MPEG_RATES, bit_rate=64_000),
    FileFormat.PCM: Encoding("audio/pcm; rate={rate}", "s16le", "pcm_s16le", 24_000),
    FileFormat.MULAW: Encoding("audio/PCMU; rate={rate}", "mulaw", "pcm_mulaw", 8_000, most_channels=1),
}  # fmt: skip
