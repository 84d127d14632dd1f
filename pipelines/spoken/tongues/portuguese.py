"""Portuguese, Brazilian unless the region is Portugal."""

from __future__ import annotations

import re

from pipelines.spoken.numerals import spelled
from pipelines.spoken.tongue import Currency, Tongue

MASCULINE = frozenset("dia dias problema problemas programa programas sistema sistemas tema temas mapa "
    "mapas idioma "
                      "idiomas clima quilograma quilogramas grama gramas miligramas".split())  # fmt: skip
FEMININE = frozenset("noite noites vez vezes parte partes mulher mulheres tarde tardes".split())
_EUROPEAN = {
    "quatorze": "catorze",
    "dezesseis": "dezasseis",
    "dezessete": "dezassete",
    "dezenove": "dezanove",
}
_TEENS = re.compile("|".join(_EUROPEAN))
_NO_NOUNS = frozenset("e ou a o de em com por que para ao às da do".split())


class Portuguese(Tongue):
    language = "pt"
    decimal_comma = True
    counts_fractions = True
    magnitude_of_one = {"milhões de": "milhão de", "bilhões de": "bilhão de"}
    feminine_rules = "spellout-cardinal-feminine"
    digit_words = tuple("zero um dois três quatro cinco seis sete oito nove".split())
    point = "vírgula"
    minus = "menos"
    plus = "mais"
    percent = "por cento"
    to = "a"
    money_and = " e "
    number_sign = "número"
    signs = {
        "&": "e", "+": "mais", "=": "igual a", "@": "arroba", "§": "parágrafo", "×": "vezes",
        "÷": "dividido por",
        "€": "euros", "$": "dólares", "£": "libras", "%": "por cento", "°": "graus", "±": "mais ou menos",
        "≤": "no máximo", "≥": "no mínimo", "≈": "aproximadamente", "<": "menor que", ">": "maior que",
        "№": "número", "−": "menos", "‰": "por mil",
    }  # fmt: skip
    address_signs = {
        ".": "ponto", "@": "arroba", "-": "hífen", "_": "underline", "/": "barra", "+": "mais", "&": "e",
        "#": "cerquilha", ":": "dois pontos", "=": "igual", "%": "por cento",
    }  # fmt: skip
    abbreviations = {
        "sr.": "senhor", "sra.": "senhora", "srta.": "senhorita", "dr.": "doutor", "dra.": "doutora",
        "prof.": "professor", "profa.": "professora", "etc.": "etcétera", "p. ex.": "por exemplo",
        "p.ex.": "por exemplo", "ex.": "exemplo", "av.": "avenida", "r.": "rua", "nº": "número",
        "n.º": "número",
        "tel.": "telefone", "pág.": "página", "aprox.": "aproximadamente", "máx.": "máximo",
        "mín.": "mínimo",
        "apto.": "apartamento", "min.": "minutos", "art.": "artigo", "ltda.": "limitada",
        "obs.": "observação",
        "d.": "dona", "vc": "você",
    }  # fmt: skip
    before_digit = frozenset({"nº", "n.º", "pág.", "art.", "apto."})
    before_name = frozenset({"d.", "r."})
    behind_digit = frozenset({"min."})
    currencies = {
        "BRL": Currency("real", "reais", "centavo", "centavos"),
        "EUR": Currency("euro", "euros", "cêntimo", "cêntimos"),
        "USD": Currency("dólar", "dólares", "centavo", "centavos"),
        "GBP": Currency("libra", "libras", "péni", "pence"),
        "JPY": Currency("iene", "ienes"),
        "CNY": Currency("yuan", "yuans"),
        "INR": Currency("rupia", "rupias", "paisa", "paisas"),
        "CHF": Currency("franco suíço", "francos suíços", "cêntimo", "cêntimos"),
    }
    magnitudes = {"mil": "mil", "mi": "milhões de", "milhão de": "milhão de", "milhões de": "milhões de",
                  "milhões": "milhões de", "milhão": "milhão de", "bi": "bilhões de",
                  "bilhões": "bilhões de",
                  "bilhões de": "bilhões de"}  # fmt: skip
    fractions = {
        (1, 2): "meio", (1, 3): "um terço", (2, 3): "dois terços", (1, 4): "um quarto",
        (3, 4): "três quartos",
        (1, 5): "um quinto", (1, 8): "um oitavo",
    }  # fmt: skip
    roman_before = frozenset(
        "século capítulo tomo volume parte ato fase título artigo anexo tipo nível".split()
    )
    rulers = frozenset("pedro joão manuel carlos henrique luís filipe paulo bento pio afonso isabel".split())

    def tidy(self, words: str, noun: str) -> str:
        if self.region == "PT":
            words = _TEENS.sub(lambda match: _EUROPEAN[match[0]], words)
        return words.replace("mil e cento e", "mil cento e")

    def of_millions(self, noun: str) -> str:
        return "de "

    def is_feminine(self, noun: str) -> bool:
        if noun in FEMININE:
            return True
        return noun not in MASCULINE and noun.endswith(
            ("a", "as", "ção", "ções", "são", "sões", "dade", "dades")
        )

    def cardinal(self, n: int, noun: str = "") -> str:
        return super().cardinal(n, "" if noun in _NO_NOUNS else noun)

    def ordinal(self, n: int, mark: str = "", before: str = "", noun: str = "") -> str:
        return spelled(n, "pt", f"spellout-ordinal-{'feminine' if mark == 'ª' else 'masculine'}")

    def regnal(self, n: int) -> str:
        return spelled(n, "pt", "spellout-ordinal-masculine") if n <= 10 else self.cardinal(n)

    def date(self, year: int | None, month: int, day: int, before: str = "") -> str:
        said = f"{self.day_of_month(day, before)} de {self.month(month)}"
        return f"{said} de {self.year(year)}" if year is not None else said

    def day_of_month(self, day: int, before: str = "") -> str:
        return "primeiro" if day == 1 and self.region != "PT" else self.cardinal(day)

    def mixed(self, whole: int, part: str) -> str:
        return f"{self.cardinal(whole)} e {part}"

    def clock(self, hour: int, minute: int, half: str = "", *, oclock: bool = False) -> str:
        part = ""
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
            part = (
                " da madrugada"
                if hour < 6
                else " da manhã"
                if hour < 12
                else " da tarde"
                if hour < 19
                else " da noite"
            )
            part = "" if hour in (0, 12) and not minute else part
            hour = hour if hour in (0, 12) else hour % 12
        said = self.cardinal(hour, "horas")
        if not minute:
            return f"{said} {'hora' if hour == 1 else 'horas'}{part}"
        return f"{said} e {'meia' if minute == 30 and half else self.cardinal(minute)}{part}"
