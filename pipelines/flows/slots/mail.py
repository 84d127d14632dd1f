"""Mail addresses: dictated where open speech is recognised ('john dot smith at example dot com'), spelled
where only a grammar is heard ('juliet oscar echo at gmail dot com'). Always read back; no keys."""

from __future__ import annotations

import re

from pipelines.flows.characters import DIGIT_WORDS, DIGITS, NATO, say_digits, say_letters
from pipelines.flows.document.slots import EmailSlot
from pipelines.flows.model import Dtmf, Slot, Value
from pipelines.flows.slots.asked import AskedSlot
from pipelines.flows.slots.heard import heard_words
from pipelines.spoken.hearing.written import written

LONGEST = 254
"""Characters of an address (:rfc:`5321`)."""
_ADDRESS = re.compile(r"[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}", re.ASCII)
_SERVERS = "gmail yahoo hotmail outlook icloud aol".split()
"""Where most have their mail: all end in .com."""
_ENDINGS = ("com", "org", "net", "edu", "gov", "info", "co dot uk", "de")
_SIGNS = {"dot": ".", "point": ".", "period": ".", "dash": "-", "hyphen": "-", "underscore": "_", "plus": "+"}
_LETTERS = {word: word[0] for word in NATO} | {"xray": "x"}
_LEAD = re.compile(
    r"^\W*(?:(?:um|uh|so|it's|it is|that's|that is|my (?:e-?mail|mail)(?: address)? is|the address is|"
    r"meine (?:e-?mail|mail)(?:adresse|-adresse)? (?:ist|lautet)|es ist)\b[\s,:]*)+",
    re.IGNORECASE,
)
SPELLED = 3
"""From so many letters' words on they are a spelling: "mike at gmail" is a name."""


def email_slot(spec: EmailSlot, asked: AskedSlot) -> Slot:
    def parse(text: str) -> Value | None:
        text = _LEAD.sub("", text[:400]).strip(" .!?")
        if (found := address_of(text)) is not None:
            return found
        spelled = _spelled(heard_words(text)) if asked.english else None
        return spelled or written(text, asked.language, "mail")

    return Slot(
        asked.name,
        asked.grammar(_RULES) if asked.english else None,
        parse,
        Dtmf(1, lambda keys: None, spec.offer or asked.words.unkeyed),
        spell=_spell if asked.english else None,
        read_back=True,
        language=asked.language,
    )


def address_of(text: str) -> str | None:
    """As it is written; None for what is none."""
    text = text.strip().lower()
    return text if len(text) <= LONGEST and _ADDRESS.fullmatch(text) and ".." not in text else None


def _spelled(words: list[str]) -> str | None:
    """Wholly of letters' words, digits, signs and names of servers."""
    words = " ".join(words).replace("x ray", "xray").split()
    if "at" not in words:
        return None
    at = len(words) - 1 - words[::-1].index("at")
    local, domain = words[:at], words[at + 1 :]
    if sum(word in _LETTERS for word in local) < SPELLED:
        return None
    found = [_LETTERS.get(word) or DIGIT_WORDS.get(word) or _SIGNS.get(word, "") for word in local]
    labels = " ".join(domain).replace(" point ", " dot ").split(" dot ")
    server = ".".join(_label(label.split()) for label in labels)
    return address_of(f"{''.join(found)}@{server}") if all(found) else None


def _label(words: list[str]) -> str:
    """Of a server's name: spelled, or a word."""
    if len(words) > 1 and all(word in _LETTERS or word in DIGIT_WORDS or word in _SIGNS for word in words):
        return "".join(_LETTERS.get(word) or DIGIT_WORDS.get(word) or _SIGNS[word] for word in words)
    return "".join(_SIGNS.get(word, word) for word in words)


def _spell(value: Value) -> str:
    """'jo.5@gmail.com' -> 'J as in juliet, O as in oscar, dot, five, at gmail.com'."""
    local, _, domain = str(value).partition("@")
    called = {".": "dot", "-": "dash", "_": "underscore", "+": "plus"}
    parts = [called.get(c) or (say_digits(c) if c.isdecimal() else say_letters(c)) for c in local]
    return f"{', '.join(parts)}, at {domain}"


_RULES = f"""[(it is | it's | my email is | my address is) {{}}] <sign>+ at <server>;
<sign> = <letter> | <digit> | dot | dash | hyphen {{dash}} | underscore | plus;
<server> = /8/ ({" | ".join(_SERVERS)}) dot com | /1/ (<letter> | <digit> | dash)+ dot <ending>;
<ending> = {" | ".join(_ENDINGS)};
<letter> = {" | ".join(NATO)};
<digit> = {" | ".join(list(DIGITS)[1:])} | (zero | oh) {{0}};"""
