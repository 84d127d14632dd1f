"""How numbers, dates, times, money, addresses and codes are written: one pattern per language, whose groups
are named by their kind; `forms` says what each match is.

Every part is bounded or possessive, so that no text is looked at more often than its length allows.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipelines.spoken.figures import figure_patterns
from pipelines.spoken.tongue import Tongue, months, short_months
from pipelines.spoken.units import UNITS

LEFT = r"(?<![0-9A-Za-z])"
"""Nothing that a number could belong to stands before it; Japanese and Chinese letters may."""
RIGHT = r"(?![0-9A-Za-z])"
LETTER = (
    r"[^\s!-@\[-`{-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u0964\u0965\u2000-\u206f\u20a0-\u20cf"
    r"\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030\uff00-\uff20]"
)
"""Letters and what stands over, under or behind them: vowel signs are no letters to `re`."""
EASY = r"[a-z\u00df-\u00f6\u00f8-\u00ff\u0900-\u0963\u0970-\u097f]++(?=[\s,;!?\u0964]|$)"
"""A word that no form begins with: nothing else has to be tried."""
SYMBOLS = {
    "US$": "USD", "A$": "AUD", "C$": "CAD", "R$": "BRL", "MX$": "MXN", "HK$": "HKD", "€": "EUR", "£": "GBP",
    "¥": "JPY", "￥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₫": "VND", "₪": "ILS", "$": "",
    "元": "CNY", "円": "JPY", "块": "CNY", "Rs.": "INR", "Rs": "INR", "zł": "PLN",
}  # fmt: skip
"""Signs of money -> ISO 4217; `$` is each region's own."""
CODES = (
    "USD EUR GBP JPY INR CNY RMB CHF CAD AUD NZD BRL MXN ARS CLP COP PEN SEK NOK DKK PLN CZK HUF RON RUB TRY "
    "KRW HKD SGD TWD THB IDR MYR PHP VND ILS AED SAR ZAR EGP NGN KES UAH BGN ISK PKR BDT LKR NPR"
).split()
TOP_LEVEL = (
    "com|org|net|edu|gov|info|biz|io|ai|app|dev|shop|online|eu|us|uk|co|ca|au|nz|ie|in|de|at|ch|fr|be|es|mx|ar"
    "|cl|pt|br|it|jp|cn|tw|hk|nl|pl|se|dk|fi|tv"
)
_PATH = r"(?:[/?#][\w/?#=&%.~+:-]{0,400}+)?"
ADDRESS = (
    r"(?P<mail>(?<![\w.+-])[\w.+-]{1,64}+@(?:[\w-]{1,63}+\.){1,8}[A-Za-z]{2,24}(?!\w))"
    rf"|(?P<web>(?<![\w.@-])(?:https?://[\w.-]{{1,200}}+(?::\d{{1,5}}+)?{_PATH}"
    rf"|www\.[\w-]{{1,63}}+(?:\.[\w-]{{1,63}}+){{1,6}}+{_PATH}"
    rf"|(?:[a-z0-9][a-z0-9-]{{0,62}}+\.){{1,5}}(?:{TOP_LEVEL})(?![\w@-]|\.\w){_PATH}))"
)
JOINED_ADDRESS = (
    ADDRESS.replace(r"\w", "0-9A-Za-z_")
    .replace("(?!0-9A-Za-z_)", "(?![0-9A-Za-z_])")
    .replace(r"|\.0-9A-Za-z_)", r"|\.[0-9A-Za-z_])")
)
"""Where no space stands between words: letters of the language about it are no part of an address."""
_HALF = r"(?:\s?(?P<{0}>[aApP])\.?\s?[mM](?:\b\.?(?=\s\S)|\b))"


def _any(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(dict.fromkeys(words), key=len, reverse=True))


def number_pattern(tongue: Tongue) -> str:
    """A number with its groups and decimals, as `forms.amount_of` reads it."""
    groups = r"[.,'\u2019\u00a0\u202f]\d++"
    if tongue.spaced_groups:
        return rf"(?:\d{{1,3}}(?:\ \d{{3}}(?!\d))++(?:,\d++)?|\d++(?:{groups})*+)"
    return rf"\d++(?:{groups})*+"


