"""Booking codes, plates, model numbers: letters one by one, digits one by one or as a small number."""

from __future__ import annotations

import re

from pipelines.spoken.tongue import Tongue

_RUN = re.compile(r"[A-Za-z]++|\d++")
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
_ROMAN = re.compile(r"(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
SHORT = 3
"""A code of so many characters has a number in it, not digits ("A4", "5G", "M25")."""


def code(tongue: Tongue, text: str) -> str:
    """'AB12' -> 'A B one two'; 'A4' -> 'A four'; 'COVID-19' -> 'COVID nineteen'."""
    runs = _RUN.findall(text)
    letters = [run for run in runs if run.isalpha()]
    word = any(len(run) > 3 or (len(run) == 3 and run.islower()) for run in letters)
    small = len(text) <= SHORT or word
    said: list[str] = []
    for run in runs:
        if run.isalpha():
            spelt = run.isupper() and len(run) < 4 or len(run) == 1 or not word
            said.append(" ".join(map(tongue.letter, run)) if spelt else run)
        elif small and len(run) <= 2 and (run[0] != "0" or run == "0"):
            said.append(tongue.cardinal(int(run)))
        else:
            said.append(tongue.digits(run))
    return " ".join(said)


def roman(text: str) -> int | None:
    """'XIV' -> 14; None for what is no Roman number below ninety."""
    if not text or not _ROMAN.fullmatch(text):
        return None
    values = [_VALUES[char] for char in text]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))
