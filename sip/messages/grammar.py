"""The small lexical rules of RFC 3261 section 25 that every header shares, and the error they raise.

Every pattern here uses possessive quantifiers, so each input costs linear time whatever it holds. This module
must never read more meaning into a text than its grammar gives, and never raise anything but ParseError.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mediaserver.errors import PeerError
from mediaserver.wire_text import readable

MAX_VALUES = 256
"""Most comma-separated values that one header may hold; more is an attack, not a call."""

MAX_PARAMS = 64
"""Most parameters of one value."""

_TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]++")
_QUOTED = r'"(?:[^"\\]++|\\.)*+"'
_PARAM = re.compile(
    r"[ \t]*+;[ \t]*+([A-Za-z0-9\-.!%*_+`'~]++)"
    rf'(?:[ \t]*+=[ \t]*+({_QUOTED}|[^\x00-\x20\x7f";<>]*+))?[ \t]*+',
    re.DOTALL,
)
_LAST_SEMICOLON = re.compile(r"[ \t]*+;[ \t]*+")
_COMMA_VALUE = re.compile(rf'(?:[^",<]++|{_QUOTED}|<[^>]*+>)*+', re.DOTALL)
_NEEDS_ESCAPE = re.compile(r'["\\\x00-\x08\x0b\x0c\x0e-\x1f\x7f]')
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)


class ParseError(PeerError):
    """A message, header or URI is malformed.

    `status` is the SIP response code that says so (400, 416, 505, 513).
    """

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


def is_token(text: str) -> bool:
    """Whether `text` is an RFC 3261 token."""
    return _TOKEN.fullmatch(text) is not None


def parse_number(text: str, what: str, most: int, clamp: bool = False) -> int:
    """Read an unsigned decimal. Above `most` it is an error, or `most` when `clamp` is set; never wraps."""
    text = text.strip(" \t")
    if not (text.isascii() and text.isdigit()):
        raise ParseError(f"{what} is not a number")
    digits = text.lstrip("0") or "0"
    if len(digits) <= 20 and (value := int(digits)) <= most:
        return value
    if clamp:
        return most
    raise ParseError(f"{what} is larger than {most}")


def split_commas(text: str) -> list[str]:
    """Split at the commas outside quotes and angle brackets; empty elements are kept, quotes stay.

    An unbalanced quote or bracket leaves the rest as the last element, for the header's parser to refuse.
    """
    if "," not in text:
        return [text.strip(" \t")]
    if '"' not in text and "<" not in text:
        values = text.split(",", MAX_VALUES)
    else:
        values, start = [], 0
        while len(values) <= MAX_VALUES:
            match = _COMMA_VALUE.match(text, start)
            end = match.end() if match else start
            if end >= len(text) or text[end] != ",":
                values.append(text[start:])
                break
            values.append(text[start:end])
            start = end + 1
    if len(values) > MAX_VALUES:
        raise ParseError(f"a header holds more than {MAX_VALUES} values")
    return [value.strip(" \t") for value in values]


def parse_params(text: str) -> dict[str, str | None]:
    """Read `;name=value;flag` into a dict with lower-case names; quoted values keep their quotes.

    As real phones write them: one semicolon at the end names nothing, and a value may hold commas.
    """
    params: dict[str, str | None] = {}
    pos, end = 0, len(text)
    while pos < end:
        match = _PARAM.match(text, pos)
        if match is None and _LAST_SEMICOLON.fullmatch(text, pos):
            break
        if match is None:
            raise ParseError(f"malformed parameter near {readable(text[pos : pos + 20])!r}")
        name = match[1].lower()
        if name in params:
            raise ParseError(f"parameter {name} appears twice")
        if len(params) == MAX_PARAMS:
            raise ParseError(f"more than {MAX_PARAMS} parameters")
        params[name] = match[2]
        pos = match.end()
    return params


def format_params(params: Iterable[tuple[str, str | None]]) -> str:
    """The inverse of `parse_params`."""
    return "".join(f";{name}" if value is None else f";{name}={value}" for name, value in params)


def quote(text: str) -> str:
    """Make a quoted-string of plain text."""
    return '"' + _NEEDS_ESCAPE.sub(lambda match: "\\" + match[0], text) + '"'


def unquote(text: str) -> str:
    """Plain text of a quoted-string; anything that is not one is returned as it is."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text
    inner = text[1:-1]
    return _QUOTED_PAIR.sub(r"\1", inner) if "\\" in inner else inner
