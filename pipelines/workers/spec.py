"""What each kind of worker says about itself: its program, its interpreter and surroundings, and its limits.

Knows nothing of running processes. What a worker inherits is a list of what may pass, never of what may not:
the server's secrets stand in its environment.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path
from typing import Any

START_LIMIT_S = 20.0
SILENCE_LIMIT_S = 8.0
ANSWER_LIMIT_S = 30.0
QUEUE_LIMIT = 64
NICENESS = 5
"""A media clock that waits for a recogniser is heard by every caller, a recogniser that waits by none."""
BACKGROUND_NICENESS = 15
"""Of work that no caller waits for: it has what the others leave."""

INHERITED = (
    *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_*", "TZ", "TMPDIR", "XDG_*"),
    *("LD_LIBRARY_PATH", "CUDA_*", "NVIDIA_*", "ROCR_*", "HIP_*"),
)
"""Names of variables, `*` for any characters, that every worker gets if the server has them."""
SAME_INTERPRETER = ("PYTHON*", "VIRTUAL_ENV")
"""And these, if it runs in the server's own interpreter; another one would look for its packages there."""
THREADS = ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR")
"""Libraries that take their number of threads from NAME_NUM_THREADS."""
LENT = ("mediaserver", "pipelines")
"""Packages of ours that a worker in another interpreter finds without having them installed."""
_LAUNCH = Path(__file__).with_name("launch.py")


def passed_on(ours: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Those of our variables that a child may see. `names`: `*` in them for any characters."""
    names = tuple(names)
    return {k: v for k, v in ours.items() if any(fnmatchcase(k, each) for each in names)}


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """How to start a kind of worker and what may be expected of it. Raises ValueError on senseless limits."""

    name: str
    module: str
    """Has a `main()`, which calls pipelines.workers.entry.become_worker first."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """JSON; `become_worker().options` on the other side."""
    interpreter: str = sys.executable
    """Python 3.10 or later, e.g. of a virtual environment with the engine's own pins. It sees the packages
    of LENT and the one that holds `module` as the server has them, and all else as installed there."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables for this worker; they come before any other."""
    inherits: tuple[str, ...] = ()
    """Names beside INHERITED, `*` for any characters: a key that the engine needs, say."""
    threads: int = 1
    """For the libraries that compute (OpenMP, BLAS) in each process."""
    at_once: int | None = None
    """Requests that one process takes at once, for a batch or in turns; further ones wait. None: all."""
    start_limit_s: float = START_LIMIT_S
    """To load; the server's start waits as long."""
    niceness: int = NICENESS
    """How much it gives way to others on the same processor, as nice(1) has it."""
    silence_limit_s: float = SILENCE_LIMIT_S
    """A worker that answers nothing for this long is killed; it must be above the longest honest step."""
    answer_limit_s: float = ANSWER_LIMIT_S
    """A request that is waited for and gets no answer for this long is cancelled, though pings are answered;
    so is the worker with it, if it answered nobody else meanwhile."""
    queue_limit: int = QUEUE_LIMIT
    """Requests that may wait for room; one more is refused at once."""
    wait_limit_s: float | None = None
    """A request whose wait for room is predicted to be longer is refused at once, so that another engine can
    take it. None: as long as whoever asks will wait."""
    max_batch: int | None = None
    """Requests that the model may answer in one step (`Batches`). None: as the worker's own code says."""
    window_ms: float | None = None
    """So long a step waits for those of other calls that may come; a lone caller never waits. Likewise."""

    def __post_init__(self) -> None:
        least = (self.threads, self.at_once, self.max_batch)
        if any(number is not None and number < 1 for number in least):
            raise ValueError(f"the {self.name} worker needs at least one thread and one request at once")
        if min(self.start_limit_s, self.silence_limit_s, self.answer_limit_s) <= 0:
            raise ValueError(f"the {self.name} worker needs time to start and to answer")
        if min(self.queue_limit, self.wait_limit_s or 0, self.window_ms or 0) < 0:
            raise ValueError(f"what waits for the {self.name} worker cannot be less than nothing")

    @property
    def own(self) -> bool:
        """It runs in the server's own interpreter."""
        return self.interpreter == sys.executable

    def command(self, descriptor: int) -> list[str]:
        """The arguments that start a worker whose socket is `descriptor`."""
        lent = json.dumps(self._lent())
        batches = {"max_batch": self.max_batch, "window_ms": self.window_ms}
        ours = [str(descriptor), json.dumps(self.options), str(self.niceness), json.dumps(batches)]
        return [self.interpreter, str(_LAUNCH), self.module, lent, *ours]

    def surroundings(self, ours: Mapping[str, str] | None = None) -> dict[str, str]:
        """A worker's whole environment. `ours`: the server's."""
        ours = os.environ if ours is None else ours
        passing = (*INHERITED, *self.inherits, *(SAME_INTERPRETER if self.own else ()))
        inherited = passed_on(ours, passing)
        threads = {f"{library}_NUM_THREADS": str(self.threads) for library in THREADS}
        return {**inherited, **threads, **self.environment}

    def _lent(self) -> dict[str, str]:
        """The folder of each lent package or module; what is not there the worker itself will miss."""
        folders = {}
        for name in (*LENT, self.module.partition(".")[0]):
            found = find_spec(name)
            if found is not None and found.submodule_search_locations:
                folders[name] = str(Path(next(iter(found.submodule_search_locations))).parent)
            elif found is not None and found.origin is not None:
                folders[name] = str(Path(found.origin).parent)
        return folders
