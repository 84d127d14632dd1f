"""The heard ledger, pausing at words, and cuts without clicks."""

from __future__ import annotations

import numpy as np

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.conversation.gain import FADE_SAMPLES
from pipelines.conversation.line import Line, WordState
from pipelines.conversation.playout import Playout
from pipelines.engines.protocols import TtsChunk, WordMark
from pipelines.spoken.forms import spoken
from tests.fakes import tone

WORD = 3200
PATH = 1600


def said(playout: Playout, *sentences: str, close: bool = True) -> Line:
    """A line of which each word is 200 ms long."""
    forms = [spoken(sentence, "en") for sentence in sentences]
    line = playout.open()
    for index, form in enumerate(forms):
        playout.append(line, form)
        for number, word in enumerate(form.words):
            mark = WordMark(word.start, word.end, number * WORD)
            playout.feed(line, index, TtsChunk(tone(WORD, 8000), (mark,)))
        if close:
            playout.close(line, index)
    playout.complete(line)
    return line


def opened(playout: Playout, *sentences: str) -> Line:
    """A line with its sentences and no audio yet."""
    line = playout.open()
    for sentence in sentences:
        playout.append(line, spoken(sentence, "en"))
    playout.complete(line)
    return line


def step(playout: Playout, t: int) -> Frame | None:
    return playout.next_frame(t, t - PATH)


def play(playout: Playout, frames: int, t: int = 0) -> list[Frame | None]:
    return [step(playout, t + i * FRAME_SAMPLES) for i in range(frames)]


def states(line: Line) -> list[str]:
    return [word.state.value for word in line.words]


def test_words_go_from_queued_to_sent_to_heard() -> None:
    playout = Playout()
    line = said(playout, "one two three")
    assert states(line) == ["queued"] * 3
    play(playout, 10)
    assert states(line) == ["sent", "queued", "queued"]
    play(playout, 5, 10 * FRAME_SAMPLES)
    step(playout, 15 * FRAME_SAMPLES)
    assert states(line) == ["heard", "queued", "queued"]
    assert line.heard == "one"


def test_a_line_is_drained_when_all_was_sent_and_settled_when_all_was_heard() -> None:
    playout = Playout()
    line = said(playout, "one two")
    play(playout, 20)
    assert playout.drained
    playout.finish()
    assert playout.settled() == []
    step(playout, 20 * FRAME_SAMPLES + PATH)
    assert playout.settled() == [line]
    assert playout.settled() == []
    assert line.heard == "one two"


def test_it_is_not_drained_while_the_voice_is_still_working() -> None:
    playout = Playout()
    line = said(playout, "one two", close=False)
    assert play(playout, 22)[-1] is None
    assert not playout.drained
    playout.close(line, 0)
    assert playout.drained


def test_pause_fades_within_five_ms_and_resume_goes_back_to_the_word() -> None:
    playout = Playout()
    said(playout, "one two three")
    play(playout, 13)
    playout.pause()
    tail = step(playout, 13 * FRAME_SAMPLES)
    assert tail is not None
    assert abs(int(tail[FADE_SAMPLES - 1])) < 200 and not tail[FADE_SAMPLES:].any()
    assert step(playout, 14 * FRAME_SAMPLES) is None
    playout.resume()
    again = step(playout, 15 * FRAME_SAMPLES)
    assert again is not None
    assert np.array_equal(again[FADE_SAMPLES:], tone(WORD, 8000)[FADE_SAMPLES:FRAME_SAMPLES]), (
        "word two again"
    )
    assert again[0] == 0


def test_a_resumed_line_is_heard_whole() -> None:
    playout = Playout()
    line = said(playout, "one two three")
    play(playout, 13)
    playout.pause()
    play(playout, 10, 13 * FRAME_SAMPLES)
    playout.resume()
    play(playout, 40, 23 * FRAME_SAMPLES)
    assert line.heard == "one two three"


def test_what_the_far_end_dropped_at_a_pause_is_said_again_and_counts_once() -> None:
    playout = Playout()
    line = said(playout, "one two three four")
    play(playout, 32)
    assert states(line) == ["heard", "heard", "sent", "queued"]
    playout.pause(27 * FRAME_SAMPLES)  # 100 ms were in its buffer, and the end of the third word with them
    assert states(line) == ["heard", "heard", "queued", "queued"]
    play(playout, 10, 32 * FRAME_SAMPLES)
    assert states(line) == ["heard", "heard", "queued", "queued"], "what was dropped is never heard"
    playout.resume()
    frames = play(playout, 40, 42 * FRAME_SAMPLES)
    assert sum(frame is not None for frame in frames) == 20, "three and four"
    assert line.heard == "one two three four"


