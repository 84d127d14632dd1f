"""SIP requests and responses (RFC 3261 section 7): an ordered list of raw headers, read on demand and once.

This module must never decide what to do with a message; `sip.messages.parsing` makes one of bytes.
"""

from __future__ import annotations

from collections.abc import Iterable

from mediaserver.wire_text import ENCODING, ERRORS, readable
from sip.messages.grammar import ParseError, parse_number
from sip.messages.header_list import HeaderList, canonical_name, check_header, whole_values
from sip.messages.headers import MAX_SECONDS, CSeq, NameAddr, Via
from sip.messages.reasons import reason_phrase
from sip.messages.uri import Uri

MAX_FORWARDS = 255
MOST_HOPS = 70
"""Max-Forwards of a request that begins here (8.1.1.6)."""

_DIALOG_FORMING = ("INVITE", "SUBSCRIBE", "REFER")
_NAMELESS = "; \t"
_IN_ADDRESSES, _IN_VIAS = "<:*", "/"
"""What every address, and every hop of a Via, holds, and a piece of a parameter hardly."""


def tagged(to: str, tag: str) -> str:
    """A To header without a tag, with this one. A semicolon at its end, which names nothing, would be one
    too many in front of ours."""
    return f"{to.rstrip(_NAMELESS)};tag={tag}"


class Message(HeaderList):
    """What requests and responses share. Accessors parse on first use; malformed values raise ParseError."""

    __slots__ = (
        "_contacts",
        "_cseq",
        "_from",
        "_record_routes",
        "_routes",
        "_to",
        "_vias",
        "body",
    )

    def __init__(self, headers: Iterable[tuple[str, str]] = (), body: bytes = b"") -> None:
        super().__init__(headers)
        self.body = body
        self._forget_parsed()

    def _changed(self) -> None:
        super()._changed()
        self._forget_parsed()

    def _forget_parsed(self) -> None:
        self._vias: list[Via] | None = None
        self._from: NameAddr | None = None
        self._to: NameAddr | None = None
        self._cseq: CSeq | None = None
        self._contacts: list[NameAddr] | None = None
        self._record_routes: list[NameAddr] | None = None
        self._routes: list[NameAddr] | None = None

    def set_top_via(self, via: Via) -> None:
        """Replace the topmost Via (to add `received` and `rport`), keeping all others as they are."""
        for i, (name, value) in enumerate(self._headers):
            if canonical_name(name) == "via":
                rest = whole_values(value, _IN_VIAS)[1:]
                text = ", ".join([str(via), *rest])
                check_header(name, text)
                self._headers[i] = (name, text)
                vias = self._vias
                if vias is None or self._index is None:
                    self._changed()
                else:  # nothing else changed, and this is what it says: it need not be read again
                    self._index["via"][0] = text
                    self._vias = [via, *vias[1:]]
                return
        self.prepend("Via", str(via))

    # Parsed headers.

    @property
    def vias(self) -> list[Via]:
        """All Via hops, topmost first. Raises ParseError when there is none."""
        if self._vias is None:
            self.required("via")
            self._vias = [Via.parse(part) for part in self._parts("via", _IN_VIAS)]
        return self._vias

    @property
    def via(self) -> Via:
        """The topmost Via."""
        return self.vias[0]

    @property
    def from_(self) -> NameAddr:
        """The From header."""
        if self._from is None:
            self._from = NameAddr.parse(self.required("from"))
        return self._from

    @property
    def to(self) -> NameAddr:
        """The To header."""
        if self._to is None:
            self._to = NameAddr.parse(self.required("to"))
        return self._to

    @property
    def call_id(self) -> str:
        """The Call-ID, to be compared byte by byte."""
        return self.required("call-id")

    @property
    def cseq(self) -> CSeq:
        """The CSeq header."""
        if self._cseq is None:
            self._cseq = CSeq.parse(self.required("cseq"))
        return self._cseq

    @property
    def contact_star(self) -> bool:
        """Whether the only Contact is `*` (REGISTER: all bindings)."""
        return self.raw_values("contact") == ["*"]

    @property
    def contacts(self) -> list[NameAddr]:
        """All Contact addresses; empty for `Contact: *`."""
        if self._contacts is None:
            star = self.contact_star
            self._contacts = (
                [] if star else [NameAddr.parse(part) for part in self._parts("contact", _IN_ADDRESSES)]
            )
        return self._contacts

    @property
    def record_routes(self) -> list[NameAddr]:
        """All Record-Route addresses in order."""
        if self._record_routes is None:
            self._record_routes = [
                NameAddr.parse(part) for part in self._parts("record-route", _IN_ADDRESSES)
            ]
        return self._record_routes

    @property
    def routes(self) -> list[NameAddr]:
        """All Route addresses in order."""
        if self._routes is None:
            self._routes = [NameAddr.parse(part) for part in self._parts("route", _IN_ADDRESSES)]
        return self._routes

    @property
    def max_forwards(self) -> int | None:
        """Hops left, clamped to 255; None when absent."""
        value = self.get("max-forwards")
        return None if value is None else parse_number(value, "Max-Forwards", MAX_FORWARDS, clamp=True)

    @property
    def expires(self) -> int | None:
        """The Expires header in seconds, clamped to 2**32-1; None when absent."""
        value = self.get("expires")
        return None if value is None else parse_number(value, "Expires", MAX_SECONDS, clamp=True)

    @property
    def content_type(self) -> str | None:
        """The media type in lower case, without parameters, e.g. application/sdp."""
        value = self.get("content-type")
        return None if value is None else value.partition(";")[0].strip(" \t").lower()

    # The wire.

    @property
    def start_line(self) -> str:
        """The Request-Line or Status-Line."""
        raise NotImplementedError

    def __bytes__(self) -> bytes:
        lines = [self.start_line]
        lines += [
            f"{name}: {value}" for name, value in self._headers if canonical_name(name) != "content-length"
        ]
        lines.append(f"Content-Length: {len(self.body)}\r\n\r\n")
        return "\r\n".join(lines).encode(ENCODING, ERRORS) + self.body

    def __repr__(self) -> str:
        return f"<{readable(self.start_line)}>"


