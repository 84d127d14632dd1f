"""What Asterisk sends by AudioSocket, and we never do."""

from __future__ import annotations

import struct
from uuid import UUID

from providers.asterisk.audiosocket import Kind


def named_message(id: UUID) -> bytes:
    """As it begins."""
    return struct.pack(">BH", Kind.UUID, 16) + id.bytes


def key_message(digit: str) -> bytes:
    """As it tells of a key; it takes none itself."""
    return struct.pack(">BH", Kind.KEY, 1) + digit.encode("latin-1")
