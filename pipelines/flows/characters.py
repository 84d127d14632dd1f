"""Characters as callers say them: digits one by one, letters with a word for each ("b as in bravo"). Bare
letters are understood where a recogniser gives them, but grammars do not ask for them.

Pure. All words are in cmudict. What a caller says to put a value right ("no, one eight", "the last one is
nine") is understood here, too; what to do about it is the executor's.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import dropwhile

DIGITS = {word: str(n) for n, word in enumerate("zero one two three four five six seven eight nine".split())}
DIGIT_WORDS = DIGITS | {"oh": "0"}
TIMES = {"double": 2, "triple": 3}
NATO = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa "
    "quebec romeo sierra tango uniform victor whiskey x-ray yankee zulu"
).split()
"""The spelling alphabet of the ICAO, in cmudict's spelling."""
COMMON = (
    "apple adam boy baker cat dog david easy edward fox frank george henry ida item john king love lincoln "
    "mary mother nancy nora ocean otto peter queen robert roger sugar sam tom thomas uncle union victory "
    "william water yellow young zebra"
).split()
"""What callers say who do not know that alphabet."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SPOKEN_FOR = dict(zip(LETTERS, NATO, strict=True))
_LETTER_WORDS = {word: word[0] for word in (*NATO, *COMMON)}
_LINKS = (("as", "in"), ("for",), ("like",))
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
COUNTS = {"two": 2, "three": 3, "four": 4}
START_AGAIN = ("start again", "start over")
_REFUSALS = frozenset({"no", "nope", "wrong", "not", "that's", "right", "it's"})
_FILLER = frozenset({"the", "one", "digit", "digits", "letter", "letters"})

DIGIT_RULES = f"""
<digit> = {" | ".join(list(DIGITS)[1:])} | (zero | oh) {{0}};
<one_or_more> = <digit> | (double | triple) <digit>;
"""
LETTER_RULES = f"""
<letter_word> = {" | ".join(_LETTER_WORDS)};
<letter> = [({" | ".join(LETTERS)}) (as in | for | like)] <letter_word>;
"""
"""No letter without its word: with letters alone a small recogniser finds any name in any other."""


def digits_of(words: list[str]) -> str | None:
    """['double', 'seven', 'oh'] -> '770'; None when there is anything but digits."""
    return _characters(words, letters=False, digits=True)


def letters_of(words: list[str]) -> str | None:
    """['b', 'as', 'in', 'bravo', 'x-ray'] -> 'BX'."""
    return _characters(words, letters=True, digits=False)


def characters_of(words: list[str]) -> str | None:
    """Letters and digits, mixed."""
    return _characters(words, letters=True, digits=True)


def _characters(words: list[str], letters: bool, digits: bool) -> str | None:
    found, at = "", 0
    while at < len(words):
        word = words[at]
        at += 1
        if digits and word in TIMES and at < len(words) and words[at] in DIGIT_WORDS:
            found += TIMES[word] * DIGIT_WORDS[words[at]]
            at += 1
        elif digits and word in DIGIT_WORDS:
            found += DIGIT_WORDS[word]
        elif letters and word in LETTERS and len(word) == 1:
            link = next((link for link in _LINKS if tuple(words[at : at + len(link)]) == link), ())
            after = words[at + len(link)] if link and at + len(link) < len(words) else ""
            if after in _LETTER_WORDS:
                # Where letter and word do not agree, the longer of the two was heard better.
                found += _LETTER_WORDS[after].upper()
                at += len(link) + 1
            else:
                found += word.upper()
        elif letters and word in _LETTER_WORDS:
            found += _LETTER_WORDS[word].upper()
        else:
            return None
    return found or None


def say_digits(text: str, group: int = 3) -> str:
    """'01755' -> 'zero one seven, five five'; one that is left over goes with those before it."""
    names = list(DIGITS)
    groups = in_groups(text, group)
    return ", ".join(" ".join(names[int(c)] if c.isdecimal() else c for c in each) for each in groups)


def in_groups(text: str, group: int) -> list[str]:
    """'4155550123' -> '415', '555', '0123'."""
    found = [text[at : at + group] for at in range(0, len(text), group)]
    if len(found) > 1 and len(found[-1]) == 1:
        *found, last = found
        found[-1] += last
    return found


def say_letters(text: str) -> str:
    """'BX7' -> 'B as in bravo, X as in x-ray, seven'."""
    return ", ".join(
        say_digits(c) if c.isdecimal() else f"{c} as in {_SPOKEN_FOR[c.lower()]}"
        for c in text.upper()
        if c.isdecimal() or c.lower() in _SPOKEN_FOR
    )


# ---- corrections


def mend_rules(character: str) -> str:
    """JSGF of what `mended` knows besides the characters alone. `character`: the name of their rule."""
    return f"""
<mend> = {" | ".join(START_AGAIN)} | [the] (last | <ordinal>) [one | digit | letter] is <{character}>
  | [the] last <count> [digits | letters] are <{character}>+;
<ordinal> = {" | ".join(ORDINALS)};
<count> = {" | ".join(COUNTS)};
"""


def mended(value: str, text: str, read: Callable[[list[str]], str | None]) -> str | None:
    """What a correction makes of a value; '' starts again, None is no correction. `read`: finds the
    characters in words.

    '017', 'no one eight' -> '018'; 'the last one is nine' -> '019'; 'the last two are four two' -> '042'
    """
    words = list(dropwhile(_REFUSALS.__contains__, text.split()))
    if " ".join(words) in START_AGAIN:
        return ""
    verb = next((at for at, word in enumerate(words) if word in ("is", "are")), None)
    if verb is not None:
        return _mended_at(value, words[:verb], read(words[verb + 1 :]))
    found = read(words)
    if found is None:
        return None
    # "No, one eight": the end of it was wrong. What was right nobody says again.
    return found if len(found) >= len(value) else value[: -len(found)] + found


def _mended_at(value: str, place: list[str], found: str | None) -> str | None:
    match [word for word in place if word not in _FILLER]:
        case ["last"]:
            at, count = len(value) - 1, 1
        case ["last", number] if number in COUNTS:
            at, count = len(value) - COUNTS[number], COUNTS[number]
        case [ordinal] if ordinal in ORDINALS:
            at, count = ORDINALS.index(ordinal), 1
        case _:
            return None
    if found is None or len(found) != count or not 0 <= at <= len(value) - count:
        return None
    return value[:at] + found + value[at + count :]
