"""Whom a certificate is for (RFC 5922 section 7)."""

from __future__ import annotations

import pytest

from sip.transport.identities import described, identities, is_for


def certificate(*names: tuple[str, str]) -> dict[str, object]:
    return {"subject": ((("commonName", "common.example"),),), "subjectAltName": names}


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        (("URI", "sip:example.com"), "example.com"),
        (("URI", "sip:Example.COM"), "example.com"),
        (("DNS", "sip.example.com"), "SIP.example.com."),
        (("DNS", "*.pstn.example.com"), "us1.pstn.example.com"),
        (("IP Address", "192.0.2.7"), "192.0.2.7"),
        (("IP Address", "2001:DB8:0:0:0:0:0:1"), "2001:db8::1"),
        (("URI", "sip:[2001:db8::1]"), "[2001:db8::1]"),
    ],
)
def test_who_is_meant(name: tuple[str, str], domain: str) -> None:
    assert is_for(certificate(name), domain)


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        (("URI", "sip:alice@example.com"), "example.com"),
        (("URI", "sips:example.com"), "example.com"),
        (("URI", "https://example.com"), "example.com"),
        (("URI", "sip:*.example.com"), "a.example.com"),
        (("DNS", "example.com"), "sip.example.com"),
        (("DNS", "sip.example.com"), "example.com"),
        (("DNS", "*.example.com"), "a.b.example.com"),
        (("DNS", "*.example.com"), "example.com"),
        (("DNS", "*.com"), "example.com"),
        (("DNS", "s*.example.com"), "sip.example.com"),
        (("DNS", "192.0.2.7"), "192.0.2.8"),
        (("IP Address", "192.0.2.7"), "192.0.2.8"),
        (("IP Address", "192.0.2.7"), "example.com"),
        (("email", "example.com"), "example.com"),
    ],
)
def test_who_is_not(name: tuple[str, str], domain: str) -> None:
    assert not is_for(certificate(name), domain)


def test_the_common_name_counts_for_nothing() -> None:
    assert not is_for(certificate(), "common.example")
    assert not is_for({"subject": ((("commonName", "common.example"),),)}, "common.example")
    assert described(certificate()) == "nobody (it has no subjectAltName)"


def test_only_some_of_many_names_are_said() -> None:
    many = certificate(*(("DNS", f"n{number}.example") for number in range(9)))
    assert described(many) == "n0.example, n1.example, n2.example, n3.example and 5 more"
    assert len(identities(many)) == 9
