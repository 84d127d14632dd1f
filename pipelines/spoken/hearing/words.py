"""What people call digits, letters, signs and halves of the day when they dictate, by language. Data only.

All as `folded` writes it: lower case, without accents. Numbers are not here: `numbers` makes them from CLDR.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

_NOT_WORDS = re.compile(r"[^\w\s'+@.:/\u0900-\u0963\u0970-\u097f-]+|[.,:](?=\s|$)|(?<!\w)['.,:-]|\u30fb")
_HINDI = str.maketrans({"\u0901": "\u0902", "\u093c": None})


def folded(text: str) -> str:
    """Lower case, no accents, no punctuation but what stands within words; in Hindi one way of writing what
    has several."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).lower().replace("\u00df", "ss"))
    text = "".join(char for char in text if not 0x300 <= ord(char) <= 0x36F)
    text = unicodedata.normalize("NFC", text).replace("\u2019", "'").translate(_HINDI)
    text = text.replace("न्द", "ंद").replace("न्त", "ंत")
    return " ".join(_NOT_WORDS.sub(" ", text).split())


@dataclass(frozen=True, slots=True)
class Dictation:
    """One language's."""

    zeros: str = ""
    """Further words for nought."""
    ones: str = ""
    """... for one."""
    times: Mapping[str, int] = field(default_factory=dict)
    """"double": the next digit counts so often."""
    joins: frozenset[str] = frozenset()
    """Words within a number that change nothing: "and"."""
    scales: Mapping[str, int] = field(default_factory=dict)
    """Thousands and more, the largest first; also as part of a word."""
    minus: frozenset[str] = frozenset()
    plus: frozenset[str] = frozenset()
    points: frozenset[str] = frozenset()
    """Words for the decimal mark."""
    links: frozenset[str] = frozenset()
    """"as in": what stands between a letter and its word."""
    letters: Mapping[str, str] = field(default_factory=dict)
    """Names of letters, and words that stand for one."""
    at: frozenset[str] = frozenset()
    dot: frozenset[str] = frozenset()
    signs: Mapping[str, str] = field(default_factory=dict)
    """Further signs of addresses."""


def _set(text: str) -> frozenset[str]:
    return frozenset(folded(part) for part in text.split(","))


def _alphabet(*lists: str) -> dict[str, str]:
    """Words whose first letter is meant."""
    return {folded(word): folded(word)[0].upper() for words in lists for word in words.split()}


def _names(names: str) -> dict[str, str]:
    """'a=ay eh, b=bee': names of letters."""
    pairs = (part.strip().split("=") for part in names.split(","))
    return {folded(name): letter.upper() for letter, said in pairs for name in said.split()}


NATO = _alphabet(
    "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike "
    "november oscar papa quebec romeo sierra tango uniform victor whiskey whisky x-ray xray yankee "
    "zulu"
)
_DOTS = {".": ".", "@": "@"}
_ENGLISH = Dictation(
    zeros="oh o nought naught null nil",
    times={"double": 2, "triple": 3, "treble": 3},
    joins=_set("and"),
    scales={"trillion": 10**12, "billion": 10**9, "million": 10**6, "thousand": 1000},
    minus=_set("minus, negative"),
    plus=_set("plus"),
    points=_set("point, dot"),
    links=_set("as in, for, like, as"),
    letters=NATO
    | _alphabet(
        "apple adam boy baker cat dog david easy edward fox frank george henry ida item john king love "
        "lincoln mary mother nancy nora ocean otto peter queen robert roger sugar sam tom thomas uncle "
        "union victory william water yellow young zebra"
    )
    | _names(
        "a=ay eh, b=bee, c=see cee, d=dee, f=ef eff, g=gee jee, h=aitch haitch, j=jay, k=kay, l=el "
        "ell, m=em, n=en, p=pee, q=queue cue, r=ar, s=ess, t=tee, u=you, v=vee, x=ex, y=why wye, z=zee "
        "zed"
    ),
    at=_set("at, at sign"),
    dot=_set("dot, point, period, full stop"),
    signs={
        "dash": "-",
        "hyphen": "-",
        "minus": "-",
        "underscore": "_",
        "under score": "_",
        "slash": "/",
        "plus": "+",
    },
)

