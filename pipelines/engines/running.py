"""The engines of one server: each is made once, when an agent first names it, and shared by all that do.

An engine that cannot be had is a fault that says how to mend it. It must never keep the others, or a call,
from going on; nor may making one keep the loop waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any
from weakref import WeakSet

from mediaserver.errors import ConfigError, EngineError, EngineMissingError, EngineWarmingError
from pipelines.engines.circuits import EngineCircuits
from pipelines.engines.embedding.protocol import Embedder
from pipelines.engines.finish.finishing import Finishing
from pipelines.engines.llm.failover import PreferredLlm
from pipelines.engines.place import EnginePlace
from pipelines.engines.protocols import Kind, Manifest, TurnModel
from pipelines.engines.registry import EngineOptions, EngineRegistry, unknown
from pipelines.engines.resources import EngineResources
from pipelines.engines.state import EngineState, state_of, trouble
from pipelines.engines.stt.failover import PreferredStt
from pipelines.engines.trying import attempt
from pipelines.engines.tts.failover import PreferredTts
from pipelines.workers.work_pool import WorkPool

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""So often idle models are looked for."""


class EngineLease:
    """Whoever holds it uses these engines: they are not unloaded. It ends with `end`, or with its holder."""

    def __init__(self, places: Sequence[EnginePlace]) -> None:
        self.places = tuple(places)

    def end(self, _call: object = None) -> None:
        """It is held no more."""
        self.places = ()


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
        resources: EngineResources | None = None,
    ) -> None:
        self._registry = registry
        self._options = options or (lambda _kind, _name: EngineOptions())
        self.resources = resources or EngineResources()
        self.circuits = EngineCircuits(attempt)
        self._places: dict[tuple[Kind, str], EnginePlace] = {}
        self._stts: dict[tuple[str, ...], PreferredStt] = {}
        self._ttss: dict[tuple[str, ...], PreferredTts] = {}
        self._llms: dict[tuple[str, ...], PreferredLlm] = {}
        self._leases: WeakSet[EngineLease] = WeakSet()
        self._unloading: set[asyncio.Task[None]] = set()
        self._looking: asyncio.TimerHandle | None = None

    def warm(self, names: Sequence[str]) -> None:
        """Load these at once, have each say something, and keep them. `KIND/NAME`, or NAME for all kinds that
        have it. Raises ConfigError for one that is not known."""
        for name in names:
            kind, slash, only = name.partition("/")
            kinds = [Kind(kind)] if slash and kind in set(Kind) else list(Kind)
            wanted = only if len(kinds) == 1 else name
            known = [each for each in kinds if self._known(each, wanted)]
            if not known:
                raise ConfigError(
                    f"engines.warm: {unknown(name, [key[1] for key in self._registry.entries])}"
                )
            for each in known:
                self._place(each, wanted).warm = True
                self._places[each, wanted].begin()

    def lease(self, lists: Mapping[Kind, Sequence[str]]) -> EngineLease:
        """For a call that begins: the first of each list that is there is not unloaded while the lease is
        held."""
        firsts = [
            next((self._places[kind, name] for name in names if self._places[kind, name].engine), None)
            for kind, names in lists.items()
        ]
        lease = EngineLease([place for place in firsts if place is not None])
        self._leases.add(lease)
        return lease

    @property
    def finishing(self) -> Finishing | None:
        """What the sound of voices goes through; None: it is as it is made."""
        return self.resources.finishing

    def stt(self, names: Sequence[str]) -> PreferredStt:
        """A recogniser: the first of the list, with the others behind it."""
        key = tuple(names)
        self._ask(Kind.STT, key)
        if key not in self._stts:
            self._stts[key] = PreferredStt(partial(self._there, Kind.STT, key), circuits=self.circuits)
        return self._stts[key]

    def tts(self, names: Sequence[str]) -> PreferredTts:
        """A voice, likewise."""
        key = tuple(names)
        self._ask(Kind.TTS, key)
        if key not in self._ttss:
            self._ttss[key] = PreferredTts(
                partial(self._there, Kind.TTS, key), circuits=self.circuits, finishing=self.finishing
            )
        return self._ttss[key]

    def llm(self, names: Sequence[str]) -> PreferredLlm:
        """A language model, likewise."""
        key = tuple(names)
        self._ask(Kind.LLM, key)
        if key not in self._llms:
            self._llms[key] = PreferredLlm(
                partial(self._there, Kind.LLM, key), self.circuits, self.resources.gates[WorkPool.LLM]
            )
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
        found = [(name, self._manifest(kind, name)) for name in names]
        return [name for name, each in found if each is not None and not each.speaks(language)]

    def knows(self, kind: Kind, names: Sequence[str], language: str) -> bool:
        """See `EngineRegistry.knows`."""
        try:
            return self._registry.knows(kind, names, language, self._options)
        except EngineMissingError:  # settings that cannot be read: it never starts, and says why
            return self._registry.knows(kind, names, language)

    def known(self, kind: Kind) -> list[str]:
        """Names of all that there are here, whether they can be had or not; of several (`kokoro:second`) only
        the first part."""
        return [entry.manifest.name for entry in self._registry.of(kind)]

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
        moment. Raises EngineWarmingError while all there is of the list is being started, and
        EngineMissingError when nothing of it can be had."""
        self._wake(kind, names)
        places = {name: self._places.get((kind, name)) for name in names}
        if any(place is not None and place.engine is not None for place in places.values()):
            return
        faulty = {name: place.fault for name, place in places.items() if place is not None and place.fault}
        starting = [name for name in names if name not in faulty]
        if starting:
            place = places[starting[0]]
            raise EngineWarmingError(
                f"the engine {starting[0]} is being started; try again in a moment",
                None if place is None else place.ready_in_s,
            )
        faults = "; ".join(faulty.values())
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

    async def started(self, kind: Kind, names: Sequence[str], within_s: float | None = None) -> None:
        """Return once a call can begin with this list. Raises EngineMissingError as soon as nothing of it can
        be had, and EngineWarmingError when it is being started still after `within_s`."""
        try:
            async with asyncio.timeout(within_s):
                await self._started(kind, names)
        except TimeoutError:
            self.check(kind, names)  # says so

    async def _started(self, kind: Kind, names: Sequence[str]) -> None:
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
        if self._looking is not None:
            self._looking.cancel()
        self.circuits.close()
        await asyncio.gather(*self._unloading, return_exceptions=True)
        for place in self._places.values():
            await place.stop()

    @property
    def states(self) -> list[EngineState]:
        """Of all that were asked for, in that order."""
        return [state_of(place, self.circuits) for place in self._places.values()]

    def absent(self, kind: Kind, names: Sequence[str], language: str, *, all_speak: bool) -> str:
        """Which of a list that was asked for come before the first that can work in a language (BCP 47), why
        they cannot, and who takes over; empty when it is the first itself, and when nobody does: that is told
        otherwise. `all_speak`: each is meant to speak this language; else some may be there for others, and
        that is told only where nobody speaks it: it is said with foreign sounds then."""
        faults, working = dict[str, str](), list[str]()
        for name in names:
            place = self._places[kind, name]
            if why := trouble(place, self.circuits):
                faults[name] = why
                continue
            working.append(name)
            if place.engine.manifest.speaks(language):
                break
            log.debug("%s for %s is passed over: it does not speak %s", name, kind, language)
            if all_speak:
                faults[name] = f"it does not speak {language}"
        else:
            if not working:
                return ""
            faults = {name: why for name, why in faults.items() if name not in working}
            faults[f"none for {kind} speaks {language}"] = f"{working[0]} is used all the same"
            return _joined(faults)
        return f"{_joined(faults)}; {working[-1]} takes over" if faults else ""

    def _there(self, kind: Kind, names: Sequence[str]) -> list[Any]:
        """What has started, each at its place in the list."""
        return [self._places[kind, name].engine for name in names]

    def _wake(self, kind: Kind, names: Sequence[str]) -> None:
        """Somebody wants this list now: what was unloaded of it is loaded again, if it comes before the first
        that can work."""
        for name in names:
            place = self._places.get((kind, name))
            if place is not None and place.unloaded:
                place.begin()
            elif place is not None and place.engine is not None:
                return

    def _ask(self, kind: Kind, names: Sequence[str]) -> None:
        for name in names:
            if (kind, name) not in self._places:
                self._place(kind, name).begin()
        if self.resources.idle_s is not None and self._looking is None:
            self._looking = asyncio.get_running_loop().call_later(LOOK_S, self._look)

    def _place(self, kind: Kind, name: str) -> EnginePlace:
        """Not started yet, if it is new."""
        place = self._places.get((kind, name))
        if place is None:
            place = EnginePlace(
                kind, name, self._registry, self._options, self.circuits, self.resources, self._leased
            )
            self._places[kind, name] = place
        return place

    def _leased(self, place: EnginePlace) -> bool:
        return any(place in lease.places for lease in self._leases)

    def _manifest(self, kind: Kind, name: str) -> Manifest | None:
        """Of one that has started, which knows its weights; else as it is known."""
        place = self._places.get((kind, name))
        if place is not None and place.engine is not None:
            own: Manifest = place.engine.manifest
            return own
        entry = self._registry.entries.get((kind, name))
        return None if entry is None else entry.manifest

    def _known(self, kind: Kind, name: str) -> bool:
        try:
            self._registry.find(kind, name)
        except EngineMissingError:
            return False
        return True

    def _look(self) -> None:
        """Unload what nobody has used for long."""
        loop = asyncio.get_running_loop()
        self._looking = loop.call_later(LOOK_S, self._look)
        for place in self._places.values():
            idle_s = place.idle_s
            if idle_s and idle_s >= (self.resources.idle_s or 0):
                log.info("%s is unloaded: nobody used it for %.0f s", place.name, idle_s)
                task = loop.create_task(place.unload())
                self._unloading.add(task)
                task.add_done_callback(self._unloading.discard)


def _joined(faults: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {why}" for name, why in faults.items())
