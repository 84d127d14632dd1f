"""What two sides agreed on to find out how they reach each other (ICE, :rfc:`8445`), as values.

Signalling agrees on it, whatever carries the audio uses it. Passwords must never be printed: `repr` leaves
them out.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class IceCredentials:
    """Of one side (:rfc:`8839`, section 5.4)."""

    ufrag: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class IceSession:
    """Until one of the credentials changes, which is an ICE restart."""

    ours: IceCredentials
    theirs: IceCredentials | None
    """None: our offer was not answered yet."""
    checks: bool = True
    """The other side looks for a way and says which one it takes; False: it is as lite as we are."""