DICTATIONS: Mapping[str, Dictation] = {
    "en": _ENGLISH,
    "es": Dictation(
        times={"doble": 2, "triple": 3},
        joins=_set("y"),
        scales={"millones": 10**6, "millon": 10**6, "mil": 1000},
        minus=_set("menos"),
        plus=_set("mas"),
        points=_set("coma, punto, con"),
        links=_set("de, como, como en"),
        letters=NATO
        | _alphabet(
            "antonio barcelona carmen dolores enrique francia gerona historia ines jose kilo lorenzo "
            "madrid navarra oviedo paris queso ramon sabado tarragona ulises valencia washington "
            "xilofono yegua zaragoza burgos sevilla toledo"
        )
        | _names(
            "b=be, c=ce, d=de, f=efe, g=ge, h=hache, i=i, j=jota, k=ka, l=ele, m=eme, n=ene, p=pe, "
            "q=cu, r=erre, s=ese, t=te, v=uve, x=equis, y=ye, z=zeta"
        ),
        at=_set("arroba"),
        dot=_set("punto"),
        signs={"guion bajo": "_", "guion": "-", "barra baja": "_", "barra": "/", "mas": "+"},
    ),
    "fr": Dictation(
        times={"double": 2, "triple": 3},
        joins=_set("et"),
        scales={"milliard": 10**9, "million": 10**6, "mille": 1000},
        minus=_set("moins"),
        plus=_set("plus"),
        points=_set("virgule, point"),
        links=_set("comme, comme dans, de"),
        letters=NATO
        | _alphabet(
            "anatole berthe celestin desire eugene francois gaston henri irma joseph kleber louis "
            "marcel nicolas oscar pierre quintal raoul suzanne therese ursule victor william xavier "
            "yvonne zoe"
        )
        | _names(
            "b=be, c=ce, d=de, f=effe, h=ache, j=ji, k=ka, l=elle, m=emme, n=enne, p=pe, q=ku, r=erre, "
            "s=esse, t=te, v=ve, x=ixe, y=igrec, z=zede"
        ),
        at=_set("arobase, arrobase, chez"),
        dot=_set("point"),
        signs={
            "tiret bas": "_",
            "underscore": "_",
            "tiret": "-",
            "barre oblique": "/",
            "slash": "/",
            "plus": "+",
        },
    ),
    "de": Dictation(
        ones="ein eine",
        zeros="nul",
        times={"doppel": 2, "doppelt": 2, "zweimal": 2, "dreimal": 3},
        joins=_set("und"),
        scales={
            "milliarden": 10**9,
            "milliarde": 10**9,
            "millionen": 10**6,
            "million": 10**6,
            "tausend": 1000,
        },
        minus=_set("minus"),
        plus=_set("plus"),
        points=_set("komma, punkt"),
        links=_set("wie, wie in, fur"),
        letters=NATO
        | _alphabet(
            "anton berta casar dora emil friedrich gustav heinrich ida julius kaufmann konrad ludwig "
            "martha nordpol otto paula quelle richard samuel siegfried theodor ulrich viktor wilhelm "
            "xanthippe ypsilon zacharias zeppelin aachen berlin chemnitz dusseldorf essen frankfurt "
            "goslar hamburg ingelheim jena koln leipzig munchen nurnberg offenbach potsdam quickborn "
            "rostock salzwedel tubingen unna volklingen wuppertal xanten zwickau"
        )
        | _names(
            "b=be, c=ce, d=de, f=ef, g=ge, h=ha, j=jot, k=ka, l=el, m=em, n=en, p=pe, q=ku, r=er, "
            "s=es, t=te, v=vau, w=we, x=ix, z=zett zet"
        ),
        at=_set("at, at zeichen, klammeraffe, et"),
        dot=_set("punkt, dot"),
        signs={
            "bindestrich": "-",
            "minus": "-",
            "strich": "-",
            "unterstrich": "_",
            "schragstrich": "/",
            "plus": "+",
        },
    ),
    "pt": Dictation(
        times={"duplo": 2, "triplo": 3},
        joins=_set("e"),
        scales={
            "trilhoes": 10**12,
            "trilhao": 10**12,
            "bilhoes": 10**9,
            "bilhao": 10**9,
            "milhoes": 10**6,
            "milhao": 10**6,
            "mil": 1000,
        },
        minus=_set("menos"),
        plus=_set("mais"),
        points=_set("virgula, ponto"),
        links=_set("de, como, como em"),
        letters=NATO
        | _alphabet(
            "aveiro braga coimbra evora faro guarda horta italia jose lisboa maria nazare ovar porto "
            "queluz rossio setubal tavira unidade vidago xavier zulmira"
        )
        | _names(
            "b=be, c=ce, d=de, f=efe, g=ge, h=aga, j=jota, k=ka, l=ele, m=eme, n=ene, p=pe, q=que, "
            "r=erre, s=esse, t=te, v=ve, w=dablio, x=xis, y=ipsilon, z=ze"
        ),
        at=_set("arroba"),
        dot=_set("ponto"),
        signs={"hifen": "-", "traco": "-", "underline": "_", "sublinhado": "_", "barra": "/", "mais": "+"},
    ),
    "it": Dictation(
        times={"doppio": 2, "triplo": 3},
        joins=_set("e"),
        scales={
            "miliardi": 10**9,
            "miliardo": 10**9,
            "milioni": 10**6,
            "milione": 10**6,
            "mille": 1000,
            "mila": 1000,
        },
        ones="un una",
        minus=_set("meno"),
        plus=_set("piu"),
        points=_set("virgola, punto"),
        links=_set("come, come in, di"),
        letters=NATO
        | _alphabet(
            "ancona bari bologna como domodossola empoli firenze genova hotel imola jolly jersey "
            "kursaal livorno milano napoli otranto palermo quarto roma savona torino udine venezia "
            "washington xilofono york yacht zara"
        )
        | _names(
            "b=bi, c=ci, d=di, f=effe, g=gi, h=acca, k=kappa, l=elle, m=emme, n=enne, p=pi, q=cu, "
            "r=erre, s=esse, t=ti, v=vi vu, x=ics, y=ipsilon, z=zeta"
        ),
        at=_set("chiocciola"),
        dot=_set("punto"),
        signs={"trattino basso": "_", "underscore": "_", "trattino": "-", "barra": "/", "piu": "+"},
    ),
    "hi": Dictation(
        zeros="जीरो",
        times={folded("डबल"): 2, folded("ट्रिपल"): 3},
        scales={
            folded("खरब"): 10**11,
            folded("अरब"): 10**9,
            folded("करोड़"): 10**7,
            folded("लाख"): 10**5,
            folded("हज़ार"): 1000,
        },
        minus=_set("माइनस, ऋण"),
        plus=_set("प्लस"),
        points=_set("दशमलव, पॉइंट"),
        links=_set("से, फॉर, जैसे"),
        letters=NATO,
        at=_set("ऐट, एट, ऐट द रेट, एट द रेट, at, at the rate"),
        dot=_set("डॉट, dot"),
        signs={folded("डैश"): "-", folded("हाइफन"): "-", folded("अंडरस्कोर"): "_", folded("स्लैश"): "/"},
    ),
    "ja": Dictation(
        minus=_set("マイナス"),
        plus=_set("プラス"),
        points=_set("点"),
        links=_set("の"),
        letters=NATO,
        at=_set("アットマーク, アット"),
        dot=_set("ドット, 点"),
        signs={folded("ハイフン"): "-", folded("アンダーバー"): "_", folded("スラッシュ"): "/"},
    ),
    "zh": Dictation(
        minus=_set("负"),
        plus=_set("加"),
        points=_set("点"),
        links=_set("的"),
        letters=NATO,
        at=_set("艾特, at"),
        dot=_set("点"),
        signs={"横杠": "-", "下划线": "_", "斜杠": "/", "加号": "+"},
    ),
}


@lru_cache(maxsize=64)
def dictation(language: str) -> Dictation | None:
    """Of a BCP 47 tag; None where no words are known."""
    return DICTATIONS.get(language.lower().split("-")[0])
