"""The memory of the GPUs as a budget: who holds how much of which, who may come, and who goes for it.

What a model holds is what its recipe says, not what was measured: it must be known before it is loaded.
Asks the driver's own tool once, and imports nothing for it. For anything that holds memory: workers, and
servers of models that we start.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from mediaserver.errors import EngineMemoryError

log = logging.getLogger(__name__)

ASK_S = 10.0
VISIBLE, ORDER = "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER"
_QUERY = ("--query-gpu=uuid,memory.total", "--format=csv,noheader,nounits")


def on_device(device: int, ours: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables of a process that is to see one GPU of `driver_totals` alone. `ours`: the server's."""
    named = _visible(ours)
    name = str(device) if named is None or device >= len(named) else named[device]
    return {VISIBLE: name, ORDER: "PCI_BUS_ID"}  # as the driver counts them; CUDA begins with the fastest


def driver_totals() -> list[int]:
    """The memory of each GPU that the server may use (CUDA_VISIBLE_DEVICES) in MB, in its order; empty
    without a GPU or its driver. Blocking."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    try:
        asked = [tool, *_QUERY]
        told = subprocess.run(asked, stdin=subprocess.DEVNULL, capture_output=True, timeout=ASK_S, check=True)
        found = [line.decode().split(",") for line in told.stdout.splitlines() if line.strip()]
        totals = [(uuid.strip(), int(mb)) for uuid, mb in found]
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        log.warning("the GPUs' memory is not known (%s); set engines.gpu_memory_mb", error)
        return []
    named = _visible(os.environ)
    if named is None:
        return [mb for _, mb in totals]
    return [mb for name in named for at, (uuid, mb) in enumerate(totals) if _is(name, at, uuid)]


def _visible(ours: Mapping[str, str]) -> list[str] | None:
    """What the server may use, by number or UUID; None: all. As CUDA has it, a name that is none ends the
    list."""
    if VISIBLE not in ours:
        return None
    names = [each.strip() for each in ours[VISIBLE].split(",")]
    return list(takewhile(lambda name: name.isdecimal() or name.startswith("GPU-"), names))


def _is(name: str, number: int, uuid: str) -> bool:
    """Whether a name of CUDA_VISIBLE_DEVICES is this GPU's; of a UUID the beginning is enough."""
    return int(name) == number if name.isdecimal() else uuid.startswith(name)


@dataclass(eq=False, slots=True)
class GpuShare:
    """What one model holds."""

    name: str
    device: int
    mb: int
    total_mb: int
    """Of the device."""
    idle_since: Callable[[], float | None]
    """When it was last used, on the loop's clock; None while somebody uses it."""
    evict: Callable[[], Awaitable[None]]
    """Ends it; it is to release its share."""


class GpuBudget:
    """`totals`: the memory of each device in MB; asked for once, on a thread."""

    def __init__(self, totals: Callable[[], Sequence[int]] = driver_totals) -> None:
        self._totals = totals
        self._devices: list[int] | None = None
        self._lock = asyncio.Lock()
        self.shares: list[GpuShare] = []
        self.evictions: Counter[str] = Counter()
        """By the name of the model that went."""

    @property
    def devices(self) -> Sequence[int]:
        """Memory of each in MB, as far as it was asked for."""
        return self._devices or ()

    def held_mb(self, device: int) -> int:
        return sum(share.mb for share in self.shares if share.device == device)

    async def admit(
        self,
        name: str,
        mb: int,
        idle_since: Callable[[], float | None],
        evict: Callable[[], Awaitable[None]],
        only: int | None = None,
    ) -> GpuShare | None:
        """A share for a model that is about to be loaded; models that nobody uses go for it, those first that
        were not used the longest. `only`: the device that the operator named for it. None: it needs none, or
        there is no GPU here. Raises EngineMemoryError."""
        if mb <= 0:
            return None
        async with self._lock:
            if self._devices is None:
                self._devices = list(await asyncio.to_thread(self._totals))
            if not self._devices:
                return None
            if only is not None and only >= len(self._devices):
                raise EngineMemoryError(
                    f"{name} is to run on GPU {only}, and there are {len(self._devices)}, counted from 0: "
                    f"set engines.options.{name}.device"
                )
            if mb > max(self._devices):
                raise EngineMemoryError(
                    f"{name} needs {mb} MB on a GPU, and the largest here has {max(self._devices)}: name a "
                    f"smaller model, or set engines.options.{name}.gpu_memory_mb if it needs less"
                )
            device, going = self._place(mb, only)
            if device is None:
                raise EngineMemoryError(f"there is no room for {name}, which needs {mb} MB: {self._full()}")
            for share in going:
                await self._evict(share, f"{name} needs its {mb} MB")
            share = GpuShare(name, device, mb, self._devices[device], idle_since, evict)
            self.shares.append(share)
            return share

    def release(self, share: GpuShare) -> None:
        """It was unloaded. Releasing twice does no harm."""
        if share in self.shares:
            self.shares.remove(share)

    async def make_room(self, share: GpuShare) -> bool:
        """The device had too little for this one after all: end the longest idle one beside it. False when
        there is none that nobody uses."""
        async with self._lock:
            idle = self._idle(share.device, besides=share)
            if idle:
                await self._evict(idle[0], f"{share.name} ran out of memory")
            return bool(idle)

    def _place(self, mb: int, only: int | None) -> tuple[int | None, list[GpuShare]]:
        """The device where the fewest have to go, and who goes; None when no device can have the room."""
        found: list[tuple[int, int, int, list[GpuShare]]] = []
        for device, total in enumerate(self.devices):
            if only is not None and device != only:
                continue
            free, going = total - self.held_mb(device), list[GpuShare]()
            for share in self._idle(device):
                if free >= mb:
                    break
                going.append(share)
                free += share.mb
            if free >= mb:
                found.append((len(going), -free, device, going))
        if not found:
            return None, []
        _, _, device, going = min(found, key=lambda each: each[:3])
        return device, going

    def _idle(self, device: int, besides: GpuShare | None = None) -> list[GpuShare]:
        """Those of a device that nobody uses, the longest idle first."""
        idle = [
            (since, share)
            for share in self.shares
            if share.device == device and share is not besides and (since := share.idle_since()) is not None
        ]
        return [share for _, share in sorted(idle, key=lambda each: each[0])]

    async def _evict(self, share: GpuShare, why: str) -> None:
        log.info("%s is unloaded from GPU %d: %s", share.name, share.device, why)
        self.evictions[share.name] += 1
        await share.evict()
        self.release(share)

    def _full(self) -> str:
        told = []
        for device, total in enumerate(self.devices):
            held = [f"{share.name} {share.mb}" for share in self.shares if share.device == device]
            told.append(f"GPU {device} has {total} MB, in use are {', '.join(held) or 'none'}")
        return f"{'; '.join(told)}. Name fewer engines, or smaller models"
