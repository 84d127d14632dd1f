"""The engines of one server: each is made once, when an agent first names it, and shared by all that do.

An engine that cannot be had is a fault that says how to mend it. It must never keep the others, or a call,
from going on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mediaserver.errors import EngineError
from pipelines.engines.failover import PreferredStt, PreferredTts
from pipelines.engines.protocols import Engine, Kind, Stt, Tts
from pipelines.engines.registry import EngineOptions, EngineRegistry

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EngineState:
    """How an engine that was asked for fares."""

    kind: Kind
    name: str
    ready: bool
    restarts: int = 0
    load: int = 0
    fault: str = ""
    """Why it could not be had, and the way to mend it."""


class Engines:
    """`options` by kind; a kind without some gets the engine's own."""

    def __init__(self, registry: EngineRegistry, options: Mapping[Kind, EngineOptions] | None = None) -> None:
        self._registry = registry
        self._options = options or {}
        self._made: dict[tuple[Kind, str], Any] = {}
        self._faults: dict[tuple[Kind, str], str] = {}
        self._stts: dict[tuple[str, ...], Stt] = {}
        self._ttss: dict[tuple[str, ...], Tts] = {}
        self._starting: set[asyncio.Task[None]] = set()
        self._started = False
        self._up = False
        """`start` is over; until then it is for whoever starts to tell of faults."""

    def stt(self, names: Sequence[str]) -> Stt:
        """A recogniser: the first of the list, with the others behind it. After `start` a new one is started
        in the background; calls use what is ready."""
        key = tuple(names)
        if key not in self._stts:
            self._stts[key] = PreferredStt(self._all(Kind.STT, key))
        return self._stts[key]

    def tts(self, names: Sequence[str]) -> Tts:
        """A voice, likewise."""
        key = tuple(names)
        if key not in self._ttss:
            self._ttss[key] = PreferredTts(self._all(Kind.TTS, key))
        return self._ttss[key]

    async def start(self) -> None:
        """Start all that were asked for so far, at once; what cannot be started is among the `states`."""
        self._started = True
        await asyncio.gather(*(self._start(key, engine) for key, engine in self._made.items()))
        self._up = True

    async def stop(self) -> None:
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        for engine in self._made.values():
            await engine.stop()

    @property
    def states(self) -> list[EngineState]:
        """Of all that were asked for, in that order; those that never came to be at the end."""
        states = [
            EngineState(kind, name, e.ready, e.restarts, e.load, self._faults.get((kind, name), ""))
            for (kind, name), e in self._made.items()
        ]
        missing = self._faults.keys() - self._made.keys()
        return states + [EngineState(k, n, False, fault=self._faults[k, n]) for k, n in sorted(missing)]

    def _all(self, kind: Kind, names: Sequence[str]) -> list[Any]:
        engines = []
        for name in dict.fromkeys(names):
            with contextlib.suppress(EngineError):
                engines.append(self._one(kind, name))
        return engines

    def _one(self, kind: Kind, name: str) -> Engine:
        """Raises EngineError."""
        key = kind, name
        if key not in self._made:
            try:
                self._registry.find(kind, name)
                options = self._options.get(kind, EngineOptions())
                made: Any = self._registry.make(kind, name, options)  # type: ignore[call-overload]
            except Exception as error:  # a foreign engine may raise anything
                self._fault(key, error)
                raise EngineError(self._faults[key]) from None
            self._made[key] = made
            if self._started:
                task = asyncio.get_running_loop().create_task(self._start(key, made))
                self._starting.add(task)
                task.add_done_callback(self._starting.discard)
        engine: Engine = self._made[key]
        return engine

    async def _start(self, key: tuple[Kind, str], engine: Engine) -> None:
        try:
            await engine.start()
        except Exception as error:
            self._fault(key, error)

    def _fault(self, key: tuple[Kind, str], error: Exception) -> None:
        self._faults[key] = text = " ".join(str(error).split()) or type(error).__name__
        if self._up:
            log.error("the %s engine %s cannot be used: %s", *key, text)
