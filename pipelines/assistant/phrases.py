"""The few sentences that the assistant says without its model, by language; its apologies are `own_words`'.

In a language without a row nothing is said: silence, or a signal, is better than a sentence in another.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.languages.tags import base_of


@dataclass(frozen=True, slots=True)
class AssistantPhrases:
    """One language's."""

    greeting: str = ""
    connecting: str = ""
    """Before a transfer."""
    goodbye: str = ""
    withheld: str = ""
    """In place of what is secret."""
    working: str = ""
    """A tool takes long."""
    only: str = ""
    """Somebody asks for a language that cannot be spoken; `{}` is those that can."""


PHRASES = {
    "en": AssistantPhrases(
        "Hello, how can I help you?",
        "One moment, I connect you.",
        "Goodbye.",
        "I am afraid I cannot tell you that.",
        "This takes a little longer. I am still working on it.",
        "I am sorry, on this line I can only speak {}.",
    ),
    "de": AssistantPhrases(
        "Guten Tag, wie kann ich Ihnen helfen?",
        "Einen Moment, ich verbinde Sie.",
        "Auf Wiederhören.",
        "Das kann ich Ihnen leider nicht sagen.",
        "Das dauert etwas länger. Ich bin noch dabei.",
        "Es tut mir leid, an diesem Telefon kann ich nur {} sprechen.",
    ),
    "fr": AssistantPhrases(
        "Bonjour, comment puis-je vous aider ?",
        "Un instant, je vous mets en relation.",
        "Au revoir.",
        "Je ne peux malheureusement pas vous le dire.",
        "Cela prend un peu plus de temps. J'y travaille encore.",
        "Je suis désolé, sur cette ligne je ne peux vous parler qu'en {}.",
    ),
    "es": AssistantPhrases(
        "Hola, ¿en qué puedo ayudarle?",
        "Un momento, le paso.",
        "Adiós.",
        "Lo siento, no puedo decirle eso.",
        "Esto tarda un poco más. Sigo en ello.",
        "Lo siento, en esta línea solo puedo hablar {}.",
    ),
    "it": AssistantPhrases(
        "Buongiorno, come posso aiutarla?",
        "Un momento, la metto in comunicazione.",
        "Arrivederci.",
        "Mi dispiace, non posso dirglielo.",
        "Ci vuole ancora un momento. Ci sto lavorando.",
        "Mi dispiace, su questa linea posso parlare solo in {}.",
    ),
    "pt": AssistantPhrases(
        "Olá, como posso ajudar?",
        "Um momento, vou passar a chamada.",
        "Adeus.",
        "Lamento, não lhe posso dizer isso.",
        "Isto demora um pouco mais. Ainda estou a tratar disso.",
        "Lamento, nesta linha só posso falar em {}.",
    ),
    "hi": AssistantPhrases(
        "नमस्ते, मैं आपकी क्या मदद कर सकता हूँ?",
        "एक क्षण, मैं आपकी बात करवाता हूँ।",
        "नमस्ते।",
        "माफ़ कीजिए, यह मैं आपको नहीं बता सकता।",
        "इसमें थोड़ा और समय लगेगा। मैं अभी देख रहा हूँ।",
        "माफ़ कीजिए, इस लाइन पर मैं केवल {} में बात कर सकता हूँ।",
    ),
    "ja": AssistantPhrases(
        "お電話ありがとうございます。ご用件をどうぞ。",
        "少々お待ちください。おつなぎいたします。",
        "失礼いたします。",
        "申し訳ございませんが、お答えできません。",
        "もう少しお時間をいただきます。ただいま確認しております。",
        "申し訳ございません。このお電話では{}のみで承っております。",
    ),
    "zh": AssistantPhrases(
        "您好，请问有什么可以帮您？",
        "请稍等，我为您转接。",
        "再见。",
        "抱歉，这个我不能告诉您。",
        "还需要一点时间，我正在处理。",
        "抱歉，这条线路只能用{}为您服务。",
    ),
}


def phrases(language: str) -> AssistantPhrases:
    """Those of a BCP 47 tag's language."""
    return PHRASES.get(base_of(language), AssistantPhrases())
