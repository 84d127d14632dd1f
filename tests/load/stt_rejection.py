"""How well speech outside a grammar is rejected, on recordings, at 16 kHz and in the telephone band.

    python tests/load/stt_rejection.py [--speech ../shared/testdata/speech] [--all] [--json]

Plays every recording to every grammar through the worker's own decoders, in slices of 100 ms as in a call,
and counts: right answers lost (rejected or incomplete), right answers misheard (another sentence of the
grammar), wrong ones rejected. It asserts nothing; docs/benchmarks.md says what is good enough.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np

from mediaserver.media.g711 import PCMU
from mediaserver.media.leg import Frame
from mediaserver.media.resample import Upsampler, resample
from pipelines.engines.stt.pocketsphinx.decoder import Decoders
from pipelines.flows.booking import booking_flow
from tests.recordings import read_wav
from tests.testdata import TESTDATA

DEFAULT = TESTDATA / "speech"
SLICE = 1_600
NUMBERS = "<n> = one | two | three | four | five | six | seven | eight | nine | ten;"


def _jsgf(rules: str) -> str:
    return f"#JSGF V1.0;\ngrammar g;\n{rules}\n"


OTHERS = {
    "digits": _jsgf(
        "public <x> = <d>+;<d> = zero | oh | one | two | three | four | five | six | seven | eight | nine;"
    ),
    "cards": _jsgf(
        "public <x> = (<r> [<r>] of <s>)+ | <r> <r>;"
        "<r> = ace | two | three | four | five | six | seven | eight | nine | ten | jack | queen | king;"
        "<s> = clubs | spades | hearts | diamonds;"
    ),
    "robot": _jsgf(
        "public <x> = [please] (go (forward | backward | left | right) | turn (left | right))"
        " [<n> (meters | feet)] | stop;" + NUMBERS
    ),
    "greeting": _jsgf(
        "public <x> = hello [world] | hi [there] | good (morning | evening) | goodbye | thank you;"
    ),
    "support": _jsgf(
        "public <x> = [i'd like to | i want to | can i] (speak | talk) to"
        " (customer support | sales | an agent | a person) | billing | support;"
    ),
}
RIGHT: dict[str, tuple[str, tuple[str, ...]]] = {
    "dialogflow-book_a_room.wav": ("book a room", ("wish",)),
    "dialogflow-mountain_view.wav": ("mountain view", ("place",)),
    "dialogflow-today.wav": ("today", ("day",)),
    "dialogflow-230pm.wav": ("two thirty p m", ("time",)),
    "dialogflow-half_an_hour.wav": ("half an hour", ("length",)),
    "dialogflow-two_people.wav": ("two people", ("people",)),
    "dialogflow-hello.wav": ("hello", ("greeting",)),
    "livekit-hello_world.wav": ("hello world", ("greeting",)),
    "cards-001.wav": ("ten of clubs", ("cards",)),
    "cards-002.wav": ("four queen of clubs", ("cards",)),
    "cards-003.wav": ("seven of clubs", ("cards",)),
    "cards-004.wav": ("five five", ("cards", "digits")),
    "cards-005.wav": ("eight of spades four of clubs seven of hearts", ("cards",)),
    "goforward.raw": ("go forward ten meters", ("robot",)),
    "dhd.2934z.raw": ("two nine three four zero", ("digits",)),
    "jambonz-speak-to-customer-support.wav": ("i'd like to speak to customer support", ("support",)),
}
STRANGERS = ("audio.wav", "livekit-weather_question.wav", "librivox-0880.wav", "librivox-0930.wav")
"""Recordings that no grammar here allows."""


@dataclass(frozen=True, slots=True)
class Trial:
    recording: str
    band: str
    grammar: str
    right: bool
    reference: str
    text: str
    confidence: float
    complete: bool
    understood: bool


def grammars() -> dict[str, str]:
    """The demo agent's own questions and some others."""
    asked = booking_flow().questions.of(date(2026, 1, 5))
    demo = [asked[node] for node in ("wish", "place", "day", "time", "length", "people", "check")]
    return {slot.own_grammar.name: slot.own_grammar.jsgf for slot in demo} | OTHERS


