"""How many bytes may be sent because of one request whose sender's address nobody has proven.

Over UDP anybody can write anybody's address on a request. Whoever does must not have us send more to that
address than three times what it cost him. Pure: it counts; who sends asks first.
"""

from __future__ import annotations

FACTOR = 3
"""Bytes out per byte in, at most, towards an unproven address."""
PROVISIONAL_FACTOR = 1.25
"""Of these for provisional responses: the final one must still go out."""


FINAL = 800
"""Bytes that are left for the final response: a provisional one stops the repetitions of the request, which
would make room for more."""


class AnswerBudget:
    """Of one server transaction, and of what we ask in the dialog that it made."""

    __slots__ = ("_provisional", "_received", "_sent", "proven")

    def __init__(self, proven: bool = False) -> None:
        self.proven = proven
        """The sender is where the request seemed to come from: nothing is counted any more."""
        self._received = 0
        self._sent = 0
        self._provisional = 0

    def heard(self, size: int) -> None:
        """So many bytes came: the request, or a repetition of it."""
        self._received += size

    def prove(self) -> None:
        self.proven = True

    def fits(self, size: int) -> bool:
        """Whether so many bytes could be sent as things stand."""
        return self.proven or self._sent + size <= FACTOR * self._received

    def take(self, size: int, *, provisional: bool = False) -> bool:
        """Whether a message of `size` bytes may be sent now; if so, it counts as sent."""
        if self.proven:
            return True
        if not self.fits(size):
            return False
        if provisional:
            if self._provisional + size > PROVISIONAL_FACTOR * self._received:
                return False
            if self._sent + size + FINAL > FACTOR * self._received:
                return False
            self._provisional += size
        self._sent += size
        return True
