"""A first look at the octets of a datagram: is it worth reading at all, and who is to wait for whom?

Reading a message costs some hundred microseconds, this costs few. It must never decide anything that needs a
message: who looks wrong here and is right gets its turn with the strangers. Pure.
"""

from __future__ import annotations

import enum
import re
from typing import NamedTuple, Protocol

from mediaserver.wire_text import ENCODING, ERRORS
from sip.messages.grammar import ParseError
from sip.messages.message import Request, Response
from sip.transactions.matching import TransactionKey, server_key_of, via_key

LOOKED_AT = 4096
"""Bytes from the beginning within which the first line and the two headers must be found."""
LONGEST_NEW = 16_384
"""Bytes of the largest new request by UDP. What is larger comes in many fragments: real calls do not."""
_VIA = re.compile(
    rb"\n(?:[Vv][Ii][Aa]|[Vv])[ \t]*+:[ \t]*+[^\s/]{1,16}+[ \t]*+/[ \t]*+[^\s/]{1,16}+[ \t]*+"
    rb"/[ \t]*+[^\s/]{1,16}+[ \t]++(\[[0-9A-Fa-f:.]{2,64}+\]|[A-Za-z0-9._\-]{1,256}+)[ \t]*+"
    rb"(?::[ \t]*+([0-9]{1,5}+)[ \t]*+)?(;[^,\r\n]*+)"
)
"""The first one: its sent-by, and its parameters."""
_BRANCH = re.compile(rb";[ \t]*+[Bb][Rr][Aa][Nn][Cc][Hh][ \t]*+=[ \t]*+([^\s;,]{1,256}+)")
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


_SHORT = (Standing.NEW, Standing.CHALLENGED)


class Familiar(Protocol):
    """What we know already."""

    def asked(self, branch: str, host: str) -> bool | None:
        """Whether a request of ours with this branch went to that host; None when there is none."""

    def serves(self, transaction: TransactionKey, host: str) -> bool:
        """Whether a request with this key came from that host and is under way. Who sends it chooses what
        is in it, so that it says nothing of other hosts."""

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
    transaction: TransactionKey = ()
    """The request of theirs that it repeats, acknowledges or cancels."""


def looked_at(data: bytes, host: str, familiar: Familiar) -> Look:
    """One datagram from that host."""
    look = _look(data, host, familiar)
    if len(data) > LONGEST_NEW and (look.transaction or look.standing in _SHORT):
        return Look(Standing.OVERSIZED)
    return look


def of_message(message: Request | Response, host: str, familiar: Familiar) -> Look:
    """The same of a message that came by TCP and is read already."""
    try:
        if isinstance(message, Response):
            return Look(_here(familiar.asked(message.via.branch or "", host)) or Standing.STRAY)
        transaction = server_key_of(message, _opener(message.method))
        call, tag = message.call_id, message.to.tag
    except ParseError:
        return Look(Standing.NEW)
    if familiar.serves(transaction, host):
        return Look(Standing.RUNNING, transaction=transaction)
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
    branch, host_named, port_named = _first_via(data, line_end)
    if data.startswith(b"SIP/2.0 "):
        # One whose branch we cannot find may still have it where only a reader of messages looks.
        return Look((_here(familiar.asked(branch, host)) or Standing.STRAY) if branch else Standing.NEW)
    if branch:
        transaction = via_key(branch, host_named, port_named, _opener(_method(data)))
        if familiar.serves(transaction, host):
            return Look(Standing.RUNNING, transaction=transaction)
    call, tag = _found(_CALL_ID, data, line_end), _found(_TO_TAG, data, line_end)
    here = _here(familiar.talks(call, tag, host)) if call and tag else None
    if here is not None:
        return Look(here, call)
    if data.startswith(b"ACK ") and branch and call:
        return Look(Standing.STRAY)
    nonce = _found(_NONCE, data, line_end)
    return Look(Standing.CHALLENGED if nonce and familiar.challenged(nonce, host) else Standing.NEW)


def _first_via(data: bytes, begin: int) -> tuple[str, str, int]:
    """Branch and sent-by of the first Via; empty when they cannot be found."""
    via = _VIA.search(data, begin, LOOKED_AT)
    branch = None if via is None else _BRANCH.search(via[3])
    if via is None or branch is None:
        return "", "", 0
    return branch[1].decode(ENCODING, ERRORS), via[1].decode(ENCODING, ERRORS), int(via[2] or 0)


def _method(data: bytes) -> str:
    return data[: data.find(b" ", 0, 32)].decode(ENCODING, ERRORS)


def _opener(method: str) -> str:
    """Of the transaction that a request belongs to, or that it means: they share a branch."""
    return "INVITE" if method in ("ACK", "CANCEL") else method


def _here(there: bool | None) -> Standing | None:
    if there is None:
        return None
    return Standing.RUNNING if there else Standing.ROAMING


def _found(what: re.Pattern[bytes], data: bytes, begin: int) -> str:
    match = what.search(data, begin, LOOKED_AT)
    return "" if match is None else match[1].rstrip().decode(ENCODING, ERRORS)
