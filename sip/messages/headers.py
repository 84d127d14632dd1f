"""The header values that SIP itself reads: addresses, Via and CSeq (RFC 3261 section 20).

Each class is a frozen value; `parse` and `str` are inverses. Nothing here knows about whole messages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from mediaserver.wire_text import readable
from sip.messages.grammar import (
    ParseError,
    format_params,
    is_token,
    parse_number,
    parse_params,
    quote,
    unquote,
)
from sip.messages.uri import Uri, bracketed, parse_host, parse_port

MAX_CSEQ = 2**31 - 1
MAX_SECONDS = 2**32 - 1
"""Upper end of every delta-seconds; larger ones are clamped to it (section 20.19)."""
WEB_SOCKETS = frozenset({"WS", "WSS"})
"""Transports of Via (:rfc:`7118` section 5.2.1). Nobody can be called by one that is not open: pages listen
nowhere, and what they name in a Contact (`sip:x@random.invalid;transport=ws`) exists nowhere."""
BRANCH_COOKIE = "z9hG4bK"
"""What every RFC 3261 branch begins with (section 8.1.1.7)."""

_NAME_ADDR = re.compile(
    r'[ \t]*+(?:("(?:[^"\\]++|\\.)*+")[ \t]*+|([^"<>;]*+))<([^<>]*+)>[ \t]*+(;.*+)?', re.DOTALL
)
_VIA = re.compile(
    r"[ \t]*+([A-Za-z0-9\-.!%*_+`'~]++)[ \t]*+/[ \t]*+([A-Za-z0-9\-.!%*_+`'~]++)"
    r"[ \t]*+/[ \t]*+([A-Za-z0-9\-.!%*_+`'~]++)[ \t]++"
    r"(\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9._\-]++)[ \t]*+(?::[ \t]*+([0-9]++)[ \t]*+)?(;.*+)?",
    re.DOTALL,
)
_CSEQ = re.compile(r"[ \t]*+([0-9]++)[ \t]++([^ \t]++)[ \t]*+")

COMPACT = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "d": "request-disposition",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "j": "reject-contact",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "n": "identity-info",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
    "y": "identity",
}
"""Compact header names (IANA registry) and what they stand for, in lower case."""

MULTI_VALUE = frozenset(
    (
        "accept accept-contact accept-encoding accept-language alert-info allow allow-events call-info "
        "contact content-encoding content-language diversion error-info history-info in-reply-to path "
        "p-asserted-identity p-associated-uri p-preferred-identity proxy-require reason record-route "
        "reject-contact require route security-client security-server security-verify service-route "
        "supported unsupported via warning"
    ).split()
)
"""Headers whose grammar is a comma-separated list."""

SINGLE_VALUE = frozenset(
    (
        "call-id content-disposition content-length content-type cseq event expires from max-forwards min-se "
        "refer-to replaces session-expires to"
    ).split()
)
"""Headers that may stand in a message once only, and where a second one would be ambiguous."""


@dataclass(frozen=True, slots=True)
class NameAddr:
    """A name-addr or addr-spec with its header parameters: From, To, Contact, Route and their kin."""

    display: str
    """The display name in plain text (unquoted), empty when there is none."""
    uri: Uri
    params: dict[str, str | None] = field(default_factory=dict)
    """Header parameters, names in lower case; quoted values keep their quotes."""

    @classmethod
    def parse(cls, text: str) -> NameAddr:
        """Read one address. Without angle brackets all parameters are the header's (section 20.10). A name
        may hold commas that should stand in quotes (RFC 4475 3.1.2.15)."""
        match = _NAME_ADDR.fullmatch(text)
        if match is not None:
            quoted, words, uri, params = match.groups()
            display = unquote(quoted) if quoted else words.strip(" \t")
            if not quoted and "," in words and (":" in words or "@" in words):
                raise ParseError("more than one address")
            return cls(display, Uri.parse(uri), parse_params(params) if params else {})
        address, semicolon, params = text.partition(";")
        if "?" in address:
            raise ParseError("a URI with headers must stand in angle brackets")
        return cls("", Uri.parse(address.strip(" \t")), parse_params(semicolon + params))

    def __str__(self) -> str:
        name = f"{quote(self.display)} " if self.display else ""
        return f"{name}<{self.uri}>{format_params(self.params.items())}"

    def __hash__(self) -> int:
        return hash((self.display, self.uri))

    @property
    def tag(self) -> str | None:
        """The tag parameter, None when absent or empty."""
        return self.params.get("tag") or None

    @property
    def expires(self) -> int | None:
        """The expires parameter of a Contact in seconds, clamped to 2**32-1; None if absent or malformed."""
        try:
            return parse_number(self.params.get("expires") or "", "expires", MAX_SECONDS, clamp=True)
        except ParseError:
            return None

    def with_tag(self, tag: str) -> NameAddr:
        """The same address with this tag."""
        return replace(self, params={**self.params, "tag": tag})

    def without_params(self) -> NameAddr:
        """The same address without header parameters."""
        return replace(self, params={})


@dataclass(frozen=True, slots=True)
class Via:
    """One hop of a Via header (section 20.42)."""

    transport: str
    """Upper case: UDP, TCP, TLS, WS or anything else."""
    host: str
    """The sent-by host; IPv6 in brackets."""
    port: int | None = None
    params: dict[str, str | None] = field(default_factory=dict)
    protocol: str = "SIP/2.0"

    @classmethod
    def parse(cls, text: str) -> Via:
        """Read one Via value."""
        match = _VIA.fullmatch(text)
        if match is None:
            raise ParseError(f"bad Via {readable(text[:60])!r}")
        name, version, transport, host, port, params = match.groups()
        return cls(
            transport.upper(),
            parse_host(host),
            parse_port(port),
            parse_params(params) if params else {},
            f"{name}/{version}".upper(),
        )

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        head = f"{self.protocol}/{self.transport} {bracketed(self.host)}{port}"
        return head + format_params(self.params.items())

    def __hash__(self) -> int:
        return hash((self.transport, self.host, self.port, self.params.get("branch")))

    @property
    def branch(self) -> str | None:
        """The branch parameter, None when absent or empty."""
        return self.params.get("branch") or None

    @property
    def wants_rport(self) -> bool:
        """Whether the client asked for symmetric response routing (RFC 3581): an `rport` of any value."""
        return "rport" in self.params

    @property
    def rport(self) -> int | None:
        """The filled-in rport, None when absent, empty or not a port."""
        try:
            return parse_port(self.params.get("rport") or None)
        except ParseError:
            return None

    @property
    def received(self) -> str | None:
        """The source address the server saw, without brackets."""
        value = self.params.get("received")
        return value.strip("[]") if value else None

    @property
    def address(self) -> str:
        """The sent-by host without the brackets of an IPv6 address."""
        return self.host[1:-1] if self.host.startswith("[") else self.host


@dataclass(frozen=True, slots=True)
class CSeq:
    """The sequence number and method of a CSeq header (section 20.16)."""

    number: int
    method: str

    @classmethod
    def parse(cls, text: str) -> CSeq:
        """Read a CSeq value; numbers of 2**31 and more are an error."""
        match = _CSEQ.fullmatch(text)
        if match is None or not is_token(match[2]):
            raise ParseError(f"bad CSeq {readable(text[:60])!r}")
        return cls(parse_number(match[1], "CSeq", MAX_CSEQ), match[2])

    def __str__(self) -> str:
        return f"{self.number} {self.method}"
