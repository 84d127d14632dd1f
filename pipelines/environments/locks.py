"""Lock files: what an engine's environment is made from, pinned and hashed.

`LOCK.lock` is made from `LOCK.in` by scripts/lock_engines.sh. Lines in its head say what pip has no word for:

    # layer: torch        made on top of another lock's packages, which several environments share
                          (`./NAME`: of a lock file beside it)
    # python: <3.13       the Pythons that its packages run on
    # driver: 580         the oldest driver of an NVIDIA GPU that its CUDA works with
    # source: NAME        a package that has only a source archive, and is built here
    # local-build: torch +cpu    on Linux a build with this label is taken, wherever pip is told to find it

Where `LOCK-cpu.lock` or `LOCK-cuda.lock` is there, it is taken on machines of that kind.
"""

from __future__ import annotations

import hashlib
import platform
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mediaserver.errors import EngineError

LOCKS = Path(__file__).resolve().parents[1] / "engines" / "locks"
"""Of the engines that come with us."""
HEAD = re.compile(r"^# (layer|python|driver|source|local-build): (.+)$", re.MULTILINE)
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)([^\\\n]*)", re.MULTILINE)
"""Name, version and what follows: the marker."""


class Device(StrEnum):
    """What an environment's packages compute on."""

    CPU = "cpu"
    CUDA = "cuda"


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a lock file."""

    name: str
    """Normalised (PEP 503)."""
    version: str
    marker: str
    """PEP 508; empty: everywhere."""


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock file, for one device."""

    name: str
    """Of its environment."""
    path: Path
    device: Device
    text: str
    layer: Lock | None = None
    python: str = ""
    """PEP 440; empty: any that the server runs on."""
    driver: int = 0
    """Major version of the oldest driver of an NVIDIA GPU that will do; 0: any, or none at all."""
    sources: tuple[str, ...] = ()
    local_build: tuple[str, str] | None = None
    """A package and the label of its build that is wanted on Linux."""

    @property
    def pins(self) -> list[Pin]:
        return [
            Pin(re.sub(r"[-_.]+", "-", name).lower(), version, rest.strip().removeprefix(";").strip())
            for name, version, rest in PINNED.findall(self.text)
        ]

    @property
    def digest(self) -> str:
        """Of all that an environment is made from."""
        below = self.layer.digest if self.layer is not None else ""
        return hashlib.sha256(f"{self.device}\n{below}\n{self.text}".encode()).hexdigest()

    @property
    def folder(self) -> str:
        """The name of the folder that holds the environment; the environment's own name is a link to it."""
        return f"{self.name}.{self.digest[:12]}"

    def here(self) -> list[Pin]:
        """The packages that are for this Python and this system."""
        from packaging.markers import Marker  # not at the server's start

        return [pin for pin in self.pins if not pin.marker or Marker(pin.marker).evaluate()]

    def check_python(self) -> None:
        """Raises EngineError when this Python is none that its packages run on."""
        from packaging.specifiers import SpecifierSet

        if self.python and not SpecifierSet(self.python).contains(platform.python_version()):
            raise EngineError(
                f"the packages of {self.name} need Python {self.python}, and this server runs on "
                f"{platform.python_version()}: install the server with such a Python"
            )


def environment_name(lock: str) -> str:
    """The name of the environment of a recipe's lock: its own, or for the path of a lock file in another
    party's package the folder's before it, so that two parties do not meet."""
    if "/" not in lock:
        return lock
    path = Path(lock)
    return f"{path.resolve().parent.name}-{path.stem}"


def find_lock(lock: str, device: Device) -> Lock:
    """The lock file of a recipe (`Recipe.lock`) for a device. Raises EngineError when it is not there or
    cannot be read."""
    return _read(environment_name(lock), _file(lock, device), device)


def _file(lock: str, device: Device) -> Path:
    usual = Path(lock) if "/" in lock else LOCKS / f"{lock}.lock"
    own = usual.with_name(f"{usual.stem}-{device}.lock")
    return own if own.is_file() else usual


def _read(name: str, path: Path, device: Device) -> Lock:
    if device is Device.CPU and not path.exists() and path.with_name(f"{path.stem}-cuda.lock").exists():
        raise EngineError(f"the packages of {name} are for machines with an NVIDIA GPU, and there is none")
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise EngineError(f"the lock file {path} cannot be read ({why}): reinstall its package") from None
    head: dict[str, list[str]] = {}
    for word, value in HEAD.findall(text):
        head.setdefault(word, []).append(value.strip())
    layer = head.get("layer", [""])[0]
    package, _, label = head.get("local-build", [""])[0].partition(" ")
    return Lock(
        name,
        path,
        device,
        text,
        layer=_layer(layer, path, device) if layer else None,
        python=head.get("python", [""])[0],
        driver=int(head.get("driver", ["0"])[0]),
        sources=tuple(head.get("source", ())),
        local_build=(package, label) if label else None,
    )


def _layer(layer: str, above: Path, device: Device) -> Lock:
    """One of ours, or with a slash in it a path from the lock file that names it."""
    lock = str(above.parent / f"{layer}.lock") if "/" in layer else layer
    return _read(environment_name(lock), _file(lock, device), device)
