"""The few words that turn-taking has of its own, by language.

In a language without a row nothing is said in the agent's name, and no word counts as a hesitation or as a
sign of listening: silence is better than a sentence in another language.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pipelines.conversation.word_check import TakenFor
from pipelines.languages.tags import base_of

_BETWEEN = re.compile(r"[^\w'\u0900-\u0963\u0970-\u097f]+|_+")
"""Whatever stands between words, hyphens too: "mm-hmm" is two of them. Vowel signs of Hindi are no letters
to `re`, and do not."""
_UNSPACED = re.compile(r"([\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff])")
"""Japanese and Chinese have no spaces: each character is a word."""


def words_of(text: str) -> list[str]:
    """The words of a text as a recogniser may have written it, lower case, without punctuation."""
    text = unicodedata.normalize("NFC", text).lower().replace("\u2019", "'")
    text = _UNSPACED.sub(r" \1 ", text)
    return [word for word in _BETWEEN.sub(" ", text).split() if word.strip("'")]


@dataclass(frozen=True, slots=True)
class OwnWords:
    """One language's."""

    apology: str = ""
    """Said when the agent fails on what the caller said."""
    surrender: str = ""
    """Said when it fails again and again, before the call is ended."""
    goodbye: str = ""
    """Said before the server stops, unless the settings have other words for it than their usual English."""
    hesitations: frozenset[str] = frozenset()
    """A text ending in one of these is not finished; lower case."""
    backchannels: frozenset[str] = frozenset()
    """What people say to show that they listen, without wanting the floor: words and short phrases, lower
    case, words apart by one space ("uh huh"). Some of them are answers when something was asked."""

    fillers: tuple[str, ...] = ()
    """Said while the agent takes its time, by turns. They promise nothing but that it goes on."""
    spotted: tuple[str, ...] = ()
    """Of the backchannels those that a recogniser tells from other short words, as its dictionary has them;
    where there are none it is not asked. With "yes": no recogniser tells it from a short "yeah"; where it is
    an answer, the utterance says so."""
    others: tuple[str, ...] = ()
    """Such words: what people say who want something, and what sounds like nothing else."""

    def spot(self, text: str, *, whole: bool) -> TakenFor:
        """What the recogniser's answer means. `whole`: it is one of the phrases that it was asked for; else
        it may be the beginning of one."""
        if whole:
            return TakenFor.LISTENS if text in self.spotted else TakenFor.WANTS
        begins = f"{text} "
        if text and any(phrase.startswith(begins) for phrase in self.others):
            return TakenFor.WANTS
        begun = text and any(phrase.startswith(begins) for phrase in self.spotted)
        return TakenFor.BEGUN if begun else TakenFor.UNKNOWN

    def is_backchannel(self, text: str) -> bool:
        """The text is nothing but signs of listening: "mhm", "okay right"."""
        words = words_of(text)
        while words:
            taken = next((n for n in range(len(words), 0, -1) if " ".join(words[:n]) in self.backchannels), 0)
            if not taken:
                return False
            del words[:taken]
        return bool(words_of(text))


def _phrases(text: str) -> frozenset[str]:
    """Phrases with a comma between them, as `words_of` writes them."""
    return frozenset(" ".join(words_of(phrase)) for phrase in text.split(","))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.split(","))


