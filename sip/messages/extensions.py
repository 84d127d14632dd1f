"""The headers of SIP's extensions that we know: what a message supports and requires (RFC 3261 19.2), and the
values of session timers (RFC 4028) and reliable provisional responses (RFC 3262).

Each class is a frozen value; `parse` and `str` are inverses. What is malformed counts as absent for those who
ask with `of`: an extension that nobody can read is one that nobody asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sip.messages.grammar import ParseError, parse_number, parse_params
from sip.messages.headers import MAX_CSEQ, MAX_SECONDS
from sip.messages.message import Message

TIMER = "timer"
"""RFC 4028."""
RELIABLE = "100rel"
"""RFC 3262."""
PATH = "path"
"""RFC 3327."""
MAX_RSEQ = 2**32 - 1
_RACK = re.compile(r"[ \t]*+([0-9]{1,20}+)[ \t]++([0-9]{1,20}+)[ \t]++([^ \t]++)[ \t]*+")


def options(message: Message, name: str) -> frozenset[str]:
    """The option tags of Supported, Require, Unsupported or their kin, in lower case."""
    return frozenset(value.strip().lower() for value in message.get_all(name))


def supports(message: Message, option: str) -> bool:
    """Whether whoever sent it can do that, or even insists on it."""
    return option in options(message, "Supported") or option in options(message, "Require")


@dataclass(frozen=True, slots=True)
class SessionExpires:
    """How long a session lasts without a refresh (RFC 4028 section 4)."""

    seconds: int
    refresher: str | None = None
    """"uac" or "uas", of the request that it stands in or answers; None: not said."""

    @classmethod
    def parse(cls, text: str) -> SessionExpires:
        """Raises ParseError."""
        number, semicolon, rest = text.partition(";")
        refresher = parse_params(semicolon + rest).get("refresher") if semicolon else None
        refresher = refresher.lower() if refresher else None
        return cls(
            parse_number(number.strip(" \t"), "Session-Expires", MAX_SECONDS, clamp=True),
            refresher if refresher in ("uac", "uas") else None,
        )

    @classmethod
    def of(cls, message: Message) -> SessionExpires | None:
        """What a message says; None when it says nothing that can be read."""
        value = message.get("Session-Expires")
        try:
            return None if value is None else cls.parse(value)
        except ParseError:
            return None

    def __str__(self) -> str:
        return str(self.seconds) if self.refresher is None else f"{self.seconds};refresher={self.refresher}"


def min_se(message: Message) -> int | None:
    """The Min-SE header in seconds (RFC 4028 section 5); None when absent or malformed."""
    value = message.get("Min-SE")
    try:
        number = (value or "").partition(";")[0].strip(" \t")
        return parse_number(number, "Min-SE", MAX_SECONDS, clamp=True)
    except ParseError:
        return None


def rseq(message: Message) -> int | None:
    """The RSeq header (RFC 3262 section 7.1); None when absent, malformed or 0."""
    try:
        return parse_number((message.get("RSeq") or "").strip(" \t"), "RSeq", MAX_RSEQ) or None
    except ParseError:
        return None


@dataclass(frozen=True, slots=True)
class RAck:
    """Which provisional response a PRACK acknowledges (RFC 3262 section 7.2)."""

    rseq: int
    cseq: int
    """Of the request that was answered."""
    method: str

    @classmethod
    def of(cls, message: Message) -> RAck | None:
        """What a PRACK says; None when it says nothing that can be read."""
        match = _RACK.fullmatch(message.get("RAck") or "")
        if match is None or int(match[1]) > MAX_RSEQ or int(match[2]) > MAX_CSEQ:
            return None
        return cls(int(match[1]), int(match[2]), match[3])

    def __str__(self) -> str:
        return f"{self.rseq} {self.cseq} {self.method}"
