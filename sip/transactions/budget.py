"""How many bytes may be sent because of one request whose sender's address nobody has proven.

Over UDP anybody can write anybody's address on a request. Whoever does must not have us send more to that
address than three times what it cost him. Pure: it counts; who sends asks first.
"""

from __future__ import annotations

FACTOR = 3
"""Bytes out per byte in, at most, towards an unproven address."""
FINAL = 2400
"""Bytes kept for the final response, three times over. Whoever got a provisional one repeats its request no
more; without one each repetition pays for more, and the caller is told half a second later that it rings."""
REFUSAL = 600
"""What is kept of a response that describes a session and waits for its PRACK (RFC 3262): without that only
an error response follows, and with it the sender is proven."""
RINGING = 400
"""Bytes that a 100, which only stops repetitions, leaves for what is told to a person."""


class AnswerBudget:
    """Of one server transaction, and of what we ask in the dialog that it made."""

    __slots__ = ("_received", "_sent", "proven")

    def __init__(self, proven: bool = False) -> None:
        self.proven = proven
        """The sender is where the request seemed to come from: nothing is counted any more."""
        self._received = 0
        self._sent = 0

    def heard(self, size: int) -> None:
        """So many bytes came: the request, or a repetition of it."""
        self._received += size

    def prove(self) -> None:
        self.proven = True

    def fits(self, size: int) -> bool:
        """Whether so many bytes could be sent as things stand."""
        return self.proven or self._sent + size <= FACTOR * self._received

    @property
    def left(self) -> int:
        """Bytes that could be sent, of what came; what is sent after the proof is not counted."""
        return max(0, FACTOR * self._received - self._sent)

    def take(self, size: int, status: int = 0, *, awaits_proof: bool = False) -> bool:
        """Whether a message of `size` bytes may be sent now; if so, it counts as sent. `status`: of a
        response. `awaits_proof`: nothing but a refusal can follow before its sender is proven."""
        kept = 0
        if awaits_proof:
            kept = REFUSAL
        elif 100 <= status < 200:
            kept = FINAL + RINGING if status == 100 else FINAL
        if not self.fits(size + kept):
            return False
        self._sent += size
        return True