def load(path: Path) -> Frame:
    """A recording at 16 kHz."""
    if path.suffix == ".raw":
        return np.frombuffer(path.read_bytes(), np.int16)
    return read_wav(path)


def telephone(pcm: Frame) -> Frame:
    """16 kHz -> 8 kHz -> mu-law -> 16 kHz, the last step as the media clock does it."""
    narrow = PCMU.decode(PCMU.encode(resample(pcm, 16_000, 8_000))).astype(np.float32)
    rows, up = np.zeros(1, np.intp), Upsampler(1)
    frames = narrow[: len(narrow) // 160 * 160].reshape(-1, 1, 160)
    return np.concatenate([up.process(rows, frame)[0] for frame in frames])


def around(pcm: Frame) -> Frame:
    """As an endpointer cuts it: 200 ms before, 300 ms after, no longer than 7 s."""
    return np.concatenate([np.zeros(3_200, np.int16), pcm[: 7 * 16_000], np.zeros(4_800, np.int16)])


def trials(speech: Path) -> tuple[list[Trial], float, float]:
    """All trials, seconds of CPU and seconds of audio."""
    decoders = Decoders(1, {})
    found: list[Trial] = []
    cpu = heard = 0.0
    for name in (*RIGHT, *STRANGERS):
        reference, allowed = RIGHT.get(name, ("", ()))
        original = load(speech / name)
        for band, pcm in (("16 kHz", around(original)), ("telephone", around(telephone(original)))):
            data = pcm.tobytes()
            for grammar, jsgf in grammars().items():
                begun = time.process_time()
                ear = decoders.listen({"name": grammar, "jsgf": jsgf}, data[: 6 * SLICE])
                for at in range(0, len(data), 2 * SLICE):
                    ear.hear(data[at : at + 2 * SLICE])
                final = ear.final()
                ear.close()
                cpu += time.process_time() - begun
                heard += len(pcm) / 16_000
                found.append(
                    Trial(
                        name,
                        band,
                        grammar,
                        grammar in allowed,
                        reference,
                        str(final["text"]),
                        float(final["confidence"]),
                        bool(final["complete"]),
                        bool(final["understood"]),
                    )
                )
    return found, cpu, heard


def rates(found: list[Trial], threshold: float | None = None) -> dict[str, float]:
    """Counts and shares; with a threshold of its own instead of the engine's one half."""

    def taken(trial: Trial) -> bool:
        if threshold is None:
            return trial.understood
        return trial.complete and trial.confidence >= threshold

    right = [trial for trial in found if trial.right]
    wrong = [trial for trial in found if not trial.right]
    return {
        "right": len(right),
        "lost": sum(not taken(trial) for trial in right) / max(1, len(right)),
        "misheard": sum(taken(t) and t.text != t.reference for t in right) / max(1, len(right)),
        "wrong": len(wrong),
        "rejected": sum(not taken(trial) for trial in wrong) / max(1, len(wrong)),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--speech", type=Path, default=DEFAULT)
    parser.add_argument("--all", action="store_true", help="print every trial that went wrong")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not options.speech.is_dir():
        sys.stderr.write(f"no recordings in {options.speech}; name their folder with --speech\n")
        return 1
    found, cpu, heard = trials(options.speech)
    write = sys.stdout.write
    if options.json:
        write(json.dumps([asdict(trial) for trial in found]) + "\n")
        return 0
    write(f"{cpu / heard:.3f} CPU-s per second of audio\n\n| band | threshold | right | lost | misheard | ")
    write("wrong | rejected |\n| --- | --- | --- | --- | --- | --- | --- |\n")
    for band in ("16 kHz", "telephone", "both"):
        some = [trial for trial in found if band in (trial.band, "both")]
        for threshold in (0.1, 0.3, None, 0.7, 0.9):
            r = rates(some, threshold)
            write(
                f"| {band} | {threshold or 'engine (.5)'} | {r['right']} | {r['lost']:.1%} "
                f"| {r['misheard']:.1%} | {r['wrong']} | {r['rejected']:.1%} |\n"
            )
    if options.all:
        for trial in found:
            if trial.right != trial.understood or (trial.right and trial.text != trial.reference):
                write(f"{trial}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
