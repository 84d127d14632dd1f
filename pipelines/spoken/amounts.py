"""What figures with marks between them are: a number, as people of a language write it, or a list of parts.
Pure."""

from __future__ import annotations

import re

from pipelines.spoken.tongue import Amount, Tongue


def amount_of(text: str, tongue: Tongue) -> Amount | None:
    """A number as people of this language write it, or as others do where that is not ambiguous; None for a
    version, an address, a list."""
    negative = text[:1] in "-\u2212"
    body = text.lstrip("-\u2212+")
    marks = [char for char in body if not char.isdigit()]
    if not marks:
        return Amount(body, "", negative)
    parts = re.split(r"\D", body)
    last = marks[-1]
    decimal = "," if tongue.decimal_comma else "."
    if (
        marks.count(last) == 1
        and last in ".,"
        and (
            last == decimal
            or len(marks) > 1
            or len(parts[-1]) != 3
            or parts[0] in ("0", "")
            or len(parts[0]) > 3
        )
    ):
        whole = parts[:-1]
        if len(whole) > 1 and (len(set(marks[:-1])) > 1 or not _grouped(whole)):
            return None
        return Amount("".join(whole), parts[-1], negative)
    if len(set(marks)) > 1 or not _grouped(parts):
        return None
    return Amount("".join(parts), "", negative)


def _grouped(parts: list[str]) -> bool:
    """Thousands, or lakhs and crores."""
    if not 1 <= len(parts[0]) <= 3 or parts[0][0] == "0" or len(parts[-1]) != 3:
        return False
    return len({len(part) for part in parts[1:-1]} | {3}) <= 2 and all(
        len(part) in (2, 3) for part in parts[1:-1]
    )


def parts_of(text: str, tongue: Tongue) -> str:
    """What a version, an address of a computer or a list is said as."""
    marks = re.findall(r"\D", text)
    said = [
        tongue.cardinal(int(part))
        if len(part) < 3 and (part[0] != "0" or part == "0")
        else tongue.digits(part)
        for part in re.split(r"\D", text)
    ]
    out = said[0]
    for mark, part in zip(marks, said[1:], strict=True):
        dotted = len(said) == 4 or (tongue.decimal_comma and len(said) == 3)
        dot = tongue.address_signs.get(".", tongue.point) if dotted else tongue.point
        between = f" {dot} " if mark == "." else tongue.pause
        out += (between.replace(" ", "") if tongue.joined else between) + part
    return out
