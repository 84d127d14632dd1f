"""Which octets a Range asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.ranges import UnsatisfiableError, range_of


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("bytes=0-0", range(0, 1)),
        ("bytes=0-", range(0, 10)),
        ("bytes=3-5", range(3, 6)),
        ("BYTES= 9-99 ", range(9, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-99", range(0, 10)),
        ("", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=5-3", None),
        ("bytes=0-1,3-4", None),
        ("pages=0-1", None),
        ("bytes=a-b", None),
        ("bytes=\u0661-", None),
    ],
)
def test_one_range_is_taken_and_all_else_is_the_whole(header: str, wanted: range | None) -> None:
    assert range_of(header, 10) == wanted


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0"])
def test_a_range_of_which_nothing_is_there_is_none(header: str) -> None:
    with pytest.raises(UnsatisfiableError, match="10 octets"):
        range_of(header, 10)


@given(st.integers(0, 30), st.integers(0, 40), st.integers(0, 40))
def test_what_is_given_lies_within(size: int, first: int, last: int) -> None:
    try:
        found = range_of(f"bytes={first}-{last}", size)
    except UnsatisfiableError:
        assert first >= size
        return
    if found is not None:
        assert set(found) == set(range(first, last + 1)) & set(range(size)) != set()