def test_what_the_far_end_dropped_at_a_pause_is_cut_where_the_caller_takes_the_floor() -> None:
    playout = Playout()
    line = said(playout, "one two three four")
    play(playout, 32)
    playout.pause(27 * FRAME_SAMPLES)
    playout.cancel(40 * FRAME_SAMPLES)
    assert states(line) == ["heard", "heard", "cut", "cut"]


def test_cancel_cuts_what_was_not_sent_and_nothing_comes_after() -> None:
    playout = Playout()
    line = said(playout, "one two three")
    play(playout, 13)
    playout.cancel()
    last = step(playout, 13 * FRAME_SAMPLES)
    assert last is not None and not last[FADE_SAMPLES:].any()
    assert play(playout, 10, 14 * FRAME_SAMPLES) == [None] * 10
    assert states(line) == ["heard", "cut", "cut"]
    assert line.interrupted
    assert playout.settled() == [line]


def test_audio_of_a_cut_line_is_dropped() -> None:
    playout = Playout()
    stale = said(playout, "one", close=False)
    playout.cancel()
    line = said(playout, "two")
    playout.feed(stale, 0, TtsChunk(tone(WORD)))
    playout.close(stale, 0)
    play(playout, 20)
    assert stale.heard == ""
    assert line.heard == "two"


def test_a_line_opened_while_paused_waits() -> None:
    playout = Playout()
    playout.pause()
    line = said(playout, "one")
    assert step(playout, 0) is None
    playout.resume()
    assert step(playout, FRAME_SAMPLES) is not None
    assert line.began == FRAME_SAMPLES


def test_hanging_up_loses_what_is_on_its_way() -> None:
    playout = Playout()
    line = said(playout, "one two three")
    play(playout, 20)
    playout.abandon(20 * FRAME_SAMPLES, 20 * FRAME_SAMPLES - PATH)
    assert states(line) == ["heard", "lost", "cut"]
    assert playout.settled() == [line]


def test_words_of_a_failed_sentence_are_lost_and_the_rest_goes_on() -> None:
    playout = Playout()
    line = opened(playout, "one", "two")
    playout.lose(line, 0)
    playout.feed(line, 1, TtsChunk(tone(WORD), (WordMark(0, 3, 0),)))
    playout.close(line, 1)
    play(playout, 30)
    assert states(line) == [WordState.LOST, WordState.HEARD]
    assert line.heard == "two"


def test_trailing_silence_is_trimmed_and_sentences_stand_close() -> None:
    playout = Playout()
    line = opened(playout, "one", "two")
    quiet = np.zeros(8000, dtype=np.int16)
    playout.feed(line, 0, TtsChunk(np.concatenate([tone(WORD), quiet]), (WordMark(0, 3, 0),)))
    playout.close(line, 0)
    playout.feed(line, 1, TtsChunk(tone(WORD), (WordMark(0, 3, 0),)))
    playout.close(line, 1)
    audio = np.concatenate([f for f in play(playout, 60) if f is not None])
    loud = np.flatnonzero(np.abs(audio) > 500)
    assert np.diff(loud).max() <= 0.2 * 16_000
    assert line.heard == "one two"


LETTERS = "aaaa bbbb cccc dddd"
"""Four words of one length, of five letters each with what stands between them."""


def unmarked(playout: Playout, words: int, *, finished: str = "") -> Line:
    """A line whose sentence is LETTERS, of which so many words were made at 200 ms each, without marks; the
    sentence before it has its end."""
    line = opened(playout, *([finished] if finished else []), LETTERS)
    if finished:
        playout.feed(line, 0, TtsChunk(tone(WORD * len(finished.split()))))
        playout.close(line, 0)
    playout.feed(line, len(line.sentences) - 1, TtsChunk(tone(WORD * words)))
    return line


def test_an_unmarked_line_cut_while_it_is_paused_keeps_what_was_heard() -> None:
    playout = Playout()
    line = unmarked(playout, 4)
    play(playout, 25)
    playout.pause()
    play(playout, 10, 25 * FRAME_SAMPLES)
    playout.close(line, 0)
    playout.cancel()
    play(playout, 2, 35 * FRAME_SAMPLES)
    assert states(line) == ["heard", "heard", "cut", "cut"]


