"""The way from a phone's earpiece to its microphone: what a caller receives comes back late and weaker.

A pure filter of 8 kHz frames. It must see every received frame once and in order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from callers.sound import PACKET, RATE

TAIL_S = 0.048
"""How long one sound goes on coming back: a hand-set in a room."""
DECAY_S = 0.008


@dataclass(frozen=True, slots=True)
class EchoPath:
    """How loud, how late, and (by the seed) in which room."""

    loss_db: float
    """Of the echo against what was received, positive."""
    delay_ms: int
    seed: int = 0

    def response(self) -> npt.NDArray[np.float64]:
        """The impulse response without its delay: a direct blow and a tail that decays; its energy is the
        path's gain."""
        draw = np.random.default_rng(self.seed)
        count = int(TAIL_S * RATE)
        tail = draw.normal(size=count) * np.exp(-np.arange(count) / (DECAY_S * RATE))
        tail[0] = 3.0
        gain: npt.NDArray[np.float64] = 10 ** (-self.loss_db / 20) * tail / np.sqrt(np.sum(tail * tail))
        return gain


class Echo:
    """`process` each frame of 20 ms that was received (None: nothing was), get what comes back."""

    def __init__(self, path: EchoPath) -> None:
        self._response = path.response()
        self._late = np.zeros(path.delay_ms * RATE // 1000)
        self._past = np.zeros(len(self._response) - 1)

    def process(self, received: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        line = np.concatenate([self._late, received])
        now, self._late = line[: len(received)], line[len(received) :]
        known = np.concatenate([self._past, now])
        self._past = known[len(now) :]
        return np.convolve(known, self._response, "valid")


class Earpiece:
    """The phone's own buffer between the network and the ear: frames go in as they come, one goes out every
    20 ms, the first after `depth` of them are there. Where none is there it plays silence."""

    MOST = 8
    """Frames; older ones are dropped, as phones do."""

    def __init__(self, depth: int) -> None:
        self._depth, self._begun = depth, False
        self._waiting: list[npt.NDArray[np.float64]] = []

    def put(self, frame: npt.NDArray[np.float64]) -> None:
        self._waiting.append(frame)
        del self._waiting[: -self.MOST]

    def take(self) -> npt.NDArray[np.float64]:
        self._begun = self._begun or len(self._waiting) >= self._depth
        if self._begun and self._waiting:
            return self._waiting.pop(0)
        self._begun = False
        return np.zeros(PACKET)
