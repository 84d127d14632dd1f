"""Languages as BCP 47 tags: which of those that are offered a name, a label or a tag means. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")
_SAME = {"cmn": "zh", "yue": "zh", "nb": "no", "nn": "no", "iw": "he", "in": "id", "fil": "tl"}
"""Labels of recognisers, and the macrolanguages or newer names that rows use."""


def is_tag(text: str) -> bool:
    """It looks like one."""
    return _TAG.fullmatch(text) is not None


def base_of(tag: str) -> str:
    """'pt' of 'pt-BR'; empty of nothing."""
    base = tag.strip().lower().replace("_", "-").partition("-")[0]
    return _SAME.get(base, base)


def same_language(one: str, other: str) -> bool:
    """Whatever their regions."""
    return base_of(one) == base_of(other)


def speaks(languages: Iterable[str], language: str) -> bool:
    """Whether one of these is the language, or `*`: "en" is enough for "en-GB", and the other way round."""
    wanted = language.lower()
    return any(
        known == "*" or wanted == known or wanted.startswith(f"{known}-") or known.startswith(f"{wanted}-")
        for known in map(str.lower, languages)
    )


def offered(tag: str, among: Iterable[str]) -> str:
    """Which of these tags is meant by one: the very same, else the first of its language; empty for none."""
    tags = list(among)
    same = [each for each in tags if each.lower() == tag.lower()]
    return next(iter(same or [each for each in tags if tag and same_language(each, tag)]), "")
