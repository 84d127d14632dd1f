"""The few words that turn-taking has of its own, by language.

In a language without a row nothing is said in the agent's name, and no word counts as a hesitation: silence
is better than a sentence in another language.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OwnWords:
    """One language's."""

    apology: str = ""
    """Said when the agent fails on what the caller said."""
    surrender: str = ""
    """Said when it fails again and again, before the call is ended."""
    hesitations: frozenset[str] = frozenset()
    """A text ending in one of these is not finished; lower case."""


OWN_WORDS = {
    "en": OwnWords(
        "Sorry, I lost my thread. Could you say that again?",
        "I am sorry, I cannot help you at the moment. Please call again later. Goodbye.",
        frozenset("and um uh er hmm at for or so the to".split()),
    ),
    "de": OwnWords(
        "Entschuldigung, ich habe den Faden verloren. Können Sie das bitte wiederholen?",
        "Es tut mir leid, ich kann Ihnen im Moment nicht helfen. Bitte rufen Sie später noch einmal an. "
        "Auf Wiederhören.",
        frozenset("und äh ähm hm oder also für der die das".split()),
    ),
    "fr": OwnWords(
        "Pardon, j'ai perdu le fil. Pouvez-vous répéter, s'il vous plaît ?",
        "Je suis désolé, je ne peux pas vous aider pour le moment. Rappelez plus tard, s'il vous plaît. "
        "Au revoir.",
        frozenset("et euh hum ou alors pour le la les".split()),
    ),
    "es": OwnWords(
        "Perdone, he perdido el hilo. ¿Puede repetirlo, por favor?",
        "Lo siento, ahora mismo no puedo ayudarle. Llame más tarde, por favor. Adiós.",
        frozenset("y eh em o pues para el la los las".split()),
    ),
    "it": OwnWords(
        "Mi scusi, ho perso il filo. Può ripetere, per favore?",
        "Mi dispiace, al momento non posso aiutarla. Richiami più tardi, per favore. Arrivederci.",
        frozenset("e ehm uhm o allora per il lo la".split()),
    ),
}


def own_words(language: str) -> OwnWords:
    """Those of a BCP 47 tag's language."""
    return OWN_WORDS.get(language.lower().split("-")[0], OwnWords())
