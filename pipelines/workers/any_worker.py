"""What a pool asks of each of its workers, wherever they are."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any, Protocol

from pipelines.workers.figures import PoolFigures
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.supervisor import Requester


class AnyWorker(Protocol):
    """A process of this machine (`Worker`), or others behind lines."""

    spec: WorkerSpec
    requests: dict[int, Requester]
    """Those that run, by id."""
    facts: dict[str, Any]
    """What it told about itself when it became ready."""
    restarts: int
    fault_kind: str
    """See pipelines.workers.faults."""
    fault: str
    """Why it cannot work, in one line; empty while it can."""

    @property
    def pid(self) -> int | None:
        """Of its process, where that is on this machine."""

    @property
    def ready(self) -> bool: ...

    @property
    def room(self) -> bool:
        """It can take one more request now."""

    @property
    def ready_in_s(self) -> float:
        """In how many seconds it can be expected to work."""

    def take(self, id: int, requester: Requester) -> None:
        """The answers to request `id` go to this one."""

    def release(self, id: int) -> None:
        """No more answers to request `id`. Its place is free."""

    def awaits(self, id: int) -> None:
        """Somebody waits for the next answer to request `id`."""

    def send(self, data: bytes) -> None:
        """Send packed messages, all of one request."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def end(self) -> list[subprocess.Popen[bytes]]:
        """Likewise; processes that are to be waited for."""


MakeWorker = Callable[[WorkerSpec, Callable[[], None], PoolFigures], AnyWorker]
"""Gives a worker, not yet started; it calls the second whenever it can take one more request than before."""
