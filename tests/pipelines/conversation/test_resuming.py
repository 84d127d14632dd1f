"""Where a paused line goes on: at a word, without silence before it, at a phrase when the pause was long."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS
from pipelines.conversation.line import Line
from pipelines.conversation.playout import Playout
from pipelines.conversation.resuming import LEAD_SAMPLES
from pipelines.engines.protocols import TtsChunk, WordMark
from pipelines.spoken.forms import spoken
from pipelines.spoken.speech import as_written
from tests.fakes import tone

WORD = 200 * SAMPLES_PER_MS


def quiet(ms: int) -> Frame:
    return np.zeros(ms * SAMPLES_PER_MS, dtype=np.int16)


def said(playout: Playout, *sentences: str, rest_ms: int = 0, marks: bool = True, close: bool = True) -> Line:
    """A line of words of 200 ms, with so much silence behind each comma."""
    line = playout.open()
    for index, sentence in enumerate(sentences):
        form = spoken(sentence, "en")
        playout.append(line, form)
        at = 0
        for word in form.words:
            sound = np.concatenate([tone(WORD, 8000), quiet(rest_ms if word.written.endswith(",") else 0)])
            told = (WordMark(word.start, word.end, at),) if marks else ()
            playout.feed(line, index, TtsChunk(sound, told))
            at += len(sound)
        if close:
            playout.close(line, index)
    playout.complete(line)
    return line


class Listener:
    """Plays a line frame by frame; the caller hears all at once."""

    def __init__(self, playout: Playout) -> None:
        self.playout = playout
        self.t = 0

    def hear(self, ms: int) -> Frame:
        """What is played in so long a time, silence included."""
        frames = []
        for _ in range(ms // 20):
            frame = self.playout.next_frame(self.t, self.t)
            frames.append(quiet(20) if frame is None else frame)
            self.t += FRAME_SAMPLES
        return np.concatenate(frames)


def paused(line_ms: int, pause_ms: int, *sentences: str, rest_ms: int = 0, marks: bool = True) -> Line:
    """A line of which so much was played when it was paused for so long; it was resumed then."""
    playout = Playout()
    line = said(playout, *sentences, rest_ms=rest_ms, marks=marks)
    listener = Listener(playout)
    listener.hear(line_ms)
    playout.pause()
    listener.hear(pause_ms)
    playout.resume()
    return line


def place_ms(line: Line) -> float:
    return line.at / SAMPLES_PER_MS


def test_a_cough_costs_the_cut_word_and_no_more() -> None:
    assert place_ms(paused(500, 300, "one two three")) == 400


def test_after_a_pause_between_two_sentences_the_next_begins_at_once() -> None:
    line = paused(660, 300, "one two three", "four five")
    assert line.sentences[0].end == 3 * WORD < line.sentences[1].start
    assert line.sentences[1].start - LEAD_SAMPLES <= line.at <= line.sentences[1].start


def test_a_word_of_which_only_the_silence_behind_it_was_cut_is_not_said_again() -> None:
    line = paused(300, 300, "one, two three", rest_ms=300)
    assert line.words[1].start - LEAD_SAMPLES <= line.at <= line.words[1].start


def test_no_more_than_ten_ms_of_our_own_silence_come_before_the_resumed_word() -> None:
    for played in range(100, 1_400, 20):
        playout = Playout()
        said(playout, "one, two three,", "four, five", rest_ms=250)
        listener = Listener(playout)
        listener.hear(played)
        playout.pause()
        listener.hear(200)
        playout.resume()
        heard = listener.hear(200)
        assert np.flatnonzero(np.abs(heard) > 500)[0] <= 12 * SAMPLES_PER_MS, f"paused after {played} ms"


def test_a_caller_who_was_left_waiting_gets_the_phrase_again() -> None:
    assert place_ms(paused(900, 2_100, "one two, three four five six")) == 400
    assert place_ms(paused(900, 1_900, "one two, three four five six")) == 800


def test_a_caller_who_comes_back_from_a_hold_gets_the_phrase_again() -> None:
    playout = Playout()
    line = said(playout, "one two, three four five six")
    listener = Listener(playout)
    listener.hear(900)
    playout.recall(listener.t)
    playout.pause()
    playout.resume()
    assert place_ms(line) == 400
    listener.hear(100)
    playout.pause()
    listener.hear(100)
    playout.resume()
    assert place_ms(line) == 400, "what comes later is a pause like any"


def test_of_a_phrase_without_end_the_last_words_are_said_again() -> None:
    words = "one two three four five six seven eight nine ten"
    assert place_ms(paused(1_900, 3_000, words)) == 1_000, "from the tenth word to the sixth"


def test_after_a_long_pause_no_sentence_before_is_said_again() -> None:
    line = paused(3 * 200 + 160 + 250, 3_000, "one two three", "four five six")
    assert line.sentences[1].start - LEAD_SAMPLES <= line.at <= line.sentences[1].start


def test_a_voice_that_marks_no_words_goes_on_in_a_gap_between_two() -> None:
    """Words of 150 ms with 50 ms between them, and letters that say nothing of how long they take."""
    playout = Playout()
    line = playout.open()
    playout.append(line, spoken("I unquestionably am it", "en"))
    for _ in range(4):
        playout.feed(line, 0, TtsChunk(np.concatenate([tone(2400, 8000), quiet(50)])))
    playout.close(line, 0)
    playout.complete(line)
    listener = Listener(playout)
    listener.hear(520)
    playout.pause()
    listener.hear(200)
    playout.resume()
    into_word = line.at % WORD
    assert into_word > 2400 - 80 or into_word <= 0, "in a gap"


def test_a_sentence_still_being_made_by_such_a_voice_goes_on_in_a_gap() -> None:
    playout = Playout()
    line = playout.open()
    playout.append(line, spoken("one two three four five six", "en"))
    for _ in range(4):
        playout.feed(line, 0, TtsChunk(np.concatenate([tone(2400, 8000), quiet(50)])))
    listener = Listener(playout)
    listener.hear(500)
    playout.pause()
    listener.hear(200)
    playout.resume()
    assert 150 <= place_ms(line) <= 400 and line.at % WORD >= 2400 - LEAD_SAMPLES


def test_a_recording_without_words_goes_on_where_it_was() -> None:
    playout = Playout()
    line = playout.open()
    playout.append(line, as_written(""))
    playout.feed(line, 0, TtsChunk(tone(5 * WORD, 8000)))
    playout.close(line, 0)
    listener = Listener(playout)
    listener.hear(500)
    playout.pause()
    listener.hear(200)
    playout.resume()
    assert 490 <= place_ms(line) <= 500


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(1, 150)), max_size=5),
    st.booleans(),
    st.booleans(),
)
def test_however_often_it_is_paused_every_word_is_heard_in_the_end(
    pauses: list[tuple[int, int]], marks: bool, close: bool
) -> None:
    playout = Playout()
    line = said(playout, "one two, three four", "five six seven.", rest_ms=120, marks=marks, close=close)
    listener = Listener(playout)
    for played, silent in pauses:
        listener.hear(20 * played)
        before = line.at
        playout.pause()
        listener.hear(20 * silent)
        playout.resume()
        passed_over = line.samples(before, max(before, line.at))
        assert np.abs(passed_over).max(initial=0) <= 100, "nothing but silence"
    for index in (0, 1):
        playout.close(line, index)
    listener.hear(20 * 400)
    assert playout.drained
    assert line.heard == "one two, three four five six seven." and not line.interrupted


def test_the_floor_can_ask_whether_what_is_said_now_may_be_interrupted() -> None:
    playout = Playout()
    line = playout.open()
    for index, (text, interruptible) in enumerate((("one", True), ("two", False), ("three", True))):
        playout.append(line, spoken(text, "en"), interruptible=interruptible)
        playout.feed(line, index, TtsChunk(tone(WORD, 8000)))
        playout.close(line, index)
    listener = Listener(playout)
    asked = []
    for _ in range(6):
        asked.append(line.interruptible)
        listener.hear(180)
    assert asked == [True, True, False, False, True, True]
