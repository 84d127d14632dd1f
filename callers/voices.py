"""People for the scripted callers: recordings where they are given, flite's and festival's voices rendered on
demand into a cache folder. Everything comes out at 8 kHz, one loudness, without silence at its ends.

Never espeak: our own recognisers are the worst judges of it. Nothing here may be tuned to one recording.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from callers.sound import RATE, Samples, clipped, load_wav
from callers.voiced import Clip
from mediaserver.errors import VoiceForgeError

SPEECH_DB = -24.0
"""RMS of the voiced part of all speech, dBFS: as people are on the telephone (ITU-T P.56, about -26)."""
FLITE = ("slt", "rms", "awb", "kal16")
FESTIVAL = {
    "kal": ("kal_diphone", "festvox-kallpc16k"),
    "ked": ("ked_diphone", "festvox-kdlpc16k"),
    "slt_hts": ("cmu_us_slt_arctic_hts", "festvox-us-slt-hts"),
}
"""Name -> festival's own name of the voice, and the Debian package that has it."""
RECORDED = "recorded"
"""People in recordings; where there is none of a line, STAND_IN says it."""
STAND_IN = "kal16"
"""Its "yes" has an s on the telephone, as people's has; slt's has none."""
VOICES = (*FLITE, *FESTIVAL, RECORDED)
RECORDINGS = {
    "book a room": "dialogflow-book_a_room.wav",
    "mountain view": "dialogflow-mountain_view.wav",
    "today": "dialogflow-today.wav",
    "two thirty p m": "dialogflow-230pm.wav",
    "half an hour": "dialogflow-half_an_hour.wav",
    "two people": "dialogflow-two_people.wav",
    "hello": "dialogflow-hello.wav",
    "i'd like to speak to customer support": "jambonz-speak-to-customer-support.wav",
    "hello world": "livekit-hello_world.wav",
    "what's the weather": "livekit-weather_question.wav",
}
"""Of ../shared/testdata/speech, by what is said in them."""
RENDER_WITHIN_S = 30.0
LONGEST_LINE = 2_000
"""Characters."""
EDGE_MS = 120
"""Kept before and after the voice: the hiss of an s and the burst of a p are softer than what counts as
voice, and without them "yes" is "yeah" and "stop" is "tah"."""


def default_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "voiceforge" / "speech"


def recordings_folder() -> Path:
    """Beside the checkout; it need not be there."""
    return Path(__file__).resolve().parents[2] / "shared" / "testdata" / "speech"


