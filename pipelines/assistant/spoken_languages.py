"""The languages in which an assistant may go on, as its row has them. Pure.

tag       BCP 47, such as "es-MX"; a tag alone is enough
voice     the voice's name; empty: the one that the engine has for the language
prompt    what the model is told beside its prompt once the call goes on in it
greeting  said when a key chose it, and at the beginning of a call that begins in it
offer     said behind the first greeting, in this language ("Para español, pulse dos.")
key       which the caller presses for it

Greeting and offer are SSML where they begin with <speak>.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from mediaserver.errors import ConfigError
from mediaserver.known_keys import check_known_key
from pipelines.languages.asking import name_of
from pipelines.languages.tags import is_tag
from pipelines.spoken.marked import MarkedText, is_ssml
from pipelines.spoken.ssml import parse_ssml

MOST_LANGUAGES = 20
LONGEST = {"tag": 35, "voice": 200, "prompt": 4_000, "greeting": 1_000, "offer": 300, "key": 1}
KEYS = "0123456789*#"


@dataclass(frozen=True, slots=True)
class SpokenLanguage:
    """One of a row's."""

    tag: str
    voice: str = ""
    prompt: str = ""
    greeting: str = ""
    offer: str = ""
    key: str = ""


def languages_of(row: Any) -> tuple[SpokenLanguage, ...]:
    """From the `languages` of a row: tags, or objects with the keys above. Raises ConfigError, which says
    what is wrong and where."""
    if not isinstance(row, list | tuple) or len(row) > MOST_LANGUAGES:
        example = '["en", {"tag": "es", "key": "2"}]'
        raise ConfigError(f"its languages are no list of at most {MOST_LANGUAGES}, such as {example}")
    found = tuple(map(_language, row))
    for what, named in (
        ("language", [each.tag.lower() for each in found]),
        ("key", [each.key for each in found]),
    ):
        if twice := next((each for each in named if each and named.count(each) > 1), ""):
            raise ConfigError(f"its languages have the {what} '{twice}' twice")
    return found


def is_unknown(tag: str) -> bool:
    """CLDR knows no language of this tag: it is misspelt, mostly."""
    return not name_of(tag, "en")


def as_written_in_row(what: str, text: str, language: str = "") -> str:
    """A text of a row, as SSML where its author wrote that. `language` (BCP 47): in which it is said. Raises
    ConfigError, which says what is wrong and where."""
    if not is_ssml(text):
        return text
    try:
        return MarkedText(parse_ssml(text, language or "en"), text)
    except ValueError as error:
        raise ConfigError(f"{what}: {error}") from None


def _language(given: Any) -> SpokenLanguage:
    row = {"tag": given} if isinstance(given, str) else given
    if not isinstance(row, dict) or "tag" not in row:
        raise ConfigError(f"of its languages {given!r:.60} is no tag such as 'es-MX' and has none as 'tag'")
    known = [each.name for each in fields(SpokenLanguage)]
    for key, value in row.items():
        check_known_key("one of its languages", key, known)
        if not isinstance(value, str) or len(value) > LONGEST[key]:
            raise ConfigError(
                f"its languages have a {key} that is no text of at most {LONGEST[key]} characters"
            )
    said = {
        name: as_written_in_row(f"the {name} of one of its languages", row[name], str(row["tag"]))
        for name in ("greeting", "offer")
        if name in row
    }
    language = SpokenLanguage(**{**row, **said})
    if not is_tag(language.tag):
        raise ConfigError(f"of its languages '{language.tag:.40}' is no tag such as 'es' or 'pt-BR' (BCP 47)")
    if language.key and language.key not in KEYS:
        raise ConfigError(f"its language {language.tag} has the key '{language.key}': a telephone has {KEYS}")
    return language
