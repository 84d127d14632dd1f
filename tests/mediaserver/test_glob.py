"""Patterns of addresses and numbers, against the expressions that they stand for."""

from __future__ import annotations

import itertools
import re

import pytest

from mediaserver.glob import fits


def test_it_is_what_a_regular_expression_would_say() -> None:
    texts = ["".join(each) for n in range(5) for each in itertools.product("ab", repeat=n)]
    patterns = ["".join(each) for n in range(5) for each in itertools.product("ab*?", repeat=n)]
    for pattern in patterns:
        expression = re.compile(pattern.replace("*", ".*").replace("?", "."))
        for text in texts:
            assert fits(pattern, text) == bool(expression.fullmatch(text)), (pattern, text)


@pytest.mark.parametrize("text", ["a.b", "a\nb", "[b", "\\d"])
def test_only_stars_and_question_marks_mean_more_than_themselves(text: str) -> None:
    assert fits(text, text) and fits("*" + text[-1], text)
    assert not fits(text, "axb")


def test_many_stars_take_no_longer_than_few() -> None:
    """A regular expression would go back for years."""
    assert not fits("*1" * 20 + "*x", "1" * 256)
