"""A first look at the octets of a datagram: is it worth reading at all, and who is to wait for whom?

Reading a message costs some hundred microseconds, this costs few. It must never decide anything that needs a
message: who looks wrong here and is right gets its turn with the strangers. Pure.
"""

from __future__ import annotations

import enum
import re
from typing import Protocol

from sip.messages.grammar import ENCODING, ERRORS

LOOKED_AT = 4096
"""Bytes from the beginning within which the first line and the two headers must be found."""
LONGEST_NEW = 16_384
"""Bytes of the largest new request by UDP. What is larger comes in many fragments: real calls do not."""
_BRANCH = re.compile(rb"branch=([^\s;,]{1,256}+)")
_CALL_ID = re.compile(rb"\n(?:[Cc][Aa][Ll][Ll]-[Ii][Dd]|[Ii])[ \t]*+:[ \t]*+([^\r\n]*+)")
_BLANK = b"\r\n\0 "


class Standing(enum.Enum):
    """What a datagram is to us, as far as its first look tells."""

    KEEPALIVE = enum.auto()
    """White space."""
    NOISE = enum.auto()
    """Nothing that anybody would ever answer."""
    STRAY = enum.auto()
    """A response to no request of ours, or the ACK of a call that is not there."""
    RUNNING = enum.auto()
    """It belongs to a call or a transaction that is there."""
    NEW = enum.auto()
    OVERSIZED = enum.auto()


class Familiar(Protocol):
    """What we know already."""

    def knows_branch(self, branch: str) -> bool:
        """Whether a transaction has it, ours or theirs."""

    def knows_call(self, call_id: str) -> bool:
        """Whether a dialog has it."""


def standing_of(data: bytes, familiar: Familiar) -> Standing:
    """Of one datagram."""
    if data[:1] in _BLANK:
        data = data.lstrip(b"\r\n") if data.strip(_BLANK) else b""
        if not data:
            return Standing.KEEPALIVE
    line_end = data.find(b"\n", 0, LOOKED_AT)
    if line_end < 0 or b"SIP/" not in data[:line_end].upper():
        return Standing.NOISE
    branch = _BRANCH.search(data, line_end, LOOKED_AT)
    if branch is not None and familiar.knows_branch(branch[1].decode(ENCODING, ERRORS)):
        return Standing.RUNNING
    if data.startswith(b"SIP/2.0 "):
        # One whose branch we cannot find may still have it where only a reader of messages looks.
        return Standing.NEW if branch is None else Standing.STRAY
    call_id = _CALL_ID.search(data, line_end, LOOKED_AT)
    if call_id is not None and familiar.knows_call(call_id[1].rstrip().decode(ENCODING, ERRORS)):
        return Standing.RUNNING
    if data.startswith(b"ACK ") and branch is not None and call_id is not None:
        return Standing.STRAY
    return Standing.NEW if len(data) <= LONGEST_NEW else Standing.OVERSIZED
