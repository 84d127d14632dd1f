from __future__ import annotations

import pytest

from mediaserver.masked_numbers import masked, without_numbers


def test_what_stays_of_a_number_tells_nobody_whose_it_was() -> None:
    assert masked("+4930123456") == "+••••••••56"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("sip:+4930123456@h", "sip:+••••••••56@h"),
        ("+44 121 555-0100", "+••••••••••00"),
        ("100", "100"),
        ("sip:ann@192.0.2.1", "sip:ann@••••21"),
        ("demo", "demo"),
        ("1234 and 98765", "1234 and •••65"),
    ],
)
def test_numbers_in_a_text(text: str, left: str) -> None:
    assert without_numbers(text) == left
