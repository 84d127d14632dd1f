"""Where the messages of a call are kept in tests: lists of frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mediaserver.media.leg import Frame


class Kept:
    """A message's file, in a list."""

    lost = False

    def __init__(self, index: int) -> None:
        self.index = index
        self.path = Path(f"/messages/{index}.wav")
        self.frames: list[Frame] = []
        self.began_again = 0
        self.closed = self.dropped = False
        self.text: str | None = None

    def hear(self, frame: Frame) -> None:
        assert not (self.closed or self.dropped)
        self.frames.append(frame)

    def begin_again(self, at_ms: int) -> None:
        self.frames.clear()
        self.began_again += 1

    def close(self) -> None:
        self.closed = True

    def drop(self) -> None:
        self.dropped = True

    def transcribed(self, text: str) -> None:
        self.text = text

    @property
    def seconds(self) -> float:
        return len(self.frames) / 50

    @property
    def loud_s(self) -> float:
        return sum(int(np.abs(frame).max()) > 500 for frame in self.frames) / 50


class Shelf:
    """All messages of a call."""

    def __init__(self, most_s: float = 300.0) -> None:
        self.most_s = most_s
        self.kept: list[Kept] = []

    def open(self) -> Kept | None:
        self.kept.append(Kept(len(self.kept)))
        return self.kept[-1]
