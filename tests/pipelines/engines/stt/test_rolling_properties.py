"""Whatever the steps, the segments and the model's errors of time: no word is said twice and none is lost."""

from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.engines.stt.rolling.agreement import LocalAgreement
from pipelines.engines.stt.rolling.hypothesis import Hypothesis, SegmentEnd, WindowWord
from pipelines.engines.stt.rolling.window import RollingWindow, WindowResult, WindowSettings
from tests.pipelines.engines.stt.heard import WORD_MS, speech

JITTER_MS = 60
"""A model's times are wrong by so much at most."""
WHOLE = 0.6
"""So much of a word must lie in the window for it to be heard as that word."""
SPEECH = speech(25_000)


class Speaker:
    """Says words that are all different, without a pause, and is heard by a model that is right about all
    words that lie in its window."""

    def __init__(self, count: int, chance: random.Random) -> None:
        self.words = [f"{at}{''.join(chance.choices('abcdefghijklmnop', k=4))}" for at in range(count)]
        self._chance = chance
        self._stops = {at for at in range(count) if chance.random() < 0.25}

    @property
    def length_ms(self) -> int:
        return WORD_MS * len(self.words)

    def heard(self, start_ms: int, end_ms: int) -> Hypothesis:
        words: list[WindowWord] = []
        ends: list[SegmentEnd] = []
        for at, text in enumerate(self.words):
            begin, end = at * WORD_MS, (at + 1) * WORD_MS
            inside = min(end, end_ms) - max(begin, start_ms)
            if inside < 0.3 * WORD_MS:  # what is left of a word that has gone is none
                continue
            if inside < WHOLE * WORD_MS:  # the half of a word is another one
                text = f"{self._chance.choice('xyz')}{self._chance.randrange(1000)}"
            jitter = self._chance.randint(-JITTER_MS, JITTER_MS)
            before = words[-1].end_ms if words else 0
            begin = max(before, begin - start_ms + jitter)
            words.append(WindowWord(f" {text}", begin, max(begin, min(end, end_ms) - start_ms + jitter)))
            if at in self._stops and end <= end_ms:
                ends.append(SegmentEnd(len(words), words[-1].end_ms))
        return Hypothesis(tuple(words), tuple(ends), -0.2, 0.01)


@settings(max_examples=15)
@given(
    st.integers(1, 80),
    st.integers(20, 1_500),
    st.integers(2_000, 6_000),
    st.integers(500, 4_000),
    st.integers(0, 10_000),
)
def test_no_word_is_told_twice_and_none_is_lost(
    count: int, step_ms: int, trim_ms: int, longer_ms: int, seed: int
) -> None:
    speaker = Speaker(count, random.Random(seed))
    window = RollingWindow(WindowSettings(trim_ms=trim_ms, full_ms=trim_ms + longer_ms))
    partials: list[str] = []
    told: WindowResult | None = None
    sent_ms = looks = 0
    while told is None or not told.final:
        looks += 1
        assert looks < 2_000, "it never ends"
        if sent_ms < speaker.length_ms:
            step = min(step_ms, speaker.length_ms - sent_ms)
            window.hear(SPEECH[16 * sent_ms : 16 * (sent_ms + step)].tobytes())
            sent_ms += step
            if sent_ms == speaker.length_ms:
                window.finish()
        if (told := window.answer()) is None and window.ripe():
            look = window.look()
            start_ms = window.start_ms
            told = window.heard(look, speaker.heard(start_ms, start_ms + look.audio_ms))
        if told is not None and not told.final:
            partials.append(told.text)
    assert told.text.split() == speaker.words
    assert all(told.text.startswith(each) for each in partials), "what was told is never taken back"
    starts = [word.start_ms for word in told.words]
    assert starts == sorted(starts)
    assert all(one.end_ms <= other.start_ms + 2 * JITTER_MS for one, other in pairwise(told.words))
    for at, word in enumerate(told.words):
        assert abs(word.start_ms - at * WORD_MS) <= 3 * JITTER_MS


@given(st.lists(st.lists(st.sampled_from("abcd"), max_size=8), max_size=8), st.integers(0, 3_000))
def test_what_is_committed_only_grows_whatever_a_model_says(looks: list[list[str]], sure_ms: int) -> None:
    agreement = LocalAgreement()
    said: list[str] = []
    for each in looks:
        spoken = [WindowWord(f" {text}", at * WORD_MS, (at + 1) * WORD_MS) for at, text in enumerate(each)]
        said += [word.bare for word in agreement.take(spoken, sure_ms)]
        assert [word.bare for word in agreement.committed] == said
