"""What is said of a bad line to a caller whose agent has no words for it, by language.

As with `own_words`: in a language without a row nothing is said.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType

from mediaserver.storage.records import Record
from pipelines.conversation.agent import Act, Agent, AgentInput, Context, LineTrouble, Say

GIVEN_UP = "given up"
"""The key of what is said before a call is ended, where the kind of trouble has no goodbye of its own."""
NOBODY = frozenset({"fax", "looped"})
"""Kinds of trouble whose words are the last."""

LINE_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "silent": "I cannot hear you at all. Perhaps your microphone is off. You can also use the keys.",
            "clipped": "You are too loud for this line. Please hold the phone a little further away.",
            "humming": "There is a loud hum on the line. If you can, please use another phone.",
            "noisy": "I can hardly hear you over the noise. You can also use the keys.",
            "lossy": "Parts of what you say are lost on the way. You can also use the keys.",
            "endless": "Sorry to interrupt. One short answer is enough.",
            "one-way": "I cannot hear you. Nothing arrives from your telephone.",
            "music": "I hear music. If you are there, please press a key.",
            "tone": "I hear only a tone. If you are there, please press a key.",
            "fax": "I hear a machine, and this number is for people. Goodbye.",
            "looped": "I hear only my own voice on this line. Please call again. Goodbye.",
            GIVEN_UP: "I am sorry, we do not understand each other on this line. Please call again. Goodbye.",
        },
        "de": {
            "silent": "Ich höre Sie gar nicht. Vielleicht ist Ihr Mikrofon aus. Sie können auch die "
            "Tasten benutzen.",
            "clipped": "Sie sind zu laut für diese Leitung. Bitte halten Sie das Telefon etwas weiter weg.",
            "humming": "Es brummt laut in der Leitung. Bitte nehmen Sie, wenn möglich, ein anderes Telefon.",
            "noisy": "Bei dem Lärm höre ich Sie kaum. Sie können auch die Tasten benutzen.",
            "lossy": "Teile von dem, was Sie sagen, gehen verloren. Sie können auch die Tasten benutzen.",
            "endless": "Entschuldigung, dass ich unterbreche. Eine kurze Antwort genügt.",
            "one-way": "Ich höre Sie nicht. Von Ihrem Telefon kommt nichts an.",
            "music": "Ich höre Musik. Wenn Sie da sind, drücken Sie bitte eine Taste.",
            "tone": "Ich höre nur einen Ton. Wenn Sie da sind, drücken Sie bitte eine Taste.",
            "fax": "Ich höre ein Gerät, und diese Nummer ist für Menschen. Auf Wiederhören.",
            "looped": "Ich höre nur meine eigene Stimme. Bitte rufen Sie noch einmal an. Auf Wiederhören.",
            GIVEN_UP: "Es tut mir leid, über diese Leitung verstehen wir uns nicht. Bitte rufen Sie noch "
            "einmal an. Auf Wiederhören.",
        },
        "fr": {
            "silent": "Je ne vous entends pas du tout. Votre micro est peut-être coupé. Vous pouvez aussi "
            "utiliser les touches.",
            "clipped": "Vous parlez trop fort pour cette ligne. Éloignez un peu le téléphone.",
            "humming": "Il y a un fort bourdonnement sur la ligne. Prenez un autre téléphone, si possible.",
            "noisy": "Je vous entends à peine avec ce bruit. Vous pouvez aussi utiliser les touches.",
            "lossy": "Une partie de ce que vous dites se perd. Vous pouvez aussi utiliser les touches.",
            "endless": "Excusez-moi de vous interrompre. Une réponse courte suffit.",
            "one-way": "Je ne vous entends pas. Rien n'arrive de votre téléphone.",
            "music": "J'entends de la musique. Si vous êtes là, appuyez sur une touche.",
            "tone": "Je n'entends qu'une tonalité. Si vous êtes là, appuyez sur une touche.",
            "fax": "J'entends une machine, et ce numéro est pour les personnes. Au revoir.",
            "looped": "Je n'entends ici que ma propre voix. Rappelez, s'il vous plaît. Au revoir.",
            GIVEN_UP: "Je suis désolé, nous ne nous comprenons pas sur cette ligne. Rappelez, s'il vous "
            "plaît. Au revoir.",
        },
        "es": {
            "silent": "No le oigo nada. Quizá su micrófono esté apagado. También puede usar las teclas.",
            "clipped": "Habla demasiado alto para esta línea. Aleje un poco el teléfono.",
            "humming": "Hay un zumbido fuerte en la línea. Use otro teléfono, si es posible.",
            "noisy": "Con ese ruido apenas le oigo. También puede usar las teclas.",
            "lossy": "Parte de lo que dice se pierde. También puede usar las teclas.",
            "endless": "Perdone que le interrumpa. Basta con una respuesta corta.",
            "one-way": "No le oigo. De su teléfono no llega nada.",
            "music": "Oigo música. Si está ahí, pulse una tecla.",
            "tone": "Solo oigo un tono. Si está ahí, pulse una tecla.",
            "fax": "Oigo una máquina, y este número es para personas. Adiós.",
            "looped": "En esta línea solo oigo mi propia voz. Llame otra vez, por favor. Adiós.",
            GIVEN_UP: "Lo siento, por esta línea no nos entendemos. Llame otra vez, por favor. Adiós.",
        },
        "it": {
            "silent": "Non la sento affatto. Forse il suo microfono è spento. Può usare anche i tasti.",
            "clipped": "La sua voce è troppo forte per questa linea. Allontani un po' il telefono.",
            "humming": "C'è un forte ronzio sulla linea. Se possibile, usi un altro telefono.",
            "noisy": "Con questo rumore la sento appena. Può usare anche i tasti.",
            "lossy": "Una parte di quello che dice va persa. Può usare anche i tasti.",
            "endless": "Mi scusi se la interrompo. Basta una risposta breve.",
            "one-way": "Non la sento. Dal suo telefono non arriva nulla.",
            "music": "Sento della musica. Se è in linea, prema un tasto.",
            "tone": "Sento solo un tono. Se è in linea, prema un tasto.",
            "fax": "Sento una macchina, e questo numero è per le persone. Arrivederci.",
            "looped": "Su questa linea sento solo la mia voce. Richiami, per favore. Arrivederci.",
            GIVEN_UP: "Mi dispiace, su questa linea non ci capiamo. Richiami, per favore. Arrivederci.",
        },
    }
)


def line_words(language: str) -> Mapping[str, str]:
    """Those of a BCP 47 tag's language, by `LineTrouble.kind` and `GIVEN_UP`; empty where there are none."""
    return LINE_WORDS.get(language.lower().split("-")[0], MappingProxyType({}))


def minds_the_line(agent: Agent) -> bool:
    """The agent has words of its own for a bad line (`minds_line`)."""
    return bool(getattr(agent, "minds_line", False))


class MindingTheLine:
    """An agent in front of one that has no words for a bad line: it says them in its place."""

    def __init__(self, agent: Agent, language: str) -> None:
        self._agent = agent
        self._words = line_words(language)

    def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        if isinstance(said, LineTrouble):
            return self._tell(said)
        return self._agent.respond(said, context)

    async def _tell(self, said: LineTrouble) -> AsyncIterator[Act]:
        last = said.over and said.kind not in NOBODY
        if text := self._words.get(GIVEN_UP if last else said.kind):
            yield Say(text)

    def heard(self, line: int, text: str, cut: bool) -> None:
        self._agent.heard(line, text, cut)

    def hung_up(self) -> tuple[Record, ...]:
        return self._agent.hung_up()
