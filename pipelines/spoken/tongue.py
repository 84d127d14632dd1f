"""How one language says numbers, dates, times, money and signs: what its nine have in common, and where each
differs. A language is a subclass in `tongues/`.

Pure: numbers in, words out. Nothing here looks for forms in a text; `forms` does that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pipelines.spoken.numerals import MOST, spelled
from pipelines.spoken.units import PER_SECOND, unit_pattern


@dataclass(frozen=True, slots=True)
class Currency:
    """What one is called: one and several, and of its hundredths."""

    one: str
    many: str
    minor: str = ""
    minors: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as it is written."""

    whole: str
    """Digits without groups."""
    fraction: str = ""
    negative: bool = False

    @property
    def single(self) -> bool:
        return self.whole == "1" and not self.fraction


class Tongue:
    """One language, in one region."""

    language = ""
    """ISO 639."""
    rules = "spellout-numbering"
    """CLDR's rule set for counting."""
    feminine_rules = ""
    """... before a feminine noun; empty: the same."""
    joined = False
    """No spaces stand between words."""
    decimal_comma = False
    spaced_groups = False
    """Thousands may be grouped by a plain space."""
    month_first = False
    year_first = False
    digit_words: tuple[str, ...] = ()
    point = ""
    minus = ""
    plus = ""
    percent = ""
    to = ""
    """Between the ends of a range."""
    money_and = " "
    """Between an amount and its hundredths."""
    dollars = "USD"
    """What `$` means here."""
    signs: Mapping[str, str] = {}
    """What is said for a sign between or before words; others are dropped."""
    address_signs: Mapping[str, str] = {}
    """... and in e-mail and web addresses."""
    abbreviations: Mapping[str, str] = {}
    """As they are written, lower case, with their dot."""
    currencies: Mapping[str, Currency] = {}
    letters: Mapping[str, str] = {}
    """Names of A to Z, for voices that do not know them; empty: they do."""
    roman_before: frozenset[str] = frozenset()
    """Words behind which a Roman number is one, lower case."""
    roman_after: frozenset[str] = frozenset()
    """Words before which it is an ordinal."""
    rulers: frozenset[str] = frozenset()
    """Names behind which it is an ordinal."""
    magnitudes: Mapping[str, str] = {}
    """Words and letters for thousands and more behind an amount of money, and what is said."""
    fractions: Mapping[tuple[int, int], str] = {}
    number_sign = ""
    """What is said for # before a number."""
    counts_hundreds = False
    """1100 to 1999 are said in hundreds where they are written without a mark."""
    counts_fractions = False
    """Two decimals are said as a number, not digit by digit."""
    magnitude_of_one: Mapping[str, str] = {}
    """Of what `magnitudes` says: how it is said of one."""
    glues = False
    """What follows a number without a space is part of its word ("20er")."""
    before_digit: frozenset[str] = frozenset()
    """Abbreviations that are ones only before a digit, ..."""
    before_name: frozenset[str] = frozenset()
    """... before a capital letter, ..."""
    behind_digit: frozenset[str] = frozenset()
    """... behind a digit."""
    phone_pairs = False
    """Groups of two digits of a phone number are said as one number."""

    def __init__(self, tag: str) -> None:
        """`tag`: BCP 47, lower case."""
        self.tag = tag
        self.region = next((part.upper() for part in tag.split("-")[1:] if len(part) == 2), "")

    # ---- numbers

    def cardinal(self, n: int, noun: str = "") -> str:
        """`noun`: the next word, where its gender matters."""
        if n < 0:
            return f"{self.minus} {self.cardinal(-n, noun)}"
        if n >= MOST:
            return self.digits(str(n))
        rules = self.feminine_rules if noun and self.feminine_rules and self.is_feminine(noun) else self.rules
        return self.tidy(spelled(n, self.language, rules), noun)

    def tidy(self, words: str, noun: str) -> str:
        """What CLDR says, as it is said on the telephone."""
        return words

    def finish(self, said: str) -> str:
        """In the script of the region."""
        return said

    def is_feminine(self, noun: str) -> bool:
        return False

    def digits(self, text: str) -> str:
        """One by one."""
        return self.space.join(self.digit_words[int(c)] for c in text)

    @property
    def space(self) -> str:
        return "" if self.joined else " "

    def amount(self, number: Amount, noun: str = "") -> str:
        """A number with decimals, or without."""
        if len(number.whole) > 15 or (
            len(number.whole) > 1 and number.whole[0] == "0" and not number.fraction
        ):
            said = self.digits(number.whole)
        else:
            said = self.cardinal(int(number.whole or "0"), "" if number.fraction else noun)
        if number.fraction:
            counted = self.counts_fractions and len(number.fraction) == 2 and number.fraction[0] != "0"
            part = self.cardinal(int(number.fraction)) if counted else self.digits(number.fraction)
            said = self.space.join((said, self.point, part))
        return self.space.join((self.minus, said)) if number.negative else said

    def ordinal(self, n: int, mark: str = "", before: str = "", noun: str = "") -> str:
        """`mark`: what makes it one in writing ("st", "º"); `before` and `noun`: the words about it, lower
        case."""
        return spelled(n, self.language, "spellout-ordinal")

    def regnal(self, n: int) -> str:
        """Of a ruler."""
        return self.cardinal(n)

    def year(self, n: int) -> str:
        return self.cardinal(n)

    def per_cent(self, number: Amount, word: str) -> str:
        return self.space.join((self.amount(number), word))

    def mixed(self, whole: int, part: str) -> str:
        """'two' and 'one half'."""
        return self.space.join((self.cardinal(whole), part))

    def fraction(self, top: int, bottom: int) -> str:
        """Empty: nobody says it so."""
        return self.fractions.get((top, bottom), "")

    # ---- dates and times

    def date(self, year: int | None, month: int, day: int, before: str = "") -> str:
        """`before`: the word before it, lower case."""
        said = f"{self.day_of_month(day, before)} {self.month(month)}"
        return f"{said} {self.year(year)}" if year is not None else said

    def day_of_month(self, day: int, before: str = "") -> str:
        return self.cardinal(day)

    def month(self, number: int) -> str:
        return months(self.language)[number - 1]

    def clock(self, hour: int, minute: int, half: str = "", *, oclock: bool = False) -> str:
        """`half`: "a" or "p" where the text says so; `oclock`: it has the word for it ("Uhr", "h")."""
        raise NotImplementedError

    # ---- money, units, phones

    def money(self, number: Amount, code: str) -> str:
        known = self.currencies.get(code)
        if known is None:
            return f"{self.amount(number)} {currency_name(code, self.language, 1 if number.single else 2)}"
        cents = number.fraction.ljust(2, "0") if len(number.fraction) <= 2 else ""
        if number.fraction and (not known.minor or not cents):
            return self.space.join((self.amount(number), known.many))
        parts: list[str] = []
        minor = int(cents or "0")
        if int(number.whole or "0") or not minor:
            name = known.one if number.whole == "1" else known.many
            parts.append(self.counted(int(number.whole or "0"), name))
        if minor:
            parts.append(self.minor(minor, known, bool(parts)))
        said = self.money_and.join(parts)
        return self.space.join((self.minus, said)) if number.negative else said

    def minor(self, cents: int, known: Currency, follows: bool) -> str:
        """Hundredths; `follows`: whole ones were said before."""
        return self.counted(cents, known.minor if cents == 1 else known.minors)

    def counted(self, n: int, noun: str) -> str:
        link = self.of_millions(noun) if n and n % 1_000_000 == 0 else ""
        return self.space.join((self.cardinal(n, noun.split(" ")[0]), link + noun))

    def of_millions(self, noun: str) -> str:
        """What stands between whole millions and what they are of."""
        return ""

    def magnitude(self, number: Amount, word: str, code: str) -> str:
        """'$1.5 million'. `word`: of `magnitudes`."""
        known = self.currencies.get(code)
        name = known.many if known is not None else currency_name(code, self.language, 2)
        scale = self.magnitudes[word]
        if number.single:
            scale = self.magnitude_of_one.get(scale, scale)
        said = self.space.join((self.amount(number, scale.split(" ")[0].lower()), scale, name))
        return said.replace("' ", "'")  # d'euros

    def unit(self, number: Amount, sign: str, cldr: str) -> str:
        """Empty: this language has no words for it."""
        count = float(f"{number.whole or 0}.{number.fraction or 0}")
        pattern = unit_pattern(cldr, self.language, count)
        if not pattern:
            return ""
        noun = pattern.replace("{0}", "").strip().split(" ")[0]
        said = pattern.replace("{0}", self.amount(number, noun))
        if self.joined:
            said = said.replace(" ", "")
        return said + (unit_pattern("duration-per-second", self.language, 1) if sign in PER_SECOND else "")

    def phone(self, groups: list[str], plus: bool) -> str:
        """Digit groups, with a pause between them."""
        said = [self.phone_group(group) for group in groups]
        if plus and said:
            said[0] = self.space.join((self.plus, said[0]))
        return self.pause.join(said)

    def phone_group(self, group: str) -> str:
        if self.phone_pairs and len(group) == 2:
            zero = self.digit_words[0]
            return (
                f"{zero} {self.digit_words[int(group[1])]}" if group[0] == "0" else self.cardinal(int(group))
            )
        return self.digits(group)

    @property
    def pause(self) -> str:
        return ", "

    def letter(self, char: str) -> str:
        """One letter of a code or a spelling."""
        return self.letters.get(char.upper(), char.upper())


@lru_cache(maxsize=32)
def months(language: str) -> tuple[str, ...]:
    """January to December within a date, as CLDR writes them."""
    from babel import Locale

    names = Locale.parse(language).months["format"]["wide"]
    return tuple(names[n] for n in range(1, 13))


@lru_cache(maxsize=32)
def short_months(language: str) -> tuple[str, ...]:
    """'Jan' ..., without their dot."""
    from babel import Locale

    names = Locale.parse(language).months["format"]["abbreviated"]
    return tuple(names[n].rstrip(".") for n in range(1, 13))


@lru_cache(maxsize=256)
def currency_name(code: str, language: str, count: int) -> str:
    """CLDR's, which begins with a small letter within a sentence."""
    from babel.numbers import get_currency_name

    name = str(get_currency_name(code, count, locale=language))
    return name if language in ("de", "en") else name[:1].lower() + name[1:]
