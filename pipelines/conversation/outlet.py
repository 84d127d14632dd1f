"""Where a conversation's frames go."""

from __future__ import annotations

from typing import Protocol


class Outlet(Protocol):
    """Where the session's frames go, as a Leg has it. Others may have written to it before."""

    def written(self) -> int:
        """16 kHz samples that were written so far, by whomever."""

    def played(self) -> int:
        """16 kHz samples since the first write that the caller has heard, as far as is known."""

    def clear(self) -> int:
        """Drop what was written and not sent; the 16 kHz samples that were sent since the first write."""
