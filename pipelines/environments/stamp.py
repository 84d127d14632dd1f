"""What stands in an environment's folder once it is whole: an environment without it is not there."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from mediaserver.errors import EngineError
from pipelines.environments.device import driver_version, has_cuda
from pipelines.environments.locks import Device, Lock, find_lock
from pipelines.environments.places import environment

FILE = "voiceforge.json"
OLD = "out of date"


@dataclass(frozen=True, slots=True)
class Stamp:
    """See the module."""

    lock: str
    """Of the recipe; empty: a layer, which only others share."""
    digest: str
    """Of what it was made from (`Lock.digest`)."""
    device: Device
    python: str
    """Its version."""
    packages: int
    size_mb: int
    """On the disk, without its layer."""
    made_at: str
    """ISO 8601."""
    layer: str = ""
    """The folder beside it whose packages it shares; empty: none."""
    own_builds: tuple[str, ...] = ()
    """`NAME VERSION sha256:…` of builds that no lock file holds, from an index of the operator's."""


def read_stamp(folder: Path) -> Stamp | None:
    """None where the folder holds no whole environment."""
    try:
        value = json.loads((folder / FILE).read_text())
        value["own_builds"] = tuple(value["own_builds"])
        return Stamp(**{**value, "device": Device(value["device"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_stamp(folder: Path, stamp: Stamp) -> None:
    """In one step, after all else has reached the disk's cache."""
    temporary = folder / f".{FILE}"
    with temporary.open("w") as file:
        json.dump(asdict(stamp), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / FILE)


@dataclass(frozen=True, slots=True)
class FoundEnvironment:
    """How an environment stands."""

    stamp: Stamp | None
    """None: there is none."""
    fault: str = ""
    """Why it cannot be used; empty when it can."""
    mend: str = "install"
    """What of `voiceforge engines` mends the fault; empty: nothing of it does."""

    @property
    def usable(self) -> bool:
        return self.stamp is not None and not self.fault

    @property
    def old(self) -> bool:
        """Its lock file has changed since."""
        return self.fault == OLD


def look(home: Path, lock: str) -> FoundEnvironment:
    """Look for the environment of a recipe's lock. Costs a few file reads; runs nothing."""
    folder = environment(home, lock)
    stamp = read_stamp(folder)
    if stamp is None:
        return FoundEnvironment(None)
    if not (folder / "bin" / "python").exists():
        return FoundEnvironment(stamp, "its Python is gone")
    if stamp.layer and read_stamp(folder.parent / stamp.layer) is None:
        return FoundEnvironment(stamp, f"the packages that it shares ({stamp.layer}) are gone")
    try:
        expected = find_lock(lock, stamp.device)
    except EngineError as error:
        return FoundEnvironment(stamp, str(error), "")
    if stamp.digest != expected.digest:
        return FoundEnvironment(stamp, OLD, "update")
    return FoundEnvironment(stamp, *_gpu_fault(stamp, expected))


def _gpu_fault(stamp: Stamp, lock: Lock) -> tuple[str, str]:
    """Why this machine's GPU will not do, and the mend."""
    if stamp.device is not Device.CUDA:
        return "", "install"
    if not has_cuda():
        return "it was made for an NVIDIA GPU, and there is none", "update --device cpu"
    oldest = max(lock.driver, lock.layer.driver if lock.layer is not None else 0)
    driver = driver_version()
    if driver is not None and driver < oldest:
        return f"its CUDA needs an NVIDIA driver of version {oldest} or later, this one is {driver}", ""
    return "", "install"
