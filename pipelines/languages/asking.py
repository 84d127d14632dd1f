"""Whether the caller asks for a language: "do you speak German?", "en español, por favor". Pure, but for
CLDR's names of languages, which are read once (`warm_names`).

Whole questions and wishes only: who tells of somebody that speaks German asks for nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from pipelines.languages.tags import base_of

MOST_WORDS = 14
"""Who asks for a language says little else."""
SLOT = "§"
"""Where the name of a language stands, ..."""
END = " ."
"""... and where nothing but a courtesy may follow."""
_OWN = ("en", "de", "fr", "es", "it", "pt", "hi", "ja", "zh")
_MORE = {
    "castellano": "es", "castellana": "es", "castilian": "es", "mandarin": "zh", "mandarín": "zh",
    "mandarim": "zh", "mandarino": "zh", "普通话": "zh", "国语": "zh", "汉语": "zh", "英文": "en",
    "日文": "ja", "法文": "fr", "德文": "de", "日本话": "ja", "अंग्रेजी": "en", "इंग्लिश": "en", "हिन्दी": "hi",
    "हिंदी": "hi", "brazilian": "pt", "brasileiro": "pt",
}  # fmt: skip
"""What people say beside CLDR's names."""
_ASKING = {
    "en": "do you speak §|can you speak §|could you speak §|can we speak §|could we speak §|"
    "can we speak in §|can we talk in §|could we talk in §|can i speak §|can i speak in §|may i speak §|"
    "can you talk in §|speak § please|speak in § please|please speak §|please speak in §|speak to me in §|"
    "talk to me in §|switch to §|change to §|continue in §|i would like to speak §|i'd like to speak §|"
    "i would rather speak §|i'd rather speak §|i prefer § .|i would prefer § .|i'd prefer § .|"
    "i want to speak §|in § please|back to § .",
    "de": "sprechen sie §|sprechen sie auch §|sprichst du §|sprichst du auch §|können sie § .|"
    "können sie auch § .|kannst du § .|können wir § sprechen|können wir auf § sprechen|können wir § reden|"
    "können wir auf § weitermachen|kann ich § sprechen|auf § bitte|bitte auf § .|bitte § .|"
    "geht das auch auf §|geht es auch auf §|lieber auf § .|lieber § .|auf § weiter|sprechen sie bitte §|"
    "ich möchte § sprechen|ich würde gerne § sprechen|ich möchte lieber § sprechen|wechseln sie zu §",
    "fr": "parlez vous §|vous parlez §|parlez vous aussi §|est ce que vous parlez §|tu parles §|parles tu §|"
    "pouvez vous parler §|pouvez vous parler en §|on peut parler §|on peut parler en §|"
    "peut on parler §|peut on parler en §|je voudrais parler §|je voudrais parler en §|"
    "je préfère parler §|je préfère le § .|en § s'il vous plaît|en § s'il te plaît|passez en §|"
    "continuez en §",
    "es": "habla §|habla usted §|hablas §|hablan §|usted habla §|puede hablar §|puede hablar en §|"
    "podemos hablar §|podemos hablar en §|podría hablar §|podría hablar en §|puedo hablar §|"
    "puedo hablar en §|se puede en §|en § por favor|quiero hablar §|quiero hablar en §|"
    "quisiera hablar en §|prefiero § .|prefiero hablar §|prefiero en §|prefiero hablar en §|"
    "me gustaría hablar en §|cambie a §|me puede atender en §",
    "it": "parla §|lei parla §|parli §|parlate §|può parlare §|può parlare in §|possiamo parlare §|"
    "possiamo parlare in §|posso parlare §|posso parlare in §|in § per favore|vorrei parlare §|"
    "vorrei parlare in §|preferisco § .|preferisco parlare §|passi a §|sa parlare §|si può in §",
    "pt": "fala §|você fala §|o senhor fala §|a senhora fala §|falam §|pode falar §|pode falar em §|"
    "podemos falar §|podemos falar em §|posso falar §|posso falar em §|em § por favor|quero falar §|"
    "quero falar em §|queria falar em §|prefiro § .|prefiro falar §|prefiro em § .|gostaria de falar em §|"
    "dá para falar em §",
    "hi": "क्या आप § बोलते|आप § बोलते|आप § बोलती|क्या आप § जानते|§ में बात|§ में बोलिए|§ में बोलें|"
    "§ में बताइए|§ में बताएं|§ आती है|§ बोलिए",
    "ja": "§を話せ|§は話せ|§が話せ|§話せ|§でお願い|§で話|§はでき|§ができ|§できますか|"
    "§お願いします|§でいいですか|§に切り替え|§にして",
    "zh": "会说§|能说§|会讲§|能讲§|可以说§|可以讲§|说§吗|请说§|请讲§|用§|讲§吗|有§服务|换成§|切换到§",
}
"""By language: what stands around the name of the one that is asked for."""
_POLITE = (
    "please|bitte|por favor|per favore|s'il vous plaît|s'il te plaît|hello|hi|hallo|guten tag|hola|bonjour|"
    "buongiorno|ciao|olá|bom dia|buenos días|no|sorry|thanks|thank you|yes|sí|oui|ja|sì|sim|cortesemente"
)
_BARE = frozenset({SLOT, f"in {SLOT}", f"auf {SLOT}", f"en {SLOT}", f"em {SLOT}"})
_NOT = frozenset("don't not no nicht kein keinen ne n'est pas não non cannot can't doesn't".split())
_WORDS = re.compile(r"(?:[^\W_]|[\u0900-\u0963])+(?:'[^\W_]+)*'?")
_UNSPACED = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")


