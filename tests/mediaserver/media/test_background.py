"""A sound under the agent's words: on the agent's own time line, saturated, never in a frame of others."""

from __future__ import annotations

import numpy as np

from mediaserver.media.background import THINKS_AFTER_MS, Background, BackgroundLoops, Loop
from mediaserver.media.leg import Frame
from mediaserver.media.level import level_db

AFTER = THINKS_AFTER_MS // 20


def loop(frames: int, first: int = 100) -> Loop:
    """Each frame has a value of its own."""
    made = (first + np.arange(frames, dtype=np.int16))[:, None].repeat(320, axis=1)
    return Loop.of(made)


def frame(value: int) -> Frame:
    made = np.full(320, value, np.int16)
    made.setflags(write=False)  # whoever changed it would be told
    return made


def value(out: Frame | None) -> int | None:
    if out is None:
        return None
    assert out.dtype == np.int16 and out.shape == (320,)
    return int(out[160])


def test_it_goes_on_under_silence_and_under_words_alike_and_round_and_round() -> None:
    background = Background(BackgroundLoops(loop(3)))
    said = [None, frame(1000), None, None, frame(-1000)]
    assert [value(background.under(each)) for each in said] == [100, 1101, 102, 100, -899]


def test_calls_share_a_loop_and_begin_at_places_of_their_own() -> None:
    shared = loop(5)
    first, second = (Background(BackgroundLoops(shared), begins) for begins in (7, 2**127 + 1))
    assert value(first.under(None)) == 102
    assert value(second.under(None)) == 100 + (2**127 + 1) % 5
    under = second.under(None)
    assert under is not None and np.shares_memory(under, shared.frames), "in silence nothing is copied"


def test_what_would_be_too_loud_saturates() -> None:
    loud = Loop.of(np.full((1, 320), 100, np.int16))
    under = Background(BackgroundLoops(loud))
    assert [value(under.under(frame(each))) for each in (32_767, 32_700, 5)] == [32_767, 32_767, 105]
    assert value(under.under(frame(-32_768))) == -32_567
    full = Background(BackgroundLoops(Loop.of(np.full((1, 320), -32_768, np.int16))))
    assert value(full.under(frame(-32_768))) == -32_768


def test_who_has_no_background_is_as_silent_as_before() -> None:
    background = Background(BackgroundLoops())
    assert background.under(None) is None
    said = frame(5)
    assert background.under(said) is said


def test_an_agent_is_heard_at_work_once_it_owes_something_for_a_while() -> None:
    background = Background(BackgroundLoops(thinking=loop(50, 1000)))
    quiet = [background.under(None, owes=True) for _ in range(AFTER)]
    assert quiet == [None] * AFTER
    rising, full = background.under(None, owes=True), background.under(None, owes=True)
    assert rising is not None and full is not None
    assert rising[0] == 0 and rising[-1] == 1000, "it does not begin with a click"
    assert value(full) == 1001
    falling = background.under(frame(7))
    assert falling is not None and (falling[0], falling[-1]) == (1009, 7), "nor does it end with one"
    said = frame(8)
    assert background.under(said) is said
    assert [background.under(None, owes=True) for _ in range(AFTER)] == [None] * AFTER


def test_silence_that_is_the_callers_has_no_sound_of_work() -> None:
    background = Background(BackgroundLoops(loop(4), loop(50, 1000)))
    heard = [background.under(None) for _ in range(3 * AFTER)]
    assert max(level_db(each) for each in heard if each is not None) < level_db(frame(110))
