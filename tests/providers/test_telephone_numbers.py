"""Numbers and callers as providers tell of them."""

from __future__ import annotations

import pytest

from providers.telephone_numbers import plus, who_calls


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