def asked_for(text: str, offered: Iterable[str]) -> str:
    """The tag of these that the caller asks to go on in; empty when for none, or for several."""
    folded = _folded(text)
    bases = {base_of(tag): tag for tag in reversed(list(offered))}
    if len(folded) > 40 * MOST_WORDS:
        return ""
    found = _unspaced(folded, bases) if _UNSPACED.search(folded) else _spaced(folded, bases)
    return bases[found] if found else ""


def warm_names() -> None:
    """Read the names of languages: 0.2 s, once; from a thread where that matters."""
    asked_for("do you speak english", ("en",))
    asked_for("会说中文吗", ("zh",))


def name_of(tag: str, language: str) -> str:
    """What a language is called in another, by CLDR; empty when it does not know."""
    from babel import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(base_of(language)).languages.get(base_of(tag), ""))
    except (UnknownLocaleError, ValueError):
        return ""


def _spaced(text: str, bases: Iterable[str]) -> str:
    words = _words(text)
    if not words or len(words) > MOST_WORDS:
        return ""
    names = _names()
    named = [(at, names[word]) for at, word in enumerate(words) if word in names]
    if len({base for _, base in named}) != 1 or named[0][1] not in bases:
        return ""
    at, base = named[0]
    slotted = " ".join([*words[:at], SLOT, *words[at + 1 :]])
    whole = _without_courtesies(slotted)
    if any(
        f" {pattern} " in f" {slotted} " or f" {whole}{END}".endswith(f" {pattern}")
        for pattern in _patterns()
    ):
        # "I don't want to speak German": what stands before the wish takes it back.
        return "" if _NOT & set(words[:at]) else base
    own = words[at] in _endonyms(base)
    return base if whole in _BARE and (own or whole != slotted) else ""


def _unspaced(text: str, bases: Iterable[str]) -> str:
    text = "".join(text.split())
    named = {name: base for name, base in _unspaced_names().items() if name in text}
    longest = {name: base for name, base in named.items() if not any(name in o and name != o for o in named)}
    if len(set(longest.values())) != 1:
        return ""
    ((name, base), *_) = longest.items()
    if base not in bases:
        return ""
    slotted = text.replace(name, SLOT, 1)
    if any(pattern in slotted for pattern in (*_ASKING["ja"].split("|"), *_ASKING["zh"].split("|"))):
        return base
    return base if slotted.strip("、。,.!?？！请です") == SLOT and name in _endonyms(base) else ""


def _without_courtesies(slotted: str) -> str:
    before = ""
    while before != slotted:
        before = slotted
        for phrase in _courtesies():
            slotted = slotted.removeprefix(f"{phrase} ").removesuffix(f" {phrase}")
    return slotted


@lru_cache(maxsize=1)
def _courtesies() -> tuple[str, ...]:
    return tuple(sorted((" ".join(_words(phrase)) for phrase in _POLITE.split("|")), key=len, reverse=True))


@lru_cache(maxsize=1)
def _patterns() -> tuple[str, ...]:
    return tuple(
        " ".join(word if word in (SLOT, ".") else " ".join(_words(word)) for word in pattern.split())
        for language, patterns in _ASKING.items()
        if language not in ("ja", "zh")
        for pattern in patterns.split("|")
    )


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """What a language is called in any of ours, and in itself -> its base tag. One word each: others name
    regions."""
    from babel import Locale

    names = dict(_MORE)
    for own in _OWN:
        for tag, name in Locale.parse(own).languages.items():
            if len(tag) <= 3 and len(folded := _folded(name)) > 1 and " " not in folded:
                names.setdefault(folded, base_of(tag))
        for name in _endonyms(own):
            names[name] = own
    return names


@lru_cache(maxsize=1)
def _unspaced_names() -> dict[str, str]:
    return {name: base for name, base in _names().items() if _UNSPACED.search(name)}


@lru_cache(maxsize=32)
def _endonyms(base: str) -> frozenset[str]:
    """What those who speak it call it."""
    name = name_of(base, base)
    more = [each for each, of in _MORE.items() if of == base and base in ("es", "zh", "hi")]
    return frozenset(filter(None, [_folded(name), *more]))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text[:2_000]).lower().replace("\u2019", "'").strip()


def _words(text: str) -> list[str]:
    """ "parlez-vous" is two words."""
    return _WORDS.findall(text)
