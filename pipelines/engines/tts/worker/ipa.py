"""Words that an author has written in the IPA, as the symbols of a voice. Pure; imports the standard library
alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from mediaserver.errors import VoiceForgeError

MOST_CHARS = 100
"""Of one stretch: a long name has some thirty."""
_NO_SOUND = re.compile("[\u0361\u035c\u203f.|/\\[\\]]")
"""Ties, ends of syllables, delimiters."""
_PASSED_OVER = frozenset("ːˑ\u032f\u0329")
"""Where a voice has no symbol for it: lengths, and marks of vowels that make no syllable and of consonants
that do."""
_NEAR = {
    **{"ʁ": "ʀrɾɹ", "ʀ": "ʁrɾɹ", "r": "ɹɾʁʀ"},
    **{"ɹ": "rɾʁʀ", "ɾ": "rɹʁʀ", "ɐ": "ɜə"},
    **{"χ": "x", "ɫ": "l", "ʋ": "v", "ɱ": "m", "ɡ": "g"},
}
"""What is taken for a sound that a voice lacks, best first: every language's own r, and the like."""


class UnknownPhonemeError(VoiceForgeError):
    """The voice has no symbol for a part of it; the message names the first."""


def symbols(ipa: str, known: Mapping[str, str]) -> list[str]:
    """What a voice writes for it, the longest match first. `known`: a stretch of IPA (NFC) -> its symbol.
    Raises UnknownPhonemeError."""
    if len(ipa) > MOST_CHARS:
        raise UnknownPhonemeError(f"more than {MOST_CHARS} characters of IPA")
    text = _NO_SOUND.sub("", unicodedata.normalize("NFC", ipa)).strip().replace("g", "ɡ").replace("'", "ˈ")
    longest = max(map(len, known), default=0)
    found, at = list[str](), 0
    while at < len(text):
        size = next((n for n in range(longest, 0, -1) if text[at : at + n] in known), 0)
        if size:
            found.append(known[text[at : at + size]])
            at += size
        elif text[at] in _PASSED_OVER or text[at].isspace():
            at += 1
        elif near := next((each for each in _NEAR.get(text[at], "") if each in known), ""):
            found.append(known[near])
            at += 1
        elif all(each in known for each in unicodedata.normalize("NFD", text[at])):
            found += [known[each] for each in unicodedata.normalize("NFD", text[at])]
            at += 1
        else:
            raise UnknownPhonemeError(f"no sound for {text[at]!r} in {ipa[:40]!r}")
    if not any(unicodedata.category(each) in ("Ll", "Lo") for each in text):
        raise UnknownPhonemeError(f"no sound at all in {ipa[:40]!r}")
    return found


def single(symbols: Iterable[str]) -> dict[str, str]:
    """`known` of a voice that was trained on IPA, character by character: of its symbols those of sounds."""
    return {each: each for each in symbols if each == " " or (len(each) == 1 and _is_sound(each))}


def _is_sound(symbol: str) -> bool:
    return unicodedata.category(symbol)[0] in "LM" and not (symbol.isascii() and symbol.isupper())


def tail_of(text: str) -> str:
    """What stands behind the last word of a text: its punctuation, which carries the melody."""
    bare = text.rstrip()
    return bare[len(bare.rstrip(".,;:!?\u2026")) :]
