"""What the routes for an existing Asterisk need of the server."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from providers.asterisk.door import AsteriskDoor
from providers.streams.wires import StreamWires


@dataclass(slots=True)
class AsteriskDesk:
    """Of one server."""

    door: AsteriskDoor
    wires: StreamWires
    """For calls by WebSocket."""
    audiosocket: str = ""
    """HOST:PORT that it listens on; empty: it does not."""
    now: Callable[[], float] = time.monotonic
    """The clock of what is expected, in seconds."""
