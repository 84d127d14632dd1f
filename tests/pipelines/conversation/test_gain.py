"""An agent that is ducked, paused, resumed and cut: without clicks, and no word is lost or moved."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.conversation.gain import DUCKED, RAMP_SAMPLES
from pipelines.conversation.line import Line, WordState
from pipelines.conversation.playout import Playout
from pipelines.engines.protocols import TtsChunk, WordMark
from pipelines.spoken.forms import spoken
from pipelines.spoken.speech import as_written
from tests.fakes import SILENCE

LOUD = 8000
WORD = 3200
HERTZ = 190
"""A word begins and ends at a zero of the wave, a frame does not."""
STEEPEST = 2 * (LOUD * 2 * np.pi * HERTZ / 16_000 + LOUD / 80)
"""Between two samples of two such tones that are faded into each other; a click is many times that."""
SENTENCES = ("one two three", "four five")


def tone(samples: int) -> Frame:
    wave = np.sin(np.arange(samples) * (2 * np.pi * HERTZ / 16_000)) * LOUD
    return np.asarray(wave, dtype=np.int16)


class Mouth:
    """A playout with a voice, and everything that the caller hears of it."""

    def __init__(self) -> None:
        self.playout = Playout()
        self.lines: list[Line] = []
        self.sound: list[Frame] = []
        self.t = 0
        self._made = 0

    def open(self) -> None:
        self.lines.append(self.playout.open())
        for sentence in SENTENCES:
            self.playout.append(self.lines[-1], spoken(sentence, "en"))
        self.playout.complete(self.lines[-1])
        self._made = 0

    def make(self) -> None:
        """The voice makes half a word."""
        if not self.lines or self._made >= 10:
            return
        line, index = self.lines[-1], self._made // 6
        half = self._made - 6 * index
        word = line.sentences[index].spoken.words[half // 2]
        marks = (WordMark(word.start, word.end, half * WORD // 2),) if half % 2 == 0 else ()
        self.playout.feed(line, index, TtsChunk(tone(WORD // 2), marks))
        self._made += 1
        if self._made in (6, 10):
            self.playout.close(line, index)

    def frames(self, count: int = 1) -> None:
        for _ in range(count):
            frame = self.playout.next_frame(self.t, self.t)
            self.sound.append(SILENCE if frame is None else frame)
            self.t += FRAME_SAMPLES

    def do(self, what: str) -> None:
        match what:
            case "frame":
                self.frames()
            case "half a second":
                self.frames(25)
            case "open":
                self.open()
            case "make":
                self.make()
            case "make all":
                for _ in range(10):
                    self.make()
            case "finish":
                if self.playout.drained:
                    self.playout.finish()
            case _:
                getattr(self.playout, what)()

    @property
    def heard(self) -> Frame:
        return np.concatenate(self.sound)


def speaking() -> Mouth:
    mouth = Mouth()
    mouth.do("open")
    mouth.do("make all")
    return mouth


def loudness(sound: Frame) -> float:
    """The peak."""
    return float(np.abs(sound.astype(np.int32)).max())


def test_a_ducked_agent_is_heard_on_and_much_quieter() -> None:
    plain, ducked = speaking(), speaking()
    plain.frames(40)
    ducked.frames(5)
    ducked.do("duck")
    ducked.frames(20)
    ducked.do("unduck")
    ducked.frames(15)
    full, low = plain.heard, ducked.heard
    began, ended = 5 * FRAME_SAMPLES, 25 * FRAME_SAMPLES
    assert np.array_equal(low[:began], full[:began])
    assert np.abs(low[began + RAMP_SAMPLES : ended] - full[began + RAMP_SAMPLES : ended] * DUCKED).max() <= 1
    assert np.array_equal(low[ended + RAMP_SAMPLES :], full[ended + RAMP_SAMPLES :])
    assert [word.state for word in ducked.lines[0].words] == [word.state for word in plain.lines[0].words]


def test_words_said_ducked_count_as_heard() -> None:
    mouth = speaking()
    mouth.do("duck")
    mouth.frames(80)
    assert mouth.lines[0].heard == "one two three four five"


def test_the_agent_is_ducked_within_a_frame() -> None:
    mouth = speaking()
    mouth.frames(3)
    mouth.do("duck")
    mouth.frames(2)
    assert loudness(mouth.sound[4]) < LOUD / 7


def test_a_recording_is_ducked_as_well() -> None:
    mouth = Mouth()
    mouth.lines.append(mouth.playout.open())
    mouth.playout.append(mouth.lines[0], as_written("ding dong"))
    mouth.playout.feed(mouth.lines[0], 0, TtsChunk(tone(5 * WORD)))
    mouth.frames(3)
    mouth.do("duck")
    mouth.frames(3)
    assert loudness(mouth.sound[-1]) < LOUD / 7


def test_the_line_after_a_ducked_one_is_loud_again() -> None:
    for how in ("cancel", "finish"):
        mouth = speaking()
        mouth.frames(3)
        mouth.do("duck")
        mouth.frames(100)
        mouth.do(how)
        mouth.frames(2)
        mouth.do("open")
        mouth.do("make all")
        mouth.frames(2)
        assert loudness(mouth.sound[-1]) > LOUD - 10, how


def test_a_line_that_begins_while_the_caller_makes_a_sound_begins_ducked() -> None:
    mouth = Mouth()
    mouth.do("duck")
    mouth.do("open")
    mouth.do("make all")
    mouth.frames(3)
    assert 0 < loudness(mouth.heard) < LOUD / 7
    mouth.do("unduck")
    mouth.frames(3)
    assert loudness(mouth.sound[-1]) > LOUD - 10


def test_a_line_resumed_is_as_loud_as_before() -> None:
    mouth = speaking()
    mouth.frames(3)
    mouth.do("duck")
    mouth.frames(3)
    mouth.do("pause")
    mouth.frames(10)
    mouth.do("resume")
    mouth.frames(3)
    assert loudness(mouth.sound[-1]) > LOUD - 10


def test_what_fades_away_on_hold_is_not_heard_after_it() -> None:
    mouth = speaking()
    mouth.frames(6)
    mouth.playout.recall(mouth.t)
    mouth.do("pause")
    mouth.frames(1)
    assert not mouth.sound[-1].any()


def test_what_was_not_sent_when_the_agent_was_cut_fades_from_where_the_sound_ended() -> None:
    """Two frames wait in the leg and are dropped: what follows them is not what the caller heard last."""
    mouth = speaking()
    mouth.frames(5)
    whole = tone(WORD)
    mouth.playout.cancel(mouth.t - 500)
    mouth.frames(1)
    after = whole[5 * FRAME_SAMPLES - 500 :][:2]
    assert np.abs(mouth.sound[-1][:2] - after).max() <= LOUD / 40


DOINGS = st.sampled_from(
    ["frame", "half a second", "open", "make", "make all", "duck", "unduck", "pause", "resume", "cancel"]
    + ["frame", "make", "finish"]
)


@settings(deadline=None, max_examples=150)
@given(st.lists(DOINGS, max_size=40))
@example(["open", "make", "frame", "pause", "resume", "pause", "cancel", "open", "make", "frame"])
@example(["open", "make all", "frame", "cancel", "open", "make all", "duck", "frame", "resume", "frame"])
@example(["open", "make", "half a second", "make", "frame", "frame"])
def test_whatever_is_done_to_a_line_nothing_clicks_and_no_word_is_forgotten(doings: Sequence[str]) -> None:
    mouth = Mouth()
    for what in doings:
        mouth.do(what)
    mouth.do("resume")
    for _ in range(10):
        mouth.do("make")
        mouth.frames(2)
    mouth.frames(120)
    jumps = np.abs(np.diff(mouth.heard.astype(np.int32)))
    assert not len(jumps) or jumps.max() <= STEEPEST, f"a click after {int(jumps.argmax()) / 16:.1f} ms"
    assert len(mouth.lines) == 0 or mouth.playout.line is None or mouth.playout.drained
    mouth.playout.finish(waited=True)
    ends = {word.state for line in mouth.lines for word in line.words}
    assert ends <= {WordState.HEARD, WordState.CUT}
    if mouth.lines and "cancel" not in doings[len(doings) - doings[::-1].index("open") :]:
        assert mouth.lines[-1].heard == "one two three four five", "what nobody cut is heard whole"


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(["frame", "make", "duck", "unduck"]), max_size=60))
def test_ducking_moves_no_word(doings: Sequence[str]) -> None:
    plain, ducked = Mouth(), Mouth()
    for mouth in (plain, ducked):
        mouth.open()
    for what in doings:
        ducked.do(what)
        if what in ("frame", "make"):
            plain.do(what)
    assert ducked.playout.ahead == plain.playout.ahead
    assert [word.state for word in ducked.lines[0].words] == [word.state for word in plain.lines[0].words]
