"""German. The case of an ordinal follows the word before it."""

from __future__ import annotations

from pipelines.spoken.numerals import spelled
from pipelines.spoken.tongue import Currency, Tongue

FEMININE = frozenset(
    "stunde minute sekunde woche person nacht nummer frage tasse seite straße meile tonne unze "
    "kilowattstunde rupie "
    "flasche karte stelle reihe tür million millionen milliarde milliarden etage klasse runde stufe rate "
    "tablette kapsel portion spalte auflage mahnung packung".split()
)
NEUTER = frozenset(
    "obergeschoss untergeschoss geschoss mal kapitel quartal halbjahr zimmer jahr kind".split()
)
DATIVE = frozenset(
    "am dem vom zum im beim ab bis seit nach vor den des zur ihrem ihren unserem diesem mit".split()
)
"""Behind these an ordinal ends in -n."""
WEEKDAYS = frozenset("montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag".split())
_NO_NOUNS = frozenset("und oder bis von zu ist sind mit für im in am an auf uhr".split())


class German(Tongue):
    language = "de"
    decimal_comma = True
    glues = True
    counts_hundreds = True
    magnitude_of_one = {"Millionen": "Million", "Milliarden": "Milliarde"}
    digit_words = tuple("null eins zwei drei vier fünf sechs sieben acht neun".split())
    point = "Komma"
    minus = "minus"
    plus = "plus"
    percent = "Prozent"
    to = "bis"
    number_sign = "Nummer"
    signs = {
        "&": "und", "+": "plus", "=": "gleich", "@": "ät", "§": "Paragraf", "×": "mal",
        "÷": "geteilt durch",
        "€": "Euro", "$": "Dollar", "£": "Pfund", "%": "Prozent", "°": "Grad", "±": "plus minus",
        "≤": "höchstens", "≥": "mindestens", "≈": "etwa", "<": "kleiner als", ">": "größer als",
        "№": "Nummer",
        "−": "minus", "‰": "Promille",
    }  # fmt: skip
    address_signs = {
        ".": "Punkt", "@": "ät", "-": "Bindestrich", "_": "Unterstrich", "/": "Schrägstrich", "+": "plus",
        "&": "und",
        "#": "Raute", ":": "Doppelpunkt", "=": "gleich", "%": "Prozent",
    }  # fmt: skip
    abbreviations = {
        "z. b.": "zum Beispiel", "z.b.": "zum Beispiel", "d. h.": "das heißt", "d.h.": "das heißt",
        "u. a.": "unter anderem",
        "u.a.": "unter anderem", "usw.": "und so weiter", "etc.": "et cetera", "bzw.": "beziehungsweise",
        "ca.": "circa", "nr.": "Nummer", "str.": "Straße", "dr.": "Doktor", "prof.": "Professor",
        "hr.": "Herr",
        "fr.": "Frau", "inkl.": "inklusive", "zzgl.": "zuzüglich", "evtl.": "eventuell",
        "ggf.": "gegebenenfalls",
        "tel.": "Telefon", "std.": "Stunden", "min.": "Minuten", "max.": "maximal", "vgl.": "vergleiche",
        "mind.": "mindestens", "abt.": "Abteilung", "st.": "Sankt", "s. o.": "siehe oben",
        "o. ä.": "oder ähnliches",
        "i. d. r.": "in der Regel", "i.d.r.": "in der Regel", "exkl.": "exklusive", "jh.": "Jahrhundert",
        "mio.": "Millionen", "mrd.": "Milliarden", "mwst.": "Mehrwertsteuer", "mwst": "Mehrwertsteuer",
        "abs.": "Absatz", "hbf.": "Hauptbahnhof", "hbf": "Hauptbahnhof", "tgl.": "täglich",
        "mo.": "Montag", "di.": "Dienstag", "mi.": "Mittwoch", "do.": "Donnerstag",
    }  # fmt: skip
    before_digit = frozenset({"nr.", "abs.", "mo.", "di.", "mi.", "do."})
    before_name = frozenset({"st.", "hr.", "fr.", "dr."})
    behind_digit = frozenset({"std.", "min.", "mio.", "mrd."})
    currencies = {
        "EUR": Currency("Euro", "Euro", "Cent", "Cent"),
        "USD": Currency("Dollar", "Dollar", "Cent", "Cent"),
        "GBP": Currency("Pfund", "Pfund", "Penny", "Pence"),
        "CHF": Currency("Franken", "Franken", "Rappen", "Rappen"),
        "JPY": Currency("Yen", "Yen"),
        "CNY": Currency("Yuan", "Yuan"),
        "INR": Currency("Rupie", "Rupien", "Paisa", "Paisa"),
    }
    magnitudes = {"Mio.": "Millionen", "Mio": "Millionen", "Million": "Million", "Millionen": "Millionen",
                  "Mrd.": "Milliarden", "Mrd": "Milliarden", "Milliarden": "Milliarden",
                  "Milliarde": "Milliarde",
                  "Tsd.": "tausend", "tausend": "tausend"}  # fmt: skip
    fractions = {
        (1, 2): "ein halb", (1, 3): "ein Drittel", (2, 3): "zwei Drittel", (1, 4): "ein Viertel",
        (3, 4): "drei Viertel", (1, 5): "ein Fünftel", (1, 8): "ein Achtel",
    }  # fmt: skip
    roman_before = frozenset("kapitel band teil akt phase artikel anhang typ klasse stufe".split())
    rulers = frozenset(
        "ludwig heinrich friedrich wilhelm karl elisabeth johannes paul benedikt pius otto franz".split()
    )

    def tidy(self, words: str, noun: str) -> str:
        if noun and noun not in _NO_NOUNS and words.endswith("eins"):
            return words[:-4] + ("eine" if self.is_feminine(noun) else "ein")
        return words

    def is_feminine(self, noun: str) -> bool:
        low = noun.lower()
        return low in FEMININE or low.endswith(("ung", "heit", "keit", "tion", "tät"))

    def ordinal(self, n: int, mark: str = "", before: str = "", noun: str = "") -> str:
        if before in DATIVE or before in WEEKDAYS:
            return spelled(n, "de", "spellout-ordinal-n")
        if before in ("der", "die", "das") or self.is_feminine(noun):
            return spelled(n, "de", "spellout-ordinal")
        return spelled(n, "de", f"spellout-ordinal-{'s' if noun in NEUTER else 'r'}")

    def regnal(self, n: int) -> str:
        return f"der {spelled(n, 'de', 'spellout-ordinal')}"

    def year(self, n: int) -> str:
        return spelled(n, "de", "spellout-numbering-year")

    def day_of_month(self, day: int, before: str = "") -> str:
        return self.ordinal(day, ".", before)

    def date(self, year: int | None, month: int, day: int, before: str = "") -> str:
        if before in WEEKDAYS:
            return f"den {super().date(year, month, day, before)}"
        return super().date(year, month, day, before)

    def mixed(self, whole: int, part: str) -> str:
        return f"{self.cardinal(whole)}{'einhalb' if part == 'ein halb' else ' ' + part}"

    def minor(self, cents: int, known: Currency, follows: bool) -> str:
        return self.cardinal(cents) if follows else super().minor(cents, known, follows)

    def clock(self, hour: int, minute: int, half: str = "", *, oclock: bool = False) -> str:
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        said = f"{'ein' if hour == 1 else self.cardinal(hour)} Uhr"
        return f"{said} {self.cardinal(minute)}" if minute else said
