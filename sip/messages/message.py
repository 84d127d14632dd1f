"""SIP requests and responses (RFC 3261 section 7): an ordered list of raw headers, read on demand and once.

Parsing costs linear time and keeps every byte it does not understand. This module must never decide what to
do with a message, and its parser never raises anything but ParseError.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sip.messages.grammar import (
    ENCODING,
    ERRORS,
    ParseError,
    is_token,
    parse_number,
    readable,
    split_commas,
)
from sip.messages.header_list import HeaderList, canonical_name, check_header
from sip.messages.headers import BRANCH_COOKIE, MAX_SECONDS, SINGLE_VALUE, CSeq, NameAddr, Via
from sip.messages.reasons import reason_phrase
from sip.messages.uri import Uri

__all__ = ["Message", "ParseError", "Request", "Response", "parse", "parse_head", "validate"]

MAX_MESSAGE = 65_535
"""Bytes of the largest message we read, on any transport."""
MAX_HEADERS = 256
MAX_FORWARDS = 255

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"\n[ \t]++")
_VERSION = re.compile(r"SIP/[0-9]++\.[0-9]++")
_MANDATORY = ("via", "from", "to", "call-id", "cseq")
_DIALOG_FORMING = ("INVITE", "SUBSCRIBE", "REFER")


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
                rest = split_commas(value)[1:]
                text = ", ".join([str(via), *rest])
                check_header(name, text)
                self._headers[i] = (name, text)
                self._changed()
                return
        self.prepend("Via", str(via))

    # Parsed headers.

    @property
    def vias(self) -> list[Via]:
        """All Via hops, topmost first. Raises ParseError when there is none."""
        if self._vias is None:
            self.required("via")
            self._vias = [Via.parse(part) for part in self._parts("via")]
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
            self._contacts = [] if star else [NameAddr.parse(part) for part in self._parts("contact")]
        return self._contacts

    @property
    def record_routes(self) -> list[NameAddr]:
        """All Record-Route addresses in order."""
        if self._record_routes is None:
            self._record_routes = [NameAddr.parse(part) for part in self._parts("record-route")]
        return self._record_routes

    @property
    def routes(self) -> list[NameAddr]:
        """All Route addresses in order."""
        if self._routes is None:
            self._routes = [NameAddr.parse(part) for part in self._parts("route")]
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
            has_tag = self.to.tag is not None
        except ParseError:
            has_tag = True  # leave what we cannot read as it is
        return to if has_tag else f"{to};tag={tag}"


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


def parse(data: bytes) -> Request | Response:
    """Read one datagram (section 18.3). Octets beyond Content-Length are ignored; without one all are body.

    Requests are read as far as their structure; call `validate` before acting on one. Responses are validated
    here. Raises ParseError.
    """
    if len(data) > MAX_MESSAGE:
        raise ParseError(f"message larger than {MAX_MESSAGE} bytes", 513)
    data = data.lstrip(b"\r\n")
    blank = _BLANK_LINE.search(data)
    message, error = parse_head(data[: blank.start()] if blank else data.rstrip(b"\r\n"))
    body = data[blank.end() :] if blank else b""
    if blank is None:
        error = error or ParseError("no blank line after the headers")
    try:
        length = content_length(message)
        if length is not None and length > len(body):
            raise ParseError("Content-Length is larger than the datagram")
        message.body = body if length is None else body[:length]
    except ParseError as wrong:
        error = error or wrong
    if error is None and isinstance(message, Response):
        validate(message)
    if error is not None:
        error.request = answerable(message)
        raise error
    return message


def content_length(message: Message) -> int | None:
    """The Content-Length header, None when absent. Raises ParseError when repeated or not a number."""
    values = message.raw_values("content-length")
    if len(values) > 1:
        raise ParseError("more than one content-length header")
    return parse_number(values[0], "Content-Length", 2**31 - 1) if values else None


def answerable(message: Message) -> Request | None:
    """The message, if it is a request that an error response can be sent to."""
    if isinstance(message, Request) and message.method != "ACK" and message.raw_values("via"):
        return message
    return None


def parse_head(head: bytes) -> tuple[Request | Response, ParseError | None]:
    """Read start line and headers, without the blank line. The body of the result is empty.

    Returns the message as far as it could be read, with the first error found. Raises ParseError when the
    start line gives no hint of what the message is.
    """
    text = head.decode(ENCODING, ERRORS)
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    start, _, rest = text.partition("\n")
    message, error = _parse_start_line(start)
    if "\r" in text:
        error = error or ParseError("a carriage return without line feed")
        rest = rest.replace("\r", " ")
    if "\n " in rest or "\n\t" in rest:
        rest = _FOLD.sub(" ", rest)
    lines = rest.split("\n", MAX_HEADERS) if rest else []
    if len(lines) > MAX_HEADERS:
        error = error or ParseError(f"more than {MAX_HEADERS} headers")
        lines.pop()
    broken = message.load(lines)
    return message, error or broken


def _parse_start_line(line: str) -> tuple[Request | Response, ParseError | None]:
    if line[:4].upper() == "SIP/":
        return _parse_status_line(line), None
    words = line.split(" ")
    error: ParseError | None = None
    if len(words) != 3 or not all(words) or "\t" in line:
        words = line.split()
        error = ParseError("the Request-Line is not METHOD SP URI SP VERSION")
    if len(words) < 3 or not is_token(words[0]) or words[-1][:4].upper() != "SIP/":
        raise ParseError(f"not a SIP message: {readable(line[:40])!r}")
    version = words[-1].upper()
    if version != "SIP/2.0" and error is None:
        known = _VERSION.fullmatch(version) is not None
        error = ParseError("unknown protocol version", 505 if known else 400)
    target = " ".join(words[1:-1])
    try:
        uri = Uri.parse(target)
    except ParseError as wrong:
        error = error or wrong
        uri = Uri.unparsed(target)
    return Request(words[0], uri), error


def _parse_status_line(line: str) -> Response:
    version, _, rest = line.partition(" ")
    code, _, reason = rest.partition(" ")
    if version.upper() != "SIP/2.0":
        raise ParseError("unknown protocol version")
    if not (len(code) == 3 and code.isascii() and code.isdigit() and "100" <= code < "700"):
        raise ParseError("bad status code")
    return Response(int(code), reason.replace("\r", " "))


def validate(message: Request | Response) -> None:
    """Check all that the core relies on (RFC 3261 sections 8.1.1, 8.1.3.3, 8.2.2; RFC 4475).

    Raises ParseError, with `request` set when an error response may be sent.
    """
    try:
        _validate(message)
    except ParseError as error:
        error.request = answerable(message)
        raise


def _validate(message: Request | Response) -> None:
    for name in _MANDATORY:
        message.required(name)
    index = message._index or {}
    for name, values in index.items():
        if len(values) > 1 and name in SINGLE_VALUE:
            raise ParseError(f"more than one {name} header")
    via = message.via
    if via.protocol != "SIP/2.0":
        raise ParseError("unknown protocol version in Via")
    # Reading an address here means that no accessor raises later, in the midst of a call.
    _ = message.from_, message.to, message.max_forwards, message.expires
    _ = message.contacts, message.routes, message.record_routes
    cseq = message.cseq
    if " " in message.call_id or "\t" in message.call_id:
        raise ParseError("white space in Call-ID")
    if isinstance(message, Response):
        if len(message.vias) > 1:
            raise ParseError("a response with a second Via is for someone else (section 8.1.3.3)")
        return
    if via.branch == BRANCH_COOKIE:
        raise ParseError("the Via branch is nothing but the magic cookie")
    if cseq.method != message.method:
        raise ParseError("the method in CSeq is not that of the request")
    if message.uri.headers:
        raise ParseError("headers in the Request-URI")
    if message.contact_star and message.method != "REGISTER":
        raise ParseError("Contact: * outside REGISTER")
