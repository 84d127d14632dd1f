"""English. American unless the region says otherwise: "forty-two thousand one hundred five"."""

from __future__ import annotations

from pipelines.spoken.numerals import spelled
from pipelines.spoken.tongue import Currency, Tongue

MONTH_FIRST = frozenset({"", "US", "PH"})
"""Regions that write the month first; others have the day."""


class English(Tongue):
    language = "en"
    digit_words = tuple("zero one two three four five six seven eight nine".split())
    point = "point"
    minus = "minus"
    plus = "plus"
    percent = "percent"
    to = "to"
    money_and = " and "
    number_sign = "number"
    signs = {
        "&": "and", "+": "plus", "=": "equals", "@": "at", "§": "section", "×": "times", "÷": "divided by",
        "€": "euros", "$": "dollars", "£": "pounds", "%": "percent", "°": "degrees", "±": "plus or minus",
        "≤": "at most", "≥": "at least", "≈": "about", "<": "less than", ">": "more than", "№": "number",
        "−": "minus", "‰": "per mille", "π": "pi",
    }  # fmt: skip
    address_signs = {
        ".": "dot", "@": "at", "-": "dash", "_": "underscore", "/": "slash", "+": "plus",
        "?": "question mark",
        "=": "equals", "&": "and", "#": "hash", "%": "percent", ":": "colon", "~": "tilde",
    }  # fmt: skip
    abbreviations = {
        "dr.": "Doctor", "mr.": "Mister", "mrs.": "Missus", "ms.": "Miz", "prof.": "Professor",
        "jr.": "Junior",
        "sr.": "Senior", "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "vs.": "versus",
        "approx.": "approximately", "dept.": "department", "ave.": "Avenue", "blvd.": "Boulevard",
        "rd.": "Road", "apt.": "apartment", "ext.": "extension", "inc.": "Incorporated", "ltd.": "Limited",
        "co.": "Company", "corp.": "Corporation", "a.m.": "a m", "p.m.": "p m", "w/o": "without",
        "w/": "with",
        "tel.": "telephone", "no.": "number", "min.": "minutes", "max.": "maximum", "st.": "Saint",
        "mt.": "Mount", "ft.": "feet", "incl.": "including", "excl.": "excluding", "p.s.": "P S",
        "a.k.a.": "also known as", "asap": "as soon as possible", "appt.": "appointment",
        "mon.": "Monday", "tue.": "Tuesday", "tues.": "Tuesday", "wed.": "Wednesday", "thu.": "Thursday",
        "thurs.": "Thursday", "fri.": "Friday",
    }  # fmt: skip
    before_digit = frozenset({"no.", "ext.", "max.", "apt."})
    before_name = frozenset({"st.", "mt."})
    behind_digit = frozenset({"min.", "ft."})
    currencies = {
        "USD": Currency("dollar", "dollars", "cent", "cents"),
        "EUR": Currency("euro", "euros", "cent", "cents"),
        "GBP": Currency("pound", "pounds", "penny", "pence"),
        "JPY": Currency("yen", "yen"),
        "CNY": Currency("yuan", "yuan"),
        "INR": Currency("rupee", "rupees", "paisa", "paise"),
        "CHF": Currency("Swiss franc", "Swiss francs", "centime", "centimes"),
        "CAD": Currency("Canadian dollar", "Canadian dollars", "cent", "cents"),
        "AUD": Currency("Australian dollar", "Australian dollars", "cent", "cents"),
    }
    magnitudes = {
        "k": "thousand", "K": "thousand", "thousand": "thousand", "M": "million", "mn": "million",
        "million": "million", "B": "billion", "bn": "billion", "billion": "billion", "trillion": "trillion",
    }  # fmt: skip
    fractions = {
        (1, 2): "one half", (1, 3): "one third", (2, 3): "two thirds", (1, 4): "one quarter",
        (3, 4): "three quarters", (1, 8): "one eighth", (3, 8): "three eighths", (1, 5): "one fifth",
    }  # fmt: skip
    roman_before = frozenset(
        "chapter part volume section act phase level war article annex type class book title appendix "
        "stage grade tier schedule".split()
    )
    roman_after = frozenset({"century"})
    rulers = frozenset(
        "henry louis elizabeth charles george william edward james richard philip francis pius paul john "
        "benedict leo alexander nicholas frederick catherine".split()
    )

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.month_first = self.region in MONTH_FIRST
        if not self.month_first:
            self.rules = "spellout-cardinal-verbose"

    def tidy(self, words: str, noun: str) -> str:
        return words.replace(",", "")

    def ordinal(self, n: int, mark: str = "", before: str = "", noun: str = "") -> str:
        rules = "spellout-ordinal" if self.month_first else "spellout-ordinal-verbose"
        return spelled(n, "en", rules).replace(",", "")

    def year(self, n: int) -> str:
        return spelled(n, "en", "spellout-numbering-year")

    def regnal(self, n: int) -> str:
        return f"the {self.ordinal(n)}"

    def mixed(self, whole: int, part: str) -> str:
        return f"{self.cardinal(whole)} and {'a half' if part == 'one half' else part}"

    def date(self, year: int | None, month: int, day: int, before: str = "") -> str:
        nth = self.ordinal(day)
        if self.month_first:
            said = f"{self.month(month)} {nth}"
            return said if year is None else f"{said}, {self.year(year)}"
        said = f"{nth} of {self.month(month)}"
        if before != "the":
            said = f"the {said}"
        return said if year is None else f"{said} {self.year(year)}"

    def clock(self, hour: int, minute: int, half: str = "", *, oclock: bool = False) -> str:
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        if minute == 0 and hour in (0, 12):
            return "midnight" if hour == 0 else "noon"
        said = self.cardinal(hour % 12 or 12)
        if 0 < minute < 10:
            said += f" oh {self.cardinal(minute)}"
        elif minute:
            said += f" {self.cardinal(minute)}"
        return f"{said} {'a' if hour < 12 else 'p'} m"
