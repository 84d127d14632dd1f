"""Sounds that may be played in calls: WAV files of one folder, and WAV that somebody hands in.

What is taken is narrow on purpose: 16-bit PCM, mono, a common rate. Nothing outside the folder is opened.
The functions block (disk, rate conversion): a call's thread has them done elsewhere.
"""

from __future__ import annotations

import io
import re
import stat
import wave
from pathlib import Path

import numpy as np

from mediaserver.calls.playing import Frames, framed
from mediaserver.errors import PeerError
from mediaserver.media.resample import resample
from mediaserver.media.time import SAMPLE_RATE

RATES = frozenset({8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000})
LONGEST_S = 600
"""Of one sound."""
FILE_LIMIT = 2 * max(RATES) * LONGEST_S + (64 << 10)
"""Bytes of a file: the longest sound at the highest rate, and what stands before it."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]{0,120}\.wav")
_CONVERT = "convert it, e.g. with `ffmpeg -i IN -ac 1 -ar 16000 -c:a pcm_s16le OUT.wav`"


def is_sound_name(name: str) -> bool:
    """Whether a file of the folder of sounds may be called so."""
    return _NAME.fullmatch(name) is not None


class Sounds:
    """The WAV files of one folder, by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> Frames:
        """The sound of that name. Raises PeerError for a name that is none, and a file that is no sound."""
        if not is_sound_name(name):
            raise PeerError("a sound is the name of a .wav file in the folder of sounds, without any path")
        path = self._folder / name
        try:
            # A link may lead out of the folder, a pipe would never end.
            found = path.lstat()
            if not stat.S_ISREG(found.st_mode):
                raise PeerError(f"the sound {name} is not a plain file")
            if found.st_size > FILE_LIMIT:
                raise PeerError(f"the sound {name} is larger than {FILE_LIMIT >> 20} MiB")
            content = path.read_bytes()
        except FileNotFoundError:
            raise PeerError(f"there is no sound {name} in the folder of sounds") from None
        except OSError as error:
            raise PeerError(f"the sound {name} cannot be read: {error.strerror}") from None
        return decoded(content)


def decoded(content: bytes | bytearray) -> Frames:
    """A WAV file as frames. Raises PeerError when it is something else or too long."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            _refuse(channels, width, rate)
            # The header may promise more than there is; a sample that was cut off is left out.
            octets = file.readframes(LONGEST_S * rate + 1)
    except (wave.Error, EOFError, RuntimeError) as error:
        said = " ".join(str(error).split()) or "it is cut off"
        raise PeerError(f"the sound is not a WAV file of PCM ({said}): {_CONVERT}") from None
    pcm = np.frombuffer(octets[: len(octets) // 2 * 2], "<i2").astype(np.int16, copy=False)
    if len(pcm) > LONGEST_S * rate:
        raise PeerError(f"the sound is longer than {LONGEST_S} s")
    if not len(pcm):
        raise PeerError("there is no audio in the sound")
    return framed(resample(pcm, rate, SAMPLE_RATE))


def _refuse(channels: int, width: int, rate: int) -> None:
    if channels != 1:
        raise PeerError(f"the sound has {channels} channels and must have one: {_CONVERT}")
    if width != 2:
        raise PeerError(f"the sound has {8 * width} bits a sample and must have 16: {_CONVERT}")
    if rate not in RATES:
        raise PeerError(f"the sound's rate of {rate} Hz is none of {', '.join(map(str, sorted(RATES)))}")
