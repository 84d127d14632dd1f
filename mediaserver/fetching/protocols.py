"""What those who fetch need of the client: `mediaserver.fetching.client.GuardedClient` is one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from mediaserver.errors import FetchFault
from mediaserver.fetching.answer import FetchAnswer
from mediaserver.fetching.request import FetchRequest
from mediaserver.fetching.secrets import Masking

Take: TypeAlias = Callable[[bytes], Awaitable[None]]
"""Takes the next piece of a body, decompressed. What it raises ends the exchange."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Whether an address can be reached now."""

    ok: bool
    elapsed_ms: int
    fault: FetchFault | None = None
    why: str = ""
    """In words for whoever wrote the flow; empty when all is well."""


class Fetcher(Protocol):
    async def fetch(self, request: FetchRequest, masking: Masking | None = None) -> FetchAnswer:
        """Any status is an answer. Raises FetchError. `masking`: learns the secrets that are sent, so that
        its owner can take them out of all that it keeps."""

    async def reachable(self, url: str) -> Reached:
        """Look whether the host can be reached: its name, its address, a connection, its certificate. No
        request is sent, since the wrong one may do something there. Never raises FetchError."""


class Downloader(Protocol):
    """Gets what is too large for an answer that lies in memory."""

    async def download(
        self, request: FetchRequest, take: Take, *, most_bytes: int, within_s: float
    ) -> FetchAnswer:
        """As `Fetcher.fetch`, but that the body goes to `take` piece by piece (the answer's is empty), may be
        as long as `most_bytes` and take as long as `within_s`, and is asked for once. Raises FetchError, and
        what `take` raises."""
