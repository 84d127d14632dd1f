"""Words of nine languages for figures that are no amounts: behind which a number is a code, what an hour or a
person costs, how often, how large, how a game stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FigureWords:
    """Of one language."""

    spelt: str
    """Pattern of what stands before a number that is said digit by digit, in small letters."""
    each: Mapping[str, str] = field(default_factory=lambda: _NOTHING, hash=False)
    """What may stand behind a price and a slash -> what both are said as."""
    times: tuple[str, str] = ("", "")
    """Once, and so many times; empty: nobody writes `2x`."""
    by: str = ""
    """Between the sides of a thing: 3 x 4 m."""
    ratio: str = ""
    """Between the goals of a game or the parts of a mixture: 3:1."""


_IS = {
    "en": r"(?:\s(?:is|are|was|of|in))?", "de": r"(?:\s(?:lautet|ist|heißt|war|auf))?",
    "fr": r"(?:\s(?:est|par))?", "es": r"(?:\s(?:es|en))?", "it": r"(?:\s(?:è|con))?",
    "pt": r"(?:\s(?:é|em))?", "hi": r"(?:\sहै)?",
}  # fmt: skip


def _behind(language: str, words: str) -> str:
    return rf"(?<!\w)(?:{words}){_IS[language]}\s?:?\s$"


WORDS: Mapping[str, FigureWords] = {
    "en": FigureWords(
        _behind(
            "en",
            r"dial|(?:\w+ )?(?:pass)?code|pin|otp|password|zip|extension|ending|ends"
            r"|last (?:four|4)(?: digits)?"
            r"|(?:account|confirmation|reference|booking|order|ticket|case|tracking|customer|policy|member"
            r"|reservation|invoice)(?: number| no\.| id)?",
        ),
        {
            **{
                each: f"per {each}"
                for each in "month year week day hour night person minute unit user seat".split()
            },
            "mo": "per month", "yr": "per year", "wk": "per week", "hr": "per hour", "h": "per hour",
            "min": "per minute", "kg": "per kilogram", "lb": "per pound", "km": "per kilometer",
        },
        ("once", "{} times"), "by", "to",
    ),
    "de": FigureWords(
        _behind(
            "de",
            r"\w*code|pin|tan|plz|postleitzahl|passwort|kennwort|durchwahl|endet|endziffern?"
            r"|(?:kunden|bestell|auftrags|konto|rechnungs|vorgangs|ticket|buchungs|reservierungs|vertrags"
            r"|mitglieds|referenz|karten|sendungs)nummer",
        ),
        {
            **{
                each: f"pro {each}"
                for each in "Monat Jahr Woche Tag Stunde Nacht Person Minute Stück Nutzer".split()
            },
            "Std.": "pro Stunde", "Std": "pro Stunde", "h": "pro Stunde", "Min.": "pro Minute",
            "kg": "pro Kilogramm", "km": "pro Kilometer", "m²": "pro Quadratmeter",
        },
        ("einmal", "{}mal"), "mal", "zu",
    ),
    "fr": FigureWords(
        _behind(
            "fr",
            r"(?:\w+ )?code(?: \w+)?|pin|mot de passe|(?:se )?termin(?:e|ant|ée?)|poste"
            r"|numéro (?:de |d')(?:client|commande|dossier|compte|réservation|suivi)",
        ),
        {
            each: f"par {each}"
            for each in "mois an jour semaine heure nuit personne minute kg".split()
        },
        ("une fois", "{} fois"), "sur", "à",
    ),
    "es": FigureWords(
        _behind(
            "es",
            r"código(?: \w+)?|pin|clave|contraseña|extensión|termina(?:da|do)?"
            r"|número de (?:cliente|pedido|cuenta|referencia|reserva|seguimiento)",
        ),
        {
            "mes": "al mes", "año": "al año", "día": "al día", "hora": "por hora",
            "h": "por hora", "noche": "por noche", "persona": "por persona", "semana": "a la semana",
            "minuto": "por minuto",
        },
        ("una vez", "{} veces"), "por", "a",
    ),
    "it": FigureWords(
        _behind(
            "it",
            r"codice(?: \w+)?|pin|password|cap|termina|interno"
            r"|numero (?:cliente|d'ordine|di conto|di prenotazione|di pratica)",
        ),
        {
            "mese": "al mese", "anno": "all'anno", "giorno": "al giorno", "ora": "all'ora", "h": "all'ora",
            "notte": "a notte", "persona": "a persona", "settimana": "a settimana", "minuto": "al minuto",
        },
        ("una volta", "{} volte"), "per", "a",
    ),
    "pt": FigureWords(
        _behind(
            "pt",
            r"código(?: \w+)?|pin|senha|cep|final|termina(?:d[oa])?|ramal|protocolo"
            r"|número d[eoa] (?:cliente|pedido|conta|protocolo|reserva)",
        ),
        {
            "mês": "por mês", "mes": "por mês", "ano": "por ano", "dia": "por dia",
            "hora": "por hora", "h": "por hora", "noite": "por noite", "pessoa": "por pessoa",
            "semana": "por semana", "minuto": "por minuto",
        },
        ("uma vez", "{} vezes"), "por", "a",
    ),
    "hi": FigureWords(
        _behind(
            "hi",
            "कोड|पिन(?: ?कोड)?|ओटीपी|otp|pin"
            "|पासवर्ड",
        ),
        {
            "माह": "प्रति माह",
            "महीना": "प्रति महीना",
            "दिन": "प्रति दिन",
            "घंटा": "प्रति घंटा",
        },
        ("एक बार", "{} बार"), "गुणा",
    ),
    "ja": FigureWords(
        "(?:コード|暗証番号|パスワード|郵便番号|内線"
        "|下四桁|下4桁)(?:番号)?[はが]?[\uff1a:]?\\s?$",
        {
            "月": "毎月", "年": "毎年", "日": "毎日",
            "人": "お一人様",
        },
        by="かける", ratio="対",
    ),
    "zh": FigureWords(
        "(?:验证码|密码|邮编|房间号|房号|编号|尾号|卡号"
        "|工号|订单号|分机|号码|驗證碼|密碼|房間號"
        "|尾號|卡號|訂單號|分機)[是为為]?[\uff1a:]?\\s?$",
        {
            "月": "每月", "年": "每年", "天": "每天", "日": "每日",
            "人": "每人", "晚": "每晚", "小时": "每小时",
        },
        by="乘", ratio="比",
    ),
}  # fmt: skip
