"""Money and numbers as providers write them. Pure."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation


def amount(value: object) -> Decimal | None:
    """Of money; None for what is none."""
    try:
        told = Decimal(str(value)[:30])
    except InvalidOperation:
        return None
    return told if told.is_finite() and told >= 0 else None


def plus(number: str) -> str:
    """E.164, of a number that is told without its plus; what is no number stays as it is."""
    return f"+{number}" if number.isascii() and number.isdecimal() and len(number) > 6 else number


def seconds(value: object) -> int | None:
    """Whole seconds, told as a text or a number."""
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else None
