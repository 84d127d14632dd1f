"""The one place where all SIP messages can be seen as they come and go."""

from __future__ import annotations

from typing import Protocol


class Tap(Protocol):
    """Who looks on. It must return at once and never raise."""

    def __call__(self, data: bytes, sent: bool, transport: str, host: str, port: int) -> None:
        """One message. `sent`: by us. `transport`: UDP, TCP or TLS; `host`, `port`: the other side."""
