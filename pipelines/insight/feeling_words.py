"""Whether words are kind or cross, in nine languages: a small lexicon of our own of what callers say when
they are served badly or well, and the rule by which a sentence's words add up.

As in VADER (Hutto and Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social
Media Text", 2014) a negation shortly before a word turns it round and weakens it, and the sum is squeezed
between -1 and 1. What the words are about nobody here knows: "the complaint is settled" holds a
complaint. Where a lexicon is silent the answer is 0 hits, which is not the same as a neutral caller.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pipelines.languages.tags import base_of

NEGATED = -0.6
"""What is left of a word behind a negation: "not good" is less bad than "bad" is."""
REACH = 3
"""Words behind a negation that it turns round."""
SQUEEZE = 8.0
"""One strong word gives 0.58, one mild word 0.33."""

_WORD = re.compile(r"[\w\u0900-\u0963'’]+")
_UNSPACED = ("ja", "zh")


@dataclass(frozen=True, slots=True)
class Sentiment:
    """What words tell."""

    valence: float
    """-1 (cross) to 1 (kind)."""
    hits: int
    """Words that say anything about it."""


@dataclass(frozen=True, slots=True)
class FeelingLexicon:
    weights: dict[str, float]
    """Of words; one that ends with * stands for all that begin so."""
    stems: tuple[tuple[str, float], ...]
    negations: frozenset[str]

    def weight(self, word: str) -> float:
        if word in self.weights:
            return self.weights[word]
        return next((weight for stem, weight in self.stems if word.startswith(stem)), 0.0)


def _lexicon(negations: str, *, worst: str, bad: str, good: str, best: str) -> FeelingLexicon:
    weighed = [
        (word, weight)
        for words, weight in ((worst, -2.0), (bad, -1.0), (good, 1.0), (best, 2.0))
        for word in words.split()
    ]
    stems = tuple((word[:-1], weight) for word, weight in weighed if word.endswith("*"))
    whole = {word: weight for word, weight in weighed if not word.endswith("*")}
    return FeelingLexicon(whole, stems, frozenset(negations.split()))


LEXICA = {
    "en": _lexicon(
        "not no never don't doesn't didn't isn't wasn't aren't can't cannot won't couldn't without hardly",
        worst="angry furious outrag* disgust* unacceptable ridiculous terrible horrible awful worst hate "
        "scandal* idiot* stupid useless scam fraud lawyer fuck* shit* damn* bullshit disgrace* rubbish",
        bad="bad annoy* frustrat* disappoint* complain* problem* wrong broken fail* unhappy upset sorry "
        "worse "
        "late delay* wait* waiting nobody nothing confus* difficult trouble* impossible worried afraid sad "
        "missing lost error* mistake* again expensive unfair rude slow ignored",
        good="good fine nice thanks thank glad happy helpful kind easy correct clear better pleased works "
        "friendly quick sure appreciate",
        best="great perfect excellent wonderful fantastic amazing brilliant love lovely delighted awesome "
        "superb",
    ),
    "es": _lexicon(
        "no nunca jamás tampoco sin ni",
        worst="furios* indignad* inaceptable ridícul* terrible horrible pésim* odio asco vergüenza estafa "
        "inútil* idiota* mierda joder abogado denuncia* estúpid*",
        bad="mal mala malo molest* enfad* frustrad* decepcion* queja* problema* error* rot* peor tarde "
        "retras* esperando espera nadie nada confus* difícil imposible preocupad* triste caro injust* lento",
        good="bien buen* gracias content* feliz amable fácil correcto clar* mejor útil rápido agradezco",
        best="perfect* excelente maravillos* fantástic* genial encant* estupend*",
    ),
    "fr": _lexicon(
        "ne n'est pas jamais plus sans aucun aucune ni",
        worst="furieu* scandal* inadmissible inacceptable ridicule terrible horrible nul nulle déteste "
        "honte* arnaque* inutile* idiot* merde putain avocat stupide* dégueulasse",
        bad="mal mauvais* énerv* frustr* déçu* plain* réclamation problème* erreur* cassé* pire retard* "
        "attends attendre personne rien confus* difficile impossible inqui* triste cher injuste lent*",
        good="bien bon bonne merci content* heureu* aimable gentil* facile correct* clair* mieux utile "
        "rapide",
        best="parfait* excellent* merveilleu* fantastique génial* super formidable adore ravi*",
    ),
    "de": _lexicon(
        "nicht kein keine keinen nie niemals ohne kaum weder",
        worst="wütend stinksauer sauer unverschämt* inakzeptabel lächerlich schrecklich furchtbar hasse "
        "katastroph* frechheit sauerei betrug idiot* scheiß* verdammt* anwalt unmöglich dumm* mist",
        bad="schlecht* ärger* genervt nervt frustriert enttäusch* beschwer* problem* falsch* fehler kaputt "
        "schlimm* spät verspät* warte niemand nichts verwirr* schwierig leider sorge* traurig teuer unfair "
        "langsam",
        good="gut gute guten gern danke dankeschön froh zufrieden nett freundlich einfach richtig klar "
        "besser "
        "hilfreich schnell freue",
        best="perfekt* ausgezeichnet* wunderbar fantastisch großartig* super toll* prima hervorragend* "
        "klasse",
    ),
    "pt": _lexicon(
        "não nunca jamais nem sem",
        worst="furios* indignad* inaceitável ridícul* terrível horrível péssim* odeio vergonha golpe "
        "inútil* idiota* merda porra advogado absurdo estúpid*",
        bad="mal mau ruim chatead* irritad* frustrad* decepcion* reclama* problema* erro* errad* quebrad* "
        "pior tarde atras* esperando ninguém nada confus* difícil impossível preocupad* triste caro injust* "
        "lento",
        good="bem bom boa obrigad* feliz contente gentil fácil certo clar* melhor útil rápido agradeço",
        best="perfeit* excelente maravilhos* fantástic* ótim* adoro adorei sensacional",
    ),
    "it": _lexicon(
        "non mai né senza nessun nessuna",
        worst="furios* indignat* inaccettabile ridicol* terribile orribile pessim* odio vergogn* truffa "
        "inutil* idiota* merda cazzo avvocato assurdo stupid* schifo",
        bad="male cattiv* arrabbiat* infastidit* frustrat* delus* reclam* problem* errore errori sbagliat* "
        "rott* peggio tardi ritardo aspett* nessuno niente confus* difficile impossibile preoccupat* triste "
        "caro ingiust* lento",
        good="bene buon* grazie content* felice gentil* facile corretto chiar* meglio utile veloce",
        best="perfett* eccellente meraviglios* fantastic* ottim* adoro splendid* magnific*",
    ),
    "hi": _lexicon(
        "नहीं मत ना बिना न",
        worst="गुस्सा गुस्से बकवास बेकार घटिया धोखा धोखाधड़ी शर्मनाक बेवकूफ नफ़रत नफरत भयानक वकील "
        "बदतमीज़ बदतमीज",
        bad="बुरा बुरी खराब ख़राब परेशान परेशानी समस्या शिकायत गलत ग़लत गलती देर देरी इंतज़ार इंतजार कोई "
        "मुश्किल "
        "दुखी चिंता महंगा टूटा निराश",
        good="अच्छा अच्छी अच्छे ठीक धन्यवाद शुक्रिया खुश आसान सही बेहतर मदद साफ़ साफ",
        best="बढ़िया शानदार बहुत-अच्छा उत्तम ज़बरदस्त जबरदस्त लाजवाब",
    ),
    "ja": _lexicon(
        "",
        worst="許せない ふざけるな 最悪 最低 ひどい 酷い 腹が立 頭にき 詐欺 弁護士 訴え バカ 馬鹿 怒って",
        bad="困っ 困り 困る 残念 不満 苦情 問題 間違 壊れ 遅い 遅れ 待って 待たさ おかしい 難しい 心配 "
        "悲しい 高すぎ "
        "よくない 良くない わからない 分からない",
        good="ありがとう 助かり 助かる 良い よかった 良かった 嬉しい うれしい 大丈夫 便利 正しい "
        "わかりました 分かりました",
        best="素晴らしい すばらしい 完璧 最高 感謝し 大好き",
    ),
    "zh": _lexicon(
        "",
        worst="气死 生气 愤怒 太过分 不可接受 荒唐 糟透 最差 讨厌 骗子 诈骗 垃圾 白痴 他妈 律师 投诉",
        bad="不好 不行 不满 失望 麻烦 问题 错误 错了 坏了 迟到 晚点 等了 没人 困惑 困难 担心 难过 太贵 "
        "不公平 太慢 糟糕",
        good="谢谢 感谢 高兴 满意 可以的 方便 容易 正确 清楚 更好 帮了 很好 不错 没问题",
        best="太好了 完美 非常好 太棒 棒极 优秀 喜欢",
    ),
}  # fmt: skip


def sentiment(text: str, language: str) -> Sentiment:
    """Of one utterance; in a language without a lexicon there are no hits."""
    lexicon = LEXICA.get(base_of(language))
    if lexicon is None:
        return Sentiment(0.0, 0)
    plain = unicodedata.normalize("NFKC", text[:2_000]).lower().replace("’", "'")
    weights = _within(plain, lexicon) if base_of(language) in _UNSPACED else _by_words(plain, lexicon)
    total = sum(weights)
    return Sentiment(total / (total * total + SQUEEZE) ** 0.5, len(weights))


def _by_words(text: str, lexicon: FeelingLexicon) -> list[float]:
    found, since = [], REACH
    for word in _WORD.findall(text):
        weight = lexicon.weight(word)
        if weight:
            found.append(weight * NEGATED if since < REACH else weight)
        since = 0 if word in lexicon.negations else since + 1
    return found


def _within(text: str, lexicon: FeelingLexicon) -> list[float]:
    """Of a text without spaces: the longest match counts, from left to right."""
    found, at = [], 0
    entries = sorted(lexicon.weights.items(), key=lambda entry: -len(entry[0]))
    while at < len(text):
        match = next(((word, weight) for word, weight in entries if text.startswith(word, at)), None)
        if match is not None:
            found.append(match[1])
        at += len(match[0]) if match is not None else 1
    return found
