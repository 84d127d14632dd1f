from __future__ import annotations

import pytest
from yarl import URL

from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.redirects import next_method, next_url


@pytest.mark.parametrize(
    ("at", "location", "to"),
    [
        ("https://a.example/x/y?q", "z", "https://a.example/x/z"),
        ("https://a.example/x", "/z?k=v#part", "https://a.example/z?k=v"),
        ("https://a.example/x", "//A.example./z", "https://a.example/z"),
        ("https://a.example/x", "HTTPS://a.EXAMPLE:443/z", "https://a.example/z"),
        ("http://a.example/x", "https://a.example/x", "https://a.example/x"),
        ("http://a.example:8080/x", "https://a.example:8443/x", "https://a.example:8443/x"),
        ("https://xn--bcher-kva.example/", "https://bücher.example/z", "https://xn--bcher-kva.example/z"),
    ],
)
def test_on_the_same_host_it_is_followed(at: str, location: str, to: str) -> None:
    assert str(next_url(URL(at), location)) == to


@pytest.mark.parametrize(
    ("at", "location"),
    [
        ("https://a.example/", "http://a.example/"),
        ("https://a.example/", "https://b.example/"),
        ("https://a.example/", "https://a.example.evil.example/"),
        ("https://a.example/", "https://a.example:8443/"),
        ("https://a.example/", "https://a.example@evil.example/"),
        ("https://a.example/", "javascript:alert(1)"),
        ("https://a.example/", "data:text/html,x"),
        ("https://a.example/", "/" + "x" * 9000),
        ("https://a.example/", "//\udcff/"),
    ],
)
def test_elsewhere_it_is_not(at: str, location: str) -> None:
    with pytest.raises(FetchError) as caught:
        next_url(URL(at), location)
    assert caught.value.kind is FetchFault.REDIRECT


@pytest.mark.parametrize("location", ["https:////evil.example/", "\\\\evil.example/", "/\\evil.example/"])
def test_what_browsers_take_for_another_host_is_a_path(location: str) -> None:
    assert next_url(URL("https://a.example/"), location).host == "a.example"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_head_stays_one(status: int) -> None:
    assert next_method(status, "HEAD") == "HEAD"
    assert next_method(status, "GET") == "GET"


def test_what_is_no_post_is_repeated_as_it_is_but_for_303() -> None:
    assert [next_method(status, "PUT") for status in (301, 302, 303, 307, 308)] == [
        "PUT", "PUT", "GET", "PUT", "PUT",
    ]  # fmt: skip
