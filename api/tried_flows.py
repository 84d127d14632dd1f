"""Conversations with flows that people try: in memory, few, and forgotten when nobody goes on with them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

from mediaserver.errors import CapacityError
from pipelines.flows.library.trying import FlowTrial

IDLE_S = 900.0
"""After so long without a word one is forgotten."""
MOST = 64
MOST_EACH = 4
"""Of one key, and of the operator."""


@dataclass(slots=True)
class _Tried:
    trial: FlowTrial
    owner: UUID | None
    used: float


class TriedFlows:
    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._open: dict[UUID, _Tried] = {}
        """The one that was used last at the end."""

    def __len__(self) -> int:
        return len(self._open)

    def check_room(self, owner: UUID | None) -> None:
        """Raises CapacityError while others fill all places."""
        self._sweep()
        own = sum(each.owner == owner for each in self._open.values())
        if len(self._open) >= MOST and not own:
            raise CapacityError(f"all {MOST} places for this are taken: try again in a moment")

    def add(self, trial: FlowTrial, owner: UUID | None) -> UUID:
        """Of too many of one owner's the one that was left alone the longest is forgotten. Raises
        CapacityError."""
        self.check_room(owner)
        own = [id for id, each in self._open.items() if each.owner == owner]
        if len(own) >= MOST_EACH or (own and len(self._open) >= MOST):
            self.end(own[0], owner)
        id = uuid4()
        self._open[id] = _Tried(trial, owner, self._now())
        return id

    def get(self, id: UUID, owner: UUID | None) -> FlowTrial | None:
        """None: there is none, or it is another's."""
        self._sweep()
        found = self._open.get(id)
        if found is None or found.owner != owner:
            return None
        found.used = self._now()
        self._open[id] = self._open.pop(id)
        return found.trial

    def end(self, id: UUID, owner: UUID | None) -> bool:
        """The caller hangs up. False: there is none, or it is another's."""
        found = self._open.get(id)
        if found is None or found.owner != owner:
            return False
        del self._open[id]
        found.trial.hang_up()
        return True

    def _sweep(self) -> None:
        """Ends those that nobody goes on with."""
        late = self._now() - IDLE_S
        for id, each in [(id, each) for id, each in self._open.items() if each.used < late]:
            self.end(id, each.owner)
