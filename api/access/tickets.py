"""A ticket lets whoever was told it read one call, while it lives and after, without a key: callers by SIP
from this machine are told the address of their own transcript with one.

It is a MAC of the call's id with a secret of this process, so that nothing must be kept and none outlasts the
process.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

_BYTES = 16
"""Of the MAC; 128 bits cannot be guessed by asking."""


class Tickets:
    """Of one process."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def of(self, call_id: UUID) -> str:
        """Fit for a URL."""
        mac = hmac.digest(self._secret, call_id.bytes, hashlib.sha256)[:_BYTES]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()

    def opens(self, call_id: UUID, ticket: str) -> bool:
        """Whether it is this call's."""
        return hmac.compare_digest(self.of(call_id).encode(), ticket.encode(errors="surrogateescape"))
