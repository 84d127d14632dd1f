"""What the routes for an existing Asterisk need of the server."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from providers.asterisk.door import AsteriskDoor


@dataclass(slots=True)
class AsteriskDesk:
    """Of one server."""

    door: AsteriskDoor
    audiosocket: str = ""
    """HOST:PORT that it listens on; empty: it does not."""
    now: Callable[[], float] = time.monotonic
    """The clock of what is expected, in seconds."""
