"""An address of this machine that no other run of the tests uses: whole ports of it can be counted on."""

from __future__ import annotations

import os


def own_loopback(net: int) -> str:
    """An address of 127/8 that is this process's. `net`: 2 to 255, one for each module that asks."""
    pid = os.getpid()
    return f"127.{net}.{pid >> 8 & 0xFF}.{pid % 254 + 1}"
