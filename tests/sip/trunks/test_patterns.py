"""Regular expressions for numbers: none that could take for ever, and no replacement that fails in a call."""

from __future__ import annotations

import pytest

from sip.trunks.patterns import check_pattern, check_replacement


@pytest.mark.parametrize(
    "pattern",
    [
        r"\+49(\d+)",
        r"(?:\+|00)49(\d+)",
        r"\+?(\d{1,3})(\d{3,})(\d*)",
        r"(?:0(?:49)?)?(\d+)",
        r"[*#]\d{2}[*](\d+)#?",
        r"(\d\d){2}",
        r"\(\d+\)*",
        r"[^)(*+]+",
        r"[]*]+x",
        r"a{,}",
    ],
)
def test_what_numbers_need_is_taken(pattern: str) -> None:
    assert check_pattern(pattern) == pattern


@pytest.mark.parametrize(
    "pattern",
    [
        r"(\d+)*x",
        r"((\d*)x?)+",
        r"(1|11)+x",
        r"(\d?){30}x",
        r"(\d{1,9})+x",
        r"(?:[0-5]|[0-9])*x",
        r"(?=(1+)+)x",
        r"\d*\d*\d*\d*x",
        r"\d{1,30}\d{1,30}\d{1,30}\d{1,30}x",
        r"\d?" * 30,
        r"(?:1|11)" * 20,
    ],
)
def test_what_could_take_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"for ever|too many ways"):
        check_pattern(pattern)


def test_what_is_no_expression_is_refused() -> None:
    with pytest.raises(ValueError, match="no regular expression"):
        check_pattern("(")


@pytest.mark.parametrize("replacement", [r"\9", r"\g<x>", "\\", r"a\q"])
def test_a_replacement_that_does_not_fit_is_refused(replacement: str) -> None:
    with pytest.raises(ValueError, match="does not go with"):
        check_replacement(r"(\d+)", replacement)


def test_a_replacement_that_fits_is_taken() -> None:
    check_replacement(r"0(?P<rest>\d+)", r"+49\1\g<rest>")
