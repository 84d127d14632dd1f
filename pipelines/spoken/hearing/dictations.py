"""What people call digits, letters and signs when they dictate, by language. Data only, as `dictation_of`
reads it: upper and lower case, and accents, make no difference."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from pipelines.languages.tags import base_of
from pipelines.spoken.hearing.words import Dictation, dictation_of

DICTATIONS: Mapping[str, Dictation] = {
    "en": dictation_of(
        zeros="oh o nought naught null nil",
        times="double=2, triple=3, treble=3",
        joins="and",
        scales="trillion=12, billion=9, million=6, thousand=3",
        minus="minus, negative",
        plus="plus",
        points="point, dot",
        links="as in, for, like, as",
        alphabet="apple adam boy baker cat dog david easy edward fox frank george henry ida item john king "
        "love lincoln mary mother nancy nora ocean otto peter queen robert roger sugar sam tom "
        "thomas uncle union victory william water yellow young zebra",
        names="a=ay eh, b=bee, c=see cee, d=dee, f=ef eff, g=gee jee, h=aitch haitch, j=jay, k=kay, "
        "l=el ell, m=em, n=en, p=pee, q=queue cue, r=ar, s=ess, t=tee, u=you, v=vee, x=ex, y=why "
        "wye, z=zee zed",
        at="at, at sign",
        dot="dot, point, period, full stop",
        signs="dash=-, hyphen=-, minus=-, underscore=_, under score=_, slash=/, plus=+",
    ),
    "es": dictation_of(
        times="doble=2, triple=3",
        joins="y",
        scales="millones=6, millon=6, mil=3",
        minus="menos",
        plus="mas",
        points="coma, punto, con",
        links="de, como, como en",
        alphabet="antonio barcelona carmen dolores enrique francia gerona historia ines jose kilo lorenzo "
        "madrid navarra oviedo paris queso ramon sabado tarragona ulises valencia washington "
        "xilofono yegua zaragoza burgos sevilla toledo",
        names="b=be, c=ce, d=de, f=efe, g=ge, h=hache, i=i, j=jota, k=ka, l=ele, m=eme, n=ene, p=pe, "
        "q=cu, r=erre, s=ese, t=te, v=uve, x=equis, y=ye, z=zeta",
        at="arroba",
        dot="punto",
        signs="guion bajo=_, guion=-, barra baja=_, barra=/, mas=+",
    ),
    "fr": dictation_of(
        times="double=2, triple=3",
        joins="et",
        scales="milliard=9, million=6, mille=3",
        minus="moins",
        plus="plus",
        points="virgule, point",
        links="comme, comme dans, de",
        alphabet="anatole berthe celestin desire eugene francois gaston henri irma joseph kleber louis "
        "marcel nicolas oscar pierre quintal raoul suzanne therese ursule victor william xavier "
        "yvonne zoe",
        names="b=be, c=ce, d=de, f=effe, h=ache, j=ji, k=ka, l=elle, m=emme, n=enne, p=pe, q=ku, "
        "r=erre, s=esse, t=te, v=ve, x=ixe, y=igrec, z=zede",
        at="arobase, arrobase, chez",
        dot="point",
        signs="tiret bas=_, underscore=_, tiret=-, barre oblique=/, slash=/, plus=+",
    ),
    "de": dictation_of(
        zeros="nul",
        ones="ein eine",
        times="doppel=2, doppelt=2, zweimal=2, dreimal=3",
        joins="und",
        scales="milliarden=9, milliarde=9, millionen=6, million=6, tausend=3",
        minus="minus",
        plus="plus",
        points="komma, punkt",
        links="wie, wie in, fur",
        alphabet="anton berta casar dora emil friedrich gustav heinrich ida julius kaufmann konrad ludwig "
        "martha nordpol otto paula quelle richard samuel siegfried theodor ulrich viktor wilhelm "
        "xanthippe ypsilon zacharias zeppelin aachen berlin chemnitz dusseldorf essen frankfurt "
        "goslar hamburg ingelheim jena koln leipzig munchen nurnberg offenbach potsdam quickborn "
        "rostock salzwedel tubingen unna volklingen wuppertal xanten zwickau",
        names="b=be, c=ce, d=de, f=ef, g=ge, h=ha, j=jot, k=ka, l=el, m=em, n=en, p=pe, q=ku, r=er, "
        "s=es, t=te, v=vau, w=we, x=ix, z=zett zet",
        at="at, at zeichen, klammeraffe, et",
        dot="punkt, dot",
        signs="bindestrich=-, minus=-, strich=-, unterstrich=_, schragstrich=/, plus=+",
    ),
    "pt": dictation_of(
        times="duplo=2, triplo=3",
        joins="e",
        scales="trilhoes=12, trilhao=12, bilhoes=9, bilhao=9, milhoes=6, milhao=6, mil=3",
        minus="menos",
        plus="mais",
        points="virgula, ponto",
        links="de, como, como em",
        alphabet="aveiro braga coimbra evora faro guarda horta italia jose lisboa maria nazare ovar porto "
        "queluz rossio setubal tavira unidade vidago xavier zulmira",
        names="b=be, c=ce, d=de, f=efe, g=ge, h=aga, j=jota, k=ka, l=ele, m=eme, n=ene, p=pe, q=que, "
        "r=erre, s=esse, t=te, v=ve, w=dablio, x=xis, y=ipsilon, z=ze",
        at="arroba",
        dot="ponto",
        signs="hifen=-, traco=-, underline=_, sublinhado=_, barra=/, mais=+",
    ),
    "it": dictation_of(
        ones="un una",
        times="doppio=2, triplo=3",
        joins="e",
        scales="miliardi=9, miliardo=9, milioni=6, milione=6, mille=3, mila=3",
        minus="meno",
        plus="piu",
        points="virgola, punto",
        links="come, come in, di",
        alphabet="ancona bari bologna como domodossola empoli firenze genova hotel imola jolly jersey "
        "kursaal livorno milano napoli otranto palermo quarto roma savona torino udine venezia "
        "washington xilofono york yacht zara",
        names="b=bi, c=ci, d=di, f=effe, g=gi, h=acca, k=kappa, l=elle, m=emme, n=enne, p=pi, q=cu, "
        "r=erre, s=esse, t=ti, v=vi vu, x=ics, y=ipsilon, z=zeta",
        at="chiocciola",
        dot="punto",
        signs="trattino basso=_, underscore=_, trattino=-, barra=/, piu=+",
    ),
    "hi": dictation_of(
        zeros="जीरो",
        times="डबल=2, ट्रिपल=3",
        scales="खरब=11, अरब=9, करोड़=7, लाख=5, हज़ार=3",
        minus="माइनस, ऋण",
        plus="प्लस",
        points="दशमलव, पॉइंट",
        links="से, फॉर, जैसे",
        at="ऐट, एट, ऐट द रेट, एट द रेट, at, at the rate",
        dot="डॉट, dot",
        signs="डैश=-, हाइफन=-, अंडरस्कोर=_, स्लैश=/",
    ),
    "ja": dictation_of(
        minus="マイナス",
        plus="プラス",
        points="点",
        links="の",
        at="アットマーク, アット",
        dot="ドット, 点",
        signs="ハイフン=-, アンダーバー=_, スラッシュ=/",
    ),
    "zh": dictation_of(
        minus="负",
        plus="加",
        points="点",
        links="的",
        at="艾特, at",
        dot="点",
        signs="横杠=-, 下划线=_, 斜杠=/, 加号=+",
    ),
}
"""By ISO 639."""


@lru_cache(maxsize=64)
def dictation(language: str) -> Dictation | None:
    """Of a BCP 47 tag; None where no words are known."""
    return DICTATIONS.get(base_of(language))
