"""Callbacks: a provider rings one number, then another, and connects them; no audio comes here."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class CallsBack(Protocol):
    """A Provider whose accounts can be asked for it (`Capability.CALLBACK`)."""

    async def call_back(self, first: str, second: str) -> None:
        """Ring `first`, then `second`. `first` empty: what the account has for that. Asked once: what may
        have been taken is never asked for again. Raises TelephonyError."""
