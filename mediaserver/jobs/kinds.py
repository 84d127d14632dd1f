"""What a job is: a name, what is done, and how it is bounded."""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from mediaserver.errors import VoiceForgeError

NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")


class JobPutOff(VoiceForgeError):
    """Raised by a job's work: not now; come again after so many seconds. It is another try, whose number the
    work is told; `JobKind.tries` does not bound these."""

    retryable = True

    def __init__(self, after_s: float, why: str) -> None:
        super().__init__(why)
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class JobTry:
    """One try at a job."""

    id: int
    payload: Mapping[str, Any]
    """As it was enqueued."""
    number: int
    """Of the try, from 1. What a stopping server gave back counts, too; of a killed one it does not."""


Work: TypeAlias = Callable[[JobTry], Awaitable[None]]
"""Done at least once: a server that is killed in the middle, or right after, has it done again. After what it
raises it is tried again."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """All jobs of one name. Their work runs on the event loop beside the calls: whatever takes longer than a
    millisecond without awaiting goes to a thread."""

    name: str
    work: Work
    within_s: float = 30.0
    """A try that takes longer is cancelled, and has failed."""
    tries: int = 5
    """Then it has failed for good, and is kept as failed."""
    first_delay_s: float = 2.0
    longest_delay_s: float = 600.0
    at_once: int = 0
    """Of this kind on all servers together; 0: as many as each has places for."""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name) or len(self.name) > 100:
            raise ValueError(f"{self.name!r} is no name for jobs: write small letters, as in 'usage.roll_up'")

    def delay_s(self, number: int, chance: Callable[[], float] = random.random) -> float:
        """How long to wait after the failed try of this number (from 1): see `back_off_s`."""
        return back_off_s(number, self.first_delay_s, self.longest_delay_s, chance)


def back_off_s(
    number: int, first_s: float, longest_s: float, chance: Callable[[], float] = random.random
) -> float:
    """Seconds to wait after the failed try of this number (from 1): doubled each time up to the longest, of
    which a random half is left out, so that what failed together does not come back together."""
    whole = min(longest_s, first_s * 2.0 ** min(number - 1, 60))
    return whole * (0.5 + chance() / 2)
