"""An ordered list of raw headers with look-up by name, as every SIP message has one (RFC 3261 section 7.3).

Names match in any case and in their compact form; values stay as they came, unfolded. Nothing that could
break a message apart on the wire may get in.
"""

from __future__ import annotations

from collections.abc import Iterable

from mediaserver.wire_text import ENCODING, ERRORS, readable
from sip.messages.grammar import MAX_VALUES, ParseError, is_token, split_commas
from sip.messages.headers import COMPACT, MULTI_VALUE

_WIRE_NAMES = (
    "Accept Allow Allow-Events Authorization CSeq Call-ID Call-Id Contact Content-Disposition Content-Length "
    "Content-Type Date Event Expires From Max-Forwards Min-SE P-Asserted-Identity Privacy "
    "Proxy-Authorization Proxy-Authenticate RAck RSeq Reason Record-Route Refer-To Replaces Require Route "
    "Server Session-Expires Subject Supported To Unsupported User-Agent Via WWW-Authenticate Warning"
).split()
_CANONICAL = {name: name.lower() for name in _WIRE_NAMES} | COMPACT
"""Common spellings, so that most names need neither a check nor a change of case."""


def canonical_name(name: str) -> str:
    """The lower-case long form of a header name."""
    known = _CANONICAL.get(name)
    if known is not None:
        return known
    lower = name.lower()
    return COMPACT.get(lower, lower)


class HeaderList:
    """Headers as (name, value) in the order of the wire."""

    __slots__ = ("_headers", "_index")

    def __init__(self, headers: Iterable[tuple[str, str]] = ()) -> None:
        self._headers: list[tuple[str, str]] = []
        for name, value in headers:
            check_header(name, value)
            self._headers.append((name, value))
        self._index: dict[str, list[str]] | None = None

    def _changed(self) -> None:
        """Forget what was derived from the list."""
        self._index = None

    def load(self, lines: Iterable[str]) -> ParseError | None:
        """Fill an empty list with unfolded lines from the wire. Skips bad ones; returns the first error."""
        error: ParseError | None = None
        headers = self._headers
        index: dict[str, list[str]] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            canonical = _CANONICAL.get(name)
            if canonical is None or not colon:
                name = name.rstrip(" \t")
                if not colon or not is_token(name):
                    error = error or ParseError(f"bad header line {readable(line[:40])!r}")
                    continue
                canonical = canonical_name(name)
            value = value.strip(" \t")
            headers.append((name, value))
            values = index.get(canonical)
            if values is None:
                index[canonical] = [value]
            else:
                values.append(value)
        self._changed()
        self._index = index
        return error

    @property
    def headers(self) -> list[tuple[str, str]]:
        """All headers in order, names as on the wire, values unfolded. A copy."""
        return list(self._headers)

    def get(self, name: str) -> str | None:
        """The first value of a header, raw, or None."""
        values = self.raw_values(canonical_name(name))
        return values[0] if values else None

    def get_all(self, name: str) -> list[str]:
        """Every value of a header; list headers are split at their commas, empty elements left out."""
        canonical = canonical_name(name)
        values = self.raw_values(canonical)
        if canonical not in MULTI_VALUE:
            return list(values)
        return [part for part in _counted(canonical, map(split_commas, values)) if part]

    def add(self, name: str, value: str) -> None:
        """Append a header. Raises ValueError when name or value could break the message apart."""
        check_header(name, value)
        self._headers.append((name, value))
        self._changed()

    def prepend(self, name: str, value: str) -> None:
        """Put a header before all others, as a new Via wants it."""
        check_header(name, value)
        self._headers.insert(0, (name, value))
        self._changed()

    def set(self, name: str, value: str) -> None:
        """Replace all values of a header by one, in the place of the first, or append it."""
        check_header(name, value)
        canonical = canonical_name(name)
        kept: list[tuple[str, str]] = []
        done = False
        for header in self._headers:
            if canonical_name(header[0]) != canonical:
                kept.append(header)
            elif not done:
                kept.append((name, value))
                done = True
        if not done:
            kept.append((name, value))
        self._headers = kept
        self._changed()

    def remove(self, name: str) -> None:
        """Drop all values of a header."""
        canonical = canonical_name(name)
        self._headers = [header for header in self._headers if canonical_name(header[0]) != canonical]
        self._changed()

    def raw_values(self, canonical: str) -> list[str]:
        """The raw values of a header by its lower-case long name. Not a copy: do not change it."""
        index = self._index
        if index is None:
            index = self._index = {}
            for name, value in self._headers:
                index.setdefault(canonical_name(name), []).append(value)
        return index.get(canonical, [])

    def required(self, canonical: str) -> str:
        """The first raw value of a header; ParseError when it is missing or empty."""
        values = self.raw_values(canonical)
        if not values or not values[0]:
            raise ParseError(f"no {canonical} header")
        return values[0]

    @property
    def overfull(self) -> list[str]:
        """The list headers, by their lower-case long names, that hold more values than anybody reads. Cheap:
        commas are counted, and nothing is split."""
        self.raw_values("")
        assert self._index is not None
        return [
            name
            for name, values in self._index.items()
            if name in MULTI_VALUE and sum(value.count(",") for value in values) + len(values) > MAX_VALUES
        ]

    def _parts(self, canonical: str, marks: str) -> list[str]:
        """The values of a list header, empty ones included: their parser refuses them. `marks` as in
        `whole_values`."""
        return _counted(canonical, (whole_values(value, marks) for value in self.raw_values(canonical)))


def _counted(canonical: str, lists: Iterable[list[str]]) -> list[str]:
    """All of them in one; ParseError at the first that is one too many, before more are split."""
    parts: list[str] = []
    for each in lists:
        parts += each
        if len(parts) > MAX_VALUES:
            raise ParseError(f"more than {MAX_VALUES} values of {canonical}")
    return parts


def whole_values(value: str, marks: str) -> list[str]:
    """A list split at its commas, but for those that stand unquoted in a parameter, as phones write them
    (`;methods=INVITE,ACK`) or in the first name (`Doe, John <sip:...>`): what holds none of `marks` is no
    value."""
    parts: list[str] = []
    for part in split_commas(value):
        if parts and part and (not _holds(part, marks) or (len(parts) == 1 and not _holds(parts[0], marks))):
            parts[-1] += f",{part}"
        else:
            parts.append(part)
    return parts


def _holds(part: str, marks: str) -> bool:
    return any(mark in part for mark in marks)


def check_header(name: str, value: str) -> None:
    """Refuse, with ValueError, what cannot be sent as one header line."""
    if not is_token(name):
        raise ValueError(f"{readable(name)!r} is no header name")
    if "\r" in value or "\n" in value:
        raise ValueError(f"the value of {name} would break the message apart: it holds a line end")
    if not value.isascii():
        value.encode(ENCODING, ERRORS)  # UnicodeEncodeError is a ValueError: better here than when sending
