"""Recorded answers with a pause in the middle, in the telephone band, heard by the real recogniser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from mediaserver.media.g711 import PCMU
from mediaserver.media.leg import Frame
from mediaserver.media.level import level_db
from mediaserver.media.resample import resample
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE, SAMPLES_PER_MS
from pipelines.conversation.agent import Listen
from pipelines.conversation.commands import Command, FinishStt, StartStt
from pipelines.conversation.ended_utterance import EndedUtterance
from pipelines.conversation.endpointing import Endpointer
from pipelines.conversation.listening import PRE_ROLL_FRAMES
from pipelines.conversation.timing import Limits, Waits
from pipelines.engines.protocols import Grammar, SttResult
from pipelines.engines.stt.pocketsphinx.decoder import Decoders
from pipelines.flows.booking import booking_flow
from tests.recordings import read_wav
from tests.testdata import TESTDATA

SPEECH = TESTDATA / "speech"
SLOTS = booking_flow().questions.of(date(2026, 11, 20))
ANSWERS = [
    ("dialogflow-mountain_view.wav", "place", "mountain view", 1),
    ("dialogflow-two_people.wav", "people", "two people", 1),
    ("dialogflow-half_an_hour.wav", "length", "half an hour", 1),
    ("dialogflow-230pm.wav", "time", "two thirty p m", 2),
]
WHOLE = [*dict.fromkeys((name, slot, text) for name, slot, text, _ in ANSWERS)]
WHOLE += [("dialogflow-today.wav", "day", "today"), ("dialogflow-book_a_room.wav", "wish", "book a room")]

pytestmark = pytest.mark.skipif(not SPEECH.is_dir(), reason="recordings of speech are not here")


@lru_cache(maxsize=1)
def decoders() -> Decoders:
    return Decoders(1, {})


def telephone(audio: Frame) -> Frame:
    """Over a quiet line."""
    random = np.random.default_rng(1)
    noisy = audio.astype(np.float64) + random.normal(0.0, 8.0, len(audio))
    narrow = resample(np.clip(noisy, -32_768, 32_767).astype(np.int16), SAMPLE_RATE, 8_000)
    return resample(PCMU.decode(PCMU.encode(narrow)), 8_000, SAMPLE_RATE)


def decoded(audio: Frame, grammar: Grammar) -> dict[str, Any]:
    pcm = audio.tobytes()
    ear = decoders().listen({"name": grammar.name, "jsgf": grammar.jsgf}, pcm[:9600])
    try:
        for at in range(0, len(pcm), 1_920):
            ear.hear(pcm[at : at + 1_920])
        return ear.final()
    finally:
        ear.close()


def cut_after(audio: Frame, grammar: Grammar, words: int) -> tuple[Frame, Frame]:
    """The recording in two, after so many words."""
    at = int(decoded(telephone(audio), grammar)["words"][words - 1][2]) * SAMPLES_PER_MS
    return audio[:at], audio[at:]


def heard(audio: Frame, slot: str) -> list[EndedUtterance]:
    """What a call would take for utterances; the recogniser answers within a frame."""
    asked = SLOTS[slot]
    line = telephone(
        np.concatenate([np.zeros(SAMPLE_RATE, np.int16), audio, np.zeros(2 * SAMPLE_RATE, np.int16)])
    )
    ear = Endpointer(Waits(), Limits(), Counter(), "en")
    ear.listen = Listen(asked.own_grammar, asked.finality)
    ended: list[EndedUtterance] = []
    began = 0

    def run(commands: Sequence[Command], t: int) -> None:
        nonlocal began
        for command in commands:
            if isinstance(command, StartStt):
                began = t - PRE_ROLL_FRAMES * FRAME_SAMPLES
            elif isinstance(command, FinishStt):
                said = decoded(line[began:t], asked.own_grammar)
                known = {key: said[key] for key in ("understood", "complete", "extensible", "hanging")}
                result = SttResult(said["text"], True, said["confidence"], epoch=command.epoch, **known)
                ear.final(t, result, interrupting=False)

    for at in range(0, len(line) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        t = at + FRAME_SAMPLES
        level = level_db(line[at:t])
        edges = [ear.frame(t, level), ear.voice(t, 0.9 if level > -45 else 0.02)]
        for edge in edges:
            if edge is not None:
                run(ear.follow(t, edge), t)
        run(ear.tick(t), t)
        over = ear.ended(t)
        if over is not None:
            ended.append(over)
            run(ear.linger(t, over), t)
    return ended


@pytest.mark.parametrize(("name", "slot", "text", "words"), ANSWERS)
def test_an_answer_with_a_pause_is_one_answer(name: str, slot: str, text: str, words: int) -> None:
    first, second = cut_after(read_wav(SPEECH / name), SLOTS[slot].own_grammar, words)
    silence = np.zeros(280 * SAMPLES_PER_MS, np.int16)
    (utterance,) = heard(np.concatenate([first, silence, second]), slot)
    assert (utterance.result.text, utterance.result.understood) == (text, True)


@pytest.mark.parametrize(("name", "slot", "text"), WHOLE)
def test_an_answer_to_which_nothing_can_be_added_is_taken_at_once(name: str, slot: str, text: str) -> None:
    (utterance,) = heard(read_wav(SPEECH / name), slot)
    assert utterance.result.text == text
    assert utterance.silence <= (Waits().whole + 20) * SAMPLES_PER_MS


def test_a_tail_after_a_pause_that_nobody_waits_for_mends_the_answer() -> None:
    name, slot, text, words = ANSWERS[1]
    first, second = cut_after(read_wav(SPEECH / name), SLOTS[slot].own_grammar, words)
    silence = np.zeros(620 * SAMPLES_PER_MS, np.int16)
    early, mended = heard(np.concatenate([first, silence, second]), slot)
    assert (early.result.text, early.amends) == ("two", False)
    assert (mended.result.text, mended.amends) == (text, True)
