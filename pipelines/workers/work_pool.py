"""The five pools of work, each with a limit of its own over all engines that belong to it."""

from __future__ import annotations

import enum
from collections.abc import Callable


class WorkPool(enum.StrEnum):
    """Which kind of work an engine's requests are."""

    STT = "stt"
    TTS = "tts"
    HF_TTS = "hf-tts"
    """Voices of a model hub's, which are larger and slower."""
    LLM = "llm"
    CLONE = "clone"
    """Voices made after a sample of somebody's."""


class WorkGate:
    """How many requests of one pool of work run at once, whichever engines they are for."""

    def __init__(self, most: int | None = None) -> None:
        """`most`: None lets all in."""
        self.most = most
        self._members: list[tuple[Callable[[], int], Callable[[], None]]] = []

    @property
    def inside(self) -> int:
        """Requests that run now."""
        return sum(load() for load, _ in self._members)

    @property
    def open(self) -> bool:
        return self.most is None or self.inside < self.most

    def join(self, load: Callable[[], int], room: Callable[[], None]) -> None:
        """`load`: the requests of one engine. `room` is called when another's may have left."""
        if (load, room) not in self._members:
            self._members.append((load, room))

    def leave(self, load: Callable[[], int], room: Callable[[], None]) -> None:
        """That engine is gone."""
        if (load, room) in self._members:
            self._members.remove((load, room))

    def left(self) -> None:
        """A request is over: whoever waits may have its place."""
        if self.most is not None:
            for _, room in self._members:
                room()
