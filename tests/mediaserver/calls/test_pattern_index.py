"""An index of patterns finds what trying them all would find, in the same order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.calls import pattern_index
from mediaserver.calls.pattern_index import PatternIndex
from mediaserver.glob import fits

PIECES = st.text(alphabet="12*?", max_size=6)


@given(st.lists(PIECES, max_size=12), st.text(alphabet="12", max_size=8))
@settings(max_examples=100)
def test_it_finds_what_trying_all_would_find(patterns: list[str], text: str) -> None:
    index = PatternIndex[int]()
    for number, pattern in enumerate(patterns):
        index.add(pattern, number)
    assert list(index.fitting(text)) == [n for n, pattern in enumerate(patterns) if fits(pattern, text)]


def test_among_thousands_of_patterns_few_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    index = PatternIndex[int]()
    for number in range(5000):
        index.add(f"+4420{number:04d}*", number)
        index.add(f"*@h{number}.example", -number)
    tried: list[str] = []

    def counted(pattern: str, text: str) -> bool:
        tried.append(pattern)
        return fits(pattern, text)

    monkeypatch.setattr(pattern_index, "fits", counted)
    assert list(index.fitting("+4420012399")) == [123]
    assert list(index.fitting("ann@h77.example")) == [-77]
    assert len(tried) == 2
