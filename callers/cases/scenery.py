"""What the scripted callers share: their voices, the noises behind them, and the way to the server's pages.

Everything is made once and before the calls: the wire's thread must not wait for a synthesis.
"""

from __future__ import annotations

import asyncio
import urllib.request
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from callers import noises
from callers.cases.desks import DESKS
from callers.cases.person import CANCEL
from callers.cases.script import Book, Case, Saying, Sounding
from callers.echo_path import EchoPath
from callers.mixing import LineSettings
from callers.sound import RATE, Samples, clipped
from callers.voiced import Clip
from callers.voices import FLITE, SPEECH_DB, Voices
from mediaserver.errors import VoiceForgeError

BABBLED = (
    "we have been waiting for the parcel since monday and nobody has called us back",
    "so i told him that the meeting was moved to the other building again",
    "could you send me the numbers for the last quarter before lunch please",
    "it was raining all day and the train was late as usual you know",
)
"""What the people in the background talk about."""
ROOM_DB = -66.0
"""As quiet as an office at night: no live microphone sends digital silence."""
MACHINES = ("fax_calling", "fax_answering", "modem")
"""These begin with the call."""
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Scenery:
    """Shared by all calls of a run."""

    voices: Voices = field(default_factory=Voices)
    _noises: dict[tuple[str, int], npt.NDArray[np.float64]] = field(default_factory=dict)
    _clips: dict[tuple[Sounding, str], Clip] = field(default_factory=dict)

    def prepare(self, case: Case) -> None:
        """Make all that a case needs. Raises VoiceForgeError."""
        for step in case.steps:
            if (sound := getattr(step, "sound", None)) is not None:
                self.clip(sound, case)
            if isinstance(step, Book):
                usual = {slot: Saying(words) for slot, words in DESKS[step.desk].answers.items()}
                for speech in (*(usual | dict(step.answers)).values(), Saying(CANCEL)):
                    self.clip(speech, case)
        self.line(case)

    def clip(self, sound: Sounding, case: Case) -> Clip:
        key = (sound, case.voice)
        if key not in self._clips:
            self._clips[key] = self._made(sound, case)
        return self._clips[key]

    def _made(self, sound: Sounding, case: Case) -> Clip:
        if isinstance(sound, Saying):
            voice = sound.voice or case.voice
            return self.voices.say(sound.text, voice, pause_ms=sound.pause_ms, stretch=sound.stretch)
        if (maker := noises.SOUNDS.get(sound.kind)) is not None:
            samples = maker(sound.seed)
        else:
            whole = self.noise(sound.kind, sound.seed)[: int(sound.seconds * RATE)]
            samples = clipped(whole * 32768 * 10 ** ((SPEECH_DB - 4) / 20))
        edge = np.zeros(RATE // 50, np.int16)
        return Clip.of(sound.kind, np.concatenate([edge, samples, edge]))

    def noise(self, kind: str, seed: int) -> npt.NDArray[np.float64]:
        """Noise that goes on, RMS 1. Raises VoiceForgeError for a kind that is not known."""
        key = (kind, seed)
        if key not in self._noises:
            self._noises[key] = self._noise(kind, seed)
        return self._noises[key]

    def _noise(self, kind: str, seed: int) -> npt.NDArray[np.float64]:
        match kind:
            case "babble":
                return noises.babble(seed, self._crowd())
            case "office":
                return noises.office(seed, self._crowd())
            case "street":
                return noises.street(seed)
            case "music":
                return noises.music(seed)
            case "hum":
                return noises.hum(seed)
            case "hiss":
                return noises.hiss(seed)
            case "fax_calling":
                return noises.fax_calling(21.0)
            case "fax_answering":
                return noises.fax_answering(seed, 60.0)
            case "modem":
                return noises.modem(seed, 60.0)
            case _:
                raise VoiceForgeError(f"there is no noise '{kind}'")

    def _crowd(self) -> list[Samples]:
        return [self.voices.say(line, voice).samples for voice in FLITE for line in BABBLED]

    def line(self, case: Case) -> LineSettings:
        """The mixer's settings for a case."""
        line = case.line
        return LineSettings(
            noise=None if line.behind is None else self.noise(line.behind.kind, case.seed),
            room_db=None if line.looped else ROOM_DB,
            from_start=line.behind is not None and line.behind.kind in MACHINES,
            snr_db=0.0 if line.behind is None else line.behind.snr_db,
            echo=None if line.echo_db is None else EchoPath(-line.echo_db, line.echo_ms, case.seed),
            loss=line.loss,
            gain_db=line.gain_db,
            muted=line.muted,
            dead=line.dead,
            looped=line.looped,
            seed=case.seed,
        )

    async def fetch(self, url: str) -> str:
        """A page of the server's; empty when there is none."""

        def get() -> str:
            try:
                with _OPENER.open(url, timeout=3) as answer:
                    return str(answer.read(1 << 20).decode("utf-8", "replace"))
            except OSError:
                return ""

        return await asyncio.to_thread(get)
