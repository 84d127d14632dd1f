"""One SIP message that went by: its octets as they may be kept, when, which way, and between whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from mediaserver.host_port import host_port
from mediaserver.printable import printable

Endpoint = tuple[str, int]
"""An IP address and a port."""

LONGEST_ID = 256
"""Octets of a Call-ID that count here: longer ones are a stranger's game."""
_CALL_ID = re.compile(rb"(?im)^(?:call-id|i)[ \t]*:[ \t]*([^\r\n]*)")
_CSEQ = re.compile(rb"(?im)^cseq[ \t]*:[ \t]*([0-9]{1,10})[ \t]+([!-~]{1,32})")
_LENGTH = re.compile(rb"(?im)^((?:content-length|l)[ \t]*:[ \t]*)[0-9]+")
_SDP = re.compile(rb"(?m)^m=audio ")


@dataclass(frozen=True, slots=True)
class TracedMessage:
    """`data` is masked (`sip.tracing.masking`); nothing else of a message is kept."""

    at: float
    """Seconds of time.time."""
    t: float
    """Seconds of the event loop's clock: offsets are taken from it."""
    sent: bool
    """By us."""
    transport: str
    """UDP, TCP or TLS."""
    local: Endpoint
    remote: Endpoint
    data: bytes
    call: UUID | None = None
    """Of ours, that it belongs to."""
    cut: int = 0
    """Octets that were left out at its end, where it was very long."""

    @property
    def call_id(self) -> str:
        return call_id_of(self.data)

    @property
    def line(self) -> str:
        """The first line, as one line for people."""
        first = self.data.lstrip(b"\r\n").partition(b"\n")[0][:400]
        return printable(first.decode(errors="replace").rstrip("\r"))

    @property
    def is_request(self) -> bool:
        return not self.data[:4].upper() == b"SIP/"

    @property
    def method(self) -> str:
        """Of the request, or of the one that is answered; empty where nobody can tell."""
        if self.is_request:
            return self.line.partition(" ")[0]
        return method_of(self.data)

    @property
    def cseq(self) -> str:
        """`1 INVITE`; empty where there is none."""
        found = _CSEQ.search(self.data)
        return f"{int(found[1])} {found[2].decode('ascii')}" if found else ""

    @property
    def describes(self) -> bool:
        """It carries a session description."""
        return _SDP.search(self.data) is not None

    @property
    def label(self) -> str:
        """The message in few words: `INVITE`, `200 OK (INVITE)`."""
        if self.is_request:
            words = self.method
        else:
            status = self.line.partition(" ")[2]
            words = f"{status} ({self.method})" if self.method else status
        words = f"{words} + SDP" if self.describes else words
        return f"{words} (cut)" if self.cut else words

    @property
    def text(self) -> str:
        """All of it. It was written by others: `printable_lines` before it reaches a terminal."""
        return self.data.decode(errors="replace").replace("\r\n", "\n")

    @property
    def framed(self) -> bytes:
        """Its octets with a Content-Length that is true of what was masked."""
        head, blank, body = self.data.partition(b"\r\n\r\n")
        return _LENGTH.sub(rb"\g<1>%d" % len(body), head, count=1) + blank + body

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "at": datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds"),
            "direction": "out" if self.sent else "in",
            "transport": self.transport,
            "local": host_port(*self.local),
            "remote": host_port(*self.remote),
            "call": str(self.call) if self.call is not None else None,
            "call_id": printable(self.call_id),
            "method": self.method,
            "cseq": self.cseq,
            "line": self.line,
            "label": self.label,
            "text": self.text,
            "cut": self.cut,
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages somebody asks for; what is empty excludes none."""

    peer: str = ""
    """The other side's IP address, with or without its port."""
    method: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Wanted:
        return cls(query.get("peer", "").strip(), query.get("method", "").strip().upper())

    def wants(self, message: TracedMessage) -> bool:
        if self.method and message.method.upper() != self.method:
            return False
        host, port = message.remote
        return not self.peer or self.peer.strip("[]") == host or self.peer == host_port(host, port)


def method_of(data: bytes) -> str:
    """The method of a message's CSeq; empty where there is none."""
    found = _CSEQ.search(data)
    return found[2].decode("ascii") if found else ""


def call_id_of(data: bytes) -> str:
    """The Call-ID of a message; empty where there is none."""
    found = _CALL_ID.search(data)
    return found[1][:LONGEST_ID].rstrip().decode("latin-1") if found else ""
