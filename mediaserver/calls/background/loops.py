"""Makes loops of sounds: at their level, without a click where they begin again. It blocks: for a thread."""

from __future__ import annotations

import numpy as np

from mediaserver.calls.background.made import SOUNDS, THINKING, Sound
from mediaserver.calls.playing import framed
from mediaserver.calls.sounds import Sounds
from mediaserver.errors import PeerError
from mediaserver.media.background import Loop
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE

PEAK = 8_191
"""The highest sample of a loop (-12 dBFS); the few that would be louder are bounded."""
LONGEST_S = 120
"""Of a loop: all are kept in memory."""
SHORTEST_S = 1
SEAM_S = 0.1
"""A file's end is drawn into its beginning over so long."""


def loop_of(name: str, level_db: float, files: Sounds) -> Loop:
    """The sound of that name, made here or of a file, at a level in dBFS. Raises PeerError for a file that is
    no such sound."""
    make = SOUNDS.get(name) or THINKING.get(name)
    return levelled(make() if make is not None else _of_file(name, files), level_db)


def levelled(sound: Sound, level_db: float) -> Loop:
    """[n] of any scale -> a loop whose root mean square is that."""
    level = float(np.sqrt(np.mean(np.square(sound))))
    if not level:
        raise PeerError("there is nothing to be heard in the sound")
    scaled = sound * (32_768.0 * 10 ** (level_db / 20) / level)
    return Loop.of(framed(np.rint(np.clip(scaled, -PEAK, PEAK)).astype(np.int16)))


def _of_file(name: str, files: Sounds) -> Sound:
    sound = files.read(name).reshape(-1).astype(np.float64)
    if len(sound) > LONGEST_S * SAMPLE_RATE:
        raise PeerError(f"the sound {name} is longer than {LONGEST_S} s, too long for a background")
    seam = int(SEAM_S * SAMPLE_RATE)
    # The last frame may be filled up with silence.
    whole = len(sound) - FRAME_SAMPLES
    if whole < SHORTEST_S * SAMPLE_RATE:
        raise PeerError(f"the sound {name} is shorter than {SHORTEST_S} s, too short for a background")
    body, tail = sound[: whole - seam].copy(), sound[whole - seam : whole]
    rise = np.sin(np.linspace(0.0, np.pi / 2, seam))
    body[:seam] = body[:seam] * rise + tail * rise[::-1]
    return body
