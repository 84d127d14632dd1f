"""Number words back into numbers. The words come from the same rules that say them (CLDR's), turned round: a
table of 0 to 999 for each language, and its thousands.

Pure. A text is one number or none.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipelines.spoken.hearing.words import Dictation, folded
from pipelines.spoken.numerals import spelled

RULES = {
    "en": ("spellout-numbering",),
    "es": ("spellout-numbering", "spellout-cardinal-masculine", "spellout-cardinal-feminine"),
    "fr": ("spellout-numbering", "spellout-cardinal-feminine"),
    "de": ("spellout-numbering", "spellout-cardinal-masculine", "spellout-cardinal-feminine"),
    "pt": ("spellout-numbering", "spellout-cardinal-feminine"),
    "it": ("spellout-numbering", "spellout-cardinal-feminine"),
    "hi": ("spellout-numbering",),
}
"""CLDR's rule sets in which people count."""
ORDINALS = {
    "en": ("spellout-ordinal",),
    "es": ("spellout-ordinal-masculine", "spellout-ordinal-feminine", "spellout-ordinal-masculine-adjective"),
    "fr": ("spellout-ordinal-masculine", "spellout-ordinal-feminine"),
    "de": ("spellout-ordinal", "spellout-ordinal-n", "spellout-ordinal-r"),
    "pt": ("spellout-ordinal-masculine", "spellout-ordinal-feminine"),
    "it": ("spellout-ordinal-masculine", "spellout-ordinal-feminine"),
    "hi": ("spellout-ordinal-masculine", "spellout-ordinal-feminine"),
}
_OTHERS = {
    "fr": ((70, "septante"), (80, "huitante"), (80, "octante"), (90, "nonante")),
    "pt": (
        (14, "quatorze"),
        (14, "catorze"),
        (16, "dezasseis"),
        (17, "dezassete"),
        (19, "dezanove"),
        (6, "meia"),
    ),
    "hi": ((6, "छः"), (6, "छे"), (9, "नव"), (0, "सिफर")),
    "es": ((0, "zero"), (100, "cien")),
}
"""What CLDR does not say and people do."""
CJK_DIGITS = {
    char: n
    for n, chars in enumerate("〇零 一壱幺 二両两弐俩 三参 四 五 六 七 八 九".split())
    for char in chars
}
_CJK_SCALES = {"十": 10, "百": 100, "千": 1000}
_CJK_MYRIADS = {"万": 10**4, "萬": 10**4, "億": 10**8, "亿": 10**8, "兆": 10**12}
JA_DIGITS = {
    word: n
    for n, words in enumerate(
        "ゼロ れい レイ まる マル,いち イチ,に ニ,さん サン,よん ヨン し,ご ゴ,ろく ロク,なな ナナ しち,"
        "はち ハチ,きゅう キュウ く".split(",")
    )
    for word in words.split()
}
"""As they are said one by one."""
MOST_CHARS = 400
"""Of a text that is looked at."""
_PLURAL = re.compile(r"(million|milliard)s\b")
_DIGITS = re.compile(r"\d{1,3}(?:[.,\u00a0 ]\d{3})+|\d+")


def key(text: str) -> str:
    """A number's words as one, so that neither spaces nor hyphens count."""
    return text.replace(" ", "").replace("-", "").replace("cents", "cent").replace("vingts", "vingt")


@lru_cache(maxsize=16)
def table(language: str) -> dict[str, int]:
    """0 to 999 by their words, as `key` writes them. Made once: some 30 ms."""
    found: dict[str, int] = {}
    for rules in RULES[language]:
        for n in range(1000):
            said = folded(spelled(n, language, rules))
            found.setdefault(key(said), n)
            if language in ("es", "pt", "it"):  # "treinta y uno" without its "y"
                found.setdefault(key(" ".join(part for part in said.split() if part not in ("y", "e"))), n)
            if language == "de" and 100 < n:
                found.setdefault(key(said).replace("hundert", "hundertund", 1), n)
            if language == "fr":
                found.setdefault(key(said).replace("et", "", 1) if "-et-" in said else key(said), n)
    if language == "it":
        found |= {word[:-1]: n for word, n in list(found.items()) if word.endswith("uno")}  # "ventunmila"
    for n, word in _OTHERS.get(language, ()):
        found.setdefault(key(folded(word)), n)
        if language == "fr":
            for unit in range(1, 10):
                found.setdefault(key(folded(word)) + key(folded(spelled(unit, "fr"))), n + unit)
    if language == "de":
        found |= {"hundert" + word: 100 + n for word, n in list(found.items()) if n < 100 and n} | {
            "hundert": 100
        }
        found |= {"ein": 1, "eine": 1, "einen": 1, "zwo": 2}
    return found


