"""A ticket lets whoever was told it read one call, while it lives and after, without a key: browsers that
call get a caller's, and callers by SIP from this machine are told the address of their own transcript with
one that opens the whole call.

It is a MAC of the call's id with a secret of this process, so that nothing must be kept and none outlasts the
process.
"""

from __future__ import annotations

import base64
import enum
import hashlib
import hmac
import secrets
from uuid import UUID

_BYTES = 16
"""Of the MAC; 128 bits cannot be guessed by asking."""


class Opens(enum.Enum):
    """What a ticket is good for; its value is what the MAC is made over, beside the call's id."""

    TOLD = b""
    """What callers are told: see `api.telephony.callers_sight`."""
    WHOLE = b"whole"
    """The call as the operator reads it."""


class Tickets:
    """Of one process."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def of(self, call_id: UUID, opens: Opens = Opens.TOLD) -> str:
        """Fit for a URL."""
        mac = hmac.digest(self._secret, call_id.bytes + opens.value, hashlib.sha256)[:_BYTES]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()

    def opens(self, call_id: UUID, ticket: str) -> Opens | None:
        """What it opens of this call; None: it is not this call's."""
        shown = ticket.encode(errors="surrogateescape")
        for each in Opens:
            if hmac.compare_digest(self.of(call_id, each).encode(), shown):
                return each
        return None
