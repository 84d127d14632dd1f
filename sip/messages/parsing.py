"""Bytes to requests and responses (RFC 3261 section 7), and what must be right before one is acted on.

It costs linear time and keeps every byte it does not understand. It must never raise anything but ParseError.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mediaserver.wire_text import ENCODING, ERRORS, readable
from sip.messages.grammar import MAX_VALUES, ParseError, is_token, parse_number
from sip.messages.headers import BRANCH_COOKIE, SINGLE_VALUE
from sip.messages.message import Message, Request, Response
from sip.messages.uri import Uri

MAX_MESSAGE = 65_535
"""Bytes of the largest message we read, on any transport."""
MAX_HEADERS = 256

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"\n[ \t]++")
_VERSION = re.compile(r"SIP/[0-9]++\.[0-9]++")
_MANDATORY = ("via", "from", "to", "call-id", "cseq")
_MANDATORY_ONCE = ("from", "to", "call-id", "cseq")
_OPTIONAL: dict[str, Callable[[Message], object]] = {
    "contact": lambda message: message.contacts,
    "record-route": lambda message: message.record_routes,
    "route": lambda message: message.routes,
    "expires": lambda message: message.expires,
}
"""Headers that are read by an accessor, and may be missing."""
_STRICT = ("OPTIONS", "REGISTER")
"""Methods in which names are read as the grammar has them: 400 is right for those that need quotes (RFC 4475
3.1.2.15), but a call is not to be refused, or never end, for the name that somebody shows."""
_USED_IN = {"contact": ("INVITE", "UPDATE", "REGISTER"), "record-route": ("INVITE",)}
"""Requests that mean nothing without them. An answer counts even so: its dialog goes where we asked."""


class MessageError(ParseError):
    """A message is malformed. `request` is the broken request when a stateless error response can still be
    formed from it, else None: the message is dropped in silence."""

    def __init__(self, reason: str, status: int = 400, request: Request | None = None) -> None:
        super().__init__(reason, status)
        self.request = request


def parse(data: bytes) -> Request | Response:
    """Read one datagram (section 18.3). Octets beyond Content-Length are ignored; without one all are body.

    Requests are read as far as their structure; call `validate` before acting on one. Responses are validated
    here. Raises MessageError.
    """
    if len(data) > MAX_MESSAGE:
        raise MessageError(f"message larger than {MAX_MESSAGE} bytes", 513)
    data = data.lstrip(b"\r\n")
    blank = _BLANK_LINE.search(data)
    try:
        message, error = parse_head(data[: blank.start()] if blank else data.rstrip(b"\r\n"))
    except ParseError as hopeless:
        raise MessageError(hopeless.reason, hopeless.status) from hopeless
    body = data[blank.end() :] if blank else b""
    if blank is None and not data.endswith(b"\n") and not data.startswith(b"BYE "):
        # Some senders leave the blank line out. Half a line may be a message that was cut; but who says BYE
        # in a dialog of ours means it, whatever else was to follow.
        error = error or ParseError("the last header has no end, and no blank line follows")
    try:
        length = _datagram_length(message)
        if length is not None and length > len(body):
            raise ParseError("Content-Length is larger than the datagram")
        message.body = body if length is None else body[:length]
    except ParseError as wrong:
        error = error or wrong
    if error is None and isinstance(message, Response):
        validate(message)
    if error is not None:
        raise MessageError(error.reason, error.status, answerable(message)) from error
    return message


def _datagram_length(message: Message) -> int | None:
    """As `content_length`; what a response says in vain is not asked, for the datagram has an end of its
    own."""
    try:
        return content_length(message)
    except ParseError:
        if isinstance(message, Response):
            return None
        raise


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

    Returns the message as far as it could be read, with the first error found; of a response it leaves lines
    out that are no headers. Raises ParseError when the start line gives no hint of what the message is.
    """
    text = head.decode(ENCODING, ERRORS)
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    start, _, rest = text.partition("\n")
    message, error = _parse_start_line(start)
    if "\r" in text:
        if isinstance(message, Request):
            error = error or ParseError("a carriage return without line feed")
        rest = rest.replace("\r", " ")
    if "\n " in rest or "\n\t" in rest:
        rest = _FOLD.sub(" ", rest)
    lines = rest.split("\n", MAX_HEADERS) if rest else []
    if len(lines) > MAX_HEADERS:
        error = error or ParseError(f"more than {MAX_HEADERS} headers")
        lines.pop()
    broken = message.load(lines)
    if isinstance(message, Response):
        broken = None  # a line that nobody can read must not keep an answer from us
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


def _unquoted(address: str) -> bool:
    name, bracket, _ = address.partition("<")
    return bool(bracket) and "," in name and not name.lstrip(" \t").startswith('"')


def validate(message: Request | Response) -> None:
    """Check all that the core relies on (RFC 3261 sections 8.1.1, 8.1.3.3, 8.2.2; RFC 4475), and take out
    what it does not rely on and cannot be read, so that no accessor raises later, in the midst of a call.

    Raises MessageError, with `request` set when an error response may be sent.
    """
    try:
        _validate(message)
    except ParseError as error:
        raise MessageError(error.reason, error.status, answerable(message)) from error


def _validate(message: Request | Response) -> None:
    for name in _MANDATORY:
        message.required(name)
    single = SINGLE_VALUE if isinstance(message, Request) else _MANDATORY_ONCE
    for name in single:
        if len(message.raw_values(name)) > 1:
            raise ParseError(f"more than one {name} header")
    # Lists are split where they are asked for, which may be after a transaction or a call was made.
    for name in message.overfull:
        if isinstance(message, Request):
            raise ParseError(f"more than {MAX_VALUES} values of {name}")
        message.remove(name)
    via = message.via
    if via.protocol != "SIP/2.0":
        raise ParseError("unknown protocol version in Via")
    _ = message.from_, message.to
    for name, read in _OPTIONAL.items():
        try:
            read(message)
        except ParseError:
            if isinstance(message, Request) and message.method in _USED_IN.get(name, ()):
                raise
            message.remove(name)
    if isinstance(message, Request):
        _ = message.max_forwards
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
    if message.method in _STRICT and any(_unquoted(message.required(name)) for name in ("from", "to")):
        raise ParseError("a display name with a comma and without quotes")
    if any(not address.params.get("tag", "absent") for address in (message.from_, message.to)):
        # Neither a dialog's nor none: whoever took it for none would add a second one to the answer.
        raise ParseError("a tag without a value")
    if message.contact_star and message.method != "REGISTER":
        raise ParseError("Contact: * outside REGISTER")