class Request(Message):
    """A request. `uri` is the Request-URI."""

    __slots__ = ("method", "uri")

    def __init__(
        self, method: str, uri: Uri, headers: Iterable[tuple[str, str]] = (), body: bytes = b""
    ) -> None:
        super().__init__(headers, body)
        self.method = method
        self.uri = uri

    @property
    def start_line(self) -> str:
        return f"{self.method} {self.uri} SIP/2.0"

    def response(
        self,
        status: int,
        reason: str | None = None,
        *,
        to_tag: str | None = None,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        content_type: str | None = None,
    ) -> Response:
        """Form a response (section 8.2.6). Works on broken requests too: what is missing stays missing.

        `to_tag` is added when the request's To has no tag. Record-Route is copied into 101..299 responses of
        methods that form dialogs, Timestamp into 100.
        """
        response = Response(status, reason, body=body)
        copied = response._headers
        copied += [("Via", value) for value in self.raw_values("via")]
        copied += [("From", value) for value in self.raw_values("from")[:1]]
        copied += [("To", self._tagged(value, to_tag)) for value in self.raw_values("to")[:1]]
        copied += [("Call-ID", value) for value in self.raw_values("call-id")[:1]]
        copied += [("CSeq", value) for value in self.raw_values("cseq")[:1]]
        if 100 < status < 300 and self.method in _DIALOG_FORMING:
            copied += [("Record-Route", value) for value in self.raw_values("record-route")]
        elif status == 100:
            copied += [("Timestamp", value) for value in self.raw_values("timestamp")[:1]]
        for name, value in headers:
            check_header(name, value)
            copied.append((name, value))
        if content_type is not None:
            response.add("Content-Type", content_type)
        return response

    def _tagged(self, to: str, tag: str | None) -> str:
        if tag is None:
            return to
        try:
            has_tag = "tag" in self.to.params
        except ParseError:
            has_tag = True  # leave what we cannot read as it is
        return to if has_tag else tagged(to, tag)


class Response(Message):
    """A response; `status` is 100..699."""

    __slots__ = ("reason", "status")

    def __init__(
        self,
        status: int,
        reason: str | None = None,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> None:
        super().__init__(headers, body)
        self.status = status
        self.reason = reason_phrase(status) if reason is None else reason
        check_header("Reason", self.reason)

    @property
    def start_line(self) -> str:
        return f"SIP/2.0 {self.status} {self.reason}"
