"""What is asked of whoever has simulated callers call a flow, and what comes back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from mediaserver.storage.sql import Row
from pipelines.flows.document.document import Document

MOST_CALLS = 500


@dataclass(frozen=True, slots=True)
class WantedSimulation:
    """Calls by text to one version of a flow."""

    name: str
    version: int | None
    """None: a document that is no version."""
    document: Document
    subflows: Mapping[tuple[str, int | None], Document]
    """Those that it leads to, by name and version; None: the published one."""
    personas: Sequence[Row] = ()
    """Who calls, JSON; empty: those that come with the flow of this name, else such as fit any."""
    only: Sequence[str] = ()
    """Words of which a persona's name has one; empty: all call."""
    calls: int = 0
    """At most MOST_CALLS; 0: one of each persona."""
    seed: str = "1"
    interrupt: float = 0.0
    """The chance, 0 to 1, that a caller talks into a line."""
    of_key: bool = False
    """The flow is a key's: its requests reach what those of keys may."""


@dataclass(frozen=True, slots=True)
class SimulationNews:
    """A call that is over, or what all of them came to. JSON-ready."""

    kind: Literal["call", "result"]
    data: Row


class FlowSimulator(Protocol):
    async def simulate(self, wanted: WantedSimulation) -> AsyncGenerator[SimulationNews, None]:
        """The calls, one after the other, then the result; closing the generator ends them. Leaves the loop
        to others nearly all the time. Raises ConfigError for what cannot be called, EngineError where it
        needs a model that is not to be had."""
