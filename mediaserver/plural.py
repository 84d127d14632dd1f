"""Counts in sentences that people read: "1 route", "2 routes"."""

from __future__ import annotations


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun; `many`: where an s behind it is not the plural."""
    return f"{count} {one if count == 1 else many or one + 's'}"
