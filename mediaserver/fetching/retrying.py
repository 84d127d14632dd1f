"""Whether to ask again, and when: pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mediaserver.errors import FetchFault

STATUSES = frozenset((429, 502, 503, 504))
"""Answers after which another try can help."""
FAULTS = frozenset((FetchFault.DNS, FetchFault.CONNECTION, FetchFault.TIMEOUT))
"""Of a time-out there is time left when it was that of connecting."""
FIRST_S = 0.2
LEAST_LEFT_S = 0.1
"""With less left no answer would come in time."""


def wait_s(tried: int, retry_after: str, wall: datetime, random: Callable[[], float]) -> float:
    """Seconds to wait after try number `tried` (from 1): what the host asks for, else twice as long each
    time, of which chance takes up to a half, so that many callers do not come back together.

    `retry_after`: the header (:rfc:`9110` 10.2.3), seconds or a date; empty when there is none.
    """
    asked = _asked_s(retry_after, wall)
    backing_off = FIRST_S * (1 << tried - 1) * (1 - random() / 2)
    return backing_off if asked is None else max(asked, backing_off)


def _asked_s(retry_after: str, wall: datetime) -> float | None:
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max(0.0, ((date if date.tzinfo else date.replace(tzinfo=UTC)) - wall).total_seconds())
