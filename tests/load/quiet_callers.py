"""What quiet callers come to: `python -m tests.load.quiet_callers [--speech ../shared/testdata/speech]`.

Six recorded answers at -20 to -55 dBFS over a telephone line with a little noise, to the real voice detector
and to the grammars of their questions, as they came and raised (`CallerLevel`). It asserts nothing;
docs/benchmarks.md has its table.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaserver.media.leg import Frame
from mediaserver.media.level import level_db
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE
from pipelines.conversation.caller_level import CallerLevel
from pipelines.conversation.listening import PRE_ROLL_FRAMES
from pipelines.conversation.speech_detector import Edge, SpeechDetector
from pipelines.engines.stt.pocketsphinx.decoder import Decoders
from pipelines.engines.vad.silero.engine import SileroVad
from tests.load.cleaning_load import ANSWERS
from tests.load.stt_rejection import DEFAULT, SLICE, grammars, load
from tests.mediaserver.media.cleaning.lines import at_level, frames, noise, telephone

LEVELS = (-20, -30, -40, -45, -50, -55)
NOISE_DB = -65.0
LEAD_S, AFTER_S = 3, 1


def line_of(speech: Path, name: str, db: float) -> npt.NDArray[np.int16]:
    """[n, 320]: the answer, with quiet around it."""
    answer = at_level(load(speech / name), db)
    length = LEAD_S * SAMPLE_RATE + len(answer) + AFTER_S * SAMPLE_RATE
    sound = noise(5, length, NOISE_DB)
    sound[LEAD_S * SAMPLE_RATE :][: len(answer)] += answer
    return frames(telephone(sound))


def noticed(vad: SileroVad, line: npt.NDArray[np.int16]) -> int | None:
    """The frame at which the answer was."""
    slot, detector = vad.open(), SpeechDetector()
    try:
        for at, frame in enumerate(line):
            t = (at + 1) * FRAME_SAMPLES
            edges = [detector.frame(t, level_db(frame))]
            for probability in vad.process([slot], frame[None, :])[1]:
                edges.append(detector.voice(t, float(probability)))
            if Edge.ONSET in edges and t > LEAD_S * SAMPLE_RATE:
                return at + 1
        return None
    finally:
        vad.close(slot)


def understood(decoders: Decoders, grammar: dict[str, str], heard: list[Frame]) -> str:
    data = np.concatenate(heard).tobytes()
    ear = decoders.listen(grammar, data[: 6 * SLICE])
    for at in range(0, len(data), 2 * SLICE):
        ear.hear(data[at : at + 2 * SLICE])
    final = ear.final()
    ear.close()
    return str(final["text"]) if final["understood"] else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--speech", type=Path, default=DEFAULT)
    options = parser.parse_args()
    if not options.speech.is_dir():
        sys.stderr.write(f"no recordings in {options.speech}; name their folder with --speech\n")
        return 1
    vad, decoders, known = SileroVad(Path("/tmp") / "silero-cache"), Decoders(1, {}), grammars()
    sys.stdout.write(
        "| caller, dBFS | noticed | understood as it came | raised |\n| --- | --- | --- | --- |\n"
    )
    for db in LEVELS:
        seen = plain = raised = 0
        for name, reference, (question, *_) in ANSWERS:
            line = line_of(options.speech, name, db)
            at = noticed(vad, line)
            if at is None:
                continue
            seen += 1
            grammar = {"name": question, "jsgf": known[question]}
            heard, level = list(line[max(0, at - PRE_ROLL_FRAMES) :]), CallerLevel()
            level.begin(heard[:PRE_ROLL_FRAMES])
            plain += understood(decoders, grammar, heard) == reference
            raised += understood(decoders, grammar, [level.raised(frame) for frame in heard]) == reference
        sys.stdout.write(f"| {db} | {seen} of {len(ANSWERS)} | {plain} | {raised} |\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
