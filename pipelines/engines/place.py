"""One engine that was asked for: being started, there, faulty, or unloaded until somebody wants it again.

Making one must never keep the loop waiting, and one that cannot be had is a fault in words.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import chain, repeat
from typing import Any

from mediaserver.errors import EngineMemoryError
from pipelines.engines.circuits import EngineCircuits
from pipelines.engines.in_worker import WorkerEngine
from pipelines.engines.protocols import Kind
from pipelines.engines.registry import EngineOptions, EngineRegistry
from pipelines.engines.resources import IN_USE_S, EngineResources, gpu_mb, is_model, named_gpu
from pipelines.engines.trying import attempt
from pipelines.workers.gpu_memory import GpuShare
from pipelines.workers.work_pool import WorkPool

log = logging.getLogger(__name__)

AGAIN_S = (5.0, 15.0, 60.0)
"""Pauses after which one that could not be had is tried again; the last one counts on."""


class EnginePlace:
    """`wanted`: whether a call that is up has it."""

    def __init__(
        self,
        kind: Kind,
        name: str,
        registry: EngineRegistry,
        options: Callable[[Kind, str], EngineOptions],
        circuits: EngineCircuits,
        resources: EngineResources,
        wanted: Callable[[EnginePlace], bool],
    ) -> None:
        self.kind = kind
        self.name = name
        self.engine: Any = None
        self.fault = ""
        self.unloaded = False
        """It was there, and was ended to make room, or because nobody used it."""
        self.warm = False
        """It is loaded before anybody asks, has said something before the first caller, and stays."""
        self.making: Any = None
        """It, while it is being started for the first time."""
        self.pool: WorkPool | None = None
        self.tried = asyncio.Event()
        """Set once the first try is over."""
        self.share: GpuShare | None = None
        self._model = False
        """It holds weights."""
        self._registry = registry
        self._options = options
        self._circuits = circuits
        self._resources = resources
        self._wanted = wanted
        self._since = 0.0
        """When it was started, on the loop's clock."""
        self._starting: asyncio.Task[None] | None = None
        self._began = 0.0
        """When the present try to start it began, likewise."""
        self._took_s: float | None = None
        """So long it took the last time."""

    def begin(self) -> None:
        """Start it in the background, unless it is there or being started."""
        if self.engine is not None or (self._starting is not None and not self._starting.done()):
            return
        if self.unloaded:
            self.unloaded, self.tried = False, asyncio.Event()
        self._starting = asyncio.get_running_loop().create_task(self._start())

    @property
    def doing(self) -> str:
        """What it does while it starts; empty for those that do not tell."""
        return str(getattr(self.engine or self.making, "progress", ""))

    @property
    def ready_in_s(self) -> float | None:
        """While it is being started: in about how long it works, by how long it took before; None: nobody
        knows."""
        if self._took_s is None:
            return None
        return max(0.0, self._began + self._took_s - asyncio.get_running_loop().time())

    @property
    def idle_s(self) -> float:
        """For how long nobody has used it; 0 while somebody does, or may at any moment."""
        engine = self.engine
        if engine is None or not self._model or self.warm or engine.load or self._wanted(self):
            return 0.0
        last = max(self._since, self._circuits.last_asked(engine))
        idle = asyncio.get_running_loop().time() - last
        return idle if idle >= IN_USE_S else 0.0

    async def unload(self) -> None:
        """Until somebody wants it again."""
        engine, self.engine = self.engine, None
        if engine is None:
            return
        self.unloaded = True
        await self._end(engine)

    async def stop(self) -> None:
        """The server ends."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        engine, self.engine = self.engine, None
        if engine is not None:
            await self._end(engine)

    async def _end(self, engine: Any) -> None:
        self._circuits.forget(engine)
        share, self.share = self.share, None  # whoever wants it meanwhile gets another
        try:
            with contextlib.suppress(Exception):
                await engine.stop()
        finally:
            if share is not None:
                self._resources.budget.release(share)

    async def _start(self) -> None:
        """Try until it has started."""
        for pause in chain(AGAIN_S, repeat(AGAIN_S[-1])):
            try:
                self._began = asyncio.get_running_loop().time()
                engine = await self._made()
                self._since = asyncio.get_running_loop().time()
                self._took_s = self._since - self._began
                self._circuits.started(engine)
                self.engine, self.fault = engine, ""
                return
            except Exception as error:  # a foreign engine may raise anything
                fault = " ".join(str(error).split()) or type(error).__name__
                if fault != self.fault:
                    log.error("the %s engine %s cannot be used: %s", self.kind, self.name, fault)
                self.fault = fault
            finally:
                self.tried.set()
            await asyncio.sleep(pause)

    async def _made(self) -> Any:
        """An engine that has started. Its device's memory is admitted first; where that turns out to be too
        little, another model goes for it, once."""
        options = self._options(self.kind, self.name)
        entry = await asyncio.to_thread(self._registry.check, self.kind, self.name, options)
        self.pool, self._model = entry.work_pool(options), is_model(entry, options)
        budget = self._resources.budget
        wanted_mb = gpu_mb(entry, options)
        only = named_gpu(options)
        self.share = share = await budget.admit(self.name, wanted_mb, self._idle_since, self.unload, only)
        if share is not None:
            options = replace(options, gpu=share.device, gpu_mb=share.mb, gpu_total_mb=share.total_mb)
            if only is not None:  # its processes see no other, and count from 0
                options = replace(options, settings={**options.settings, "device": "cuda"})
        try:
            try:
                return await self._started(options)
            except EngineMemoryError:
                if share is None or not await budget.make_room(share):
                    raise
                return await self._started(options)
        except BaseException:
            if share is not None:
                self.share = None
                budget.release(share)
            raise

    async def _started(self, options: EngineOptions) -> Any:
        make: Any = self._registry.make
        engine = await asyncio.to_thread(make, self.kind, self.name, options)
        if isinstance(engine, WorkerEngine):
            share = self.share
            gate = self._resources.gates[self.pool] if self.pool is not None else None
            engine.pool.configure(gate=gate, device=share.device if share else None)
            if share is not None:
                engine.pool.relief = partial(self._resources.budget.make_room, share)
        self.making = engine
        try:
            await engine.start()
            if self.warm:
                await attempt(engine)
        except BaseException:
            with contextlib.suppress(Exception):
                await engine.stop()
            raise
        finally:
            self.making = None
        return engine

    def _idle_since(self) -> float | None:
        idle = self.idle_s
        return asyncio.get_running_loop().time() - idle if idle else None
