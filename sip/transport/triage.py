"""A first look at the octets of a datagram: is it worth reading at all, and who is to wait for whom?

Reading a message costs some hundred microseconds, this costs few. It must never decide anything that needs a
message: who looks wrong here and is right gets its turn with the strangers. Pure.
"""

from __future__ import annotations

import enum
import re
from typing import NamedTuple, Protocol

from sip.messages.grammar import ENCODING, ERRORS, ParseError
from sip.messages.message import Request, Response

LOOKED_AT = 4096
"""Bytes from the beginning within which the first line and the two headers must be found."""
LONGEST_NEW = 16_384
"""Bytes of the largest new request by UDP. What is larger comes in many fragments: real calls do not."""
_BRANCH = re.compile(rb"branch=([^\s;,]{1,256}+)")
_CALL_ID = re.compile(rb"\n(?:[Cc][Aa][Ll][Ll]-[Ii][Dd]|[Ii])[ \t]*+:[ \t]*+([^\r\n]*+)")
_TO_TAG = re.compile(
    rb"\n(?:[Tt][Oo]|[Tt])[ \t]*+:[^\r\n]*?;[ \t]*+[Tt][Aa][Gg][ \t]*+=[ \t]*+([^\s;,>]{1,256}+)"
)
_NONCE = re.compile(rb"\n(?i:(?:proxy-)?authorization)[ \t]*+:[^\r\n]*?nonce=\"([0-9a-f]{1,256}+)\"")
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
    """It belongs to a call or a transaction that is there, and comes from where its other side is."""
    ROAMING = enum.auto()
    """The same, but from somewhere else: a phone that moved, a proxy's neighbour, or a lie."""
    CHALLENGED = enum.auto()
    """A new request with a nonce that we sent to where it comes from: no lie."""
    NEW = enum.auto()
    OVERSIZED = enum.auto()


class Familiar(Protocol):
    """What we know already."""

    def asked(self, branch: str, host: str) -> bool | None:
        """Whether a request of ours with this branch went to that host; None when there is none."""

    def serves(self, branch: str, host: str) -> bool:
        """Whether a request with this branch came from that host and is under way. Who sends it chooses the
        branch, so that it says nothing of other hosts."""

    def talks(self, call_id: str, tag: str, host: str) -> bool | None:
        """Whether the other side of the dialog with this Call-ID and tag of ours is at that host; None when
        there is no such dialog."""

    def challenged(self, nonce: str, host: str) -> bool:
        """Whether we sent that nonce to that host."""


class Look(NamedTuple):
    """What a first look tells."""

    standing: Standing
    call: str = ""
    """The Call-ID of the dialog that it belongs to."""


def looked_at(data: bytes, host: str, familiar: Familiar) -> Look:
    """One datagram from that host."""
    standing, call = _look(data, host, familiar)
    if standing in (Standing.NEW, Standing.CHALLENGED) and len(data) > LONGEST_NEW:
        standing = Standing.OVERSIZED
    return Look(standing, call)


def of_message(message: Request | Response, host: str, familiar: Familiar) -> Look:
    """The same of a message that came by TCP and is read already."""
    try:
        branch = message.via.branch or ""
        if isinstance(message, Response):
            return Look(_here(familiar.asked(branch, host)) or Standing.STRAY)
        call, tag = message.call_id, message.to.tag
    except ParseError:
        return Look(Standing.NEW)
    if branch and familiar.serves(branch, host):
        return Look(Standing.RUNNING)
    here = _here(familiar.talks(call, tag, host)) if tag else None
    return Look(Standing.NEW) if here is None else Look(here, call)


def _look(data: bytes, host: str, familiar: Familiar) -> Look:
    if data[:1] in _BLANK:
        data = data.lstrip(b"\r\n") if data.strip(_BLANK) else b""
        if not data:
            return Look(Standing.KEEPALIVE)
    line_end = data.find(b"\n", 0, LOOKED_AT)
    if line_end < 0 or b"SIP/" not in data[:line_end].upper():
        return Look(Standing.NOISE)
    branch = _found(_BRANCH, data, line_end)
    if data.startswith(b"SIP/2.0 "):
        # One whose branch we cannot find may still have it where only a reader of messages looks.
        return Look((_here(familiar.asked(branch, host)) or Standing.STRAY) if branch else Standing.NEW)
    if branch and familiar.serves(branch, host):
        return Look(Standing.RUNNING)
    call, tag = _found(_CALL_ID, data, line_end), _found(_TO_TAG, data, line_end)
    here = _here(familiar.talks(call, tag, host)) if call and tag else None
    if here is not None:
        return Look(here, call)
    if data.startswith(b"ACK ") and branch and call:
        return Look(Standing.STRAY)
    nonce = _found(_NONCE, data, line_end)
    return Look(Standing.CHALLENGED if nonce and familiar.challenged(nonce, host) else Standing.NEW)


def _here(there: bool | None) -> Standing | None:
    if there is None:
        return None
    return Standing.RUNNING if there else Standing.ROAMING


def _found(what: re.Pattern[bytes], data: bytes, begin: int) -> str:
    match = what.search(data, begin, LOOKED_AT)
    return "" if match is None else match[1].rstrip().decode(ENCODING, ERRORS)
