"""A model that hears whether a caller has finished, beside the words."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS
from pipelines.conversation.agent import Finality, Listen
from pipelines.conversation.ear import EarState
from pipelines.conversation.endpointing import Endpointer
from pipelines.conversation.finality import FINISHED, UNFINISHED, finality_of, with_ear
from pipelines.conversation.listening import JUDGED_FRAMES, Listening
from pipelines.conversation.pieces import as_one
from pipelines.conversation.speech_detector import Edge
from pipelines.conversation.timing import Limits, Waits
from pipelines.engines.protocols import Kind, Manifest, SttResult
from tests.fakes import FakeStt, tone

WHOLE, OPEN, NOTHING, HANGING = Finality.WHOLE, Finality.OPEN, Finality.NOTHING, Finality.HANGING
TEXT = SttResult("some words", True, 0.9)
SENTENCE = SttResult("two people", True, 0.9, complete=True)
MUMBLE = SttResult("", True, understood=False)


@pytest.mark.parametrize(
    ("said", "of_words", "finished", "finality"),
    [
        (TEXT, NOTHING, None, NOTHING),
        (TEXT, NOTHING, 0.5, NOTHING),
        (TEXT, NOTHING, FINISHED, OPEN),
        (TEXT, OPEN, 0.99, WHOLE),
        (TEXT, WHOLE, 0.99, WHOLE),
        (TEXT, HANGING, 0.99, NOTHING),
        (TEXT, WHOLE, UNFINISHED, OPEN),
        (TEXT, NOTHING, 0.01, HANGING),
        (TEXT, HANGING, 0.01, HANGING),
        (SENTENCE, WHOLE, 0.01, WHOLE),
        (MUMBLE, NOTHING, 0.99, NOTHING),
        (MUMBLE, NOTHING, 0.01, HANGING),
    ],
)
def test_a_step_sooner_or_later(
    said: SttResult, of_words: Finality, finished: float | None, finality: Finality
) -> None:
    assert with_ear(of_words, said, finished) is finality


def paused() -> tuple[Endpointer, int, int]:
    """An ear at a caller's pause; position and epoch of the question."""
    ear = Endpointer(Waits(), Limits(), Counter(), "en")
    for i in range(60):
        t = (i + 1) * FRAME_SAMPLES
        edge = ear.frame(t, -20.0 if 25 <= i < 50 else -70.0)
        edge = edge or ear.voice(t, 0.95 if 25 <= i < 52 else 0.02)
        if edge is not None:
            ear.follow(t, edge)
            if edge is Edge.PAUSE:
                return ear, t, ear._epoch
    raise AssertionError("no pause")


@pytest.mark.parametrize("judged_first", [True, False])
@pytest.mark.parametrize(("probability", "wait"), [(0.95, Waits().open), (0.1, Waits().hanging)])
def test_the_model_counts_whether_it_answers_before_the_recogniser_or_after(
    judged_first: bool, probability: float, wait: int
) -> None:
    ear, t, epoch = paused()
    words = SttResult("i want a car", True, 0.9, epoch=epoch)
    if judged_first:
        ear.judged(epoch, probability)
    ear.final(t, words, interrupting=False)
    if not judged_first:
        ear.judged(epoch, probability)
    last_voice = t - Waits().suspect * SAMPLES_PER_MS
    assert ear.ended(last_voice + wait * SAMPLES_PER_MS - FRAME_SAMPLES) is None
    assert ear.ended(last_voice + wait * SAMPLES_PER_MS) is not None


def test_a_judgement_of_a_pause_that_is_over_counts_no_more() -> None:
    ear, t, epoch = paused()
    ear.judged(epoch - 1, 0.01)
    ear.close()
    ear.judged(epoch, 0.01)
    assert ear._ignored["late judgement"] == 2 and ear.state is EarState.QUIET


class Judge:
    """A turn model that remembers what it was asked."""

    manifest = Manifest("judge", Kind.TURN, "a test's", ("*",), "none")
    ready = True
    restarts = load = 0

    def __init__(self) -> None:
        self.asked: list[npt.NDArray[np.int16]] = []
        self.answers: list[Callable[[float | None], None]] = []
        self.broken = False

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def judge(self, samples: npt.NDArray[np.int16], answer: Callable[[float | None], None]) -> None:
        self.asked.append(samples)
        self.answers.append(answer)
        if self.broken:
            raise ZeroDivisionError


def listening() -> tuple[Listening, Judge, list[tuple[int, float]]]:
    judge, told = Judge(), list[tuple[int, float]]()
    listening = Listening(FakeStt(), lambda result: None, lambda engine, reason: None, "en")
    listening.have_ends_judged(judge, lambda epoch, probability: told.append((epoch, probability)))
    return listening, judge, told


async def test_the_model_hears_the_end_of_the_utterance_and_no_other() -> None:
    ears, judge, told = listening()
    for second in range(3):
        for _ in range(30):
            ears.hear(tone(FRAME_SAMPLES, 1_000 * (second + 1)))
    ears.start(90 * FRAME_SAMPLES, 1)
    for _ in range(20):
        ears.hear(tone(FRAME_SAMPLES))
    ears.finish(2)
    assert len(judge.asked[0]) == (22 + 20) * FRAME_SAMPLES
    judge.answers[0](0.8)
    judge.answers[0](None)
    assert told == [(2, 0.8)]
    ears.resume(3)
    for _ in range(2 * JUDGED_FRAMES):
        ears.hear(tone(FRAME_SAMPLES))
    ears.finish(4)
    assert len(judge.asked[1]) == JUDGED_FRAMES * FRAME_SAMPLES
    ears.close()
    ears.start(0, 5)
    ears.finish(6)
    assert len(judge.asked) == 2, "there is nothing to hear"


async def test_a_model_that_raises_is_left_alone_and_the_call_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ears, judge, told = listening()
    judge.broken = True
    for epoch in (1, 3):
        ears.hear(tone(FRAME_SAMPLES))
        ears.start(0, epoch)
        ears.finish(epoch + 1)
    assert len(judge.asked) == 1 and not told and "turn model" in caplog.text


async def test_an_answer_after_the_call_is_heard_by_nobody() -> None:
    ears, judge, told = listening()
    ears.hear(tone(FRAME_SAMPLES))
    ears.start(0, 1)
    ears.finish(2)
    ears.end()
    judge.answers[0](0.9)
    await asyncio.sleep(0)
    assert not told


def test_a_recogniser_that_tells_no_confidence_is_not_doubted_for_it() -> None:
    """A short answer of such a one was never taken at once: "none" looked like "none at all"."""
    listen = Listen()
    assert finality_of(SttResult("yes", True, 0.9), listen, "en") is WHOLE
    assert finality_of(SttResult("yes", True, None), listen, "en") is WHOLE
    assert finality_of(SttResult("yes", True, 0.2), listen, "en") is not WHOLE


def test_pieces_are_as_sure_as_the_least_sure_that_tells() -> None:
    said, silent = SttResult("one", True, 0.8), SttResult("two", True, None)
    assert as_one([said], silent).confidence == 0.8
    assert as_one([silent], silent).confidence is None