def test_an_unmarked_line_hung_up_on_while_it_is_paused_keeps_what_was_heard() -> None:
    playout = Playout()
    line = unmarked(playout, 4)
    play(playout, 25)
    playout.pause()
    play(playout, 10, 25 * FRAME_SAMPLES)
    playout.close(line, 0)
    playout.abandon(35 * FRAME_SAMPLES, 35 * FRAME_SAMPLES)
    assert states(line) == ["heard", "heard", "cut", "cut"]


def test_a_voice_that_dies_has_said_what_it_made() -> None:
    playout = Playout()
    line = unmarked(playout, 4)  # 800 ms: at 65 ms a letter two words and a half
    play(playout, 5)
    playout.lose(line, 0)
    play(playout, 60, 5 * FRAME_SAMPLES)
    assert playout.drained
    assert states(line) == ["heard", "heard", "lost", "lost"]
    assert line.interrupted


def test_a_voice_with_marks_that_dies_has_said_the_words_it_had_the_time_for() -> None:
    playout = Playout()
    line = opened(playout, "one two three")
    playout.feed(line, 0, TtsChunk(tone(2 * WORD), (WordMark(0, 3, 0), WordMark(4, 7, WORD))))
    playout.feed(line, 0, TtsChunk(tone(400), (WordMark(8, 13, 2 * WORD),)))
    playout.lose(line, 0)
    play(playout, 60)
    assert states(line) == ["heard", "heard", "lost"]


def test_the_pace_of_a_voice_is_learned_from_the_sentences_it_has_finished() -> None:
    quick = "aaaa " * 19 + "aaaa"
    for finished, heard in (("", 1), (quick, 2), ("a" * 40 + " " + "b" * 40, 4)):
        playout = Playout()
        line = unmarked(playout, 3, finished=finished)
        play(playout, 300)
        playout.cancel()
        play(playout, 10, 300 * FRAME_SAMPLES)
        spoken = [w.state for w in line.words if w.sentence == len(line.sentences) - 1]
        assert spoken.count(WordState.HEARD) == heard, finished


def test_a_sentence_of_which_nothing_can_be_heard_is_none() -> None:
    for samples in (0, 320, 16_000):
        playout = Playout()
        line = opened(playout, "one two", "three")
        playout.feed(line, 0, TtsChunk(np.zeros(samples, dtype=np.int16), (WordMark(0, 3, 0),)))
        assert not playout.sounded(line, 0)
        assert playout.break_off(line, 0) == 0
        playout.feed(line, 0, TtsChunk(tone(2 * WORD), (WordMark(0, 3, 0), WordMark(4, 7, WORD))))
        assert playout.sounded(line, 0)
        playout.close(line, 0)
        playout.lose(line, 1)
        play(playout, 80)
        assert states(line) == ["heard", "heard", "lost"]
        assert line.words[1].start == WORD, "silence was not kept"


def test_a_sentence_without_letters_needs_no_sound() -> None:
    playout = Playout()
    line = opened(playout, "one", "...")
    playout.feed(line, 0, TtsChunk(tone(WORD)))
    playout.close(line, 0)
    playout.close(line, 1)
    play(playout, 40)
    assert playout.drained
    assert states(line) == ["heard"] and not line.interrupted, "of the other nothing can be said"


def test_a_recording_that_was_cut_says_so() -> None:
    playout = Playout()
    line = opened(playout, "")
    playout.feed(line, 0, TtsChunk(tone(5 * WORD)))
    playout.close(line, 0)
    play(playout, 20)
    playout.cancel()
    play(playout, 20, 20 * FRAME_SAMPLES)
    assert line.interrupted


def test_what_was_dropped_on_its_way_out_is_said_again_from_its_first_word() -> None:
    playout = Playout()
    line = said(playout, "one two, three four")
    play(playout, 35)
    assert states(line) == ["heard", "heard", "sent", "queued"]
    playout.pause()
    playout.recall(15 * FRAME_SAMPLES)
    assert states(line) == ["heard", "heard", "queued", "queued"], "what was heard stays heard"
    playout.resume()
    frames = play(playout, 30, 100 * FRAME_SAMPLES)
    assert sum(frame is not None for frame in frames) == 20, "three and four"
