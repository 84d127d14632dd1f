"""Whom a certificate is for, as SIP sees it (:rfc:`5922` section 7). Pure.

SIP URIs, DNS names and addresses of the subjectAltName count; the common name never does. Beyond the RFC a
DNS name may have a star for its first label (:rfc:`9525` 6.3), since large carriers have such certificates.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from mediaserver.addresses import address_of
from sip.messages.grammar import ParseError
from sip.messages.uri import Uri

MOST_SAID = 4
"""Identities that an error names."""


def identities(certificate: Mapping[str, Any]) -> list[str]:
    """The domains and addresses of a certificate, as `ssl.SSLObject.getpeercert` gives it. A SIP URI with a
    user is nobody's domain; other schemes count for nothing (7.1)."""
    found = []
    for kind, value in certificate.get("subjectAltName", ()):
        if kind == "URI":
            if (domain := _domain_of(value)) is not None:
                found.append(domain)
        elif kind in ("DNS", "IP Address"):
            found.append(value.strip())
    return found


def is_for(certificate: Mapping[str, Any], domain: str) -> bool:
    """Whether the certificate is for a domain: a name, or an IP address."""
    address = address_of(domain.strip("[]"))
    if address is not None:
        return any(_same_address(value, address) for value in identities(certificate))
    name = _plain(domain)
    for kind, value in certificate.get("subjectAltName", ()):
        if kind == "URI" and (said := _domain_of(value)) is not None and _plain(said) == name:
            return True
        if kind == "DNS" and _fits(_plain(value), name):
            return True
    return False


def described(certificate: Mapping[str, Any]) -> str:
    """Whom a certificate is for, in words."""
    found = list(dict.fromkeys(identities(certificate)))
    more = f" and {len(found) - MOST_SAID} more" if len(found) > MOST_SAID else ""
    return ", ".join(found[:MOST_SAID]) + more if found else "nobody (it has no subjectAltName)"


def _domain_of(uri: str) -> str | None:
    try:
        parsed = Uri.parse(uri)
    except ParseError:
        return None
    return parsed.address if parsed.scheme == "sip" and parsed.user is None else None


def _fits(pattern: str, name: str) -> bool:
    if pattern == name:
        return True
    star, _, rest = pattern.partition(".")
    return star == "*" and "." in rest and name.partition(".")[2] == rest


def _plain(name: str) -> str:
    return name.lower().rstrip(".")


def _same_address(value: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address_of(value.strip("[]")) == address
