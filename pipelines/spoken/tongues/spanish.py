"""Spanish. Spain's decimals and money unless the region is American."""

from __future__ import annotations

from pipelines.spoken.numerals import spelled
from pipelines.spoken.tongue import Currency, Tongue

POINTS = frozenset("MX US GT HN NI PA DO PR SV PE".split())
"""Regions that write decimals with a point."""
PESOS = {"MX": "MXN", "AR": "ARS", "CL": "CLP", "CO": "COP", "UY": "UYU"}
MASCULINE = frozenset(
    "día días problema problemas programa programas sistema sistemas tema temas mapa mapas idioma "
    "idiomas clima "
    "gramas kilogramas planeta poeta colega".split()
)
FEMININE = frozenset(
    "noche noches vez veces calle calles clase clases parte partes mujer mujeres tarde tardes".split()
)


class Spanish(Tongue):
    language = "es"
    decimal_comma = True
    counts_fractions = True
    magnitude_of_one = {"millones de": "millón de"}
    feminine_rules = "spellout-cardinal-feminine"
    digit_words = tuple("cero uno dos tres cuatro cinco seis siete ocho nueve".split())
    point = "coma"
    minus = "menos"
    plus = "más"
    percent = "por ciento"
    to = "a"
    money_and = " con "
    number_sign = "número"
    signs = {
        "&": "y", "+": "más", "=": "igual a", "@": "arroba", "§": "artículo", "×": "por", "÷": "entre",
        "€": "euros", "$": "dólares", "£": "libras", "%": "por ciento", "°": "grados", "±": "más o menos",
        "≤": "como máximo", "≥": "como mínimo", "≈": "aproximadamente", "<": "menor que", ">": "mayor que",
        "№": "número", "−": "menos", "‰": "por mil",
    }  # fmt: skip
    address_signs = {
        ".": "punto", "@": "arroba", "-": "guion", "_": "guion bajo", "/": "barra", "+": "más",
        "&": "y", "#": "almohadilla", ":": "dos puntos", "=": "igual", "%": "por ciento",
    }  # fmt: skip
    abbreviations = {
        "sr.": "señor", "sra.": "señora", "srta.": "señorita", "dr.": "doctor", "dra.": "doctora",
        "ud.": "usted", "uds.": "ustedes", "vd.": "usted", "d.": "don", "dña.": "doña", "etc.": "etcétera",
        "p. ej.": "por ejemplo", "p.ej.": "por ejemplo", "av.": "avenida", "avda.": "avenida",
        "c/": "calle",
        "núm.": "número", "nº": "número", "n.º": "número", "tel.": "teléfono", "tfno.": "teléfono",
        "pág.": "página", "aprox.": "aproximadamente", "máx.": "máximo", "mín.": "mínimo",
        "ee. uu.": "Estados Unidos",
        "ee.uu.": "Estados Unidos", "prof.": "profesor", "depto.": "departamento", "dpto.": "departamento",
        "a. m.": "de la mañana", "p. m.": "de la tarde", "a.m.": "de la mañana", "p.m.": "de la tarde",
        "art.": "artículo", "izda.": "izquierda", "dcha.": "derecha",
        "ext.": "extensión", "min.": "minutos", "inc.": "incorporada",
    }  # fmt: skip
    before_digit = frozenset({"núm.", "nº", "n.º", "pág.", "ext.", "art."})
    before_name = frozenset({"d.", "c/"})
    behind_digit = frozenset({"min."})
    currencies = {
        "EUR": Currency("euro", "euros", "céntimo", "céntimos"),
        "USD": Currency("dólar", "dólares", "centavo", "centavos"),
        "GBP": Currency("libra", "libras", "penique", "peniques"),
        "MXN": Currency("peso", "pesos", "centavo", "centavos"),
        "ARS": Currency("peso", "pesos", "centavo", "centavos"),
        "CLP": Currency("peso", "pesos", "centavo", "centavos"),
        "COP": Currency("peso", "pesos", "centavo", "centavos"),
        "UYU": Currency("peso", "pesos", "centésimo", "centésimos"),
        "JPY": Currency("yen", "yenes"),
        "CNY": Currency("yuan", "yuanes"),
        "INR": Currency("rupia", "rupias", "paisa", "paisas"),
        "CHF": Currency("franco suizo", "francos suizos", "céntimo", "céntimos"),
        "BRL": Currency("real", "reales", "centavo", "centavos"),
    }
    magnitudes = {"mil": "mil", "M": "millones de", "millón de": "millón de", "millones de": "millones de",
                  "mill.": "millones de", "k": "mil"}  # fmt: skip
    fractions = {
        (1, 2): "un medio", (1, 3): "un tercio", (2, 3): "dos tercios", (1, 4): "un cuarto",
        (3, 4): "tres cuartos", (1, 5): "un quinto", (1, 8): "un octavo",
    }  # fmt: skip
    roman_before = frozenset(
        "siglo capítulo tomo volumen parte acto fase título artículo anexo tipo nivel".split()
    )
    rulers = frozenset(
        "felipe alfonso carlos enrique luis fernando juan pablo benedicto pío isabel jorge".split()
    )

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.dollars = PESOS.get(self.region, "USD")
        if self.region in POINTS or self.region == "419":
            self.decimal_comma, self.point = False, "punto"

    def tidy(self, words: str, noun: str) -> str:
        if not noun or noun in _NO_NOUNS or self.is_feminine(noun):
            return words
        if words.endswith("veintiuno"):
            return words[:-9] + "veintiún"
        return words[:-1] if words.endswith("uno") else words  # "un euro", "treinta y un días"

    def of_millions(self, noun: str) -> str:
        return "de "

    def is_feminine(self, noun: str) -> bool:
        if noun in FEMININE:
            return True
        return noun not in MASCULINE and noun.endswith(
            ("a", "as", "ción", "ciones", "sión", "siones", "dad", "dades")
        )

    def ordinal(self, n: int, mark: str = "", before: str = "", noun: str = "") -> str:
        if mark in ("ª", "ra", "da", "ta"):
            return spelled(n, "es", "spellout-ordinal-feminine")
        short = mark == "er" or (noun and noun not in _NO_NOUNS)  # "tercer piso"
        return spelled(
            n, "es", "spellout-ordinal-masculine-adjective" if short else "spellout-ordinal-masculine"
        )

    def regnal(self, n: int) -> str:
        return spelled(n, "es", "spellout-ordinal-masculine") if n <= 10 else self.cardinal(n)

    def date(self, year: int | None, month: int, day: int, before: str = "") -> str:
        said = f"{self.day_of_month(day, before)} de {self.month(month)}"
        return f"{said} de {self.year(year)}" if year is not None else said

    def day_of_month(self, day: int, before: str = "") -> str:
        return "primero" if day == 1 else self.cardinal(day)

    def mixed(self, whole: int, part: str) -> str:
        return f"{self.cardinal(whole)} y {'medio' if part == 'un medio' else part}"

    def clock(self, hour: int, minute: int, half: str = "", *, oclock: bool = False) -> str:
        part = ""
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
            part = _part_of_day(hour)
            hour = hour % 12 or 12
        said = spelled(hour, "es", "spellout-cardinal-feminine")
        if minute == 0:
            if oclock or ((hour > 12 or hour == 0) and not half):
                said += " hora" if hour == 1 else " horas"
        elif half and minute in (15, 30):
            said += " y cuarto" if minute == 15 else " y media"
        elif hour <= 12 and hour > 0 and minute < 31:
            said += f" y {'media' if minute == 30 else self.cardinal(minute)}"
        else:
            said += f" {'cero ' if minute < 10 else ''}{self.cardinal(minute)}"
        return f"{said} {part}" if part else said


_NO_NOUNS = frozenset("y o a de en con por que para al del es son".split())


def _part_of_day(hour: int) -> str:
    if hour == 12:
        return "del mediodía"
    if hour < 6:
        return "de la madrugada" if hour else "de la noche"
    return "de la mañana" if hour < 12 else "de la tarde" if hour < 20 else "de la noche"
