"""The voices of simulated callers on the phone: those of `callers.voices`, or the built-in one where none of
them is installed.

What a script may say is made before the call, so that its answers come when a person's would.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from callers.lines import synthesised
from callers.simulated.persona import Persona
from callers.voiced import Clip
from callers.voices import FLITE, RECORDED, VOICES, Voices
from mediaserver.errors import ConfigError

BUILT_IN = "built-in"
"""espeak-ng's, made for the telephone (callers.lines)."""
MOST_KEPT = 2_000
"""Lines of the built-in voice that stay in memory."""


@dataclass
class CallerVoices:
    """Shared by all calls of a run."""

    voices: Voices = field(default_factory=Voices)
    _made: OrderedDict[str, Clip] = field(default_factory=OrderedDict)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def of(self, persona: Persona, number: int) -> str:
        """The persona's, or one of those that are there, by the number of the call. Raises ConfigError for
        one that cannot speak here."""
        if persona.voice:
            if persona.voice not in (*VOICES, BUILT_IN):
                known = ", ".join((*VOICES, BUILT_IN))
                raise ConfigError(f"there is no voice {persona.voice!r:.80}: known are {known}")
            if persona.voice != BUILT_IN and (why := self.voices.missing(persona.voice)):
                raise ConfigError(f"the persona {persona.name} cannot speak: {why}")
            return persona.voice
        there = [voice for voice in FLITE if not self.voices.missing(voice)]
        return there[number % len(there)] if there else BUILT_IN

    async def clip(self, text: str, voice: str) -> Clip:
        """A line; `|` is a pause. Raises VoiceForgeError where it cannot be said."""
        if voice != BUILT_IN:
            return await asyncio.to_thread(self.voices.say, text, voice)
        async with self._lock:  # one engine at a time
            if text not in self._made:
                spoken = text.replace("|", ",")
                (self._made[text],) = await synthesised([spoken])
                if len(self._made) > MOST_KEPT:
                    self._made.popitem(last=False)
            return self._made[text]

    async def prepare(self, persona: Persona, voice: str) -> None:
        """Make what its script is sure to say. Raises VoiceForgeError."""
        for text in lines_of(persona):
            await self.clip(text, voice)


def lines_of(persona: Persona) -> Iterable[str]:
    """Without fillers, which come in every mixture."""
    found = [persona.confirming.yes, persona.confirming.no, persona.at_loss or ""]
    for topic, fact in persona.facts.items():
        found += [*fact.say, *fact.wrong, fact.named or topic.replace("_", " ")]
    found += [remark.say for remark in persona.remarks]
    if persona.behaves.asides:
        found += persona.behaves.aside_words
    return dict.fromkeys(filter(None, found))


__all__ = ["BUILT_IN", "RECORDED", "CallerVoices", "lines_of"]
