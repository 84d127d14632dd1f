"""What a voice says of words of which somebody has said what they are: SSML's <say-as>. Pure."""

from __future__ import annotations

import re

from pipelines.spoken.forms import spoken, tongue_of
from pipelines.spoken.tongue import Tongue

_DIGITS = re.compile(r"[0-9]+")
LONGEST_CODE = 80
"""Characters that are spelled one by one; nobody follows more."""
SPELLED = frozenset({"characters", "spell-out", "verbatim", "digits"})


def said_as(kind: str, text: str, language: str) -> str:
    """`kind`: as `interpret-as` has it; of one that is not known here the words are read as in any sentence.
    `language`: BCP 47."""
    tongue = tongue_of(language)
    bare = text.strip()
    if kind in SPELLED and len(bare) <= LONGEST_CODE:
        return _spelled("".join(bare.split()), tongue)
    if kind == "ordinal" and _DIGITS.fullmatch(bare) and len(bare) <= 6 and tongue is not None:
        return tongue.ordinal(int(bare)) or spoken(text, language).spoken
    if kind == "telephone" and len(bare) <= LONGEST_CODE and not bare.startswith("+"):
        return ", ".join(_spelled(group, tongue) for group in re.findall(r"\w+", bare))
    return spoken(text, language).spoken


def _spelled(text: str, tongue: Tongue | None) -> str:
    """One by one."""
    said = []
    for character in text:
        if tongue is None:
            said.append(character)
        elif _DIGITS.fullmatch(character):
            said.append(tongue.digits(character))
        else:
            said.append(tongue.letter(character) if character.isalpha() else character)
    return " ".join(said)
