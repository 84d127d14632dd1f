"""Digits, letters and addresses as people dictate them, back into what they stand for.

Pure. A text is wholly such a thing or none.
"""

from __future__ import annotations

import re

from pipelines.spoken.hearing.numbers import CJK_DIGITS, JA_DIGITS, key, table, whole
from pipelines.spoken.hearing.words import Dictation, folded
from pipelines.spoken.tongue import Tongue

_CJK = re.compile(r"[\u3041-\u9fff]")
_MAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}", re.ASCII)
PAIR = 3
"""Words of which one number of two digits is made, at most ("quatre vingt dix")."""


def characters(text: str, tongue: Tongue, words: Dictation, *, digits: bool, letters: bool) -> str | None:
    """'oh one double seven' -> '0177', 'b as in bravo' -> 'B'. `text`: folded."""
    tokens = _tokens(text, tongue)
    found, at = "", 0
    while at < len(tokens):
        said, took = None, 0
        if digits:
            said, took = _digits_at(tokens, at, tongue, words)
        if said is None and letters:
            said, took = _letter_at(tokens, at, tongue, words)
        if said is None:
            return None
        found += said
        at += took
    return found or None


def phone(text: str, tongue: Tongue, words: Dictation, *, least: int = 3) -> str | None:
    """'plus one six five zero ...' -> '+1650...'; what has fewer than `least` digits is none."""
    first, _, rest = text.partition(" ")
    plus = text.startswith("+") or first in words.plus
    body = rest if first in words.plus else text.lstrip("+")
    if tongue.joined:
        for word in words.plus:
            if text.startswith(word):
                plus, body = True, text.removeprefix(word)
    found = characters(body.replace("(", " ").replace("-", " "), tongue, words, digits=True, letters=False)
    return ("+" if plus else "") + found if found and len(found) >= least else None


def mail(text: str, tongue: Tongue, words: Dictation) -> str | None:
    """'john dot smith at example dot com' -> 'john.smith@example.com'."""
    signs = {**{word: "@" for word in words.at}, **{word: "." for word in words.dot}, **words.signs}
    if tongue.joined:
        for word in sorted(signs, key=len, reverse=True):
            if not word.isascii():
                text = text.replace(word, f" {signs[word]} ")
    tokens, out, at = text.split(), "", 0
    while at < len(tokens):
        two = " ".join(tokens[at : at + 2])
        three = " ".join(tokens[at : at + 4])
        took = 4 if three in signs else 2 if two in signs else 1
        token = {4: three, 2: two, 1: tokens[at]}[took]
        if token in signs:
            # "at" is a word of names, too ("at home at example"): the last one is the sign, and so is "@".
            out += signs[token]
        else:
            said, digits = _digits_at(tokens, at, tongue, words)
            letter = next((c for c, name in tongue.letters.items() if folded(name) == token), "")
            linked = tokens[at + 1] in words.links if at + 2 < len(tokens) and len(token) == 1 else False
            if (
                said is None
                and tongue.joined
                and (number := whole(token, tongue.language, words)) is not None
            ):
                said, digits = str(number), 1
            if said is not None and not token.isdecimal() and not (len(token) == 1 and token.isascii()):
                out, took = out + said, digits
            elif linked:
                spelt, took = _letter_at(tokens, at, tongue, words)
                # "1 de 2" spells nothing, and what takes no word would be read for ever.
                out, took = out + (spelt or token), max(took, 1)
            else:
                out += letter or token
        at += took
    out = out.lower()
    return out if _MAIL.fullmatch(out) else None


def _tokens(text: str, tongue: Tongue) -> list[str]:
    if not tongue.joined:
        return text.replace("-", " ").split() if "x-ray" not in text else text.split()
    spaced = text
    for word in sorted(JA_DIGITS, key=len, reverse=True):
        if not word.isascii() and len(word) > 1:
            spaced = spaced.replace(word, f" {word} ")
    for name in sorted(map(folded, tongue.letters.values()), key=len, reverse=True):
        spaced = spaced.replace(name, f" {name} ")
    return re.sub(r"([\u4e00-\u9fff\u3007])", r" \1 ", spaced).split()


def _digits_at(tokens: list[str], at: int, tongue: Tongue, words: Dictation) -> tuple[str | None, int]:
    """The digits that begin with a word, and how many words they take."""
    token = tokens[at]
    if token in words.times and at + 1 < len(tokens):
        once, took = _digits_at(tokens, at + 1, tongue, words)
        if once is not None and len(once) == 1:
            return once * words.times[token], took + 1
        return None, 0
    if token.isdecimal():
        return token, 1
    if tongue.joined:
        value = CJK_DIGITS.get(token, JA_DIGITS.get(token))
        return (None, 0) if value is None else (str(value), 1)
    if token in words.zeros.split():
        return "0", 1
    numbers = table(tongue.language)
    for took in range(min(PAIR + 1, len(tokens) - at), 0, -1):
        part = tokens[at : at + took]
        if took > 1 and any(word in words.times or word in words.zeros.split() for word in part):
            continue
        value = numbers.get(key(" ".join(part)))
        if value is None or value > 99 or (took > 1 and value < 10):
            continue
        if (
            took > 1
            and numbers.get(key(part[0])) in range(1, 10)
            and len(part) == 2
            and tongue.language != "fr"
        ):
            continue  # "two ten": two numbers
        return str(value), took
    return None, 0


def _letter_at(tokens: list[str], at: int, tongue: Tongue, words: Dictation) -> tuple[str | None, int]:
    """The letter that begins with a word: 'b', 'bee', 'bravo', 'b as in bravo', 'double u'."""
    token = tokens[at]
    if token in ("double", "doble", "doppel") and tokens[at + 1 : at + 2] in (
        ["u"],
        ["you"],
        ["uve"],
        ["ve"],
    ):
        return "W", 2
    own = next((char for char, name in tongue.letters.items() if folded(name) == token), "")
    if not own and len(token) == 1 and token.isalpha() and not _CJK.match(token):
        own = token.upper()
    own = own or words.letters.get(token, "")
    for size in (2, 1):
        link = " ".join(tokens[at + 1 : at + 1 + size])
        behind = tokens[at + 1 + size : at + 2 + size]
        if link in words.links and behind and behind[0][0].isalpha():
            word = behind[0]
            # Where letter and word do not agree, the longer of the two was heard better.
            return words.letters.get(word, word[0].upper()), size + 2
    return (own, 1) if own else (None, 0)
