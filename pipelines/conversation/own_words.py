"""The few words that turn-taking has of its own, by language.

In a language without a row nothing is said in the agent's name, and no word counts as a hesitation or as a
sign of listening: silence is better than a sentence in another language.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_BETWEEN = re.compile(r"[^\w']+|_+")
"""Whatever stands between words, hyphens too: "mm-hmm" is two of them."""


def words_of(text: str) -> list[str]:
    """The words of a text as a recogniser may have written it, lower case, without punctuation."""
    text = unicodedata.normalize("NFC", text).lower().replace("\u2019", "'")
    return [word for word in _BETWEEN.sub(" ", text).split() if word.strip("'")]


@dataclass(frozen=True, slots=True)
class OwnWords:
    """One language's."""

    apology: str = ""
    """Said when the agent fails on what the caller said."""
    surrender: str = ""
    """Said when it fails again and again, before the call is ended."""
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
    """Phrases with a comma between them."""
    return frozenset(phrase.strip() for phrase in text.split(","))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.split(","))


OWN_WORDS = {
    "en": OwnWords(
        "Sorry, I lost my thread. Could you say that again?",
        "I am sorry, I cannot help you at the moment. Please call again later. Goodbye.",
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
            "see, okay right, yeah okay, right okay"
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
        frozenset("e ehm uhm o allora per il lo la".split()),
        _phrases(
            "mhm, mm, mmm, hm, hmm, ah, oh, eh, ah sì, sì, si, sì sì, già, ok, okay, va bene, d'accordo, "
            "bene, capisco, ho capito, capito, certo, esatto, giusto, perfetto, chiaro, ecco, come no, "
            "naturalmente"
        ),
        ("Un momento, per favore.", "Un attimo solo.", "Sono ancora qui, un momento."),
    ),
}


def own_words(language: str) -> OwnWords:
    """Those of a BCP 47 tag's language."""
    return OWN_WORDS.get(language.lower().split("-")[0], OwnWords())
