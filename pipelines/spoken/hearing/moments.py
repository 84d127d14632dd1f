"""Times and days as people say them, back into figures.

Pure. A time is `H:MM` of 24 hours where the half of the day was said, else as it was said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from pipelines.spoken.hearing.numbers import CJK_DIGITS, key, ordinals, whole
from pipelines.spoken.hearing.words import Dictation, folded
from pipelines.spoken.tongue import Tongue, months

_FIGURES = re.compile(r"(\d{1,2})[:.h](\d{2})")
_NIGHT = {
    "en": "at night,tonight",
    "es": "de la noche,por la noche",
    "fr": "de la nuit",
    "de": "nachts,in der nacht",
    "pt": "da noite",
    "it": "di sera,della sera,di notte",
    "hi": "रात,रात के,रात को",
    "ja": "夜",
    "zh": "晚上,夜里",
}
"""From the evening to the small hours."""
_AFTERNOON = {
    "en": "p m,pm,p.m,in the afternoon,in the evening,afternoon,evening",
    "es": "de la tarde,por la tarde,p m,pm",
    "fr": "de l'apres midi,de l'apres-midi,du soir,p m",
    "de": "nachmittags,am nachmittag,abends,am abend,p m",
    "pt": "da tarde,p m,pm",
    "it": "di pomeriggio,del pomeriggio,p m",
    "hi": "दोपहर,दोपहर के,शाम,शाम के",
    "ja": "午後,夕方",
    "zh": "下午,傍晚,中午",
}
_MORNING = {
    "en": "a m,am,a.m,in the morning,morning",
    "es": "de la manana,por la manana,de la madrugada,a m,am",
    "fr": "du matin,a m",
    "de": "morgens,am morgen,vormittags,am vormittag,fruh,in der fruh,a m",
    "pt": "da manha,da madrugada,a m,am",
    "it": "di mattina,del mattino,della mattina,a m",
    "hi": "सुबह,सुबह के,सवेरे",
    "ja": "午前,朝",
    "zh": "上午,早上,凌晨,清晨",
}
_NAMED = {
    "en": {"noon": "12:00", "midday": "12:00", "midnight": "0:00"},
    "es": {"mediodia": "12:00", "medianoche": "0:00"},
    "fr": {"midi": "12:00", "minuit": "0:00"},
    "de": {"mittag": "12:00", "mitternacht": "0:00"},
    "pt": {"meio dia": "12:00", "meia noite": "0:00", "meio-dia": "12:00", "meia-noite": "0:00"},
    "it": {"mezzogiorno": "12:00", "mezzanotte": "0:00"},
    "hi": {},
    "ja": {"正午": "12:00"},
    "zh": {"中午十二点": "12:00", "午夜": "0:00"},
}
_OPENINGS = {
    "en": "at ,it is ,it's ,around ",
    "es": "a las ,a la ,son las ,es la ,las ,la ",
    "fr": "a ,il est ,vers ",
    "de": "um ,gegen ,es ist ",
    "pt": "as ,a ,sao ,ao ",
    "it": "alle ,all' ,sono le ,le ,all'",
    "hi": "",
    "ja": "",
    "zh": "",
}
_HOURS = {
    "en": ("o'clock", "oclock", "hundred hours"),
    "es": ("horas", "hora", "en punto"),
    "fr": ("heures", "heure"),
    "de": ("uhr",),
    "pt": ("horas", "hora", "em ponto"),
    "it": ("in punto",),
    "hi": ("बजे", "बजकर", "मिनट"),
    "ja": (),
    "zh": (),
}
_QUARTERS = {
    "es": {"y media": 30, "y cuarto": 15},
    "fr": {"et demie": 30, "et demi": 30, "et quart": 15, "moins le quart": -15},
    "pt": {"e meia": 30, "e quinze": 15},
    "it": {"e mezza": 30, "e mezzo": 30, "e un quarto": 15, "meno un quarto": -15},
}
_LESS = {"es": "menos", "fr": "moins", "it": "meno"}


def time_of_day(text: str, tongue: Tongue, words: Dictation) -> str | None:
    """'half past two p m' -> '14:30', 'neun Uhr fünf' -> '9:05'. `text`: folded."""
    language = tongue.language
    for opening in _OPENINGS[language].split(","):
        if opening and text.startswith(opening):
            text = text.removeprefix(opening)
            break
    text, half = _half(text, language)
    if text in _NAMED[language]:
        return _NAMED[language][text]
    found = _clock(text, tongue, words)
    if found is None:
        return None
    hour, minute = found
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    if (half == "p" and hour < 12) or (half == "n" and 5 <= hour < 12):
        hour += 12
    elif half in ("a", "n") and hour == 12:
        hour = 0
    return f"{hour % 24}:{minute:02}"


def _half(text: str, language: str) -> tuple[str, str]:
    for half, table in (("n", _NIGHT), ("p", _AFTERNOON), ("a", _MORNING)):
        for words in sorted(table[language].split(","), key=len, reverse=True):
            said = folded(words)
            if language in ("ja", "zh"):
                if text.startswith(said) and text not in _NAMED[language]:
                    return text.removeprefix(said), half
            elif text.endswith(f" {said}"):
                return text.removesuffix(said).strip(), half
            elif language in ("hi", "en") and text.startswith(f"{said} "):
                return text.removeprefix(said).strip(), half
    return text, ""


def _clock(text: str, tongue: Tongue, words: Dictation) -> tuple[int, int] | None:
    if (figures := _FIGURES.fullmatch(text)) is not None:
        return int(figures[1]), int(figures[2])
    match tongue.language:
        case "ja" | "zh":
            return _cjk(text, tongue, words)
        case "en":
            found = _english(text, tongue, words)
        case "de":
            found = _german(text, tongue, words)
        case "hi":
            found = _hindi(text, tongue, words)
        case _:
            found = _romance(text, tongue, words)
    return found or _two(text, tongue, words)


def _two(text: str, tongue: Tongue, words: Dictation) -> tuple[int, int] | None:
    """An hour, and minutes behind it; the word for hours may stand between or behind."""
    tokens, names = text.split(), _HOURS[tongue.language]
    zero = {folded(tongue.digit_words[0]), *words.zeros.split()}
    named = next((at for at, token in enumerate(tokens) if token in names), None)
    cuts = range(len(tokens), 0, -1) if named is None else (named,)  # "vinte e dois" is an hour, not 20:02
    if tongue.language == "pt" and tokens[:2] == ["dez", "e"]:
        cuts = (1,)  # "dez e oito" is not "dezoito"
    for cut in cuts:
        hour = whole(" ".join(tokens[:cut]), tongue.language, words)
        rest = [token for token in tokens[cut:] if token not in names]
        if rest and rest[0] in words.joins:
            rest = rest[1:]
        if rest and rest[0] in zero and len(rest) > 1:
            rest = rest[1:]
        minute = whole(" ".join(rest), tongue.language, words) if rest else 0
        late = 24 if tongue.language == "pt" and named is None else 25  # "vinte e quatro" is 20:04
        if hour is not None and minute is not None and hour < late and minute < 60:
            return hour, minute
    return None


def _english(text: str, tongue: Tongue, words: Dictation) -> tuple[int, int] | None:
    for link, sign in (("past", 1), ("after", 1), ("to", -1), ("till", -1), ("before", -1)):
        before, found, after = text.partition(f" {link} ")
        hour = whole(after.removesuffix(" o'clock"), "en", words) if found else None
        if hour is None:
            continue
        before = before.removesuffix(" minutes").removesuffix(" minute").removeprefix("a ")
        minute = {"half": 30, "quarter": 15}.get(before) or whole(before, "en", words)
        if minute is not None:
            return _moved(hour, sign * minute)
    if text.startswith("half ") and (hour := whole(text[5:], "en", words)) is not None:
        return hour, 30  # British: "half two"
    return None


def _german(text: str, tongue: Tongue, words: Dictation) -> tuple[int, int] | None:
    if text.startswith("halb ") and (hour := whole(text[5:].removesuffix(" uhr"), "de", words)) is not None:
        return _moved(hour, -30)
    for link, sign in ((" nach ", 1), (" vor ", -1)):
        before, found, after = text.partition(link)
        half = after.startswith("halb ")  # "fünf vor halb acht"
        hour = whole(after.removeprefix("halb ").removesuffix(" uhr"), "de", words) if found else None
        if hour is not None:
            minute = 15 if before == "viertel" else whole(before.removesuffix(" minuten"), "de", words)
            return _moved(hour, sign * minute - (30 if half else 0)) if minute is not None else None
    if text.startswith("dreiviertel ") and (hour := whole(text[12:], "de", words)) is not None:
        return _moved(hour, -15)
    return None


def _romance(text: str, tongue: Tongue, words: Dictation) -> tuple[int, int] | None:
    hours = _HOURS[tongue.language]
    for said, minutes in _QUARTERS[tongue.language].items():
        if text.endswith(f" {said}"):
            before = " ".join(t for t in text.removesuffix(said).split() if t not in hours)
            hour = whole(before, tongue.language, words)
            return _moved(hour, minutes) if hour is not None else None
    less = _LESS.get(tongue.language)
    before, found, after = text.partition(f" {less} ")
    if less and found:
        hour = whole(" ".join(t for t in before.split() if t not in hours), tongue.language, words)
        minute = 15 if after in ("cuarto", "le quart", "un quarto") else whole(after, tongue.language, words)
        return _moved(hour, -minute) if hour is not None and minute is not None else None
    if tongue.language == "pt" and " para a" in text:  # "quinze para as nove"
        before, _, after = text.partition(" para a")
        minute, hour = whole(before, "pt", words), whole(after.removeprefix("s").strip(), "pt", words)
        return _moved(hour, -minute) if hour is not None and minute is not None else None
    return None


def _hindi(text: str, tongue: Tongue, words: Dictation) -> tuple[int, int] | None:
    body = " ".join(token for token in text.split() if token not in map(folded, _HOURS["hi"]))
    for said, named in ((folded("डेढ़"), (1, 30)), (folded("ढाई"), (2, 30))):
        if body == said:
            return named
    for said, minutes in ((folded("साढ़े"), 30), ("सवा", 15), ("पौने", -15)):
        if body.startswith(f"{said} "):
            hour = whole(body.removeprefix(said).strip(), "hi", words)
            return _moved(hour, minutes) if hour is not None else None
    return None


def _cjk(text: str, tongue: Tongue, words: Dictation) -> tuple[int, int] | None:
    text = text.replace(" ", "").replace("點", "点").replace("時", "时").replace("分钟", "分")
    before, found, after = text.partition("点" if tongue.language == "zh" else "时")
    hour = whole(before.replace("两", "二"), tongue.language, words)
    if not found or hour is None:
        return None
    after = after.removeprefix("钟").removesuffix("分").removesuffix("整")
    if after in ("半", "一刻", "三刻"):
        return hour, {"半": 30, "一刻": 15, "三刻": 45}[after]
    minute = whole(after.lstrip("零〇") or "零", tongue.language, words) if after else 0
    return (hour, minute) if minute is not None else None


def _moved(hour: int, minutes: int) -> tuple[int, int]:
    """So many minutes after an hour, or before it; the half of the day is not known."""
    if minutes >= 0:
        return hour, minutes
    return (hour - 1 if hour > 1 else hour + 11 if hour == 1 else 23), 60 + minutes


# ---- days


def date_of(text: str, tongue: Tongue, words: Dictation) -> str | None:
    """'november twenty fourth twenty twenty six' -> '2026-11-24'; without a year '--11-24' (ISO 8601)."""
    if tongue.joined:
        return _cjk_date(text, tongue, words)
    tokens = [token for token in text.split() if token not in _AROUND.get(tongue.language, frozenset())]
    named = _months(tongue.language)
    place = next((at for at, token in enumerate(tokens) if token in named), None)
    if place is None:
        return _german_date(tokens, tongue, words) if tongue.language == "de" else None
    month, before, after = named[tokens[place]], tokens[:place], tokens[place + 1 :]
    if before:
        return _iso(_year(after, tongue, words), month, _nth(before, tongue, words), bool(after))
    for cut in range(len(after), 0, -1):  # "november twenty fourth": the longest day that leaves a year
        day, rest = _nth(after[:cut], tongue, words), after[cut:]
        if day is not None and day <= 31 and (not rest or _year(rest, tongue, words) is not None):
            return _iso(_year(rest, tongue, words), month, day, bool(rest))
    return None


def _german_date(tokens: list[str], tongue: Tongue, words: Dictation) -> str | None:
    """'dritter vierter neunzehnhundertachtzig': both are ordinals."""
    if len(tokens) < 2:
        return None
    day, month = (ordinals("de").get(key(token)) for token in tokens[:2])
    rest = tokens[2:]
    return _iso(_year(rest, tongue, words), month, day, bool(rest))


_AROUND: Mapping[str, frozenset[str]] = {
    "en": frozenset({"the", "of", "on"}),
    "es": frozenset({"el", "de", "del", "dia"}),
    "fr": frozenset({"le"}),
    "de": frozenset({"der", "den", "dem", "am"}),
    "pt": frozenset({"o", "de", "do", "dia", "em"}),
    "it": frozenset({"il", "l'", "di", "del"}),
}


@lru_cache(maxsize=16)
def _months(language: str) -> dict[str, int]:
    return {folded(name): number for number, name in enumerate(months(language), 1)}


def _nth(tokens: list[str], tongue: Tongue, words: Dictation) -> int | None:
    said = " ".join(tokens)
    if said[:-2].isdecimal() and said[-2:] in ("st", "nd", "rd", "th", "er"):
        return int(said[:-2])
    return ordinals(tongue.language).get(key(said)) or whole(said, tongue.language, words)


def _year(tokens: list[str], tongue: Tongue, words: Dictation) -> int | None:
    """Said as a number, or in two halves: 'nineteen eighty four', 'neunzehnhundertvierundachtzig'."""
    said = " ".join(tokens)
    value = whole(said, tongue.language, words)
    if value is not None and value >= 100:
        return value
    if tongue.language == "de" and "hundert" in said:
        before, _, after = said.replace(" ", "").partition("hundert")
        century = whole(before, "de", words)
        rest = whole(after, "de", words) if after else 0
        return century * 100 + rest if century is not None and rest is not None else None
    for cut in range(1, len(tokens)):
        century = whole(" ".join(tokens[:cut]), tongue.language, words)
        rest_words = [t for t in tokens[cut:] if t not in ("oh", "o", "hundred", folded("सौ"))]
        rest = whole(" ".join(rest_words), tongue.language, words) if rest_words else 0
        if century is not None and rest is not None and 10 <= century <= 21 and rest < 100:
            return century * 100 + rest
    return None


def _cjk_date(text: str, tongue: Tongue, words: Dictation) -> str | None:
    text = text.replace(" ", "").replace("号", "日").replace("號", "日")
    found = re.fullmatch(r"(?:(.{1,8})年)?(.{1,3})月(.{1,4})日", text)
    if found is None:
        return None
    year = None
    if found[1]:
        row = all(char in CJK_DIGITS for char in found[1])
        year = (
            int("".join(str(CJK_DIGITS[char]) for char in found[1]))
            if row
            else whole(found[1], tongue.language, words)
        )
    return _iso(
        year, whole(found[2], tongue.language, words), whole(found[3], tongue.language, words), bool(found[1])
    )


def _iso(year: int | None, month: int | None, day: int | None, wants_year: bool) -> str | None:
    if (
        month is None
        or day is None
        or not 1 <= month <= 12
        or not 1 <= day <= 31
        or (wants_year and year is None)
    ):
        return None
    return f"{year:04}-{month:02}-{day:02}" if year is not None else f"--{month:02}-{day:02}"