OWN_WORDS = {
    "en": OwnWords(
        "Sorry, I lost my thread. Could you say that again?",
        "I am sorry, I cannot help you at the moment. Please call again later. Goodbye.",
        "I am sorry, the server is being stopped. Goodbye.",
        frozenset("and um uh er hmm at for or so the to".split()),
        _phrases(
            "mhm, mm, mmm, mm hm, mm hmm, mmhm, mmhmm, hm, hmm, uh huh, uhuh, aha, ah, oh, ooh, huh, "
            "okay, ok, right, all right, alright, yeah, yep, yup, sure, i see, got it, good, great, fine, "
            "cool, oh okay, oh right, that's right, of course, exactly, indeed, really, wow, i "
            "understand, understood"
        ),
        ("One moment, please.", "Just a second.", "Still with you, one moment."),
        _listed(
            "okay, right, all right, yeah, yes, uh huh, i see, got it, oh okay, okay okay, yeah yeah, oh i "
            "see, okay right, yeah okay, right okay, sure, oh right"
        ),
        _listed(
            "stop, wait, no, hello, hold on, hang on, excuse me, sorry, what, listen, cancel, please, "
            "nope, never mind, pardon, one moment, actually, help, repeat, quiet, no no, can you, i want, "
            "i need, that is wrong, hi, hey, agent, please stop, wait a moment, stop it, what is, "
            "not now, no thanks, thank you, thanks, goodbye, bye, today, tomorrow, monday, room, book, "
            "maybe, don't, know, think, speak, talk, want, need, person, name, morning, time, call"
        ),
    ),
    "de": OwnWords(
        "Entschuldigung, ich habe den Faden verloren. Können Sie das bitte wiederholen?",
        "Es tut mir leid, ich kann Ihnen im Moment nicht helfen. Bitte rufen Sie später noch einmal an. "
        "Auf Wiederhören.",
        "Entschuldigung, wir müssen hier leider abbrechen. Auf Wiederhören.",
        frozenset("und äh ähm hm oder also für der die das".split()),
        _phrases(
            "mhm, mm, mmm, hm, hmm, aha, ah, oh, ach, ach so, achso, ach ja, okay, ok, ja, jaja, ja ja, "
            "genau, gut, alles klar, klar, richtig, stimmt, verstehe, ich verstehe, verstanden, in "
            "ordnung, echt, wirklich, natürlich, sicher, so so, na gut, gut so"
        ),
        ("Einen Moment, bitte.", "Sekunde, bitte.", "Ich bin noch dran, einen Moment."),
    ),
    "fr": OwnWords(
        "Pardon, j'ai perdu le fil. Pouvez-vous répéter, s'il vous plaît ?",
        "Je suis désolé, je ne peux pas vous aider pour le moment. Rappelez plus tard, s'il vous plaît. "
        "Au revoir.",
        "Désolé, nous devons nous arrêter là. Au revoir.",
        frozenset("et euh hum ou alors pour le la les".split()),
        _phrases(
            "mhm, mm, mmm, hm, hmm, hein, ah, oh, ah oui, ah bon, oui, ouais, oui oui, ok, okay, "
            "d'accord, d'acc, bien, très bien, je vois, je comprends, compris, c'est ça, voilà, "
            "exactement, bien sûr, entendu, parfait, bon"
        ),
        ("Un instant, s'il vous plaît.", "Une petite seconde.", "Je suis toujours là, un instant."),
    ),
    "es": OwnWords(
        "Perdone, he perdido el hilo. ¿Puede repetirlo, por favor?",
        "Lo siento, ahora mismo no puedo ayudarle. Llame más tarde, por favor. Adiós.",
        "Lo siento, tenemos que terminar aquí. Adiós.",
        frozenset("y eh em o pues para el la los las".split()),
        _phrases(
            "mhm, mm, mmm, hm, hmm, ajá, aja, ah, oh, ah sí, sí, si, ya, ya ya, ok, okay, vale, claro, "
            "bien, muy bien, bueno, entiendo, ya veo, comprendo, de acuerdo, exacto, eso, eso es, "
            "perfecto, por supuesto, desde luego"
        ),
        ("Un momento, por favor.", "Un segundo.", "Sigo aquí, un momento."),
    ),
    "it": OwnWords(
        "Mi scusi, ho perso il filo. Può ripetere, per favore?",
        "Mi dispiace, al momento non posso aiutarla. Richiami più tardi, per favore. Arrivederci.",
        "Mi dispiace, dobbiamo interrompere qui. Arrivederci.",
        frozenset("e ehm uhm o allora per il lo la".split()),
        _phrases(
            "mhm, mm, mmm, hm, hmm, ah, oh, eh, ah sì, sì, si, sì sì, già, ok, okay, va bene, d'accordo, "
            "bene, capisco, ho capito, capito, certo, esatto, giusto, perfetto, chiaro, ecco, come no, "
            "naturalmente"
        ),
        ("Un momento, per favore.", "Un attimo solo.", "Sono ancora qui, un momento."),
    ),
    "pt": OwnWords(
        "Desculpe, perdi o fio da conversa. Pode repetir, por favor?",
        "Desculpe, não consigo ajudar neste momento. Por favor, ligue mais tarde. Até logo.",
        "Desculpe, precisamos encerrar por aqui. Até logo.",
        frozenset("e hum ahn hã então ou para o a os as tipo".split()),
        _phrases(
            "aham, uhum, hum, hm, hmm, mm, ah, oh, ah sim, ah tá, tá, tá bom, tá bem, tá certo, sim, "
            "sim sim, isso, isso mesmo, certo, ok, okay, tudo bem, está bem, está bom, entendi, "
            "entendo, claro, com certeza, perfeito, ótimo, beleza, pois é, pois, pois sim, exato, "
            "exatamente, é verdade, sei, legal, bom, muito bem, percebo, compreendo"
        ),
        ("Um momento, por favor.", "Só um instante.", "Continuo na linha, só um momento."),
    ),
    "hi": OwnWords(
        "माफ़ कीजिए, बात बीच में छूट गई। कृपया फिर से बताइए।",
        "माफ़ कीजिए, अभी आपकी मदद नहीं हो पाएगी। कृपया थोड़ी देर बाद फिर कॉल कीजिए। नमस्ते।",
        "माफ़ कीजिए, हमें बात यहीं रोकनी होगी। नमस्ते।",
        frozenset("और अं उम हम्म तो मतलब या यानी के का की".split()),
        _phrases(
            "हाँ, हां, जी, जी हाँ, जी हां, हाँ जी, हां जी, हाँ हाँ, जी जी, हम्म, हूँ, हूं, अच्छा, अच्छा जी, अच्छा "
            "अच्छा, ठीक, ठीक है, सही, सही है, सही बात, बिल्कुल, बिलकुल, ओके, ओह, आह, अरे वाह, वाह, समझ गया, "
            "समझ गई, समझ गए, ज़रूर, जरूर, हाँ ठीक है, जी ठीक है, ok, okay"
        ),
        ("कृपया एक मिनट रुकिए।", "बस एक क्षण।", "लाइन पर बने रहिए, बस एक मिनट।"),
    ),
    "ja": OwnWords(
        "申し訳ございません。うまく承れませんでした。もう一度お話しいただけますか。",
        "申し訳ございません。ただいまご案内ができない状態です。恐れ入りますが、後ほどおかけ直しください。失礼いたします。",
        "申し訳ございませんが、こちらで失礼いたします。",
        frozenset("ーっ"),
        _phrases(
            "はい, はいはい, はあ, ええ, うん, うんうん, そう, そうそう, そうですか, そうですね, "
            "そうなんですか, そうなんですね, そっか, なるほど, なるほどですね, へえ, へー, ふうん, "
            "ふーん, ああ, あー, あ, おお, ほう, ですね, 確かに, わかりました, 分かりました, わかった, "
            "了解です, 了解, 承知しました, 承知いたしました, オーケー, かしこまりました, もちろん, ok, "
            "okay"
        ),
        (
            "少々お待ちください。",
            "もう少々お待ちください。",
            "お待たせしております。このままお待ちください。",
        ),
    ),
    "zh": OwnWords(
        "抱歉，我刚才没有跟上，请您再说一遍，好吗？",
        "非常抱歉，现在暂时无法为您服务，请您稍后再拨。再见。",
        "抱歉，我们只能先到这里了。再见。",
        frozenset("呃额嗯唔诶"),
        _phrases(
            "嗯, 嗯嗯, 嗯哼, 对, 对对, 对对对, 对的, 是, 是的, 是是, 是啊, 好, 好的, 好好, 好吧, 好嘞, "
            "行, 行行, 哦, 哦哦, 噢, 喔, 啊, 哎, 唉, 明白, 明白了, 知道, 知道了, 了解, 了解了, 没错, "
            "这样啊, 这样, 原来如此, 当然, 确实, 真的, 嗯好, 嗯对, 啊对, ok, okay"
        ),
        ("请稍等。", "请您稍等一下。", "我还在，请再稍等一下。"),
    ),
}


def own_words(language: str) -> OwnWords:
    """Those of a BCP 47 tag's language."""
    return OWN_WORDS.get(base_of(language), OwnWords())
