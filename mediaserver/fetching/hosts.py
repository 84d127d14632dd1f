"""Addresses of the web as users write them: read once, strictly, into the one spelling that all else uses.

What is judged must be what is dialled. So the authority is taken apart here and written anew, and no spelling
of an address but the plain one is taken: neither `0x7f.1` nor `2130706433` nor `127.1`, which resolvers of C
libraries understand (WHATWG URL, "ends in a number").
"""

from __future__ import annotations

import ipaddress
import re

import idna
from yarl import URL

from mediaserver.addresses import address_of
from mediaserver.errors import FetchError, FetchFault
from mediaserver.host_port import bracketed
from mediaserver.printable import printable

MOST_URL = 4096
"""Characters of an address, its query included."""
MOST_NAME = 253
"""Characters of a host's name (:rfc:`1035` 2.3.4)."""
DEFAULT_PORTS = {"http": 80, "https": 443}
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>[^#]*)(?:#.*)?")
_AUTHORITY = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:\[\]]+)(?::(?P<port>[0-9]{1,5}))?")
_UNFIT = re.compile(r"[\x00-\x20\x7f\\]")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


def read_url(text: str) -> URL:
    """With its host in canonical form, without a fragment. Raises FetchError for what is no address that
    may be fetched at all; whose address the host has is not looked at."""
    if len(text) > MOST_URL:
        raise _bad(f"the address is longer than {MOST_URL} characters")
    if _UNFIT.search(text):
        raise _bad("the address has a space, a backslash or a control character in it: write them as %20")
    parts = _URL.fullmatch(text)
    if parts is None or not parts["authority"]:
        raise _bad(f'"{_shown(text)}" is no address: write it whole, as https://host/path')
    scheme = parts["scheme"].lower()
    if scheme not in DEFAULT_PORTS:
        raise _bad(f"only http and https can be fetched, not {_shown(scheme)}")
    if "@" in parts["authority"]:
        raise _bad("the address has a user name or password before its host: put them into a secret")
    authority = _AUTHORITY.fullmatch(parts["authority"])
    if authority is None:
        raise _bad(f'"{_shown(parts["authority"])}" is no host')
    try:
        host = canonical_host(authority["host"])
    except ValueError as error:
        raise _bad(str(error)) from None
    port = int(authority["port"]) if authority["port"] else DEFAULT_PORTS[scheme]
    if not 0 < port < 65_536:
        raise _bad(f"there is no port {port}")
    shown_port = "" if port == DEFAULT_PORTS[scheme] else f":{port}"
    try:
        return URL(f"{scheme}://{bracketed(host)}{shown_port}{parts['rest']}")
    except ValueError:
        raise _bad(f'"{_shown(text)}" is no address') from None


def canonical_host(text: str) -> str:
    """A name in lower case, as ASCII (IDNA 2008) and without a dot at its end, or an address as it is usually
    written: IPv4 inside of IPv6 is IPv4, and there are no brackets. Raises ValueError in words."""
    if text.startswith("["):
        return _ipv6(text)
    if len(text) > MOST_NAME + 1:
        raise ValueError(f"a host's name has {MOST_NAME} characters at most")
    name = text.lower()
    if not name.isascii():
        try:
            name = idna.encode(text, uts46=True, std3_rules=True).decode("ascii").lower()
        except (idna.IDNAError, UnicodeError):
            raise ValueError(f'"{_shown(text)}" is no name of a host') from None
    name = name.removesuffix(".")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError:
            raise ValueError(
                f'"{_shown(text)}" is no address: write it as four numbers, such as 192.0.2.1'
            ) from None
    if len(name) > MOST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(f'"{_shown(text)}" is no name of a host')
    return name


def port_of(url: URL) -> int:
    """Of an address that `read_url` has read."""
    return url.port or DEFAULT_PORTS[url.scheme]


def host_of(url: URL) -> str:
    """Of an address that `read_url` has read, without brackets."""
    return url.raw_host or ""


def _ipv6(text: str) -> str:
    inside = text.removeprefix("[").removesuffix("]")
    address = address_of(inside) if "%" not in inside else None
    if address is None or ":" not in inside:
        raise ValueError(f'"{_shown(text)}" is no address: write it as [2001:db8::1], without a zone')
    return str(address)


def _bad(why: str) -> FetchError:
    return FetchError(why, FetchFault.BAD_REQUEST)


def _shown(text: str) -> str:
    return printable(text[:80])