@lru_cache(maxsize=64)
def pattern(tongue: Tongue) -> re.Pattern[str]:
    """All that `tongue` says otherwise than it is written. What is nothing of that is one word, one stretch
    of space or one sign."""
    number = number_pattern(tongue)
    signed = rf"(?:(?<![{'0-9A-Za-z' if tongue.joined else chr(92) + 'w'})])[-\u2212+](?=\d))?{number}"
    money = _any([*SYMBOLS, *CODES])
    magnitude = _any(list(tongue.magnitudes)) or "(?!)"
    word = "[0-9A-Za-z]" if tongue.joined else r"\w"
    kinds = [
        rf"(?P<easy>{EASY})",
        JOINED_ADDRESS if tongue.joined else ADDRESS,
        *figure_patterns(tongue),
        rf"(?P<ymd>{LEFT}(?P<y_year>\d{{4}})(?P<y_sep>[-/])(?P<y_month>\d{{1,2}})(?P=y_sep)(?P<y_day>\d{{1,2}})"
        r"(?:T(?P<y_h>\d\d):(?P<y_m>\d\d)(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?(?![\d/-]))",
        rf"(?P<dmy>{LEFT}(?P<n_one>\d{{1,2}})(?P<n_sep>[/.-])(?P<n_two>\d{{1,2}})(?P=n_sep)(?P<n_year>\d{{4}})(?![\d/-]))",
        _days(tongue),
        _times(tongue),
        rf"(?P<leading>{LEFT}(?P<b_minus>[-\u2212])?(?P<b_sign>{money})\s?(?P<b_n>{number})"
        rf"(?:\s?(?P<b_more>{magnitude}){RIGHT})?)",
        rf"(?P<trailing>{LEFT}(?P<a_n>{signed})(?:\s?(?P<a_more>{magnitude}))?\s?(?P<a_sign>{money}){RIGHT})",
        rf"(?P<per>{LEFT}(?P<p_n>{signed})\s?(?P<p_sign>[%\u2030]))",
        rf"(?P<phone>(?:{LEFT}\+\d|{LEFT}(?<![.,:/-])(?:\(\d{{1,5}}\)|\d))"
        rf"(?:[ \u00a0]?[-(/][ \u00a0]?\d|[ \u00a0)]{{0,2}}\d){{6,16}}+(?!{word}|[.,:]\d))",
        rf"(?P<part>{LEFT}(?:(?P<f_whole>\d{{1,3}})\s)?(?P<f_top>\d)[/\u2044](?P<f_bottom>\d)(?![\d/]))",
        rf"(?P<decade>(?<![\w])(?P<century>1[0-9]|20)?['\u2019]?(?P<tens>\d0)s{RIGHT})"
        if tongue.language == "en"
        else "",
        _degree_ordinals(tongue),
        rf"(?P<unit>{LEFT}(?!\d{{1,4}}A(?!\w))(?P<u_n>{signed})\s?(?P<u_sign>{_any(list(UNITS))})(?!{word}|/))",
        _ordinals(tongue),
        rf"(?P<street>(?<!\w)[^\W\d_]{{2,40}}?str\.(?!\w))|(?P<decades>{LEFT}(?P<e_n>\d{{1,4}})(?P<e_end>ern?)\b)"
        if tongue.language == "de"
        else "",
        rf"(?P<code>{LEFT}(?=[A-Za-z0-9-]{{0,24}}?[0-9])(?=[0-9-]{{0,24}}+[A-Za-z])[A-Za-z0-9]{{1,24}}+"
        r"(?:-[A-Za-z0-9]{1,24}+){0,6}+(?![A-Za-z0-9]|[.]\d))",
        _abbreviations(tongue),
        r"(?P<century>(?<!\w)(?P<r_n>[IVX]{1,6}+)(?P<r_mark>er|re|e|\u00e8me)\b)"
        if tongue.language == "fr"
        else "",
        rf"(?P<roman>(?<=\s)[IVXL]{{1,7}}+{'(?:[.](?=[,;]|[ ]))?' if tongue.language == 'de' else ''}(?!\w))",
        r"(?P<hash>#(?=\d))",
        r"(?P<range>(?:(?<=[\d%\u00b0])|(?<=\d[hm])|(?<=\dkm)|(?<=\d[ap]m)|(?<=\d [ap]m))"
        r"\s?[-\u2013\u2014~\u301c\uff5e]\s?(?=[$\u20ac\u00a3\u00a5\u20b9]?\d))",
        rf"(?P<version>{LEFT}[vV](?P<v>\d++(?:\.\d++){{1,4}}))",
        rf"(?P<ratio>{LEFT}\d++(?::\d++)++)",
        rf"(?P<number>{LEFT}(?P<n>{signed}))",
        _words(tongue),
        r"(?P<space>\s++)",
        r"(?P<sign>.)",
    ]
    return re.compile("|".join(kind for kind in kinds if kind), re.DOTALL)


def _days(tongue: Tongue) -> str:
    """A day with a month by its name, and a day and month in figures where they are written with dots."""
    named = [*months(tongue.language), *short_months(tongue.language)]
    names = _any([*named, *(name[:1].upper() + name[1:] for name in named)])
    if tongue.joined:
        return (
            rf"(?P<cjk>{LEFT}(?:(?P<c_year>\d{{4}})\s?年\s?)?(?P<c_month>\d{{1,2}})\s?月\s?(?:(?P<c_day>\d{{1,2}})\s?[日号])?)"
            rf"|(?P<cjkyear>{LEFT}(?P<y>\d{{4}})\s?年)"
        )
    of = {"es": r"(?:\s+(?:de|del))?", "pt": r"(?:\s+de)?"}.get(tongue.language, "")
    day_first = (
        rf"(?P<dayname>{LEFT}(?P<d_day>\d{{1,2}})(?:\.|º|\.º|°|er|st|nd|rd|th)?{of}\s(?:of\s)?(?P<d_month>{names})"
        rf"(?![^\W\d_])(?:\.?,?{of}\s(?P<d_year>\d{{4}})(?![\d:.,]\d|\d))?)"
    )
    dots = r"|(?P<dots>(?<![\d.])(?P<o_day>\d{1,2})\.(?P<o_month>\d{1,2})\.(?!\d))"
    if tongue.language == "en":
        return (
            day_first
            + rf"|(?P<nameday>(?<![^\W_])(?P<m_month>{names})\.?\s(?P<m_day>\d{{1,2}})(?:st|nd|rd|th)?"
            r"(?![\d:]|[.,%]\d|\s?[aApP]\.?[mM]\b)(?:,?\s(?P<m_year>\d{4})(?![\d:]|[.,]\d))?)"
            rf"|(?P<nameyear>(?<![^\W_])(?P<ny_month>{names})\s(?P<ny_year>[12]\d{{3}})(?!\d|[.,]\d))"
        )
    return day_first + (dots if tongue.language == "de" else "")


