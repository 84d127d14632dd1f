"""The voices that can be asked for by name, whichever engine speaks them: data beside this file, read once.

Knows what engines want to be told and which languages they were made for; loads none and asks none.
"""

from __future__ import annotations

import difflib
import enum
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from mediaserver.errors import EngineMissingError
from pipelines.languages.tags import base_of, is_tag, speaks

FILE = Path(__file__).with_name("catalogue.json")
FALLBACK = "espeak-ng"
"""Speaks a voice where no better engine is ready, if it knows the language."""


class Gender(enum.StrEnum):
    FEMALE = "female"
    MALE = "male"
    NEUTRAL = "neutral"


Takes = Literal["description", "nothing"]


@dataclass(frozen=True, slots=True)
class VoiceEngine:
    """What is known of an engine that voices are made for, whether this server can run it or not."""

    name: str
    takes: Takes
    """What it wants to be told of a voice: `description`, words that say how it sounds; `nothing`, it has one
    of its own."""
    languages: tuple[str, ...]
    """Those that it was trained on, BCP 47."""
    lacks: str
    """What is missing where no engine of this name is registered."""

    def speaks(self, language: str) -> bool:
        return speaks(self.languages, language)


@dataclass(frozen=True, slots=True)
class CatalogueVoice:
    id: str
    """What users name it by: 'hi-divya'. No engine has a voice of its own by such a name."""
    name: str
    language: str
    """Its own, BCP 47 with a region: 'hi-IN'."""
    language_name: str
    """In English."""
    gender: Gender
    description: str
    """How it sounds, in the words that a model is told which takes descriptions."""
    engine: str
    """The one that it was made for."""
    takes: Takes
    """See `VoiceEngine`."""
    espeak: str
    """The variant of espeak-ng's voice of a language that comes nearest: 'f2'. Empty: espeak-ng does not know
    its language."""
    sample: str
    """A sentence in its own language and script."""

    def made_for(self, engine: str) -> bool:
        """Of one of several of the same (`higgs:anna`), too."""
        return engine.partition(":")[0] == self.engine

    def told(self, engine: str) -> str:
        """What an engine is told to speak with this voice, as `voice` of `Tts.speak`; empty: it has nothing
        that would fit, and its language's usual voice speaks."""
        if engine == FALLBACK:
            return f"+{self.espeak}" if self.espeak else ""
        if self.made_for(engine) and self.takes == "description":
            return self.description
        return ""

    def tongue(self, language: str) -> str:
        """In which it says a text of this language: its own region's where the text has none. Empty: its
        own."""
        if not language or language.lower() == base_of(self.language):
            return self.language
        return language


class Catalogue:
    """All voices by id; never changes."""

    def __init__(self, voices: Iterable[CatalogueVoice], engines: Mapping[str, VoiceEngine]) -> None:
        self.voices: Mapping[str, CatalogueVoice] = MappingProxyType({voice.id: voice for voice in voices})
        self.engines: Mapping[str, VoiceEngine] = MappingProxyType(dict(engines))

    def find(self, id: str) -> CatalogueVoice | None:
        """A voice by its id; None for a name that only an engine may know."""
        return self.voices.get(id)

    def voice(self, id: str) -> CatalogueVoice:
        """Raises EngineMissingError, which names the nearest one."""
        if (found := self.voices.get(id)) is not None:
            return found
        near = difflib.get_close_matches(id[:100], self.voices, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]!r}?" if near else "see `voiceforge voices list`"
        raise EngineMissingError(f"there is no voice {id[:100]!r}: {hint}")


@cache
def catalogue() -> Catalogue:
    """The one that comes with us."""
    return read_catalogue(json.loads(FILE.read_bytes()))


def read_catalogue(content: Mapping[str, Any]) -> Catalogue:
    """`content`: the file as it stands. Raises ValueError, or KeyError, when it contradicts itself."""
    engines = {
        name: VoiceEngine(name, given["takes"], tuple(given["languages"]), given["lacks"])
        for name, given in content["engines"].items()
    }
    languages = content["languages"]
    voices = [_voice(given, languages, engines) for given in content["voices"]]
    if len({voice.id for voice in voices}) != len(voices):
        raise ValueError("two voices of the catalogue have one id")
    for engine in engines.values():
        if engine.takes not in get_args(Takes):
            raise ValueError(f"{engine.name} takes {engine.takes!r}, which nobody can tell it")
    return Catalogue(voices, engines)


def _voice(
    given: Mapping[str, Any], languages: Mapping[str, Mapping[str, str]], engines: Mapping[str, VoiceEngine]
) -> CatalogueVoice:
    tag = given["language"]
    if not is_tag(tag):
        raise ValueError(f"{given['id']}: {tag!r} is no language")
    return CatalogueVoice(
        given["id"],
        given["name"],
        tag,
        languages[tag]["name"],
        Gender(given["gender"]),
        given["description"],
        given["engine"],
        engines[given["engine"]].takes,
        given["espeak"],
        languages[tag]["sample"],
    )
