"""The steps in which one environment is made: its Python, what is fetched, what is installed, the stamp.

Its folder has the digest of what it is made from in its name, and never moves: the programs in it name it.
Must never install what no lock file holds, but for the build of `Lock.local_build`.
"""

from __future__ import annotations

import platform
import shutil
import sys
import sysconfig
import venv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mediaserver.errors import EngineError
from pipelines.environments.checksums import sha256
from pipelines.environments.locks import Lock, find_lock
from pipelines.environments.pip import PipFailed, has_pip, run_pip
from pipelines.environments.stamp import FILE, Stamp, read_stamp, write_stamp
from pipelines.environments.weights import folder_bytes

BUILD_TOOLS = "build-tools"
"""The lock of what builds packages that have only a source archive."""
LAYER_FILE = "voiceforge-layer.pth"
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class InstallStep:
    """How far an installation is."""

    what: str
    done: int = 0
    of: int = 0
    """Packages; 0: not counted."""
    mb: float = 0.0
    """Fetched so far."""


class Making:
    """One environment, made at `place` by the one process that holds its lock. `held`: the descriptor of that
    lock; `of`: the recipe's lock, empty for what only others share; `layer`: the folder of what it shares."""

    def __init__(
        self,
        lock: Lock,
        place: Path,
        tell: Callable[[InstallStep], None],
        *,
        held: int,
        of: str,
        layer: Path | None = None,
    ) -> None:
        self._lock = lock
        self._held = held
        self._of = of
        self._layer = layer
        self._folder = place
        folder = place.parent
        self._python = self._folder / "bin" / "python"
        self._link = folder / lock.name
        self._fetched = folder / f".{lock.name}.fetched"
        self._work = folder / f".{lock.name}.work"
        self._log = folder / f"{lock.name}.log"
        self._tell = tell
        self._pins = lock.here()
        self._own_builds: list[str] = []

    def run(self) -> Stamp:
        """Raises EngineError and OSError; what was fetched is kept for the next try."""
        self._log.unlink(missing_ok=True)
        self._make_python()
        if self._lock.sources:
            tools = find_lock(BUILD_TOOLS, self._lock.device).path
            hashed = ["--no-deps", "--require-hashes", "--only-binary=:all:"]
            self._run_pip("fetching what builds", ["install", *hashed, "-r", str(tools)])
        requirements = self._fetch()
        self._install_fetched(requirements)
        if self._layer is not None:
            self._share(self._layer)
        stamp = Stamp(
            lock=self._of,
            digest=self._lock.digest,
            device=self._lock.device,
            python=platform.python_version(),
            packages=len(self._pins),
            size_mb=round(folder_bytes(self._folder) / MB),
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            layer=self._layer.name if self._layer is not None else "",
            own_builds=(*self._builds_below(), *self._own_builds),
        )
        write_stamp(self._folder, stamp)
        if self._of:
            temporary = self._link.with_name(f".{self._link.name}.link")
            temporary.unlink(missing_ok=True)
            temporary.symlink_to(self._folder.name)
            temporary.replace(self._link)
        shutil.rmtree(self._fetched, ignore_errors=True)
        self._log.unlink(missing_ok=True)
        return stamp

    def _make_python(self) -> None:
        """Anew: what pip left half done it takes for done."""
        self._tell(InstallStep(f"making Python {platform.python_version()} for {self._lock.name}"))
        (self._folder / FILE).unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)
        try:
            venv.EnvBuilder(symlinks=True, with_pip=not has_pip()).create(self._folder)
        except (OSError, SystemExit) as error:
            raise EngineError(f"no environment can be made in {self._folder}: {error}") from None
        if not self._python.exists():
            raise EngineError(f"no environment can be made by {sys.executable}: its own Python is gone")

    def _fetch(self) -> Path:
        """Everything, compared with its hash; the requirements that lead to it."""
        self._fetched.mkdir(exist_ok=True)
        self._forget_torn()
        requirements = self._folder / "requirements.txt"
        text, own = self._lock.text, ""
        if self._lock.local_build is not None and sys.platform == "linux":
            own = self._fetch_own_build(*self._lock.local_build)
            text = _without(text, self._lock.local_build[0])
        requirements.write_text(text)
        here = ["--dest", str(self._fetched), "--find-links", str(self._fetched)]
        self._run_pip("fetching", ["download", *self._usual(requirements), *here])
        requirements.write_text(f"{text}\n{own}")
        return requirements

    def _forget_torn(self) -> None:
        """What an earlier try left, unless it is of this lock, and whole."""
        for path in self._fetched.iterdir():
            if sha256(path) not in self._lock.text:
                path.unlink()

    def _fetch_own_build(self, name: str, label: str) -> str:
        """A build with a local label (PEP 440) is one that the ordinary registry does not take: it comes from
        an index that the operator has told pip of, and is trusted as that is. Its hash is written down."""
        pin = next((pin for pin in self._pins if pin.name == name), None)
        if pin is None:
            raise EngineError(f"the lock file {self._lock.path} holds no {name}")
        wanted = f"{pin.version}{label}"
        try:
            self._run_pip(
                "fetching",
                [
                    "download",
                    "--no-deps",
                    "--only-binary=:all:",
                    "--dest",
                    str(self._fetched),
                    f"{name}=={wanted}",
                ],
            )
        except PipFailed as error:
            if "indexes have no" not in str(error) and "indexes know no" not in str(error):
                raise
            raise EngineError(
                f"pip's indexes have no {name} {wanted}, the build for machines without a GPU: tell "
                "pip of an index that has it, or take the usual one (3 GB) by --device cuda: docs/engines.md"
            ) from None
        (wheel,) = self._fetched.glob(f"{name}-{wanted}-*.whl")
        digest = sha256(wheel)
        self._own_builds.append(f"{name} {wanted} {digest}")
        return f"{name} @ {wheel.absolute().as_uri()} --hash={digest}\n"

    def _install_fetched(self, requirements: Path) -> None:
        where = ["--no-index", "--find-links", str(self._fetched)]
        self._run_pip("installing", ["install", *self._usual(requirements), *where])

    def _usual(self, requirements: Path) -> list[str]:
        """What is asked of pip in both steps."""
        sources = [f"--no-binary={name}" for name in self._lock.sources]
        return [
            *("--no-deps", "--require-hashes", "--only-binary=:all:", *sources),
            *(["--no-build-isolation"] if sources else []),
            *("-r", str(requirements)),
        ]

    def _share(self, layer: Path) -> None:
        """Its packages come behind the environment's own, which may be of another version."""
        (self._packages(self._folder) / LAYER_FILE).write_text(f"{self._packages(layer)}\n")

    def _builds_below(self) -> tuple[str, ...]:
        below = None if self._layer is None else read_stamp(self._layer)
        return () if below is None else below.own_builds

    def _packages(self, folder: Path) -> Path:
        return Path(sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)}))

    def _run_pip(self, what: str, arguments: list[str]) -> None:
        seen = 0

        def tick() -> None:
            mb = (folder_bytes(self._fetched) + folder_bytes(self._work)) / MB
            self._tell(
                InstallStep(f"{what} {self._lock.name}", min(seen, len(self._pins)), len(self._pins), mb)
            )

        def line(said: str) -> None:
            nonlocal seen
            seen += said.startswith(("Collecting ", "Processing "))

        run_pip(
            self._python,
            [arguments[0], "--progress-bar=off", *arguments[1:]],
            self._log,
            work=self._work,
            held=self._held,
            line=line,
            tick=tick,
        )


def _without(text: str, name: str) -> str:
    """A lock file's text without one of its packages."""
    lines, skipping = [], False
    for line in text.splitlines():
        if not line.startswith((" ", "\t")):
            skipping = line.lower().startswith(f"{name}==")
        if not skipping:
            lines.append(line)
    return "\n".join(lines)
