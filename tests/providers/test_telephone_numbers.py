"""Numbers and callers as providers tell of them."""

from __future__ import annotations

import pytest

from providers.telephone_numbers import called, plus, who_calls


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("4930123456", "+4930123456"),
        (" 4930123456", "+4930123456"),  # "+" in a form that nobody has escaped
        ("+4930123456", "+4930123456"),
        ("0301234567", "0301234567"),  # national: +0… is nobody
        ("112", "112"),
        ("22922", "22922"),
        ("1234567890123456", "1234567890123456"),  # longer than any
        ("anonymous", "anonymous"),
        ("sip:alice@pbx.example.com", "sip:alice@pbx.example.com"),
        ("client:bob", "client:bob"),
        ("٤٩٣٠١٢٣٤٥٦", "٤٩٣٠١٢٣٤٥٦"),
        ("", ""),
    ],
)
def test_a_number_has_its_plus_where_it_is_one(told: str, meant: str) -> None:
    assert plus(told) == meant


def test_who_withholds_the_number_is_anonymous() -> None:
    for told in ("+266696687", "266696687", "anonymous", "Anonymous", "+7378742833", "restricted", "Private"):
        assert who_calls(told) == "anonymous"
    for told in (
        "",
        "+4930123456",
        "sip:alice@pbx.example.com",
        "client:bob",
        "+86282452253001",
        "unknown@x",
    ):
        assert who_calls(told) == told


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("+4930123456", "+4930123456"),
        ("sip:500@acme.sip.example.com", "500"),
        ("SIPS:+4930123456;isub=7@acme.example:5061;transport=tls", "+4930123456"),
        ("sip:desk@acme.example", "desk"),
        ("desk@acme.example", "desk"),
        ("sip:acme.example", "sip:acme.example"),
        ("client:bob", "client:bob"),
        ("", ""),
    ],
)
def test_who_is_called_by_a_sip_address_is_its_user(told: str, number: str) -> None:
    """As by a trunk: routes are for numbers and names."""
    assert called(told) == number
