"""A model that calls back, as an iterator."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.engines.tts.neural.worker.pumped import pumped


def test_pieces_come_in_order_and_the_end_after_them() -> None:
    def run(put: Callable[[Any], None]) -> None:
        for at in range(7):
            put(at)

    assert list(pumped(run)) == list(range(7))


def test_what_the_model_raises_comes_behind_its_pieces() -> None:
    def run(put: Callable[[Any], None]) -> None:
        put("first")
        raise ValueError("torn")

    pieces = pumped(run)
    assert next(pieces) == "first"
    with pytest.raises(ValueError, match="torn"):
        next(pieces)


def test_closing_ends_the_model_itself() -> None:
    ended = threading.Event()
    made: list[int] = []

    def run(put: Callable[[Any], None]) -> None:
        try:
            for at in range(1_000_000):
                made.append(at)
                put(at)
        finally:
            ended.set()

    pieces = pumped(run)
    next(pieces)
    pieces.close()
    assert ended.is_set() and len(made) <= 5
