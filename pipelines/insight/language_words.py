"""Words of nine languages that an extract needs: those that say nothing of a call, and our own few phrases.

The lists hold what stands in most spoken sentences of any subject (pronouns, articles, auxiliaries,
courtesies of the telephone). Japanese and Chinese, written without spaces, are compared by pairs of
characters, in which such words weigh little anyway.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_](?:[\w\u0900-\u0963\u200c\u200d'’]*[\w\u0900-\u0963])?")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class ExtractPhrases:
    """What an extract says in words of its own."""

    caller: str
    agent: str
    nothing: str
    """The caller said nothing that was understood."""


PHRASES = {
    "en": ExtractPhrases("Caller", "Agent", "The caller said nothing that was understood."),
    "es": ExtractPhrases("Cliente", "Agente", "La persona que llamó no dijo nada que se entendiera."),
    "fr": ExtractPhrases("Appelant", "Agent", "L'appelant n'a rien dit que l'on ait compris."),
    "de": ExtractPhrases("Anrufer", "Agent", "Der Anrufer hat nichts gesagt, was verstanden wurde."),
    "pt": ExtractPhrases("Cliente", "Agente", "Quem ligou não disse nada que fosse compreendido."),
    "it": ExtractPhrases("Chiamante", "Agente", "Chi ha chiamato non ha detto nulla di comprensibile."),
    "hi": ExtractPhrases("कॉलर", "एजेंट", "कॉल करने वाले ने ऐसा कुछ नहीं कहा जो समझ में आया हो।"),
    "ja": ExtractPhrases("発信者", "担当", "発信者の言葉は聞き取れませんでした。"),
    "zh": ExtractPhrases("来电者", "客服", "来电者没有说出可以听懂的话。"),
}

STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "a about am an and any are as at be been but by can could did do does for from get go "
        "good got had has have he hello help her here hi him his how i i'd i'll i'm i've if in "
        "into is it it's its just know like me mean much my no not now of ok okay on or our "
        "please really right say she so some sorry sure thank thanks that that's the their them "
        "then there these they this those to too uh um up us very want was we well were what when "
        "where which who will with would yeah yes you your",
        "es": "a al algo alguna alguno ahí aquí así bien buenas buenos como con creo cual cuando de del "
        "después donde dónde el ella ellos en entonces era es esa ese eso esta está estaba este "
        "esto estoy favor fue gracias ha hay he hola hoy la las le les lo los más me mi mis mucho "
        "muy nada ni no nos o para pero por porque pues que qué quería quiero se sea sería si sí "
        "sin sobre son soy su sus también te tengo tiene todo tu un una uno usted vale y ya yo",
        "fr": "à ai alors après au aussi avec avez avoir bien bonjour c'est ça car ce cela ces cet "
        "cette comme d'accord dans de des donc du elle en est et être eu fait faire il ils j'ai "
        "j'aimerais je la le les leur lui ma mais me merci mes moi mon ne non nos notre nous on "
        "ou où oui par pas peu peut plaît plus pour pouvez qu'est que quel quelle qui quoi s'il "
        "sa sans se ses si son sont sur te tout très tu un une va vais veux voudrais vos votre "
        "vous y",
        "de": "ab aber alle also am an auch auf aus bei beim bin bis bitte da daß dann das dass dem den "
        "der des die dies diese diesen dieser doch du ein eine einem einen einer eines er es "
        "etwas für gerne guten habe haben hallo hat hatte hätte ich ihm ihn ihnen ihr ihre ihren "
        "im in ist ja jetzt kann kein können könnte mal man mein meine mich mir mit möchte na "
        "nein nicht noch nun nur ob oder okay schon sehr sein sich sie sind so tag und uns vom "
        "von war was wenn wer wie wir wird wo würde zu zum zur",
        "pt": "a ao aos as até bem boa bom com como da das de dela dele depois do dos e ela ele em "
        "então era essa esse está estão este estou eu favor foi gostaria há isso isto já lhe lá "
        "mais mas me meu minha muito na não nas nem no nos nossa nosso num numa o obrigada "
        "obrigado olá onde os ou para pela pelo por porque pra quando que quem quero se sem ser "
        "será seu sim só sou sua também tem tenho ter um uma você",
        "it": "a ad ai al alla allora anche bene buongiorno c'è che chi ci ciao come con così da dal "
        "dalla de dei del della delle di dove e è ed era essere fa fare favore gli grazie ha ho i "
        "il in io l'ho la le lei lo loro lui ma me mi mia mio molto nel nella no noi non nostro o "
        "ora per perché però più poi può qua quando quello questa questo qui se sei senza si sì "
        "sia solo sono sta su sua suo te ti tu un una uno va vi voglio voi vorrei",
        "hi": "अगर अच्छा अब आप आपका आपकी आपको इस इसका और एक ऐसा कर करना करने करें का कि किया की कुछ के "
        "को कोई क्या गया चाहता चाहती चाहिए जब जी जो तक तो था थी थे दें दो धन्यवाद नमस्ते नहीं ने "
        "पर फिर बहुत बात भी मुझे मेरा मेरी मेरे में मैं यह या ये रहा रही रहे लिए वह वाला वाली वो "
        "सकता सकते सर साथ से हम हमें हाँ हां ही हुआ हूँ हूं है हैं हो होगा",
    }.items()
}


def main_language(language: str) -> str:
    """'de' of 'de-AT'."""
    return language.lower().partition("-")[0]


def phrases_of(language: str) -> ExtractPhrases:
    """English where we have none."""
    return PHRASES.get(main_language(language), PHRASES["en"])


def terms(text: str, language: str) -> list[str]:
    """What a text is about: its words but those that say nothing, and pairs of characters where a language
    writes no spaces."""
    stop = STOP_WORDS.get(main_language(language), frozenset())
    found = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).lower().replace("’", "'")):
        if _UNSPACED.search(word):
            for run in _UNSPACED.findall(word):
                found += [run[at : at + 2] for at in range(len(run) - 1)] or [run]
        elif word not in stop:
            found.append(word)
    return found
