"""Words by which people say that they want no more texts, want them again, or ask whom they are from.

The English ones are what the carriers of the United States demand (CTIA, Messaging Principles, 5.1.3) and
Twilio, Telnyx and others act on; the others are their like in the languages that agents speak. Only a message
that is nothing else counts: "stop the music" is meant for the agent. Pure.
"""

from __future__ import annotations

import enum
import re
import unicodedata


class Keyword(enum.StrEnum):
    STOP = "stop"
    START = "start"
    HELP = "help"


_WORDS = {
    Keyword.STOP: "stop stopall stop-all unsubscribe cancel end quit optout opt-out revoke "
    "arret arreter desabonner stopp abmelden abbestellen baja alto cancelar parar sair annulla disiscriviti "
    "stoppa avsluta afmelden wypisz rezygnuje стоп отписаться stopt توقف ايقاف إيقاف الغاء إلغاء "
    "रोकें बंद 停止 退订",
    Keyword.START: "start unstop resume optin opt-in anmelden iniciar reanudar reprendre старт ابدأ शुरू 开始",
    Keyword.HELP: "help info hilfe aide ayuda ajuda aiuto hulp pomoc помощь مساعدة मदद 帮助",
}
_KNOWN = {
    unicodedata.normalize("NFC", word): keyword for keyword, words in _WORDS.items() for word in words.split()
}


def keyword_of(text: str) -> Keyword | None:
    """None: it is meant for the agent."""
    bare = re.sub(r"^[\W_]+|[\W_]+$", "", unicodedata.normalize("NFC", text[:40]).casefold())
    plain = "".join(c for c in unicodedata.normalize("NFD", bare) if not unicodedata.combining(c))
    return _KNOWN.get(bare) or _KNOWN.get(plain)
