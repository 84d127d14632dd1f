"""French, of France; Belgium and Switzerland have their own seventy and ninety."""

from __future__ import annotations

import re

from pipelines.spoken.numerals import spelled
from pipelines.spoken.tongue import Currency, Tongue

FEMININE = frozenset(
    "heure heures minute minutes seconde secondes semaine semaines journée année années personne "
    "personnes place "
    "places nuit nuits chambre chambres table tables fois rue page pages livre livres tonne tonnes rupie "
    "roupie "
    "roupies question questions voiture pièce pièces carte cartes adresse".split()
)
_TEEN = "onze|dix-sept|dix-huit|dix-neuf|dix|douze|treize|quatorze|quinze|seize"
_SEVENTIES = re.compile(rf"soixante-(?:et-)?({_TEEN})\b")
_NINETIES = re.compile(rf"quatre-vingt-({_TEEN})\b")
_UNITS = {
    "onze": "-et-un", "dix": "", "douze": "-deux", "treize": "-trois", "quatorze": "-quatre",
    "quinze": "-cinq", "seize": "-six", "dix-sept": "-sept", "dix-huit": "-huit", "dix-neuf": "-neuf",
}  # fmt: skip


class French(Tongue):
    language = "fr"
    decimal_comma = True
    counts_fractions = True
    magnitude_of_one = {"millions d'": "million d'", "milliards d'": "milliard d'"}
    spaced_groups = True
    feminine_rules = "spellout-cardinal-feminine"
    digit_words = tuple("zéro un deux trois quatre cinq six sept huit neuf".split())
    point = "virgule"
    minus = "moins"
    plus = "plus"
    percent = "pour cent"
    to = "à"
    phone_pairs = True
    number_sign = "numéro"
    signs = {
        "&": "et", "+": "plus", "=": "égale", "@": "arobase", "§": "paragraphe", "×": "fois",
        "÷": "divisé par",
        "€": "euros", "$": "dollars", "£": "livres", "%": "pour cent", "°": "degrés", "±": "plus ou moins",
        "≤": "au plus", "≥": "au moins", "≈": "environ", "<": "inférieur à", ">": "supérieur à",
        "№": "numéro",
        "−": "moins", "‰": "pour mille",
    }  # fmt: skip
    address_signs = {
        ".": "point", "@": "arobase", "-": "tiret", "_": "tiret bas", "/": "barre oblique", "+": "plus",
        "&": "et",
        "#": "dièse", ":": "deux-points", "=": "égale", "%": "pour cent",
    }  # fmt: skip
    abbreviations = {
        "m.": "Monsieur", "mme": "Madame", "mme.": "Madame", "mlle": "Mademoiselle", "mm.": "Messieurs",
        "dr": "Docteur", "dr.": "Docteur", "pr.": "Professeur", "me": "Maître", "etc.": "et cetera",
        "p. ex.": "par exemple", "p.ex.": "par exemple", "ex.": "exemple", "c.-à-d.": "c'est-à-dire",
        "env.": "environ",
        "av.": "avenue", "bd": "boulevard", "bd.": "boulevard", "tél.": "téléphone", "n°": "numéro",
        "nº": "numéro",
        "max.": "maximum", "min.": "minutes", "st": "Saint", "ste": "Sainte", "svp": "s'il vous plaît",
        "s.v.p.": "s'il vous plaît", "rdv": "rendez-vous", "cf.": "voir", "art.": "article",
        "apt.": "appartement",
    }  # fmt: skip
    before_digit = frozenset({"n°", "nº", "art.", "max."})
    before_name = frozenset({"m.", "st", "ste", "me", "dr", "pr.", "mme", "mlle", "mm."})
    behind_digit = frozenset({"min."})
    currencies = {
        "EUR": Currency("euro", "euros", "centime", "centimes"),
        "USD": Currency("dollar", "dollars", "cent", "cents"),
        "CAD": Currency("dollar", "dollars", "cent", "cents"),
        "GBP": Currency("livre", "livres", "penny", "pence"),
        "CHF": Currency("franc suisse", "francs suisses", "centime", "centimes"),
        "JPY": Currency("yen", "yens"),
        "CNY": Currency("yuan", "yuans"),
        "INR": Currency("roupie", "roupies", "paisa", "paisas"),
    }
    magnitudes = {"k": "mille", "mille": "mille", "M": "millions d'", "million": "million d'",
    "millions": "millions d'",
                  "million d'": "million d'", "millions d'": "millions d'", "milliard d'": "milliard d'",
                  "milliards d'": "milliards d'", "milliards": "milliards d'"}  # fmt: skip
    fractions = {
        (1, 2): "un demi", (1, 3): "un tiers", (2, 3): "deux tiers", (1, 4): "un quart",
        (3, 4): "trois quarts",
        (1, 5): "un cinquième", (1, 8): "un huitième",
    }  # fmt: skip
    roman_before = frozenset(
        "chapitre tome volume partie acte phase titre article annexe type niveau".split()
    )
    rulers = frozenset(
        "louis henri charles françois napoléon philippe jean-paul benoît pie élisabeth jean".split()
    )

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        if self.region == "CA":
            self.dollars = "CAD"

    def tidy(self, words: str, noun: str) -> str:
        if self.region not in ("BE", "CH"):
            return words
        words = _SEVENTIES.sub(lambda match: "septante" + _UNITS[match[1]], words)
        words = _NINETIES.sub(lambda match: "nonante" + _UNITS[match[1]], words)
        if self.region == "CH":
            words = words.replace("quatre-vingts", "huitante").replace("quatre-vingt", "huitante")
        return words

    def of_millions(self, noun: str) -> str:
        return "d'" if noun[:1] in "aeiouéh" else "de "

    def is_feminine(self, noun: str) -> bool:
        return noun in FEMININE or noun.endswith(("tion", "tions", "sion", "sions"))

    def ordinal(self, n: int, mark: str = "", before: str = "", noun: str = "") -> str:
        feminine = mark.startswith(("re", "ère")) or mark == "nde"
        if n == 2 and mark.startswith("nd"):
            return "seconde" if feminine else "second"
        plural = "-plural" if mark.endswith("s") else ""
        return spelled(n, "fr", f"spellout-ordinal-{'feminine' if feminine else 'masculine'}{plural}")

    def regnal(self, n: int) -> str:
        return "premier" if n == 1 else self.cardinal(n)

    def day_of_month(self, day: int, before: str = "") -> str:
        return "premier" if day == 1 else self.cardinal(day)

    def mixed(self, whole: int, part: str) -> str:
        return f"{self.cardinal(whole)} et {'demi' if part == 'un demi' else part}"

    def minor(self, cents: int, known: Currency, follows: bool) -> str:
        if follows:
            return self.cardinal(cents)
        return super().minor(cents, known, follows)

    def clock(self, hour: int, minute: int, half: str = "", *, oclock: bool = False) -> str:
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        if minute == 0 and hour in (0, 12):
            return "minuit" if hour == 0 else "midi"
        said = f"{self.cardinal(hour, 'heure')} {'heure' if hour < 2 else 'heures'}"
        return f"{said} {self.cardinal(minute, 'minute')}" if minute else said
