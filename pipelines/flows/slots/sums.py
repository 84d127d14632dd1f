"""Amounts of money, as a number of the currency: 'twelve dollars fifty', 'twelve point five', 'fifty cents'.
On the keys: without a point, in the smallest unit. Always read back: 'fifteen' and 'fifty' cost differently.
"""

from __future__ import annotations

from pipelines.flows.document.slots import MoneySlot
from pipelines.flows.model import Dtmf, Slot, Value
from pipelines.flows.numbers import number_rules
from pipelines.flows.slots.asked import AskedSlot, bounded, refused
from pipelines.flows.slots.heard import POLITE, heard_words, without_lead, without_tail
from pipelines.flows.slots.phrases import SlotError
from pipelines.spoken.forms import tongue_of
from pipelines.spoken.hearing.numbers import MOST_CHARS
from pipelines.spoken.hearing.written import written
from pipelines.spoken.tongue import Currency, currency_name

_LEAD = POLITE | {"about", "only", "just"}


def money_slot(spec: MoneySlot, asked: AskedSlot) -> Slot:
    """Raises SlotError."""
    if spec.least > spec.most:
        raise SlotError(
            f"no amount is from {spec.least:g} to {spec.most:g}; put the smaller one into `least`"
        )
    names = _names(spec.currency, asked.language)
    lead = _LEAD | set(asked.words.lead)

    def read(text: str) -> Value | None:
        words = without_tail(heard_words(text[:MOST_CHARS], asked.language), asked.language)
        for rest in (words, without_lead(words, lead - {"a", "an"})):
            found = _amount(" ".join(rest), spec.currency, names, asked.language)
            if found is not None:
                return found
        return None

    def possible(value: Value) -> bool:
        return spec.least <= float(value) <= spec.most

    def keyed(keys: str) -> Value | None:
        """In the smallest unit: '1250' are twelve dollars fifty."""
        if not keys.isdecimal() or len(keys) > 15:
            return None
        value = sum_of(int(keys) / 100 if names.minor else int(keys))
        return value if possible(value) else None

    def say(value: Value) -> str:
        from babel import Locale, UnknownLocaleError
        from babel.numbers import format_currency

        try:
            return str(format_currency(value, spec.currency, locale=Locale.parse(asked.language, sep="-")))
        except (UnknownLocaleError, ValueError):
            return f"{value} {spec.currency}"

    most = len(str(round(spec.most))) + (2 if names.minor else 0)
    offer = asked.words.money if names.minor else asked.words.number
    return Slot(
        asked.name,
        asked.grammar(_rules(spec, names)) if asked.english else None,
        bounded(read, possible),
        Dtmf(most, keyed, spec.offer or offer),
        say,
        _continuations(spec, names) if asked.english else (),
        read_back=True,
        impossible=refused(read, possible, say),
        language=asked.language,
    )


def sum_of(value: float) -> int | float:
    """With two decimals at most; whole where it has none."""
    value = round(value, 2)
    return int(value) if value == int(value) else value


def _names(code: str, language: str) -> Currency:
    """What the currency is called. One without a name for its hundredth has none here."""
    tongue = tongue_of(language)
    known = tongue.currencies.get(code) if tongue is not None else None
    if known is not None:
        return known
    try:
        return Currency(currency_name(code, language, 1), currency_name(code, language, 2))
    except (ValueError, LookupError):
        return Currency(code.lower(), code.lower())


def _amount(said: str, code: str, names: Currency, language: str) -> int | float | None:
    found = written(said, language, "money")
    if found is not None:
        amount, _, currency = found.partition(" ")
        if currency != code and not _alike(_names(currency, language), names):
            return None
        return sum_of(float(amount))
    for name in (names.many, names.one, names.many.rpartition(" ")[2], names.one.rpartition(" ")[2]):
        said = said.removesuffix(f" {name.lower()}")
    found = written(said, language, "number")
    return sum_of(float(found)) if found is not None and found[0] != "-" else None


def _alike(one: Currency, other: Currency) -> bool:
    """Both are dollars."""
    return one.many.rpartition(" ")[2].lower() == other.many.rpartition(" ")[2].lower()


def _plain(name: str) -> str:
    """One word of a grammar, in lower case."""
    last = name.rpartition(" ")[2].lower()
    return last if last.isalpha() and last.isascii() else ""


def _rules(spec: MoneySlot, names: Currency) -> str:
    units = " | ".join(dict.fromkeys(filter(None, (_plain(names.one), _plain(names.many)))))
    minors = " | ".join(dict.fromkeys(filter(None, (_plain(names.minor), _plain(names.minors)))))
    ways = ["<number>"]
    if units and minors:
        ways = [
            f"<number> [({units}) {{}} [[and {{}}] <below_hundred> [({minors}) {{}}]]]",
            f"<below_hundred> ({minors})",
        ]
    elif units:
        ways = [f"<number> [({units}) {{}}]"]
    return f"[(it is | it's | that's | about) {{}}] ({' | '.join(ways)});{number_rules(int(spec.most))}"


def _continuations(spec: MoneySlot, names: Currency) -> tuple[str, ...]:
    unit = _plain(names.many)
    words = ("hundred", "thousand") if spec.most >= 1_000 else ("hundred",) if spec.most >= 100 else ()
    cents = ("fifty", *([f"{unit} fifty"] if unit else [])) if names.minor else ()
    return ("one", *words, *cents)
