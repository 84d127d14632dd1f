"""The caller's surroundings and line: noise, echo, hum, clipping, loss, frame by frame on the wire's thread.

It sits between what the caller says and what is sent, and must never delay what is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from callers.echo_path import Earpiece, Echo, EchoPath
from callers.sound import PACKET, Samples, clipped
from callers.voices import SPEECH_DB

FULL_SCALE = 32768.0
SHORT_BUFFER_MS = 60
"""Echo sooner than this: the phone's own buffer is kept to one frame, else to two."""


@dataclass(frozen=True, slots=True)
class LineSettings:
    """What lies between the caller's mouth and the network. Nothing by default."""

    noise: npt.NDArray[np.float64] | None = field(default=None, compare=False)
    """Of RMS 1, over and over."""
    from_start: bool = False
    """It begins with the call; else anywhere."""
    snr_db: float = 15.0
    """Of speech to noise."""
    room_db: float | None = None
    """Of the quiet around every live microphone, dBFS; None: digital silence, as of one that is muted."""
    echo: EchoPath | None = None
    loss: float = 0.0
    """Share of packets that never leave."""
    gain_db: float = 0.0
    """Over-driven: amplified so much and cut off."""
    muted: bool = False
    """Digital silence leaves whatever is said."""
    dead: bool = False
    """No packet leaves at all."""
    looped: bool = False
    """What is received goes straight back, and nothing else."""
    seed: int = 0

    @property
    def plain(self) -> bool:
        return self == LineSettings() and self.noise is None


class Mixer:
    """One call's. `heard` each received frame, `sent` each frame of ours."""

    def __init__(self, line: LineSettings) -> None:
        self._line = line
        self._random = np.random.default_rng(line.seed)
        self._gain = 10 ** (line.gain_db / 20)
        self._noise: npt.NDArray[np.float64] | None = None
        self._at = 0
        if line.noise is not None:
            scale = FULL_SCALE * 10 ** ((SPEECH_DB - line.snr_db) / 20)
            whole = len(line.noise) // PACKET * PACKET
            self._noise = line.noise[:whole] * scale
            if not line.from_start:
                self._at = int(self._random.integers(whole // PACKET)) * PACKET
        elif line.room_db is not None:
            quiet = self._random.normal(size=50 * PACKET)
            self._noise = quiet * FULL_SCALE * 10 ** (line.room_db / 20)
        path = EchoPath(0.0, SHORT_BUFFER_MS) if line.looped else line.echo
        depth = 1 if path is None or path.delay_ms < SHORT_BUFFER_MS else 2
        self._earpiece = Earpiece(depth)
        self._echo: Echo | None = None
        if path is not None:
            rest = max(0, path.delay_ms - 20 * depth)
            self._echo = Echo(EchoPath(path.loss_db, rest, path.seed))

    def heard(self, frame: Samples) -> None:
        """A packet came."""
        if self._echo is not None and len(frame) == PACKET:
            self._earpiece.put(frame.astype(float))

    def sent(self, frame: Samples) -> Samples | None:
        """What leaves in the place of a frame of speech; None: this packet is lost."""
        line = self._line
        sound = frame.astype(float)
        if line.looped:
            sound = self._earpiece.take()
        elif self._echo is not None:
            sound = sound + self._echo.process(self._earpiece.take())
        if self._noise is not None:
            sound = sound + self._noise[self._at : self._at + PACKET]
            self._at = (self._at + PACKET) % len(self._noise)
        if line.muted:
            sound = np.zeros(PACKET)
        if line.dead or (line.loss and self._random.random() < line.loss):
            return None
        return clipped(sound * self._gain)