@dataclass
class Voices:
    """Says lines. `say("mountain | view", "slt", pause_ms=300)` pauses where the bar stands."""

    cache: Path = field(default_factory=default_cache)
    recordings: Path = field(default_factory=recordings_folder)
    _said: dict[tuple[str, str, int, float], Clip] = field(default_factory=dict)

    def missing(self, voice: str) -> str:
        """Why this voice cannot speak here, with what mends it; empty when it can."""
        if voice == RECORDED:
            lacking = [name for name in RECORDINGS.values() if not (self.recordings / name).is_file()]
            return f"no recordings: {lacking[0]} and others are not in {self.recordings}" if lacking else ""
        if voice in FLITE:
            return "" if shutil.which("flite") else "flite is not installed: apt-get install flite"
        if voice not in FESTIVAL:
            return f"there is no voice {voice}: known are {', '.join(VOICES)}"
        name, package = FESTIVAL[voice]
        if not shutil.which("text2wave"):
            return f"festival is not installed: apt-get install festival {package}"
        found = any(Path(base).glob(f"*/{name}") for base in ("/usr/share/festival/voices",))
        return "" if found else f"festival has no voice {name}: apt-get install {package}"

    def say(self, text: str, voice: str, *, pause_ms: int = 300, stretch: float = 1.0) -> Clip:
        """A line; its bars are pauses. `stretch`: how much slower than usual. Raises VoiceForgeError."""
        key = (text, voice, pause_ms, stretch)
        if key not in self._said:
            pieces = [self._piece(part.strip(), voice, stretch) for part in text.split("|")]
            whole = pieces[0]
            for piece in pieces[1:]:
                whole = joined(whole, piece, pause_ms)
            self._said[key] = Clip.of(text.replace(" |", "").replace("| ", ""), whole)
        return self._said[key]

    def _piece(self, text: str, voice: str, stretch: float) -> Samples:
        recorded = RECORDINGS.get(text) if voice == RECORDED else None
        if recorded is not None and (self.recordings / recorded).is_file():
            return levelled(trimmed(load_wav(self.recordings / recorded)))
        return self._rendered(text, STAND_IN if voice == RECORDED else voice, stretch)

    def _rendered(self, text: str, voice: str, stretch: float) -> Samples:
        digest = hashlib.sha256(f"{voice}\0{stretch}\0{text}".encode()).hexdigest()[:24]
        kept = self.cache / f"{voice}-{digest}.wav"
        if not kept.is_file():
            if why := self.missing(voice):
                raise VoiceForgeError(f"{why} (or scripts/setup.sh speech)")
            self.cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.cache) as folder:
                made = Path(folder) / "line.wav"
                _render(text[:LONGEST_LINE], voice, stretch, made)
                os.replace(made, kept)
        return levelled(trimmed(load_wav(kept)))


def _render(text: str, voice: str, stretch: float, into: Path) -> None:
    """Raises VoiceForgeError when the engine makes nothing of it."""
    if voice in FLITE:
        command = ["flite", "-voice", voice, "--setf", f"duration_stretch={stretch}", "-t", text]
        command += ["-o", str(into)]
    else:
        evaluated = f"(begin (voice_{FESTIVAL[voice][0]}) (Parameter.set 'Duration_Stretch {stretch}))"
        command = ["text2wave", "-eval", evaluated, "-o", str(into)]
    try:
        subprocess.run(command, input=text.encode(), capture_output=True, timeout=RENDER_WITHIN_S, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise VoiceForgeError(f"{command[0]} cannot say '{text[:40]}' as {voice}: {error}") from None
    if not into.is_file() or into.stat().st_size < 100:
        raise VoiceForgeError(f"{command[0]} made nothing of '{text[:40]}' as {voice}")


def joined(first: Samples, second: Samples, pause_ms: int) -> Samples:
    """One after the other, so long from the voice of the one to the voice of the other."""
    edge, gap = EDGE_MS * RATE // 1000, pause_ms * RATE // 1000
    spare = max(0, 2 * edge - gap)
    # Of edges that are together longer than the pause each gives up the half that is farther from its voice.
    first, second = first[: len(first) - spare // 2], second[spare - spare // 2 :]
    return np.concatenate([first, np.zeros(max(0, gap - 2 * edge), np.int16), second])


def trimmed(samples: Samples) -> Samples:
    """The voice of a recording, with 120 ms to either side (silence, where the recording has less). Raises
    ValueError where there is none."""
    voice = Clip.of("recording", samples).voice
    edge = EDGE_MS * RATE // 1000
    quiet = np.zeros(edge, np.int16)
    return np.concatenate([quiet, samples, quiet])[voice.first : voice.last + 1 + 2 * edge]


def levelled(samples: Samples, level_db: float = SPEECH_DB) -> Samples:
    """At this RMS, counted over frames within 25 dB of the loudest (pauses say nothing of loudness)."""
    frames = samples[: len(samples) // 80 * 80].astype(float).reshape(-1, 80)
    power = (frames * frames).mean(axis=1)
    if not len(power) or power.max() <= 0:
        return samples
    active = power[power >= power.max() * 10**-2.5].mean()
    return clipped(samples.astype(float) * (32768 * 10 ** (level_db / 20) / np.sqrt(active)))
