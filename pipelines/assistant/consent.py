"""Whether a caller has agreed to what was asked: by words that mean yes and nothing else.

Pure. In doubt nobody has agreed: a tool that acts is run after a whole, clear yes alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.conversation.agent import AgentInput, Utterance
from pipelines.conversation.own_words import words_of
from pipelines.languages.tags import base_of

MOST_WORDS = 10
"""Who says more says something else, too."""


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(words_of(phrase)) for phrase in text.split(","))


YES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _phrases(
            "yes, yeah, yep, yup, sure, of course, certainly, absolutely, definitely, correct, exactly, "
            "right, that's right, that is right, that's correct, that is correct, okay, ok, alright, "
            "all right, please do, do it, do that, go ahead, yes i do, i do, you may, fine, that's fine, "
            "sounds good, i agree, agreed, indeed, by all means, why not, perfect, great"
        ),
        "de": _phrases(
            "ja, jawohl, jo, genau, richtig, stimmt, korrekt, gerne, gern, sicher, natürlich, klar, okay, "
            "ok, in ordnung, einverstanden, machen sie das, tun sie das, ja doch, selbstverständlich, "
            "das stimmt, das ist richtig, passt, perfekt, gut"
        ),
        "fr": _phrases(
            "oui, ouais, bien sûr, d'accord, exactement, exact, c'est ça, c'est exact, c'est correct, "
            "certainement, volontiers, allez y, faites le, faites, ok, okay, parfait, tout à fait, absolument"
        ),
        "es": _phrases(
            "sí, si, claro, claro que sí, por supuesto, de acuerdo, vale, correcto, exacto, exactamente, "
            "eso es, así es, hágalo, adelante, ok, okay, perfecto, desde luego, está bien"
        ),
        "it": _phrases(
            "sì, si, certo, certamente, esatto, esattamente, giusto, corretto, va bene, d'accordo, "
            "naturalmente, faccia pure, lo faccia, ok, okay, perfetto, volentieri, sicuro"
        ),
        "pt": _phrases(
            "sim, claro, claro que sim, com certeza, certo, correto, correcto, exato, exatamente, isso, "
            "isso mesmo, pode ser, pode, está bem, tá bom, de acordo, faça isso, avance, ok, okay, perfeito"
        ),
        "hi": _phrases(
            "हाँ, हां, जी, जी हाँ, जी हां, हाँ जी, हां जी, बिल्कुल, ठीक है, ठीक, सही, सही है, "
            "ज़रूर, जरूर, कर दीजिए, कर दो, हो जाए, ओके"
        ),
        "ja": _phrases(
            "はい, ええ, うん, そうです, はいそうです, お願いします, はいお願いします, "
            "わかりました, 了解です, もちろん, その通りです, オーケー"
        ),
        "zh": _phrases(
            "是, 是的, 对, 对的, 好, 好的, 可以, 行, 没问题, "
            "当然, 当然可以, 没错, 确定, 确认, 同意, 对对, 好好"
        ),
    }
)
"""Each of them is a yes; several in a row are one. What may mean "no, thanks" as well is none."""
COURTESIES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _phrases("please, thanks, thank you, oh, um, uh, well, that would be great, that'd be great"),
        "de": _phrases("bitte, danke, danke schön, vielen dank, ach, äh, ähm, sehr"),
        "fr": _phrases("merci, s'il vous plaît, s'il te plaît, euh, ah, eh bien, beaucoup"),
        "es": _phrases("por favor, gracias, muchas gracias, eh, ah, pues, bueno"),
        "it": _phrases("per favore, grazie, prego, eh, ah, beh"),
        "pt": _phrases("por favor, obrigado, obrigada, muito obrigado, ah, é"),
        "hi": _phrases("कृपया, धन्यवाद, शुक्रिया, प्लीज़"),
        "ja": _phrases("ありがとうございます, どうも"),
        "zh": _phrases("请, 谢谢, 谢谢您"),
    }
)
"""They change nothing beside a yes."""


def agrees(said: AgentInput, language: str) -> bool:
    """An understood, undoubtful yes, in the language of the call."""
    if not isinstance(said, Utterance) or not said.understood or said.doubtful or said.noisy:
        return False
    return means_yes(said.text, language)


def means_yes(text: str, language: str) -> bool:
    """The text is nothing but a yes."""
    base = base_of(language)
    yes, courtesies = YES.get(base, frozenset()), COURTESIES.get(base, frozenset())
    words, agreed = words_of(text), False
    if len(words) > MOST_WORDS:
        return False
    while words:
        taken, is_yes = next(
            (
                (count, phrase in yes)
                for count in range(len(words), 0, -1)
                if (phrase := " ".join(words[:count])) in yes or phrase in courtesies
            ),
            (0, False),
        )
        if not taken:
            return False
        agreed = agreed or is_yes
        del words[:taken]
    return agreed
