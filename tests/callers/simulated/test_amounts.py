"""Amounts of money in what agents say, in figures and in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from callers.simulated.amounts import amounts_in, made_up, numbers_in


@pytest.mark.parametrize(
    ("text", "language", "amounts"),
    [
        ("That is $12.50, or 10 euros.", "en", {"12.5", "10"}),
        ("It costs forty-five dollars and twenty cents.", "en", {"45.2"}),
        ("two thousand one hundred and five pounds", "en", {"2105"}),
        ("USD 1,000 today", "en", {"1000"}),
        ("Das kostet 12,50 € im Monat.", "de", {"12.5"}),
        ("Das macht fünfundvierzig Euro.", "de", {"45"}),
        ("son veinte euros", "es", {"20"}),
        ("合計は500円です", "ja", {"500"}),
        ("£5", "en-GB", {"5"}),
        ("ten thirty, room 12, 4 people", "en", set()),
        ("no dollars at all, and a dollar sign: $", "en", set()),
        ("CADET 5 and 5 CADETS", "en", set()),
        ("$5", "tlh", {"5"}),
    ],
)
def test_amounts_are_found_in_figures_and_in_words(text: str, language: str, amounts: set[str]) -> None:
    assert amounts_in(text, language) == {Decimal(each) for each in amounts}


def test_any_number_may_be_where_an_amount_comes_from() -> None:
    known = numbers_in('{"price": 45.5, "people": "twenty one", "code": "A7", "cents": 1999}', "en")
    assert known >= {Decimal("45.5"), Decimal(21), Decimal(1999)}
    assert made_up("It is 45 dollars and 50 cents, or $19.99, or $21.", known, "en") == [Decimal(45)]
    assert made_up("It is $45.50, or $19.99, or twenty-one dollars.", known, "en") == []
    assert made_up("It is $44.", known, "en") == [Decimal(44)]


def test_a_long_text_is_looked_at_once_and_only_so_far() -> None:
    assert amounts_in("one " * 60_000 + "five dollars", "en") == frozenset()
    assert amounts_in("one " * 1_000 + "and five dollars", "en") == {Decimal(5)}
