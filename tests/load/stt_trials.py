"""Utterances in many voices and noises, played to the recogniser's own decoders: what it heard, and by which
evidence. Slow: 0.2 s of processor each. See stt_rejection for what is made of them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from mediaserver.media.cleaning.canceller import Cancellers
from mediaserver.media.cleaning.line_cleaner import LineCleaner
from mediaserver.media.cleaning.noise_suppressor import NoiseSuppressor
from mediaserver.media.leg import Frame
from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.engines.grammars.meaning import Meaning
from pipelines.engines.stt.pocketsphinx import rejection
from pipelines.engines.stt.pocketsphinx.decoder import Decoders
from pipelines.engines.stt.pocketsphinx.rejection import Against, Scores
from pipelines.engines.stt.pocketsphinx.worker import FIRST_BYTES
from pipelines.flows.booking import booking_flow
from pipelines.flows.checking import Check
from pipelines.flows.phrases import Phrases
from tests.load.stt_corpus import (
    FIT_VOICES,
    LETTERS,
    NOISES,
    SENTENCES,
    SMALL,
    STRANGE,
    TEST_VOICES,
    Voice,
    in_noise,
    spelled,
)
from tests.load.stt_rejection import RIGHT, STRANGERS, grammars, load, telephone

CLEAN = 99.0
LEVELS = (20.0, 15.0, 10.0, 5.0)
"""dB of speech over noise."""
SLICE = 1_920
BEFORE = 48_000
"""Samples of the line before somebody speaks: what cleans it has heard its noise."""
NUMERIC = ("digit", "number", "people")
SLOTS = booking_flow().questions.of(date(2026, 1, 5))
ASKED_ABOUT = ((SLOTS["day"], "2026-01-05"), (SLOTS["people"], 2))
"""Slots and values of which it is asked whether they are right."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something said, and the grammar that listens."""

    voice: str
    """Or a recording."""
    said: str
    grammar: str
    allowed: bool
    kind: str
    snr_db: float
    seed: int


@dataclass(frozen=True, slots=True)
class Heard:
    spoken: Spoken
    text: str
    complete: bool
    hanging: bool
    confidence: float
    understood: bool
    doubtful: bool
    evidence: Scores
    compared: int = 0
    """With how much it was compared (`Against`)."""

    @property
    def right(self) -> bool:
        """It means what was said."""
        if not (self.spoken.allowed and self.complete):
            return False
        grammar = parsed()[self.spoken.grammar]
        said, heard = (Meaning.of(grammar, text.split()) for text in (self.spoken.said, self.text))
        return said == heard

    def line(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, line: str) -> Heard:
        fields = json.loads(line)
        fields["spoken"] = Spoken(**fields["spoken"])
        fields["evidence"] = Scores(**fields["evidence"])
        return cls(**fields)


def documents() -> dict[str, str]:
    checks = [Check.of(slot, value, Phrases()).question for slot, value in ASKED_ABOUT]
    return grammars() | {slot.name: slot.own_grammar.jsgf for slot in checks} | SMALL


@cache
def parsed() -> dict[str, JsgfGrammar]:
    return {name: JsgfGrammar(text) for name, text in documents().items()}


def planned(voices: tuple[str, ...], share: float, seed: int) -> list[Spoken]:
    """Each sentence clean and in noise to its own grammar; sentences, letters and strange speech to others.
    `share` of all that could be."""
    rng = random.Random(seed)
    known = parsed()
    found: list[Spoken] = []

    def add(voice: str, said: str, grammar: str, snr_db: float) -> None:
        allowed = known[grammar].judge(said.split())[0]
        found.append(
            Spoken(voice, said, grammar, allowed, rng.choice(NOISES), snr_db, rng.randrange(1 << 30))
        )

    for voice in voices:
        for grammar, sentences in SENTENCES.items():
            for said in sentences:
                add(voice, said, grammar, CLEAN)
                for snr_db in rng.sample(LEVELS, 2):
                    add(voice, said, grammar, snr_db)
                add(voice, said, rng.choice(sorted(set(known) - {grammar})), rng.choice((CLEAN, *LEVELS)))
        for said in STRANGE:
            add(voice, said, rng.choice(sorted(known)), rng.choice((CLEAN, *LEVELS)))
            add(voice, said, rng.choice(sorted(known)), rng.choice((CLEAN, *LEVELS)))
        for said in LETTERS:
            add(voice, said, rng.choice(NUMERIC), rng.choice((CLEAN, CLEAN, *LEVELS)))
    return [spoken for spoken in found if rng.random() < share]