@lru_cache(maxsize=16)
def ordinals(language: str) -> dict[str, int]:
    """1 to 99: 'twenty first'."""
    found: dict[str, int] = {}
    for rules in ORDINALS.get(language, ()):
        for n in range(1, 100):
            found.setdefault(key(folded(spelled(n, language, rules))), n)
    return found


def whole(text: str, language: str, words: Dictation) -> int | None:
    """'two thousand one hundred and five' -> 2105; digits count, too ('5 thousand'). `text`: folded."""
    if not text or len(text) > MOST_CHARS:
        return None
    if language in ("ja", "zh"):
        text = text.replace(" ", "")
        return _cjk(_unshortened(text) if language == "zh" else text)
    tokens = [token for token in text.split() if token not in words.joins or language == "de"]
    if " ".join(tokens) in words.ones.split():
        return 1
    if language == "fr":  # "un million six", not "un millions ix"
        tokens = [_PLURAL.sub(r"\1", token) for token in tokens]
    if language == "en":
        tokens = [
            "one" if token == "a" and at + 1 < len(tokens) else token for at, token in enumerate(tokens)
        ]
    return _scaled(key(" ".join(tokens)), tuple(words.scales.items()), language)


def _scaled(text: str, scales: tuple[tuple[str, int], ...], language: str) -> int | None:
    """Down the scales: each at most once, the largest first. A name that does not fit may be another's
    beginning: "milliarde neunhundert" is no "milliarden"."""
    if not text:
        return None
    named = False
    for name, value in scales:
        before, found, after = text.partition(name)
        if not found:
            continue
        named = True
        smaller = tuple(scale for scale in scales if scale[1] < value)
        many = _scaled(before, smaller, language) if before else 1
        if language == "de" and after.startswith("und"):
            after = after[3:]
        rest = _scaled(after, smaller, language) if after else 0
        if many is not None and rest is not None and rest < value and many:
            return many * value + rest
    if named:
        return None
    if text.isdecimal() and text.isascii():
        return int(text) if len(text) < 16 else None
    if (shape := _DIGITS.fullmatch(text)) is not None:
        return int(re.sub(r"\D", "", shape[0]))
    return table(language).get(text)


_SHORTENED = re.compile(".*([百千万亿萬億])([一二三四五六七八九两兩])")
_NEXT_SCALE = {"百": "十", "千": "百", "万": "千", "萬": "千", "亿": "千万", "億": "千万"}


def _unshortened(text: str) -> str:
    """一万二 is 一万二千, 三千五 is 三千五百: a digit right behind a scale has the next one. A mere two is
    零二 there."""
    found = _SHORTENED.fullmatch(text)
    return text if found is None else text + _NEXT_SCALE[found[1]]


def _cjk(text: str) -> int | None:
    """二千百五, 两千一百零五, and digits among them (20万)."""
    total = part = 0
    digit: int | None = None
    if text == "ゼロ":
        return 0
    number = ""
    for char in text:
        if char.isascii() and char.isdigit():
            number += char
            digit = int(number[-15:])
            continue
        number = ""
        if char in CJK_DIGITS:
            if digit not in (None, 0):
                return None  # a row of digits
            digit = CJK_DIGITS[char]
        elif char in _CJK_SCALES:
            part += (1 if digit is None or digit == 0 else digit) * _CJK_SCALES[char]
            digit = None
        elif char in _CJK_MYRIADS:
            many = part + (digit or 0)
            if not many and not total:
                return None
            total = (
                (total if not many else total + many * _CJK_MYRIADS[char])
                if many
                else total * _CJK_MYRIADS[char]
            )
            part, digit = 0, None
        else:
            return None
    return total + part + (digit or 0) if text else None
