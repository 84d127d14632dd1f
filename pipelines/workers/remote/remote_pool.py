"""Hosts on other machines as a pool: the least loaded one with room gets the next request.

One that is there is enough; those that are not are reached as soon as they can be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from mediaserver.errors import EngineError
from pipelines.workers.figures import PoolFigures
from pipelines.workers.pool import WorkerPool
from pipelines.workers.remote.host import RemoteHost
from pipelines.workers.remote.remote_worker import RemoteWorker
from pipelines.workers.spec import WorkerSpec


class RemotePool(WorkerPool):
    """`name`: of the engine, as the operator calls it."""

    def __init__(self, name: str, hosts: Sequence[RemoteHost]) -> None:
        self.hosts: list[RemoteWorker] = []
        left = iter(hosts)

        def made(spec: WorkerSpec, on_room: Callable[[], None], figures: PoolFigures) -> RemoteWorker:
            self.hosts.append(RemoteWorker(spec, on_room, figures, next(left)))
            return self.hosts[-1]

        super().__init__(WorkerSpec(name, __name__), len(hosts), make=made)

    @property
    def facts(self) -> dict[str, Any]:
        """Of the engine, as the first host tells them that has told any."""
        return next((host.facts for host in self.hosts if host.facts), {})

    async def start(self) -> None:
        """Open lines to all hosts and wait for the first. Raises EngineError when none can be reached."""
        self._begin()
        try:
            for host in self.hosts:
                host.start()
            async with asyncio.timeout(self.spec.start_limit_s):
                while not self.ready and not all(host.fault for host in self.hosts):
                    await self._change()
            if not self.ready:
                raise EngineError(self.faults)
        except TimeoutError:
            await self.close()
            raise EngineError(f"no host of {self.spec.name} answers: {self.faults}") from None
        except BaseException:
            await self.close()
            raise

    @property
    def faults(self) -> str:
        """Why hosts cannot be used, for people."""
        return "; ".join(f"the host {host.host.place} {host.fault}" for host in self.hosts if host.fault)

    async def close(self) -> None:
        """End all lines, and wait for that."""
        await super().close()
        for host in self.hosts:
            await host.stopped()
