"""How well pocketsphinx understands what a voice says: word error rate, at 16 kHz and on the telephone."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pocketsphinx

from mediaserver.media.leg import Frame
from tests.load.stt_rejection import telephone

LEVEL = 10 ** (-24 / 20) * 32_768
"""RMS of what is said, the same for all voices."""
NOISE = 10 ** (-60 / 20) * 32_768
"""Under all of it: no line is as silent as a file."""


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def edits(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words put in, left out and changed (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for at, word in enumerate(said, 1):
        before, row[0] = row[0], at
        for place, other in enumerate(heard, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (word != other))
    return row[-1]


def word_error_rate(sentences: Sequence[str], sounds: Sequence[Frame], *, narrow: bool) -> float:
    """With the recogniser's own language model."""
    decoder = pocketsphinx.Decoder(loglevel="FATAL", fwdflat=False)  # one pass fewer: twice as fast
    noise = np.random.default_rng(5)
    wrong = total = 0
    for sentence, sound in zip(sentences, sounds, strict=True):
        loud = sound.astype(float)
        loud *= LEVEL / max(1.0, float(np.sqrt(np.mean(loud[np.abs(loud) > 300] ** 2))))
        padded = np.concatenate([np.zeros(4_800), loud, np.zeros(4_800)])
        padded += noise.normal(0.0, NOISE, len(padded))
        pcm = np.clip(padded, -32_768, 32_767).astype(np.int16)
        if narrow:
            pcm = telephone(pcm)
        decoder.start_utt()
        decoder.process_raw(pcm.tobytes(), full_utt=True)
        decoder.end_utt()
        found = decoder.hyp()
        heard = words_of(found.hypstr) if found is not None else []
        said = words_of(sentence)
        wrong += edits(said, heard)
        total += len(said)
    return wrong / total
