"""Where workers on another machine are reached, and how patiently.

The key is shown to nobody but the host, and stands in no repr.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field

CONNECT_S = 0.8
SILENCE_S = 0.6
SPARE = 2


@dataclass(frozen=True, slots=True)
class RemoteHost:
    url: str
    """ws: or wss:, with the path of one engine."""
    key: str = field(repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    """For wss; None: the machine's own authorities."""
    connect_s: float = CONNECT_S
    """Within which a line is open, TLS included."""
    silence_s: float = SILENCE_S
    """A host that leaves a ping without answer for so long, while it has a request, is gone."""
    spare: int = SPARE
    """Lines kept open ahead of requests, so that none waits for one."""

    @property
    def place(self) -> str:
        """For people: without path."""
        return self.url.split("://", 1)[1].split("/", 1)[0]
