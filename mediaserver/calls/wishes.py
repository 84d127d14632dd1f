"""What is wanted of a call that goes out, where the way that it takes can do it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wishes:
    """Of one call out. None of it is a permission: whom a way may call, and as whose call, it says itself."""

    prefers: str = ""
    """The trunk or account (its name) by which the call that this one belongs to came in or went out. Where
    it may call the number it is asked before others: one bill, and a caller's number that it vouches for."""
    number: str = ""
    """Our own number in that call, as it is written there: who is shown, where the caller that is given may
    not be."""
    detect_machine: bool | None = None
    """Whether it is to be found out who answers, a person or a machine; None: as the way is set."""


NO_WISHES = Wishes()
