"""What audio that is handed in really is, by its first bytes; what it says that it is counts for nothing.

Only what stands in this table is ever opened, and by the reader that stands there: FFmpeg is never left to
guess, for it knows formats that name other files and addresses (playlists of HLS and DASH, concat).
"""

from __future__ import annotations

from dataclasses import dataclass

SNIFFED = 16
"""Bytes that tell."""


@dataclass(frozen=True, slots=True)
class Container:
    name: str
    """As clients know it."""
    demuxer: str
    """FFmpeg's name."""


WAV = Container("wav", "wav")
MP3 = Container("mp3", "mp3")
OGG = Container("ogg", "ogg")
FLAC = Container("flac", "flac")
AAC = Container("aac", "aac")
MP4 = Container("mp4", "mov")
WEBM = Container("webm", "matroska")
AMR = Container("amr", "amr")
AIFF = Container("aiff", "aiff")
AU = Container("au", "au")

ACCEPTED = (
    *("wav", "mp3", "mpeg", "mpga", "ogg", "oga", "opus", "flac"),
    *("aac", "mp4", "m4a", "webm", "amr", "aiff", "au"),
)
"""By the names that people know."""

CODECS = frozenset(
    (
        *("pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_u8", "pcm_s8"),
        *("pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be", "pcm_alaw", "pcm_mulaw"),
        *("adpcm_ima_wav", "adpcm_ms", "gsm_ms"),
        *("mp3", "mp3float", "mp2", "mp2float", "aac", "alac", "flac", "vorbis", "opus", "libopus"),
        *("amrnb", "amrwb", "libopencore_amrnb", "libopencore_amrwb"),
    )
)
"""Decoders that are used, by FFmpeg's names."""


def container_of(begin: bytes) -> Container | None:
    """`begin`: the first SNIFFED bytes, or all of it. None: nothing that is accepted."""
    match begin[:4]:
        case b"RIFF" | b"RF64":
            return WAV if begin[8:12] == b"WAVE" else None
        case b"OggS":
            return OGG
        case b"fLaC":
            return FLAC
        case b"\x1a\x45\xdf\xa3":
            return WEBM
        case b"FORM":
            return AIFF if begin[8:12] in (b"AIFF", b"AIFC") else None
        case b".snd":
            return AU
        case _:
            pass
    if begin[4:8] == b"ftyp":
        return MP4
    if begin.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return AMR
    if begin.startswith(b"ID3"):
        return MP3
    return _mpeg(begin)


def _mpeg(begin: bytes) -> Container | None:
    """A frame's header (ISO/IEC 11172-3 2.4.1.3) has twelve bits of ones and a layer; ADTS has layer 0, which
    audio has not (ISO/IEC 13818-7 6.2)."""
    if len(begin) < 4 or begin[0] != 0xFF or begin[1] & 0xE0 != 0xE0:
        return None
    layer, rate = begin[1] >> 1 & 3, begin[2] >> 2 & 3
    if layer == 0:
        return AAC if begin[1] & 0xF6 == 0xF0 else None
    version, bit_rate = begin[1] >> 3 & 3, begin[2] >> 4
    return MP3 if version != 1 and bit_rate not in (0, 15) and rate != 3 else None
