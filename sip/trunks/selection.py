"""Which trunks are asked for a number, and in which order. Pure but for the draw, which is handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sip.trunks.line import RANK, TrunkLine
from sip.trunks.numbers import may_call


def for_number(lines: Iterable[TrunkLine], number: str) -> list[TrunkLine]:
    """Those that may call it, enabled, however they stand."""
    return [line for line in lines if line.spec.enabled and may_call(line.spec, number)]


def in_order(
    lines: Iterable[TrunkLine], now: float, draw: Callable[[], float], first: str = ""
) -> list[TrunkLine]:
    """Those that can be asked now, the best first: well before ill before doubted, then the one of the name
    `first`, then by priority, then by a draw in proportion to the weights. `draw`: evenly from [0, 1)."""

    def place(line: TrunkLine) -> tuple[int, bool, int, float]:
        # Efraimidis and Spirakis: the largest of u ** (1 / weight) is one drawn by weight.
        drawn = -(draw() ** (1 / line.spec.weight))
        return RANK[line.standing(now)], line.spec.name != first, line.spec.priority, drawn

    return sorted((line for line in lines if line.standing(now).usable), key=place)
