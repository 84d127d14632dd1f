"""How each voice of the catalogue stands on this server: who speaks it now, instead of whom, and what its own
engine lacks. Asks engines' checks, which look at files: not on the loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.engines.protocols import Kind, Manifest
from pipelines.engines.registry import EngineOptions, EngineRegistry
from pipelines.languages.tags import base_of
from pipelines.voices.catalogue import Catalogue, CatalogueVoice, Gender
from pipelines.voices.routing import VoiceRoute, routes


@dataclass(frozen=True, slots=True)
class EnginesForVoices:
    """The engines that turn text into speech, as they are found at one moment."""

    ready: tuple[Manifest, ...]
    """Those that have what they need, best first: the settings', then the others."""
    lacks: dict[str, str]
    """What the others lack, by name."""


@dataclass(frozen=True, slots=True)
class VoiceStanding:
    voice: CatalogueVoice
    way: VoiceRoute | None
    """How it would be spoken now, in its own language; None: nobody can."""
    lacks: str
    """What the engine that it was made for lacks; empty: nothing."""

    @property
    def ready(self) -> bool:
        return self.way is not None


def look_at_engines(
    known: EngineRegistry, options: Callable[[Kind, str], EngineOptions], preferred: Sequence[str]
) -> EnginesForVoices:
    """Look at all engines for speech. `preferred`: those of the settings, best first."""
    found, lacks = dict[str, Manifest](), dict[str, str]()
    for entry in known.of(Kind.TTS):
        name = entry.manifest.name
        readiness = entry.readiness(options(Kind.TTS, name))
        if readiness.ready:
            found[name] = entry.manifest
        else:
            lacks[name] = readiness.lacks
    first = [name for name in preferred if name in found]
    ready = tuple(found[name] for name in dict.fromkeys((*first, *found)))
    return EnginesForVoices(ready, lacks)


def standings(catalogue: Catalogue, engines: EnginesForVoices) -> list[VoiceStanding]:
    """Of all voices, by the names of their languages and their ids."""
    voices = sorted(catalogue.voices.values(), key=lambda voice: (voice.language_name, voice.id))
    return [standing(voice, catalogue, engines) for voice in voices]


def standing(voice: CatalogueVoice, catalogue: Catalogue, engines: EnginesForVoices) -> VoiceStanding:
    """Of one."""
    ways = routes(voice.id, "", engines.ready, catalogue)
    lacks = ""
    if not any(voice.made_for(way.engine) for way in ways):
        if voice.engine in engines.lacks:
            lacks = engines.lacks[voice.engine]
        elif any(voice.made_for(manifest.name) for manifest in engines.ready):
            lacks = f"the language {voice.language_name}"
        else:
            lacks = catalogue.engines[voice.engine].lacks
            if not catalogue.engines[voice.engine].speaks(voice.language):
                lacks += f"; and it was not trained on {voice.language_name}"
    return VoiceStanding(voice, ways[0] if ways else None, lacks)


@dataclass(frozen=True, slots=True)
class VoiceFilter:
    """Which voices somebody wants to see; what is empty does not matter."""

    language: str = ""
    """BCP 47: `pt` is any Portuguese, `pt-BR` that of Brazil."""
    gender: Gender | None = None
    engine: str = ""
    """That it was made for, or that speaks it now."""
    ready: bool | None = None
    words: str = ""
    """Each is to be found in its id, name, language or description."""

    def fits(self, standing: VoiceStanding) -> bool:
        voice = standing.voice
        if self.language and not _same(self.language, voice.language):
            return False
        if self.gender is not None and voice.gender is not self.gender:
            return False
        spoken_by = standing.way.engine if standing.way is not None else ""
        if self.engine and self.engine not in (voice.engine, spoken_by, spoken_by.partition(":")[0]):
            return False
        if self.ready is not None and standing.ready is not self.ready:
            return False
        return not self.words or all(word in _text_of(voice) for word in self.words.casefold().split())

    def among(self, all_of_them: Iterable[VoiceStanding]) -> list[VoiceStanding]:
        return list(all_of_them) if self == ANY_VOICE else [each for each in all_of_them if self.fits(each)]


ANY_VOICE = VoiceFilter()


@lru_cache(maxsize=1024)
def _text_of(voice: CatalogueVoice) -> str:
    return f"{voice.id} {voice.name} {voice.language_name} {voice.description}".casefold()


def _same(wanted: str, tag: str) -> bool:
    wanted = wanted.replace("_", "-")
    if "-" in wanted:
        return wanted.lower() == tag.lower()
    return base_of(wanted) == base_of(tag)
