"""Engines that failed lately, and how they come back: tried in the background, never by a caller.

Shared by all lists that name an engine: what one call has found out, no other has to. What an engine was
asked and could not do (a voice that it does not know) says nothing about it, nor does having no room.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from mediaserver.errors import (
    EngineBusyError,
    EngineError,
    EngineLostError,
    EngineMemoryError,
    EngineMissingError,
    EngineWarmingError,
    ProviderError,
)

log = logging.getLogger(__name__)

PAUSES_S = (10.0, 30.0, 60.0, 120.0, 300.0)
"""After a failure an engine is tried so much later; the last one counts on while it fails."""
STEADY_S = 120.0
"""One that works for so long after a failure has the first pause again."""

Try = Callable[[Any], Awaitable[None]]
"""Asks an engine for something small. Raises anything when that fails."""


@dataclass(slots=True)
class _Circuit:
    engine: Any
    """Held, so that its id is its own."""
    asked_at: float = 0.0
    failures: int = 0
    why: str = ""
    """Empty while it is closed: the engine is trusted."""
    closed_at: float = 0.0
    timer: asyncio.TimerHandle | None = None
    trying: asyncio.Task[None] | None = None

    def end(self) -> None:
        self.why = ""
        if self.timer is not None:
            self.timer.cancel()
        if self.trying is not None:
            self.trying.cancel()


@dataclass(slots=True)
class EngineCircuits:
    """`attempt`: None trusts an engine again after a pause, untried."""

    attempt: Try | None = None
    failovers: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often the next engine took over, by the name of the one that failed and by why, in a word."""
    _circuits: dict[int, _Circuit] = field(default_factory=dict)
    """By the engines' ids: who made one may have made it unhashable."""
    _stopped: set[int] = field(default_factory=set)
    """Ids of engines that were forgotten: a request that was on its way may still tell of one."""

    def started(self, engine: Any) -> None:
        """It may have the id of one that was stopped."""
        self._stopped.discard(id(engine))

    def open(self, engine: Any) -> str:
        """Why it is passed over; empty when it is trusted."""
        circuit = self._circuits.get(id(engine))
        return "" if circuit is None else circuit.why

    def asked(self, engine: Any) -> None:
        """It is used now."""
        if id(engine) not in self._stopped:
            self._of(engine).asked_at = asyncio.get_running_loop().time()

    def last_asked(self, engine: Any) -> float:
        """When it was used, on the loop's clock; 0 for one that never was."""
        circuit = self._circuits.get(id(engine))
        return 0.0 if circuit is None else circuit.asked_at

    def failed(self, engine: Any, why: str, after_s: float | None = None) -> None:
        """Pass it over, unless it was stopped. `after_s`: as it asked for itself."""
        if id(engine) in self._stopped:
            return
        loop = asyncio.get_running_loop()
        circuit = self._of(engine)
        if circuit.why:
            return  # it is being looked after
        if loop.time() - circuit.closed_at > STEADY_S:
            circuit.failures = 0
        circuit.why = why or "it failed"
        self._plan(circuit, after_s)

    def forget(self, engine: Any) -> None:
        """It was stopped: it is tried no more, whatever requests on their way still tell of it."""
        self._stopped.add(id(engine))
        circuit = self._circuits.pop(id(engine), None)
        if circuit is not None:
            circuit.end()

    def close(self) -> None:
        """The server ends."""
        for circuit in self._circuits.values():
            circuit.end()
        self._circuits.clear()

    def _of(self, engine: Any) -> _Circuit:
        circuit = self._circuits.get(id(engine))
        if circuit is None:
            circuit = self._circuits[id(engine)] = _Circuit(engine)
        return circuit

    def _plan(self, circuit: _Circuit, after_s: float | None) -> None:
        pause = PAUSES_S[min(circuit.failures, len(PAUSES_S) - 1)]
        circuit.failures += 1
        loop = asyncio.get_running_loop()
        circuit.timer = loop.call_later(max(pause, after_s or 0.0), self._begin, circuit)

    def _begin(self, circuit: _Circuit) -> None:
        circuit.trying = asyncio.get_running_loop().create_task(self._tried(circuit))

    async def _tried(self, circuit: _Circuit) -> None:
        name = circuit.engine.manifest.name
        try:
            if self.attempt is not None:
                await self.attempt(circuit.engine)
        except Exception as error:  # a foreign engine may raise anything
            log.info("%s still fails: %s", name, reason(error))
            self._plan(circuit, getattr(error, "after_s", None))
            return
        log.info("%s works again", name)
        circuit.why, circuit.closed_at = "", asyncio.get_running_loop().time()


def reason(error: BaseException) -> str:
    """Why an engine failed, in one line."""
    if isinstance(error, EngineError):
        return " ".join(str(error).split())
    if isinstance(error, TimeoutError):
        return "nothing came in time"
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def in_a_word(error: BaseException) -> str:
    """Likewise, of few words: a label."""
    match error:
        case TimeoutError():
            return "timeout"
        case EngineBusyError():
            return "busy"
        case EngineLostError():
            return "lost"
        case EngineMemoryError():
            return "memory"
        case EngineMissingError():
            return "missing"
        case EngineWarmingError():
            return "warming"
        case ProviderError(kind=kind):
            return str(kind)
        case _:
            return "request" if getattr(error, "about_request", False) else "failed"


def all_failed(why: str, errors: Iterable[Exception]) -> EngineError:
    """What is raised when nobody is left: that it is warming where one of them is, for that one will do."""
    warming = [each for each in errors if isinstance(each, EngineError) and each.warming]
    if not warming:
        return EngineError(why)
    return EngineWarmingError(why, min((each.after_s for each in warming if each.after_s), default=None))


def says_nothing_of_it(error: BaseException) -> bool:
    """The engine is as good as before: it had no room, or was asked for what it has not."""
    return isinstance(error, (EngineBusyError, EngineMissingError)) or in_a_word(error) in (
        "request",
        "refused",
    )
