"""Reads one plain sentence in one language: what each form that `patterns` finds in it is said as.

Pure. What looks like a form and is none (a 31st of February) stays as it is written.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass

from pipelines.spoken.addresses import address
from pipelines.spoken.amounts import amount_of, parts_of
from pipelines.spoken.codes import code, roman
from pipelines.spoken.figures import KINDS, LOOKED_BACK, figure, ratio, spelt
from pipelines.spoken.patterns import LETTER, SYMBOLS, pattern
from pipelines.spoken.phones import phone_groups
from pipelines.spoken.pronunciation import Pronunciations
from pipelines.spoken.tongue import Amount, Tongue, months, short_months
from pipelines.spoken.units import UNITS

_BEFORE = re.compile(rf"({LETTER}+(?:['\u2019]{LETTER}+)?)[\s,.:(\u00ab\"]{{0,4}}$")
_NEXT = re.compile(rf"\s({LETTER}++)")
_SPACED = re.compile(r"\d{1,3}(?: \d{3})+")
_DIGITS = re.compile(r"\d++")
_PLAIN = re.compile(r"\s++|[^\s]++")
_HAN = re.compile(
    r"[\u30a0-\u30ff]++|[\u3400-\u9fff\uf900-\ufaff][\u3041-\u309f]{0,4}+|[\u3041-\u309f]{1,4}+"
    r"|[^\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]++"
)
"""What is one word where no spaces stand between them: a character with what inflects it."""
_ALONE = re.compile(r"[.,;:!?]?(?:\s|$)")
_STAR = {
    **{
        "en": "star",
        "de": "Stern",
        "fr": "\u00e9toile",
        "es": "asterisco",
        "it": "asterisco",
        "pt": "asterisco",
    },
    **{
        "hi": "\u0938\u094d\u091f\u093e\u0930",
        "zh": "\u661f\u53f7",
        "ja": "\u30a2\u30b9\u30bf\u30ea\u30b9\u30af",
    },
}
"""The key of a telephone, by language."""
_UNSAID = re.compile(r"[_*#^~|\\{}\[\]<>`\u2192\u2248\u221e\u221a\u2260\u2032\u2033]")
"""Signs that are dropped, unless a language has a word for them."""
_YEARS_AFTER = frozenset(
    "in since until till by before after during from year of circa en desde hasta del año depuis jusqu'en "
    "dès vers année seit bis vor nach ab jahr em ano até nel dal fino anno".split()
)
"""Words before a year, in any language."""
_YEARS_BEFORE = frozenset("में से तक ई.".split())


@dataclass(frozen=True, slots=True)
class Piece:
    start: int
    """In the plain text."""
    said: str
    """A space where space is; may be empty."""
    form: bool = False
    """These are not the characters that were written."""
    cut: bool = False
    """A written word begins here, though no space stands before it."""


class SentenceReader:
    """Of one sentence."""

    def __init__(self, text: str, tongue: Tongue | None, pronunciations: Pronunciations) -> None:
        self._text = text
        self._tongue = tongue
        self._own = pronunciations

    def pieces(self) -> list[Piece]:
        """The sentence in order: spaces, words as they are written, and what is said for a form."""
        found: list[Piece] = []
        at = 0
        for start, end, said in self._own.found(self._text):
            found += self._between(at, start)
            found.append(Piece(start, said, form=True, cut=self._joined))
            at = end
        return found + self._between(at, len(self._text))

    @property
    def _joined(self) -> bool:
        return self._tongue is not None and self._tongue.joined

    def _between(self, at: int, end: int) -> list[Piece]:
        text, tongue = self._text, self._tongue
        found: list[Piece] = []
        if tongue is None:
            for part in _PLAIN.finditer(text, at, end):
                found.append(Piece(part.start(), " " if part[0].isspace() else _UNSAID.sub("", part[0])))
            return found
        forms = pattern(tongue)
        while at < end:
            match = forms.match(text, at, end)
            if match is None:
                break
            kind, start, at = match.lastgroup or "sign", at, match.end()
            if kind == "space":
                found.append(Piece(start, " "))
            elif kind in ("easy", "word"):
                found += self._word(start, match[0])
            elif kind == "phone":
                said, at = self._phone(tongue, match)
                found.append(Piece(start, tongue.finish(said), form=True, cut=tongue.joined))
            else:
                read: Callable[[Tongue, re.Match[str]], str | None]
                read = figure if kind in KINDS else getattr(self, f"_{kind}")
                said_so = read(tongue, match)
                own = said_so is not None and said_so != match[0]
                said = match[0] if said_so is None else tongue.finish(said_so)
                found.append(Piece(start, said, own, tongue.joined and kind != "sign"))
        return found

    def _word(self, start: int, word: str) -> list[Piece]:
        if not self._joined:
            return [Piece(start, word)]
        return [Piece(start + part.start(), part[0], cut=True) for part in _HAN.finditer(word)]

    def _before(self, start: int) -> str:
        """The word before a place, lower case."""
        found = _BEFORE.search(self._text[max(0, start - 40) : start])
        return found[1].lower() if found else ""

    def _after(self, end: int) -> str:
        """The word behind a place, lower case; of a language without spaces the character."""
        if self._joined:
            return self._text[end : end + 1]
        found = _NEXT.match(self._text, end)
        return found[1].lower() if found else ""

    # ---- addresses, codes, signs

    def _mail(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        return address(tongue, match[0])

    def _web(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        return address(tongue, match[0])

    def _code(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        return code(tongue, match[0])

    def _roman(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        n = roman(match[0].rstrip("."))
        before = self._before(match.start())
        if n is None or not before:
            return None
        if self._after(match.end()) in tongue.roman_after:
            return tongue.ordinal(n)
        if before in tongue.rulers:
            return tongue.regnal(n)
        if before in tongue.roman_before and (n > 1 or tongue.language != "en"):
            return tongue.cardinal(n)
        return None

    def _street(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        """'Hauptstr.'."""
        return match[0][:-4] + ("straße" if match[0][-4] == "s" else "Straße")

    def _decades(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        """'die 90er'."""
        return tongue.cardinal(int(match["e_n"])) + match["e_end"]

    def _century(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        """'XXIe siècle'."""
        n = roman(match["r_n"])
        return None if n is None else tongue.ordinal(n, match["r_mark"])

    def _abbr(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        short = match[0].lower()
        rest = self._text[match.end() :]
        if short in tongue.before_digit and not rest.lstrip()[:1].isdigit():
            return None
        if short in tongue.before_name and not rest.lstrip()[:1].isupper():
            return None
        if short in tongue.behind_digit and not self._text[: match.start()].rstrip()[-1:].isdigit():
            return None
        end = "." if short.endswith(".") and not rest.strip() else ""
        return tongue.abbreviations[short] + end

    def _hash(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        return f"{tongue.number_sign} "

    def _range(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        return tongue.to if tongue.joined else f" {tongue.to} "

    def _key(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        """'Press # or *.': a sign that stands alone in a sentence is a key of the telephone. None: it is no
        such sign."""
        start, end = match.span()
        if match[0] not in "#*" or not self._text[:start].strip() or not _ALONE.match(self._text, end):
            return None
        if not self._text[start - 1].isspace():
            return None
        if match[0] == "*":
            factors = self._text[:start].rstrip()[-1:].isdigit() and self._text[end:].lstrip()[:1].isdigit()
            return tongue.signs.get("\u00d7") if factors else _STAR.get(tongue.language)
        american = tongue.language == "en" and tongue.region in ("", "US", "CA")
        return "pound" if american else tongue.address_signs.get("#")

    def _sign(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        sign = match[0]
        if key := self._key(tongue, match):
            return key if tongue.joined else f" {key} "
        if sign in tongue.signs:
            alone = tongue.signs[sign]
            return alone if tongue.joined else f" {alone} "
        return " " if _UNSAID.match(sign) or sign in "/+@=" else None

    # ---- dates and times

    def _ymd(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        day = self._day(match.start(), match["y_year"], int(match["y_month"]), int(match["y_day"]))
        if day is None or match["y_h"] is None:
            return day
        hour, minute = int(match["y_h"]), int(match["y_m"])
        return f"{day}{tongue.pause}{tongue.clock(hour, minute)}" if hour < 24 and minute < 60 else None

    def _dmy(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        day, month = int(match["n_one"]), int(match["n_two"])
        if (tongue.month_first and match["n_sep"] != "." and day <= 12) or (month > 12 >= day):
            day, month = month, day
        return self._day(match.start(), match["n_year"], month, day)

    def _dots(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        return self._day(match.start(), None, int(match["o_month"]), int(match["o_day"]))

    def _dayname(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        month = _month_of(match["d_month"], tongue)
        return self._day(match.start(), match["d_year"], month, int(match["d_day"]))

    def _nameday(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        month = _month_of(match["m_month"], tongue)
        if tongue.month_first:
            return self._day(match.start(), match["m_year"], month, int(match["m_day"]))
        day = self._day(match.start(), match["m_year"], month, int(match["m_day"]))
        return day and day.removeprefix("the ")

    def _nameyear(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        return f"{tongue.month(_month_of(match['ny_month'], tongue))} {tongue.year(int(match['ny_year']))}"

    def _cjk(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        year, month, day = match["c_year"], int(match["c_month"]), int(match["c_day"] or 1)
        if not 1 <= month <= 12 or not 1 <= day <= 31:
            return None
        said = f"{tongue.cardinal(month)}月"
        if match["c_day"]:
            said += tongue.cardinal(day) + match[0][-1]
        return (f"{tongue.year(int(year))}年" if year else "") + said

    def _cjkyear(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        return f"{tongue.year(int(match['y']))}年"

    def _day(self, start: int, year: str | None, month: int, day: int) -> str | None:
        """A date that exists; without a year a leap year's."""
        tongue = self._tongue
        number = int(year) if year else None
        if tongue is None or not 1 <= month <= 12 or number == 0:
            return None
        if not 1 <= day <= monthrange(number or 2000, month)[1]:
            return None
        return tongue.date(number, month, day, self._before(start))

    def _clock(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        hour, minute = int(match["t_h"]), int(match["t_m"])
        if hour == 24 and minute:
            return None
        if match["t_s"]:
            return tongue.space.join(tongue.cardinal(int(match[name])) for name in ("t_h", "t_m", "t_s"))
        worded = any(map(str.isalpha, match[0])) and not match["t_half"]
        return tongue.clock(hour % 24, minute, (match["t_half"] or "").lower(), oclock=worded)

    def _bare(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        return tongue.clock(int(match["h_h"]), 0, match["h_half"].lower())

    def _hours(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        named = match.groupdict()
        return tongue.clock(int(match["x_h"]) % 24, int(match["x_m"] or named.get("x_n") or 0), oclock=True)

    def _decade(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        tens = tongue.cardinal(int(match["tens"]))
        tens = (
            tens[:-1] + "ies" if tens.endswith("y") else "hundreds" if match["tens"] == "00" else tens + "s"
        )
        if match["century"] is None:
            return tens
        return (
            f"{tongue.cardinal(int(match['century']))} {tens}"
            if match["century"] + match["tens"] != "2000"
            else "two thousands"
        )

    # ---- numbers

    def _money(self, tongue: Tongue, number: Amount, sign: str, more: str | None) -> str:
        currency = SYMBOLS.get(sign, "CNY" if sign == "RMB" else sign) or tongue.dollars
        if sign in ("¥", "￥") and tongue.language == "zh":
            currency = "CNY"
        return tongue.magnitude(number, more, currency) if more else tongue.money(number, currency)

    def _leading(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        text = match["b_n"]
        number = amount_of(text, tongue)
        if number is None:
            return None
        if len(number.fraction) == 3 and "," in text and match["b_sign"] != "\u20ac":
            number = Amount(number.whole + number.fraction)  # $1,000, in whatever language
        number = Amount(number.whole, number.fraction, bool(match["b_minus"]))
        return self._money(tongue, number, match["b_sign"], match["b_more"])

    def _trailing(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        number = amount_of(match["a_n"], tongue)
        return None if number is None else self._money(tongue, number, match["a_sign"], match["a_more"])

    def _per(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        number = amount_of(match["p_n"], tongue)
        if number is None or (match["p_sign"] == "\u2030" and "\u2030" not in tongue.signs):
            return None
        return tongue.per_cent(number, tongue.percent if match["p_sign"] == "%" else tongue.signs["\u2030"])

    def _phone(self, tongue: Tongue, match: re.Match[str]) -> tuple[str, int]:
        """What is said, and to where it goes: spaces may stand between numbers that are none together."""
        text = match[0]
        first = _DIGITS.search(text)
        assert first is not None  # the pattern asks for seven
        lone = " " in text and not re.search(r"[+()/-]", text) and min(map(len, _DIGITS.findall(text))) < 2
        if tongue.spaced_groups and _SPACED.fullmatch(text) and text[0] != "0":
            return tongue.cardinal(int(text.replace(" ", "")), self._after(match.end())), match.end()
        if text.isdecimal() and len(text.rstrip("0")) <= 3 and text[0] != "0" and len(text) < 13:
            return tongue.cardinal(int(text), self._after(match.end())), match.end()
        if lone:
            return tongue.cardinal(int(first[0])), match.start() + first.end()
        return tongue.phone(phone_groups(text, tongue), "+" in text), match.end()

    def _part(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        said = tongue.fraction(int(match["f_top"]), int(match["f_bottom"]))
        if not said:
            slash = tongue.address_signs.get("/", "")
            ends = [tongue.cardinal(int(match[name])) for name in ("f_top", "f_bottom")]
            said = f"{ends[0]} {slash} {ends[1]}" if slash else ""
        if match["f_whole"]:
            said = said and tongue.mixed(int(match["f_whole"]), said)
        return said or None

    def _unit(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        number = amount_of(match["u_n"], tongue)
        if number is None:
            return None
        said = tongue.unit(number, match["u_sign"], UNITS[match["u_sign"]])
        return said or f"{tongue.amount(number)} {match['u_sign']}"

    def _nth(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        return tongue.ordinal(
            int(match["o"]), match["o_mark"], self._before(match.start()), self._after(match.end())
        )

    def _nth_degree(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        return tongue.ordinal(
            int(match["d_o"]), "\u00ba", self._before(match.start()), self._after(match.end())
        )

    def _number(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        text = match["n"]
        number = amount_of(text, tongue)
        if number is None:
            return parts_of(text, tongue)
        before = self._text[max(0, match.start() - LOOKED_BACK) : match.start()]
        if text.isdecimal() and (digits := spelt(tongue, text, before)):
            return digits
        year = len(text) == 4 and text.isdecimal() and 1100 <= int(text) <= 2099
        if year and (self._is_year(match) or (tongue.counts_hundreds and int(text) < 2000)):
            return tongue.year(int(text))
        if text[0] == "+":
            return tongue.space.join((tongue.plus, tongue.amount(number)))
        return tongue.amount(number, self._after(match.end()))

    def _version(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        said = parts_of(match["v"], tongue)
        return tongue.space.join((tongue.letter("v"), said))

    def _ratio(self, tongue: Tongue, match: re.Match[str]) -> str | None:
        """A score, a scale; a time of a sport voices read by themselves."""
        return ratio(tongue, match[0])

    def _is_year(self, match: re.Match[str]) -> bool:
        """By the words about it, and no word follows that may be what is counted."""
        after = self._after(match.end())
        if after in _YEARS_BEFORE:
            return True
        counted = len(after) > 3 and after.endswith("s")
        return self._before(match.start()) in _YEARS_AFTER and not counted


def _month_of(name: str, tongue: Tongue) -> int:
    low = name.lower()
    for names in (months(tongue.language), short_months(tongue.language)):
        for number, known in enumerate(names, 1):
            if known.lower() == low:
                return number
    return 0
