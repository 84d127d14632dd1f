"""Money and durations as providers write them. Pure."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation


def amount(value: object) -> Decimal | None:
    """Of money; None for what is none."""
    try:
        told = Decimal(str(value)[:30])
    except InvalidOperation:
        return None
    return told if told.is_finite() and told >= 0 else None


def seconds(value: object) -> int | None:
    """Whole seconds, told as a text or a number."""
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else None