def _times(tongue: Tongue) -> str:
    after = {
        "de": r"(?:\s?Uhr\b)?",
        "es": r"(?:\s?(?:h|hs|hrs|horas)\b\.?)?",
        "pt": r"(?:\s?(?:h|hs|horas)\b)?",
        "hi": r"(?:\s?बजे)?",
    }.get(tongue.language, "")
    kinds = [
        rf"(?P<clock>{LEFT}(?P<t_h>[01]?\d|2[0-4]):(?P<t_m>[0-5]\d)(?::(?P<t_s>[0-5]\d))?(?!\d|:\d)"
        rf"{_HALF.format('t_half')}?{after})",
        rf"(?P<bare>{LEFT}(?P<h_h>1[0-2]|0?[1-9]){_HALF.format('h_half')})",
    ]
    match tongue.language:
        case "fr" | "pt":
            kinds.append(
                rf"(?P<hours>{LEFT}(?P<x_h>[01]?\d|2[0-4])\s?[hH](?:\s?(?P<x_m>[0-5]\d))?(?:min)?{RIGHT})"
            )
        case "de":
            kinds.append(
                rf"(?P<hours>{LEFT}(?P<x_h>[01]?\d|2[0-4])(?:\.(?P<x_m>[0-5]\d))?\s?Uhr(?!\w)(?:\s(?P<x_n>[0-5]?\d)(?![\d.,:]))?)"
            )
        case _:
            """Hours have no sign of their own."""
    return "|".join(kinds)


def _words(tongue: Tongue) -> str:
    if tongue.joined:
        return rf"(?P<word>[A-Za-z\u00c0-\u024f]++(?:['\u2019][A-Za-z]++)*+|(?:(?![A-Za-z]){LETTER})++)"
    return rf"(?P<word>{LETTER}++(?:['\u2019]{LETTER}++)*+)"


def _ordinals(tongue: Tongue) -> str:
    body = {
        "en": r"(?P<o>\d{1,9})(?P<o_mark>st|nd|rd|th)(?![^\W_])",
        "es": r"(?P<o>\d{1,3})\.?(?P<o_mark>[ºª°]|er\b|ra\b|ro\b|do\b|da\b|to\b|ta\b)",
        "fr": r"(?P<o>\d{1,6})(?P<o_mark>ers?|res?|ères?|es?|[eè]mes?|nde?)(?![^\W_])",
        "de": r"(?P<o>\d{1,3})(?P<o_mark>\.)(?=\s[^\W\d_])",
        "pt": r"(?P<o>\d{1,3})\.?(?P<o_mark>[ºª°])",
        "it": r"(?P<o>\d{1,3})\.?(?P<o_mark>[ºª°])",
        "hi": r"(?P<o>\d{1,6})\s?(?P<o_mark>वां|वाँ|वीं|वें|ला|ली|रा|री|था|थी)(?![\u0900-\u097f])",
    }.get(tongue.language)
    return rf"(?P<nth>{LEFT}{body})" if body else ""


def _degree_ordinals(tongue: Tongue) -> str:
    """'2° piano': the sign of degrees in the place of the one for ordinals."""
    if tongue.language not in ("it", "es", "pt"):
        return ""
    none = (
        "centigrad|celsius|fahrenheit|oggi|domani|fuori|dentro|sotto|sopra|con|per|alla|nord|sud|est|ovest|hoy|"
        "ma\u00f1ana|bajo|sobre|para|norte|sur|hoje|amanh\u00e3|abaixo|acima|grad|durante|nel|della|del|los|las|que"
    )
    noun = rf"(?=\s(?!(?:{none})\b)[a-z\u00e0-\u00ff]{{3}})"
    return rf"(?P<nth_degree>{LEFT}(?P<d_o>[1-9]|[12]\d)(?P<d_mark>\u00b0){noun})"


def _abbreviations(tongue: Tongue) -> str:
    if not tongue.abbreviations:
        return ""
    return rf"(?P<abbr>(?<![^\W_]|[.])(?i:{_any(list(tongue.abbreviations))})(?![^\W_]))"
