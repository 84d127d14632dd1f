"""Engines that failed lately, and how they come back: tried in the background, never by a caller.

Shared by all lists that name an engine: what one call has found out, no other has to. What an engine was
asked and could not do (a voice that it does not know) says nothing about it, nor does having no room.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from mediaserver.errors import (
    EngineBusyError,
    EngineError,
    EngineLostError,
    EngineMemoryError,
    EngineMissingError,
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
    failures: int = 0
    why: str = ""
    """Empty while it is closed: the engine is trusted."""
    closed_at: float = 0.0
    timer: asyncio.TimerHandle | None = None
    trying: asyncio.Task[None] | None = None


@dataclass(slots=True)
class EngineCircuits:
    """`attempt`: None trusts an engine again after a pause, untried."""

    attempt: Try | None = None
    failovers: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often the next engine took over, by the name of the one that failed and by why, in a word."""
    _asked: dict[Any, float] = field(default_factory=dict)
    _circuits: dict[Any, _Circuit] = field(default_factory=dict)

    def open(self, engine: Any) -> str:
        """Why it is passed over; empty when it is trusted."""
        circuit = self._circuits.get(engine)
        return "" if circuit is None else circuit.why

    def asked(self, engine: Any) -> None:
        """It is used now."""
        self._asked[engine] = asyncio.get_running_loop().time()

    def last_asked(self, engine: Any) -> float:
        """When it was used, on the loop's clock; 0 for one that never was."""
        return self._asked.get(engine, 0.0)

    def failed(self, engine: Any, why: str, after_s: float | None = None) -> None:
        """Pass it over. `after_s`: as it asked for itself."""
        loop = asyncio.get_running_loop()
        circuit = self._circuits.setdefault(engine, _Circuit())
        if circuit.why:
            return  # it is being looked after
        if loop.time() - circuit.closed_at > STEADY_S:
            circuit.failures = 0
        circuit.why = why or "it failed"
        self._plan(engine, circuit, after_s)

    def forget(self, engine: Any) -> None:
        """It was stopped."""
        self._asked.pop(engine, None)
        circuit = self._circuits.pop(engine, None)
        if circuit is not None:
            circuit.why = ""
            if circuit.timer is not None:
                circuit.timer.cancel()
            if circuit.trying is not None:
                circuit.trying.cancel()

    def close(self) -> None:
        """The server ends."""
        for engine in list(self._circuits):
            self.forget(engine)

    def _plan(self, engine: Any, circuit: _Circuit, after_s: float | None) -> None:
        pause = PAUSES_S[min(circuit.failures, len(PAUSES_S) - 1)]
        circuit.failures += 1
        loop = asyncio.get_running_loop()
        circuit.timer = loop.call_later(max(pause, after_s or 0.0), self._begin, engine, circuit)

    def _begin(self, engine: Any, circuit: _Circuit) -> None:
        circuit.trying = asyncio.get_running_loop().create_task(self._tried(engine, circuit))

    async def _tried(self, engine: Any, circuit: _Circuit) -> None:
        try:
            if self.attempt is not None:
                await self.attempt(engine)
        except Exception as error:  # a foreign engine may raise anything
            log.info("%s still fails: %s", engine.manifest.name, reason(error))
            self._plan(engine, circuit, getattr(error, "after_s", None))
            return
        log.info("%s works again", engine.manifest.name)
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
        case ProviderError(kind=kind):
            return str(kind)
        case _:
            return "request" if getattr(error, "about_request", False) else "failed"


def says_nothing_of_it(error: BaseException) -> bool:
    """The engine is as good as before: it had no room, or was asked for what it has not."""
    return isinstance(error, (EngineBusyError, EngineMissingError)) or in_a_word(error) in (
        "request",
        "refused",
    )
