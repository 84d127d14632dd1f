"""Which part of a message's body describes the session: the whole, or one of several (RFC 5621).

Bounded and linear. It must never read what it finds, and never raise.
"""

from __future__ import annotations

import re
from itertools import islice, pairwise

from mediaserver.wire_text import ENCODING, ERRORS
from sip.messages.grammar import ParseError, parse_params, unquote
from sip.messages.header_list import HeaderList
from sip.messages.message import Message

SDP = "application/sdp"
MAX_PARTS = 32
MAX_DEPTH = 3
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_PLAIN = frozenset({"7bit", "8bit", "binary"})


def description_of(message: Message) -> bytes | None:
    """The session description that a message carries: empty when it carries none, None when what it carries
    is nothing that we understand (415).

    A body without a Content-Type counts when it looks like one, and is nobody's business otherwise.
    """
    if not message.body:
        return b""
    if message.get("Content-Type") is None:
        return message.body if message.body.lstrip().startswith(b"v=") else b""
    found = _find(message, message.body, MAX_DEPTH)
    return b"" if found is None and _handling(message) == "optional" else found


def _find(headers: HeaderList, body: bytes, depth: int) -> bytes | None:
    kind, params = _typed(headers.get("Content-Type"))
    if kind == SDP:
        return body
    if not kind.startswith("multipart/") or depth == 0:
        return None
    found: bytes | None = None
    for part, content in _parts(body, unquote(params.get("boundary") or "")):
        inner = _find(part, content, depth - 1) if _describes_session(part) else None
        if inner is None and _handling(part) == "required":
            return None
        found = inner if found is None else found
    return found


def _parts(body: bytes, boundary: str) -> list[tuple[HeaderList, bytes]]:
    """The parts of a multipart body with their headers (RFC 2046 5.1.1)."""
    if not 0 < len(boundary) <= 70:
        return []
    delimiter = re.compile(
        rb"\r?\n--" + re.escape(boundary.encode(ENCODING, ERRORS)) + rb"(--)?[ \t]*+(?=\r?\n|\Z)"
    )
    body = b"\n" + body
    parts: list[tuple[HeaderList, bytes]] = []
    for begin, end in pairwise([*islice(delimiter.finditer(body), MAX_PARTS), None]):
        if begin is None or begin[1]:
            break
        # From the line end of the delimiter on: a part may have no headers at all.
        rest = body[begin.end() : end.start() if end is not None else len(body)]
        blank = _BLANK_LINE.search(rest)
        if blank is None:
            continue
        head = rest[: blank.start()].decode(ENCODING, ERRORS).replace("\r", "")
        headers = HeaderList()
        headers.load(re.sub(r"\n[ \t]+", " ", head).strip("\n").split("\n"))
        parts.append((headers, rest[blank.end() :]))
    return parts


def _describes_session(part: HeaderList) -> bool:
    """Not something for early media, and in no encoding."""
    disposition, _ = _typed(part.get("Content-Disposition"))
    encoding = (part.get("Content-Transfer-Encoding") or "binary").strip().lower()
    return disposition in ("", "session") and encoding in _PLAIN


def _handling(headers: HeaderList) -> str:
    """What is to become of a body that is not understood: required, optional; empty when nothing is said."""
    return (_typed(headers.get("Content-Disposition"))[1].get("handling") or "").lower()


def _typed(value: str | None) -> tuple[str, dict[str, str | None]]:
    """A value and its parameters; none where they cannot be read."""
    kind, semicolon, rest = (value or "").partition(";")
    try:
        return kind.strip(" \t").lower(), parse_params(semicolon + rest)
    except ParseError:
        return kind.strip(" \t").lower(), {}
