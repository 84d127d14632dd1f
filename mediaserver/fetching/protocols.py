"""What those who fetch need of the client: `mediaserver.fetching.client.GuardedClient` is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mediaserver.errors import FetchFault
from mediaserver.fetching.answer import FetchAnswer
from mediaserver.fetching.request import FetchRequest
from mediaserver.fetching.secrets import Masking


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
