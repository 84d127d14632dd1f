"""The engines of one server: each is made once, when an agent first names it, and shared by all that do.

An engine that cannot be had is a fault that says how to mend it. It must never keep the others, or a call,
from going on; nor may making one keep the loop waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, repeat
from typing import Any

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.failover import PreferredLlm, PreferredTts
from pipelines.engines.finish.finishing import Finishing
from pipelines.engines.protocols import Embedder, Kind, Manifest, TurnModel
from pipelines.engines.registry import EngineOptions, EngineRegistry
from pipelines.engines.stt.failover import PreferredStt

log = logging.getLogger(__name__)

AGAIN_S = (5.0, 15.0, 60.0)
"""Pauses after which one that could not be had is tried again; the last one counts on."""


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

    def as_finding(self, mend: str) -> Finding:
        """Others of its list may work. `mend`: what the operator can do beside what the fault says."""
        if self.fault:
            return Finding(f"engine {self.name}", False, self.fault, mend, required=False)
        return Finding(f"engine {self.name}", True, f"{self.kind}, {self.load} at work", required=False)


@dataclass(slots=True)
class _Place:
    """An engine that was asked for: being started, there, or faulty."""

    engine: Any = None
    fault: str = ""
    tried: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the first try is over."""


class Engines:
    """`options`: what to tell the engine of a kind and name when it is made.

    Whatever is asked for is made and started in the background, at once. It is in its lists as soon as it has
    started; until then, and when it cannot be had, calls use the next. What cannot be had is tried again now
    and then: its weights may have come, its device may be free.
    """

    def __init__(
        self,
        registry: EngineRegistry,
        options: Callable[[Kind, str], EngineOptions] | None = None,
        finishing: Finishing | None = None,
    ) -> None:
        """`finishing`: what the sound of voices goes through; None: as it is made."""
        self.finishing = finishing
        self._registry = registry
        self._options = options or (lambda _kind, _name: EngineOptions())
        self._places: dict[tuple[Kind, str], _Place] = {}
        self._stts: dict[tuple[str, ...], PreferredStt] = {}
        self._ttss: dict[tuple[str, ...], PreferredTts] = {}
        self._llms: dict[tuple[str, ...], PreferredLlm] = {}
        self._starting: set[asyncio.Task[None]] = set()

    def stt(self, names: Sequence[str]) -> PreferredStt:
        """A recogniser: the first of the list, with the others behind it."""
        key = tuple(names)
        self._ask(Kind.STT, key)
        if key not in self._stts:
            self._stts[key] = PreferredStt(partial(self._there, Kind.STT, key))
        return self._stts[key]

    def tts(self, names: Sequence[str]) -> PreferredTts:
        """A voice, likewise."""
        key = tuple(names)
        self._ask(Kind.TTS, key)
        if key not in self._ttss:
            self._ttss[key] = PreferredTts(partial(self._there, Kind.TTS, key), finishing=self.finishing)
        return self._ttss[key]

    def llm(self, names: Sequence[str]) -> PreferredLlm:
        """A language model, likewise."""
        key = tuple(names)
        self._ask(Kind.LLM, key)
        if key not in self._llms:
            self._llms[key] = PreferredLlm(partial(self._there, Kind.LLM, key))
        return self._llms[key]

    def turn_model(self, name: str) -> TurnModel | None:
        """The turn model of this name, once it has started; calls do without one until then."""
        self._ask(Kind.TURN, (name,))
        model: TurnModel | None = self._places[Kind.TURN, name].engine
        return model

    def embedder(self, name: str) -> Embedder | None:
        """The model for embeddings of this name, likewise; searches go by words alone until then."""
        self._ask(Kind.EMBEDDING, (name,))
        model: Embedder | None = self._places[Kind.EMBEDDING, name].engine
        return model

    def fault(self, kind: Kind, name: str) -> str:
        """Why one that was asked for cannot be had; empty while it is being started, and when it is there."""
        return self._places[kind, name].fault

    def foreign(self, kind: Kind, names: Sequence[str], language: str) -> list[str]:
        """Those of a list that do not speak a language, by name; what nobody knows is not among them."""
        entries = [self._registry.entries.get((kind, name)) for name in names]
        return [e.manifest.name for e in entries if e is not None and not e.manifest.speaks(language)]

    def knows(self, kind: Kind, names: Sequence[str], language: str) -> bool:
        """See `EngineRegistry.knows`."""
        return self._registry.knows(kind, names, language)

    def available(self, kind: Kind, name: str) -> bool:
        """There is an engine of this name, and it has what it needs. Looks at files."""
        try:
            self._registry.check(kind, name, self._options(kind, name))
        except EngineMissingError:
            return False
        return True

    def ready(self, kind: Kind, names: Sequence[str]) -> list[Manifest]:
        """Those of a list that have started."""
        return [each.manifest for each in self._there(kind, names) if each is not None]

    def speaks(self, kind: Kind, names: Sequence[str], language: str) -> bool:
        """One of a list that has started speaks a language (BCP 47)."""
        return any(each.speaks(language) for each in self.ready(kind, names))

    def check(self, kind: Kind, names: Sequence[str]) -> None:
        """Whether a call can begin with this list. One that started is trusted, though it may be down for a
        moment. Raises EngineError while all there is of the list is being started, and EngineMissingError
        when nothing of it can be had."""
        places = {name: self._places.get((kind, name), _Place()) for name in names}
        if any(place.engine is not None for place in places.values()):
            return
        starting = [name for name, place in places.items() if not place.fault]
        if starting:
            raise EngineError(f"the engine {starting[0]} is being started; try again in a moment")
        faults = "; ".join(place.fault for place in places.values())
        raise EngineMissingError(faults or f"no {kind} engine is named; see `voiceforge engines list`")

    def starting(self, kind: Kind, names: Sequence[str]) -> bool:
        """Whether a call cannot begin with this list now, and perhaps in a moment."""
        try:
            self.check(kind, names)
        except EngineMissingError:
            return False
        except EngineError:
            return True
        return False

    async def started(self, kind: Kind, names: Sequence[str]) -> None:
        """Return once a call can begin with this list. Raises EngineMissingError as soon as nothing of it can
        be had."""
        self._ask(kind, names)
        while True:
            try:
                self.check(kind, names)
                return
            except EngineMissingError:
                raise
            except EngineError:
                trying = [self._places[kind, name].tried for name in names]
            tasks = [asyncio.ensure_future(each.wait()) for each in trying if not each.is_set()]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()

    async def settle(self, within_s: float | None = None, *, without: Collection[Kind] = ()) -> None:
        """Wait until all that was asked for so far has started or cannot be had, but for kinds that nobody
        waits for; what takes longer than `within_s` goes on starting."""
        asked = [place for (kind, _), place in self._places.items() if kind not in without]
        waiting = asyncio.gather(*(place.tried.wait() for place in asked))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(waiting, within_s)

    async def stop(self) -> None:
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        for place in self._places.values():
            if place.engine is not None:
                await place.engine.stop()

    @property
    def states(self) -> list[EngineState]:
        """Of all that were asked for, in that order."""
        return [
            EngineState(kind, name, False, fault=place.fault)
            if (engine := place.engine) is None
            else EngineState(kind, name, engine.ready, engine.restarts, engine.load)
            for (kind, name), place in self._places.items()
        ]

    def _there(self, kind: Kind, names: Sequence[str]) -> list[Any]:
        """What has started, each at its place in the list."""
        return [self._places[kind, name].engine for name in names]

    def _ask(self, kind: Kind, names: Sequence[str]) -> None:
        for name in names:
            if (kind, name) not in self._places:
                place = self._places[kind, name] = _Place()
                task = asyncio.get_running_loop().create_task(self._start(kind, name, place))
                self._starting.add(task)
                task.add_done_callback(self._starting.discard)

    async def _start(self, kind: Kind, name: str, place: _Place) -> None:
        """Try until it has started."""
        for pause in chain(AGAIN_S, repeat(AGAIN_S[-1])):
            try:
                place.engine = await self._made(kind, name)
                place.fault = ""
                return
            except Exception as error:  # a foreign engine may raise anything
                fault = " ".join(str(error).split()) or type(error).__name__
                if fault != place.fault:
                    log.error("the %s engine %s cannot be used: %s", kind, name, fault)
                place.fault = fault
            finally:
                place.tried.set()
            await asyncio.sleep(pause)

    async def _made(self, kind: Kind, name: str) -> Any:
        """An engine that has started."""
        options = self._options(kind, name)
        make: Any = self._registry.make
        engine = await asyncio.to_thread(make, kind, name, options)
        try:
            await engine.start()
        except BaseException:
            with contextlib.suppress(Exception):
                await engine.stop()
            raise
        return engine
