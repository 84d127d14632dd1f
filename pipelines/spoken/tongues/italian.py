"""Italian."""

from __future__ import annotations

from pipelines.spoken.numerals import spelled
from pipelines.spoken.tongue import Currency, Tongue

FEMININE = frozenset("notte notti volta volte".split())
_NO_NOUNS = frozenset("e o a di in con per che al del è da della".split())


class Italian(Tongue):
    language = "it"
    decimal_comma = True
    counts_fractions = True
    magnitude_of_one = {"milioni di": "milione di", "miliardi di": "miliardo di"}
    digit_words = tuple("zero uno due tre quattro cinque sei sette otto nove".split())
    point = "virgola"
    minus = "meno"
    plus = "più"
    percent = "per cento"
    to = "a"
    money_and = " e "
    number_sign = "numero"
    signs = {
        "&": "e", "+": "più", "=": "uguale", "@": "chiocciola", "§": "paragrafo", "×": "per", "÷": "diviso",
        "€": "euro", "$": "dollari", "£": "sterline", "%": "per cento", "°": "gradi", "±": "più o meno",
        "≤": "al massimo", "≥": "almeno", "≈": "circa", "<": "minore di", ">": "maggiore di", "№": "numero",
        "−": "meno", "‰": "per mille",
    }  # fmt: skip
    address_signs = {
        ".": "punto", "@": "chiocciola", "-": "trattino", "_": "trattino basso", "/": "barra", "+": "più",
        "&": "e",
        "#": "cancelletto", ":": "due punti", "=": "uguale", "%": "per cento",
    }  # fmt: skip
    abbreviations = {
        "sig.": "signor", "sig.ra": "signora", "sig.na": "signorina", "dott.": "dottor",
        "dott.ssa": "dottoressa",
        "dr.": "dottor", "prof.": "professor", "prof.ssa": "professoressa", "ing.": "ingegner",
        "avv.": "avvocato",
        "ecc.": "eccetera", "etc.": "eccetera", "p. es.": "per esempio", "p.es.": "per esempio",
        "es.": "esempio",
        "n.": "numero", "nr.": "numero", "n°": "numero", "tel.": "telefono", "cell.": "cellulare",
        "pag.": "pagina",
        "ca.": "circa", "max.": "massimo", "min.": "minuti", "v.le": "viale", "p.zza": "piazza",
        "art.": "articolo",
        "int.": "interno", "gent.": "gentile",
    }  # fmt: skip
    before_digit = frozenset({"n.", "nr.", "n°", "pag.", "art.", "int.", "max."})
    behind_digit = frozenset({"min."})
    currencies = {
        "EUR": Currency("euro", "euro", "centesimo", "centesimi"),
        "USD": Currency("dollaro", "dollari", "centesimo", "centesimi"),
        "GBP": Currency("sterlina", "sterline", "penny", "pence"),
        "CHF": Currency("franco svizzero", "franchi svizzeri", "centesimo", "centesimi"),
        "JPY": Currency("yen", "yen"),
        "CNY": Currency("yuan", "yuan"),
        "INR": Currency("rupia", "rupie", "paisa", "paisa"),
    }
    magnitudes = {"mila": "mila", "mln": "milioni di", "milione di": "milione di",
    "milioni di": "milioni di",
                  "milioni": "milioni di", "milione": "milione di", "mld": "miliardi di",
                  "miliardi di": "miliardi di"}  # fmt: skip
    fractions = {
        (1, 2): "mezzo", (1, 3): "un terzo", (2, 3): "due terzi", (1, 4): "un quarto", (3, 4): "tre quarti",
        (1, 5): "un quinto", (1, 8): "un ottavo",
    }  # fmt: skip
    roman_before = frozenset(
        "secolo capitolo volume parte atto fase titolo articolo allegato tipo livello".split()
    )
    roman_after = frozenset({"secolo"})
    rulers = frozenset(
        "luigi carlo enrico vittorio umberto emanuele elisabetta giovanni paolo benedetto pio filippo".split()
    )

    def tidy(self, words: str, noun: str) -> str:
        words = words.replace("milioni uno", "milioni e uno")
        if words != "uno" or not noun or noun in _NO_NOUNS:
            return words
        if self.is_feminine(noun):
            return "un'" if noun[:1] in "aeiou" else "una"
        return (
            "uno"
            if noun[:1] in "zx" or noun[:2] in ("ps", "gn") or (noun[0] == "s" and noun[1:2] not in "aeiou")
            else "un"
        )

    def of_millions(self, noun: str) -> str:
        return "di "

    def is_feminine(self, noun: str) -> bool:
        return noun in FEMININE or noun.endswith(("a", "zione", "sione", "tà"))

    def ordinal(self, n: int, mark: str = "", before: str = "", noun: str = "") -> str:
        return spelled(n, "it", f"spellout-ordinal-{'feminine' if mark == 'ª' else 'masculine'}")

    def regnal(self, n: int) -> str:
        return spelled(n, "it", "spellout-ordinal-masculine")

    def day_of_month(self, day: int, before: str = "") -> str:
        return "primo" if day == 1 else self.cardinal(day)

    def mixed(self, whole: int, part: str) -> str:
        return f"{self.cardinal(whole)} e {part}"

    def minor(self, cents: int, known: Currency, follows: bool) -> str:
        return self.cardinal(cents) if follows else super().minor(cents, known, follows)

    def clock(self, hour: int, minute: int, half: str = "", *, oclock: bool = False) -> str:
        part = ""
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
            part = (
                " di notte"
                if hour < 5
                else " di mattina"
                if hour < 12
                else " di pomeriggio"
                if hour < 18
                else " di sera"
            )
            part = "" if hour in (0, 12) else part
            hour = hour if hour in (0, 12) else hour % 12
        if not minute:
            return ("ventiquattro" if hour == 0 else "una" if hour == 1 else self.cardinal(hour)) + part
        said = "una" if hour == 1 else self.cardinal(hour)
        return f"{said} e {'zero ' if minute < 10 and hour > 12 else ''}{self.cardinal(minute)}{part}"
