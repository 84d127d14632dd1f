from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.hosts import canonical_host, host_of, port_of, read_url


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("https://Example.COM/a?b=c#d", "example.com", 443),
        ("http://example.com.:8080/", "example.com", 8080),
        ("HTTP://bücher.example/", "xn--bcher-kva.example", 80),
        ("http://１２７.０.０.１/", "127.0.0.1", 80),
        ("http://127。0。0。1/", "127.0.0.1", 80),
        ("http://127.0.0.1./", "127.0.0.1", 80),
        ("http://[::ffff:127.0.0.1]/", "127.0.0.1", 80),
        ("http://[::FFFF:7f00:1]:81/", "127.0.0.1", 81),
        ("https://[2001:DB8:0::1]", "2001:db8::1", 443),
        ("http://crm_v2.internal", "crm_v2.internal", 80),
    ],
)
def test_a_host_has_one_spelling(text: str, host: str, port: int) -> None:
    url = read_url(text)
    assert (host_of(url), port_of(url)) == (host, port)


def test_the_rest_of_an_address_stays_and_its_fragment_goes() -> None:
    assert str(read_url("https://EXAMPLE.com:443/a%2Fb?q=1&q=2#top")) == "https://example.com/a%2Fb?q=1&q=2"


@pytest.mark.parametrize(
    "text",
    [
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://127.1/",
        "http://017700000001/",
        "http://127.0.0.01/",
        "http://1.2.3.4.5/",
        "http://example.0x/",
        "http://[::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[::1]x/",
        "http://::1/",
        "http://%31%32%37.0.0.1/",
        "http://user@example.com/",
        "http://user:word@example.com/",
        "http://good.example@evil.example/",
        "http://good.example\\@evil.example/",
        "http://good.example\t.evil.example/",
        "http://a b/",
        "http://a..b/",
        "http://.a/",
        "http://-a.example/",
        "http://x:0/",
        "http://x:99999/",
        "http://x:٣/",
        "http://x:/",
        "http:///x",
        "http:example.com",
        "//example.com/",
        "example.com",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "http://xn--a\ud800.example/",
        "http://" + "a" * 300 + ".example/",
        "http://example.com/" + "a" * 5000,
        "http://℀.example/",
        "",
    ],
)
def test_what_could_be_read_in_two_ways_is_not_read(text: str) -> None:
    with pytest.raises(FetchError) as caught:
        read_url(text)
    assert caught.value.kind is FetchFault.BAD_REQUEST
    assert "\n" not in str(caught.value)


@settings(max_examples=100)
@given(st.ip_addresses())
def test_every_address_is_read_as_itself(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    written = f"[{address}]" if address.version == 6 else str(address)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    assert host_of(read_url(f"http://{written}/")) == str(mapped or address)


@settings(max_examples=100)
@given(st.text(max_size=40))
def test_a_host_that_is_read_is_read_again_as_the_same(text: str) -> None:
    try:
        once = canonical_host(text)
    except ValueError:
        return
    assert canonical_host(f"[{once}]" if ":" in once else once) == once
    assert once.isascii()
    assert not set(once) & set("@/\\?#% ")
