"""Which engine speaks a voice, and what it is told. Pure, and the one place where that is decided.

    1. the engine that a voice of the catalogue was made for
    2. espeak-ng, in the variant that comes nearest, or an engine that has a single voice for each language,
    where that is of the same sex: whichever is preferred
    3. any other engine, with its own voice of the language
    and each only where it is ready and speaks the language of the text.

A name that the catalogue does not have is an engine's own: it means something to the first engine alone that
may know it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mediaserver.errors import EngineMissingError
from pipelines.voices.catalogue import FALLBACK, Catalogue, CatalogueVoice, Gender, catalogue


class ReadyEngine(Protocol):
    """An engine that can speak now; a `Manifest` is one."""

    @property
    def name(self) -> str: ...

    def speaks(self, language: str) -> bool:
        """Whether it knows a language (BCP 47)."""

    @property
    def own_voices(self) -> tuple[str, ...]:
        """All names of voices that it knows; empty: nobody knows but itself."""

    @property
    def gender(self) -> str:
        """Of its only voice in each language; empty: it has several."""


@dataclass(frozen=True, slots=True)
class VoiceRoute:
    engine: str
    engine_voice: str
    """What the engine is told: `voice` of `Tts.speak`. Empty: nothing, its language decides."""
    language: str
    """In which it speaks, BCP 47: `language` of `Tts.speak`."""
    instead_of: str = ""
    """The engine that the voice was made for, where another speaks it."""
    why: str = ""
    """Why that one does not, in words; empty where it does."""


def route(
    voice: str, language: str, ready: Sequence[ReadyEngine], known: Catalogue | None = None
) -> VoiceRoute:
    """The best way to speak a text.

    `voice`: an id of the catalogue, an engine's own name, or empty for any. `language` (BCP 47): of the text;
    empty: the voice's own, and English for one that the catalogue does not have. `ready`: the engines that
    can speak now, best first. `known`: the catalogue, where it is not ours. Raises EngineMissingError, which
    says what is missing, when none of them can speak it.
    """
    ways = routes(voice, language, ready, known)
    if not ways:
        raise EngineMissingError(_cannot(voice, language, ready, known or catalogue()))
    return ways[0]


def routes(
    voice: str, language: str, ready: Sequence[ReadyEngine], known: Catalogue | None = None
) -> list[VoiceRoute]:
    """All ways, best first: the next where one fails. See `route`."""
    known = known or catalogue()
    found = known.find(voice)
    if found is None:
        spoken = language or "en"
        named = addressed(voice, ready)
        able = sorted((e for e in ready if e.speaks(spoken)), key=lambda engine: not fits(voice, engine))
        return [VoiceRoute(engine.name, voice if engine is named else "", spoken) for engine in able]
    spoken = found.tongue(language)
    able = sorted((e for e in ready if e.speaks(spoken)), key=lambda engine: _rank(found, engine))
    names = [engine.name for engine in able]
    why = "" if any(map(found.made_for, names)) else _why_not(found, spoken, ready, known)
    return [
        VoiceRoute(name, found.told(name), spoken)
        if found.made_for(name)
        else VoiceRoute(name, found.told(name), spoken, found.engine, why or "it failed")
        for name in names
    ]


def fits(voice: str, engine: ReadyEngine) -> bool:
    """Whether an engine can be taken for this voice: one that has a single voice for each language is none
    for a voice of the other sex, nor for a name that it does not know."""
    if (found := catalogue().find(voice)) is not None:
        return engine.gender in ("", found.gender) or found.gender is Gender.NEUTRAL
    return not (voice and engine.own_voices) or voice.lower() in map(str.lower, engine.own_voices)


def addressed(voice: str, engines: Sequence[ReadyEngine]) -> ReadyEngine | None:
    """Of a list, best first, the engine to which a name means something that the catalogue does not have."""
    return next((engine for engine in engines if fits(voice, engine)), engines[0] if engines else None)


def told(voice: str, language: str, engine: str, *, first: bool) -> tuple[str, str]:
    """Voice and language as one engine is told them, for whoever has chosen the engine already. `first`: it
    is the one whose own names of voices are meant (`addressed`)."""
    found = catalogue().find(voice)
    if found is not None:
        return found.told(engine), found.tongue(language)
    return (voice if first else ""), language


def _rank(voice: CatalogueVoice, engine: ReadyEngine) -> int:
    if voice.made_for(engine.name):
        return 0
    return 1 if engine.name == FALLBACK or engine.gender == voice.gender else 2


def _why_not(voice: CatalogueVoice, language: str, ready: Sequence[ReadyEngine], known: Catalogue) -> str:
    """Why the engine that a voice was made for does not speak it."""
    registered = [engine for engine in ready if voice.made_for(engine.name)]
    if registered or not known.engines[voice.engine].speaks(language):
        return f"it does not speak {language}"
    return "it is not ready"


def _cannot(voice: str, language: str, ready: Sequence[ReadyEngine], known: Catalogue) -> str:
    found = known.find(voice)
    names = ", ".join(engine.name for engine in ready) or "no engine"
    if found is None:
        return f"nothing speaks {language or 'en'}: ready is {names}; see `voiceforge engines list`"
    spoken = found.tongue(language)
    why = _why_not(found, spoken, ready, known)
    return f"the voice {found.id} cannot speak {spoken}: {found.engine} would, but {why}; ready is {names}"
