"""How flows say numbers, dates and times in their own sentences."""

from __future__ import annotations

from datetime import date

from pipelines.conversation.spoken_forms import cardinal, clock_time, day, digits, ordinal


def test_numbers() -> None:
    assert cardinal(0) == "zero"
    assert cardinal(1_000_342) == "one million three hundred forty-two"
    assert cardinal(-5) == "minus five"
    assert ordinal(31) == "thirty-first"
    assert ordinal(12) == "twelfth"
    assert ordinal(100) == "one hundredth"
    assert digits("+4 0") == "plus four zero"
    assert clock_time(0, 0) == "midnight"
    assert clock_time(0, 15) == "twelve fifteen a m"
    assert day(date(2026, 11, 21)) == "Saturday, November twenty-first"
