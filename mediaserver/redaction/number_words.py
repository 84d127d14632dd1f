"""Words that stand for digits, in the languages in which numbers are read out.

One table for all of them: only many in a row are a number, and hardly any other words stand like that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class WordKind(Enum):
    """What a word does to the number that is read out."""

    ZERO = "zero"
    UNIT = "unit"
    """1 to 9."""
    TEEN = "teen"
    """10 to 19: two digits."""
    TENS = "tens"
    """20, 30 ... 90: two digits, also with a unit behind."""
    HUNDRED = "hundred"
    """Behind a digit: two more."""
    DOUBLE = "double"
    """The next digit comes twice."""
    TRIPLE = "triple"
    PLUS = "plus"
    """Before a country code."""
    LETTER_O = "o"
    """A zero between digits, an interjection elsewhere."""
    FILLER = "filler"
    """Between digits it is nothing: "uh", "and", "dash"."""


@dataclass(frozen=True, slots=True)
class NumberWord:
    kind: WordKind
    digits: str = ""
    """What it stands for, as far as that is known."""


_UNITS = """
one two three four five six seven eight nine
eins zwei drei vier fünf sechs sieben acht neun
un deux trois quatre cinq six sept huit neuf
uno dos tres cuatro cinco seis siete ocho nueve
uno due tre quattro cinque sei sette otto nove
um dois três quatro cinco seis sete oito nove
een twee drie vier vijf zes zeven acht negen
jeden dwa trzy cztery pięć sześć siedem osiem dziewięć
один два три четыре пять шесть семь восемь девять
bir iki üç dört beş altı yedi sekiz dokuz
एक दो तीन चार पांच छह सात आठ नौ
ek do teen char paanch chhah saat aath nau
en to tre fire fem seks syv åtte ni
ett två tre fyra fem sex sju åtta nio
jedna dva tři čtyři pět šest sedm osm devět
"""
"""One to nine, a language a line."""
_MORE_UNITS = {
    "ein": "1", "eine": "1", "zwo": "2", "fünnef": "5", "une": "1", "una": "1", "uma": "1", "duas": "2",
    "meia": "6", "één": "1", "dwie": "2", "jedno": "1", "одна": "1", "две": "2", "раз": "1", "पाँच": "5",
    "छः": "6", "niner": "9", "fife": "5", "otte": "8", "fire": "4", "dvě": "2",
}  # fmt: skip
_ZEROS = "zero null zéro cero nul zéró ноль нуль sıfır शून्य shoonya nulla noll nula nil nought naught".split()
_TEENS = """
ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn
dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf
diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve
dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove
dez onze doze treze catorze quinze dezesseis dezessete dezoito dezenove
tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien
dziesięć jedenaście dwanaście trzynaście czternaście piętnaście szesnaście siedemnaście osiemnaście \
dziewiętnaście
десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать \
девятнадцать
"""
"""Ten to nineteen."""
_TENS = """
twenty thirty forty fifty sixty seventy eighty ninety
zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig
vingt trente quarante cinquante soixante septante huitante nonante
veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa
venti trenta quaranta cinquanta sessanta settanta ottanta novanta
vinte trinta quarenta cinquenta sessenta setenta oitenta noventa
twintig dertig veertig vijftig zestig zeventig tachtig negentig
dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt dziewięćdziesiąt
двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто
yirmi otuz kırk elli altmış yetmiş seksen doksan
"""
"""Twenty to ninety."""
_HUNDREDS = "hundred hundert cent cents ciento cien cento honderd sto сто yüz".split()
_FILLERS = """
uh um er erm hm äh ähm öh euh eh ehm mmm and und et y e en i и ve dash minus strich bindestrich tiret guion
trattino traço streepje hyphen space leerzeichen point punkt punto ponto dot slash then dann puis luego poi
""".split()
_GERMAN = re.compile(
    r"(ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und"
    r"(zwanzig|drei(?:ß|ss)ig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig)"
)
"""Unit before tens, in one word (also Dutch, below)."""
_DUTCH = re.compile(
    r"(een|twee|drie|vier|vijf|zes|zeven|acht|negen)(?:en|ën)"
    r"(twintig|dertig|veertig|vijftig|zestig|zeventig|tachtig|negentig)"
)
LONGEST_WORD = 30
"""Characters of the longest word that stands for digits; longer ones are not looked at."""
CJK = {
    **dict(zip("零一二三四五六七八九", "0123456789", strict=True)),
    **dict(zip("〇壹贰叁肆伍陆柒捌玖", "0123456789", strict=True)),
    **{"幺": "1", "两": "2", "兩": "2", "공": "0"},
}
"""Characters that each stand for one digit, read out without spaces (Chinese, Japanese in characters)."""
_OTHERS = """
いち に さん よん ご ろく なな はち きゅう
일 이 삼 사 오 육 칠 팔 구
"""


def _table() -> dict[str, NumberWord]:
    found: dict[str, NumberWord] = {}
    for line in (_UNITS + _OTHERS).split("\n"):
        for digit, word in enumerate(line.split(), 1):
            found.setdefault(word, NumberWord(WordKind.UNIT, str(digit)))
    for line in _TEENS.split("\n"):
        for number, word in enumerate(line.split(), 10):
            found.setdefault(word, NumberWord(WordKind.TEEN, str(number)))
    for line in _TENS.split("\n"):
        for tens, word in enumerate(line.split(), 2):
            found.setdefault(word, NumberWord(WordKind.TENS, f"{tens}0"))
    found |= {word: NumberWord(WordKind.UNIT, digit) for word, digit in _MORE_UNITS.items()}
    found |= {word: NumberWord(WordKind.ZERO, "0") for word in [*_ZEROS, "ゼロ", "영"]}
    found |= {word: NumberWord(WordKind.HUNDRED) for word in _HUNDREDS}
    found |= {word: NumberWord(WordKind.FILLER) for word in _FILLERS if word not in found}
    found |= {word: NumberWord(WordKind.DOUBLE) for word in ("double", "doppel", "doble", "doppio", "duplo")}
    found |= {word: NumberWord(WordKind.TRIPLE) for word in ("triple", "treble", "dreifach", "triplo")}
    found |= {word: NumberWord(WordKind.PLUS) for word in ("plus", "più", "más", "mais", "плюс", "artı")}
    found |= {word: NumberWord(WordKind.LETTER_O) for word in ("o", "oh")}
    found["dreissig"] = found["dreißig"]
    return found


_WORDS = _table()


def number_word(word: str) -> NumberWord | None:
    """What a word stands for; None: for no digits."""
    if len(word) > LONGEST_WORD:
        return None
    word = word.lower()
    if (found := _WORDS.get(word)) is not None:
        return found
    for joined in (_GERMAN, _DUTCH):
        if (parts := joined.fullmatch(word)) is not None:
            tens = _WORDS[parts[2]].digits
            return NumberWord(WordKind.TEEN, tens[0] + _WORDS[parts[1]].digits)
    return None
