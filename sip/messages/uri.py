"""SIP and SIPS URIs (RFC 3261 section 19.1), with other schemes (tel, urn, http) carried as opaque text.

This module must never resolve a name or decide whether a scheme is acceptable: that is the user agent's part.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field, replace
from urllib.parse import unquote_to_bytes

from mediaserver.host_port import bracketed as bracketed
from mediaserver.wire_text import ENCODING, ERRORS, readable
from sip.messages.grammar import MAX_PARAMS, ParseError, format_params, parse_number

# What may stand in each part is wider than the grammar (real phones send a bare "#", nobody before the "@", a
# last semicolon), but never a delimiter of that part, a space, a quote or an angle bracket.
_SIP = re.compile(
    r"(?i:(sips?)):"
    r'(?:((?:[^\x00-\x20\x7f"%<>@\\:]++|%[0-9A-Fa-f]{2})*+)(?::((?:[^\x00-\x20\x7f"%<>@\\:]++|%[0-9A-Fa-f]{2})*+))?@)?'
    r"(\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9._\-]++)"
    r"(?::([0-9]++))?"
    r'((?:;(?:[^\x00-\x20\x7f"%<>@\\;?]++|%[0-9A-Fa-f]{2})++)*+);?+'
    r'(?:\?((?:[^\x00-\x20\x7f"%<>@\\]++|%[0-9A-Fa-f]{2})++))?'
)
_OTHER = re.compile(r'([A-Za-z][A-Za-z0-9+.\-]*+):([^\x00-\x20\x7f"<>]++)')
_USER_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()&=+$,;?/")
_EXACT_PARAMS = ("user", "ttl", "method", "maddr", "transport")
"""Parameters that, present in one URI only, make two URIs differ (section 19.1.4)."""


def escape_user(text: str) -> str:
    """Escape plain text for use as the user part of a URI."""
    data = text.encode(ENCODING, ERRORS)
    return "".join(chr(byte) if byte in _USER_SAFE else f"%{byte:02X}" for byte in data)


def parse_host(text: str) -> str:
    """Check a host; IPv6 stays in its brackets."""
    if text.startswith("["):
        try:
            ipaddress.IPv6Address(text[1:-1])
        except ValueError as error:
            raise ParseError(f"bad IPv6 address {readable(text)}") from error
    return text


def parse_port(text: str | None) -> int | None:
    """A port 1..65535, or None when there is none."""
    if text is None:
        return None
    port = parse_number(text, "port", 65535)
    if port == 0:
        raise ParseError("port 0 cannot be reached")
    return port


@dataclass(frozen=True, slots=True)
class Uri:
    """One URI. `parse` and `str` are inverses, but for the case of scheme and parameter names, and for what
    says nothing: an "@" with nobody before it, a semicolon with nothing after it."""

    scheme: str
    """Lower case: sip, sips, or any other, in which case only `opaque` is filled besides."""
    user: str | None = None
    """Still escaped, as on the wire."""
    password: str | None = None
    host: str = ""
    """As written; IPv6 in brackets."""
    port: int | None = None
    params: dict[str, str | None] = field(default_factory=dict)
    """Names in lower case, values still escaped; None for a parameter without a value."""
    headers: str = ""
    """What follows the question mark, raw."""
    opaque: str = ""
    """What follows the colon, for schemes other than sip and sips."""

    @classmethod
    def parse(cls, text: str) -> Uri:
        """Read a URI, without angle brackets or surrounding space. Raises ParseError."""
        match = _SIP.fullmatch(text)
        if match is None:
            other = _OTHER.fullmatch(text)
            if other is None or other[1].lower() in ("sip", "sips"):
                raise ParseError(f"bad URI {readable(text[:60])!r}")
            return cls(other[1].lower(), opaque=other[2])
        scheme, user, password, host, port, param_text, headers = match.groups()
        params: dict[str, str | None] = {}
        if param_text:
            items = param_text[1:].split(";", MAX_PARAMS)
            if len(items) > MAX_PARAMS:
                raise ParseError(f"more than {MAX_PARAMS} parameters in a URI")
            for item in items:
                name, equals, value = item.partition("=")
                name = name.lower()
                if not name or name in params:
                    raise ParseError(f"empty or repeated parameter in URI {readable(text[:60])!r}")
                params[name] = value if equals else None
        if host[0] == "[":
            parse_host(host)
        # "sip:@host" names nobody there, as "sip:host" does.
        user = user or None if password is None else user
        return cls(scheme.lower(), user, password, host, parse_port(port), params, headers or "")

    @classmethod
    def unparsed(cls, text: str) -> Uri:
        """A stand-in for a Request-URI that cannot be read; its scheme is empty."""
        return cls("", opaque=text)

    def __str__(self) -> str:
        if not self.is_sip:
            return f"{self.scheme}:{self.opaque}" if self.scheme else self.opaque
        text = f"{self.scheme}:"
        if self.user is not None:
            text += self.user + (f":{self.password}@" if self.password is not None else "@")
        text += bracketed(self.host)
        if self.port is not None:
            text += f":{self.port}"
        if self.params:
            text += format_params(self.params.items())
        return f"{text}?{self.headers}" if self.headers else text

    def __hash__(self) -> int:
        return hash((self.scheme, self.user, self.host, self.port, self.opaque))

    @property
    def is_sip(self) -> bool:
        """Whether the scheme is sip or sips."""
        return self.scheme in ("sip", "sips")

    @property
    def unescaped_user(self) -> str | None:
        """The user part with its %-escapes resolved; may hold any character, NUL included."""
        if self.user is None or "%" not in self.user:
            return self.user
        return unquote_to_bytes(self.user.encode(ENCODING, ERRORS)).decode(ENCODING, ERRORS)

    @property
    def address(self) -> str:
        """The host without the brackets of an IPv6 address, as sockets want it."""
        return self.host[1:-1] if self.host.startswith("[") else self.host

    @property
    def transport(self) -> str | None:
        """The transport parameter in lower case."""
        value = self.params.get("transport")
        return value.lower() if value else None

    @property
    def is_loose_router(self) -> bool:
        """Whether this is the URI of a loose-routing proxy (`lr`)."""
        return "lr" in self.params

    def without_headers(self) -> Uri:
        """The URI fit for a Request-Line: no headers, no method parameter (RFC 3261 table 1)."""
        if not self.headers and "method" not in self.params:
            return self
        return replace(self, headers="", params={k: v for k, v in self.params.items() if k != "method"})

    def same_as(self, other: Uri) -> bool:
        """Whether both name the same resource (RFC 3261 section 19.1.4)."""
        if self.scheme != other.scheme:
            return False
        if not self.is_sip:
            return self.opaque == other.opaque
        return (
            self.unescaped_user == other.unescaped_user
            and _plain(self.password) == _plain(other.password)
            and _host_key(self.host) == _host_key(other.host)
            and self.port == other.port
            and _same_params(self.params, other.params)
            and _header_key(self.headers) == _header_key(other.headers)
        )


def _plain(text: str | None) -> bytes | None:
    return None if text is None else unquote_to_bytes(text.encode(ENCODING, ERRORS))


def _host_key(host: str) -> str:
    if ":" not in host:
        return host.lower()
    try:
        return ipaddress.IPv6Address(host.strip("[]")).compressed
    except ValueError:
        return host.lower()


def _folded(params: dict[str, str | None]) -> dict[bytes | None, bytes | None]:
    return {
        (plain.lower() if (plain := _plain(name)) else plain): (
            value.lower() if (value := _plain(raw)) is not None else None
        )
        for name, raw in params.items()
    }


def _same_params(ours: dict[str, str | None], theirs: dict[str, str | None]) -> bool:
    if ours == theirs:
        return True
    left, right = _folded(ours), _folded(theirs)
    if any(left[name] != right[name] for name in left.keys() & right.keys()):
        return False
    return all((name.encode() in left) == (name.encode() in right) for name in _EXACT_PARAMS)


def _header_key(headers: str) -> list[tuple[bytes, bytes]]:
    pairs = (item.partition("=") for item in headers.split("&")) if headers else ()
    return sorted(((_plain(name) or b"").lower(), _plain(value) or b"") for name, _, value in pairs)
