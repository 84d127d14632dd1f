"""A call that a dialplan has connected by a WebSocket: what its leg may ask of it, which is little."""

from __future__ import annotations

from collections.abc import Callable

from mediaserver.errors import CallError
from mediaserver.media.leg import Termination


class DialplanCall:
    """Implements providers.streams.leg.LegControl. There is nobody to ask: what a dialplan does it does by
    itself."""

    def __init__(self, accept: Callable[[], object]) -> None:
        """`accept`: answers the channel, where it waits for that."""
        self._accept: Callable[[], object] | None = accept
        self.ended: Termination | None = None

    async def ring(self) -> None:
        """Its caller hears what the dialplan plays."""

    async def progress(self) -> bool:
        return True

    async def answer(self) -> None:
        accept, self._accept = self._accept, None
        if accept is not None and self.ended is None:
            accept()

    def press(self, digit: str) -> bool:
        return False

    async def refer(self, to: str, timeout_s: float) -> None:
        raise CallError("a dialplan's WebSocket cannot be asked to transfer: connect the PBX by ARI", 501)

    def over(self, why: Termination) -> None:
        self.ended = why
