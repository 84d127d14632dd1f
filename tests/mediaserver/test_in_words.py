"""What calls came to, as people read it."""

from __future__ import annotations

from typing import Any

import pytest

from mediaserver.in_words import fields_in_words


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"place": "London", "people": 5, "price": 7.5}, "place London, people 5, price 7.5"),
        ({"sure": True, "day": None, "days": ["a", "ä"]}, 'sure true, day null, days ["a", "ä"]'),
        ({"message": {"key": "", "text": "call me", "message": 0}}, "message (text call me, message 0)"),
        ({"left": {"key": ""}, "kept": {"by": {"name": "Ann"}}}, "left nothing, kept (by (name Ann))"),
        ({}, ""),
    ],
)
def test_fields_are_read_without_marks_of_a_program(data: dict[str, Any], words: str) -> None:
    assert fields_in_words(data) == words