def recorded(half: int, seed: int) -> list[Spoken]:
    """Every second recording of all, to every grammar; clean and at one level of noise."""
    rng = random.Random(seed)
    found = []
    for name in (*RIGHT, *STRANGERS)[half::2]:
        reference, allowed = RIGHT.get(name, ("", ()))
        for grammar in grammars():
            if grammar in allowed or rng.random() < 0.4:
                clean = Spoken(
                    name, reference, grammar, grammar in allowed, "office", CLEAN, rng.randrange(99)
                )
                found.append(clean)
                levels = LEVELS if grammar in allowed else rng.sample(LEVELS, 1)
                found += [replace(clean, snr_db=db, kind=rng.choice(NOISES)) for db in levels]
    return found


class Player:
    """Plays utterances to decoders of its own."""

    def __init__(self, voices: Path, speech: Path) -> None:
        """`voices`: where synthesised speech is kept; `speech`: the recordings."""
        self._voices, self._speech = voices, speech
        self._decoders = Decoders(1, {})
        self._documents = documents()
        # Whoever fits wants to know all that it may have been, whether or not that was needed.
        rejection.HOPELESS = -1.0
        rejection.ENOUGH.update(dict.fromkeys(Against, 2.0))
        said = STRANGE[:10]
        self._crowd = [
            Voice(v, voices).say(t) for v in (*FIT_VOICES[:1], "ked", *TEST_VOICES[:1]) for t in said
        ]

    def audio(self, spoken: Spoken) -> tuple[Frame, float]:
        """In the telephone band, cleaned as a line is, and as an endpointer cuts it; with the noise floor of
        what is left, in dBFS."""
        if (self._speech / spoken.voice).is_file():
            pcm = load(self._speech / spoken.voice)[: 7 * 16_000]
        else:
            pcm = Voice(spoken.voice, self._voices).say(spelled(spoken.said))
        pcm = np.concatenate([np.zeros(BEFORE + 6_400, np.int16), pcm, np.zeros(4_800, np.int16)])
        if spoken.snr_db < CLEAN:
            pcm = in_noise(pcm, spoken.kind, spoken.snr_db, spoken.seed, self._crowd)
        return cleaned(telephone(pcm))

    def play(self, spoken: Spoken) -> Heard:
        pcm, noise_db = self.audio(spoken)
        data = pcm.tobytes()
        document = {"name": spoken.grammar, "jsgf": self._documents[spoken.grammar]}
        ear = self._decoders.listen(document, data[:FIRST_BYTES], noise_db)
        for at in range(0, len(data), SLICE):
            ear.hear(data[at : at + SLICE])
        final = ear.final()
        ear.close()
        assert ear.evidence is not None
        return Heard(
            spoken,
            str(final["text"]),
            bool(final["complete"]),
            bool(final["hanging"]),
            float(final["confidence"]),
            bool(final["understood"]),
            bool(final["doubtful"]),
            ear.evidence,
        )


def cleaned(pcm: Frame) -> tuple[Frame, float]:
    """What of a line reaches the recogniser behind its first BEFORE samples, and the noise floor left."""
    line = LineCleaner(Cancellers(0), NoiseSuppressor(), guards=False)
    frames = [line.hear(frame) for frame in pcm[: len(pcm) // 320 * 320].reshape(-1, 320)]
    return np.concatenate(frames)[BEFORE:], line.condition.left_db


def half(number: int, share: float = 1.0) -> list[Spoken]:
    """The utterances of one half: 0 to fit on, 1 to test."""
    voices = (FIT_VOICES, TEST_VOICES)[number]
    return planned(voices, share, 7 + number) + recorded(number, 70 + number)


def played(spoken: list[Spoken], voices: Path, speech: Path) -> Iterator[Heard]:
    player = Player(voices, speech)
    for each in spoken:
        yield player.play(each)
