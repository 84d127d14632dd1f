"""The agent's last words: said to their end, heard to their end, whatever the caller and the line do."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest

from mediaserver.media.leg import Why
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE
from mediaserver.storage.records import Record
from pipelines.conversation.agent import Act, AgentInput, Context, End, Play, Say
from tests.fakes import WORD_SAMPLES, Conversation, FakeOutlet, tone

GOODBYE = "All done, see you soon. Goodbye."


class Parting:
    """Says goodbye in these pieces to whatever it is told."""

    def __init__(self, *acts: Act) -> None:
        self.acts = acts or (Say(GOODBYE), End())

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        for act in self.acts:
            yield act

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def hung_up(self) -> tuple[Record, ...]:
        return ()


def last_sound(talk: Conversation) -> int:
    """Position just after the last frame that had a voice in it."""
    return 1 + max(
        index for index, frame in enumerate(talk.sent) if frame is not None and np.abs(frame).max() > 500
    )


async def until_hung_up(talk: Conversation) -> None:
    for _ in range(1000):
        if talk.ended:
            return
        await talk.tick()
    raise AssertionError("nobody hangs up")


@pytest.mark.parametrize("unheard", [640, 1280, 4800])
async def test_the_hangup_waits_for_the_last_word_to_be_heard(unheard: int) -> None:
    talk = Conversation(Parting())
    talk.session._outlet = FakeOutlet(lambda: talk.t, unheard)
    await until_hung_up(talk)
    waited = (len(talk.sent) - last_sound(talk)) * FRAME_SAMPLES
    assert unheard <= waited <= unheard + 3 * FRAME_SAMPLES
    assert talk.call.lines()[0].heard == GOODBYE


async def test_a_leg_that_never_tells_is_waited_for_half_a_second() -> None:
    talk = Conversation(Parting())
    talk.session._outlet = FakeOutlet(lambda: talk.t, 60 * SAMPLE_RATE)
    await until_hung_up(talk)
    waited = (len(talk.sent) - last_sound(talk)) * FRAME_SAMPLES
    assert 8_000 <= waited <= 8_000 + 3 * FRAME_SAMPLES
    assert talk.call.lines()[0].heard == GOODBYE


async def test_a_recorded_goodbye_is_heard_to_its_end() -> None:
    """It has no words that could be waited for."""
    talk = Conversation(Parting(Play(tone(5 * WORD_SAMPLES)), End()))
    await until_hung_up(talk)
    waited = (len(talk.sent) - last_sound(talk)) * FRAME_SAMPLES
    assert 1280 <= waited <= 1280 + 3 * FRAME_SAMPLES


@pytest.mark.parametrize("played_ms", range(100, 1300, 100))
async def test_a_cough_over_the_goodbye_ends_in_the_whole_goodbye(played_ms: int) -> None:
    talk = Conversation(Parting())
    await talk.silence(played_ms)
    await talk.cough(160)
    await until_hung_up(talk)
    assert talk.call.lines()[0].heard == GOODBYE and not talk.call.lines()[0].interrupted
    assert [termination.why for termination in talk.ended] == [Why.COMPLETED]


async def test_a_cough_before_the_goodbye_ends_in_the_whole_goodbye() -> None:
    """It contests a thought; the last words come while the caller makes a sound."""
    talk = Conversation(Parting())
    talk.tts.gate.clear()
    await talk.cough(160)
    talk.tts.gate.set()
    await until_hung_up(talk)
    assert talk.call.lines()[0].heard == GOODBYE and not talk.call.lines()[0].interrupted


async def test_a_goodbye_dismissed_twice_is_whole_in_the_end() -> None:
    talk = Conversation(Parting())
    await talk.silence(300)
    await talk.cough(160)
    await talk.silence(700)
    await talk.cough(160)
    await until_hung_up(talk)
    assert talk.call.lines()[0].heard == GOODBYE


async def test_two_pieces_after_one_another_stand_as_close_as_two_sentences() -> None:
    talk = Conversation(
        Parting(Say("One two."), Say("Three four."), Play(tone(WORD_SAMPLES)), Say("Five."), End())
    )
    await until_hung_up(talk)
    sound = np.concatenate([np.zeros(FRAME_SAMPLES, np.int16) if f is None else f for f in talk.sent])
    gaps = np.diff(np.flatnonzero(np.abs(sound) > 500))
    assert gaps.max() <= 0.2 * SAMPLE_RATE
    assert (gaps > 0.1 * SAMPLE_RATE).sum() == 3
