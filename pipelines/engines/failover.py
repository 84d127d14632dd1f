"""Engines in order of preference behind the protocol of one: what fails is left for the next in the list.

What all kinds have in common; each has a `failover` of its own in its folder. An engine that failed is passed
over until it has been tried in the background, so that no turn pays for it again.

This is the door to foreign code: whatever an engine raises leaves here as EngineError.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.circuits import EngineCircuits, in_a_word, reason, says_nothing_of_it
from pipelines.engines.protocols import Engine, Kind, Manifest
from pipelines.engines.trying import attempt
from pipelines.workers.urgency import with_patience

log = logging.getLogger(__name__)

REASK_S = 0.4
"""So long a request waits for a place on an engine's workers, or for one that is being started again, while
there is another engine."""
MOST_UNFIT = 256

E = TypeVar("E", bound=Engine)
T = TypeVar("T")


class Preferred(Generic[E]):
    """The engines of a list, shared by all calls that name the same list."""

    def __init__(
        self, kind: Kind, there: Callable[[], Sequence[E | None]], circuits: EngineCircuits | None = None
    ) -> None:
        """`there`: the list as it is now; None stands for an engine that is not there (yet). `circuits`: of
        all lists of these engines."""
        self._kind = kind
        self._there = there
        self._circuits = circuits if circuits is not None else EngineCircuits(attempt)
        self._unfit: dict[tuple[int, Hashable], None] = {}
        """What was asked of an engine that has it not (a voice): the last few."""

    @property
    def manifest(self) -> Manifest:
        """Of the first that is there."""
        for engine in self._engines:
            return engine.manifest
        return Manifest("none", self._kind, "no engine of the list can be had", (), "")

    @property
    def ready(self) -> bool:
        return any(engine.ready for engine in self._engines)

    @property
    def restarts(self) -> int:
        return sum(engine.restarts for engine in self._engines)

    @property
    def load(self) -> int:
        return sum(engine.load for engine in self._engines)

    async def start(self) -> None:
        """Each is started by whoever made it."""

    async def stop(self) -> None:
        """Likewise: others may use the same engines."""

    def order(
        self, language: str = "", about: Hashable = None, fits: Callable[[Manifest], bool] | None = None
    ) -> list[E]:
        """Those to try now: the ready and sound ones as preferred, then the rest. `language`: only those that
        speak it, unless none does. `about`: what an engine may have been found not to have. `fits`: which of
        the sound ones come first."""

        def doubtful(engine: E) -> tuple[bool, bool]:
            broken = (
                not _ready(engine) or bool(self._circuits.open(engine)) or (id(engine), about) in self._unfit
            )
            return broken, fits is not None and not fits(engine.manifest)

        there = self._engines
        speaking = [engine for engine in there if engine.manifest.speaks(language)]
        return sorted(speaking or there, key=doubtful)

    def failed(self, engine: E, why: str, error: Exception | None = None, about: Hashable = None) -> None:
        """Pass it over until it works again. `error`: what it raised. `about`: what it was asked for."""
        if len(self._engines) < 2:
            return
        name = engine.manifest.name
        log.warning("%s failed (%s); the next engine takes over", name, why)
        self._circuits.failovers[name, "failed" if error is None else in_a_word(error)] += 1
        if error is None or not says_nothing_of_it(error):
            self._circuits.failed(engine, why, getattr(error, "after_s", None))
        elif isinstance(error, EngineMissingError):
            self._unfit[id(engine), about] = None
            if len(self._unfit) > MOST_UNFIT:
                del self._unfit[next(iter(self._unfit))]

    def has_none(self, about: Hashable) -> bool:
        """Nobody of those that are there has what was asked for, as far as they said."""
        engines = self._engines
        return (
            len(engines) == 1
            or bool(engines)
            and all((id(engine), about) in self._unfit for engine in engines)
        )

    def asked(self, engine: E) -> None:
        """It is used now."""
        self._circuits.asked(engine)

    def same(self, other: Preferred[E]) -> None:
        """What that list knows of its engines, this one knows, too."""
        self._circuits, self._unfit = other._circuits, other._unfit

    async def streamed(
        self,
        begin: Callable[[E], AsyncGenerator[T, None]],
        gives: Callable[[T], bool],
        first_s: float,
        next_s: float,
        *,
        needed: bool = True,
        language: str = "",
        noted: Callable[[T, str], T] | None = None,
        about: Hashable = None,
        fits: Callable[[Manifest], bool] | None = None,
    ) -> AsyncGenerator[T, None]:
        """What the first engine gives that `gives` anything at all within `first_s`, and then never lets
        `next_s` pass; the last one may take its time. `needed`: to give nothing is to fail. `noted`:
        puts into the first item who has failed before, and why. `about`: what is asked for.

        Raises EngineError, whatever the engine raised.
        """
        order, failures = self.order(language, about, fits), list[str]()
        for engine in order:
            last, begun = engine is order[-1], False
            try:
                self.asked(engine)
                stream = begin(engine)
                try:
                    with with_patience(None if last else REASK_S):
                        async with asyncio.timeout(None if last else first_s):
                            opening = await opening_of(stream, gives, needed)
                    if failures and opening and noted is not None:
                        opening[0] = noted(opening[0], taken_over(failures, engine))
                    for item in opening:
                        begun = True
                        yield item
                    while True:
                        async with asyncio.timeout(None if last else next_s):
                            following = await anext(stream, None)
                        if following is None:
                            return
                        yield following
                finally:
                    await close_stream(stream, engine)
            except Exception as error:  # a foreign engine may raise anything
                why = reason(error)
                self.failed(engine, why, error, about)
                failures.append(f"{engine.manifest.name}: {why}")
                if last or begun:
                    raise error if isinstance(error, EngineError) else EngineError(why) from error
        raise EngineMissingError(f"there is no {self._kind} engine; run `voiceforge engines list`")

    @property
    def _engines(self) -> list[E]:
        return [engine for engine in self._there() if engine is not None]


def taken_over(failures: Sequence[str], engine: Engine) -> str:
    """Who failed, and who does it now, in one line."""
    return f"{'; '.join(failures)}; {engine.manifest.name} takes over"


def _ready(engine: Engine) -> bool:
    try:
        return engine.ready
    except Exception:
        log.warning("an engine cannot say whether it is ready", exc_info=True)
        return False


async def opening_of(stream: AsyncGenerator[T, None], gives: Callable[[T], bool], needed: bool) -> list[T]:
    """What comes up to the first item that gives anything. Raises EngineError when none does."""
    opening = []
    async for item in stream:
        opening.append(item)
        if gives(item):
            return opening
    if needed:
        raise EngineError("it gave nothing")
    return opening


async def close_stream(stream: AsyncGenerator[T, None], engine: Engine) -> None:
    """What a stream raises while it is closed matters to nobody, and must not hide a cancellation."""
    try:
        await stream.aclose()
    except Exception:
        log.warning("%s failed to close a stream", engine.manifest.name, exc_info=True)
