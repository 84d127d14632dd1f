"""One word for how a turn of a conversation was for its caller. Pure; the rule stands in docs/gateway.md.

The worst of what is known counts: how long the caller waited for the answer, and what the client reports of
its network.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Quality(StrEnum):
    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


LIMITS: dict[str, tuple[float, float, float]] = {
    "end_to_end_ms": (800, 1_500, 3_000),
    "rtt_ms": (150, 300, 600),
    "loss_pct": (1, 3, 8),
    "jitter_ms": (30, 60, 120),
}
"""Of each figure the most that is excellent, good and fair."""


def quality_of(figures: Mapping[str, Any]) -> Quality:
    """Figures that are None or missing say nothing."""
    worst = 0
    for name, limits in LIMITS.items():
        value = figures.get(name)
        if value is not None:
            worst = max(worst, sum(value > limit for limit in limits))
    return tuple(Quality)[worst]
