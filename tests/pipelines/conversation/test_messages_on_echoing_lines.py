"""Messages on lines that give our own voice back: neither the prompt nor the tone is part of them, nor taken
for the caller."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.conversation.agent import MessageTaken, Say, TakeMessage
from tests.pipelines.conversation.shelf import Kept, Shelf
from tests.pipelines.conversation.test_echo_guard import (
    CALLER,
    OURS,
    WORDS,
    EchoingCall,
    pytestmark,
    recording,
)
from tests.pipelines.conversation.test_messages import Replies

__all__ = ["pytestmark"]


async def begun(db: float, delay_ms: int) -> tuple[EchoingCall, Replies, Kept]:
    """A call in which the tone was heard a moment ago."""
    agent = Replies((Say(WORDS), TakeMessage(nothing_s=2, silence_s=1.5)), ())
    shelf = Shelf()
    call = EchoingCall(OURS[0], db, delay_ms, 7, agent=agent, messages=shelf)
    for _ in range(400):
        await call.tick()
        if call.talk.session.turn.takes_message:
            return call, agent, shelf.kept[0]
    raise AssertionError("it never began")


@pytest.mark.parametrize("delay_ms", [20, 110, 250, 400])
@pytest.mark.parametrize("db", [-10, -20])
async def test_the_tone_that_comes_back_is_no_message(db: float, delay_ms: int) -> None:
    call, agent, kept = await begun(db, delay_ms)
    await call.run(2_200)
    call.close()
    assert agent.inputs[1:] == [MessageTaken(0.0, "nothing")]
    assert kept.dropped


@pytest.mark.parametrize("delay_ms", [20, 110, 250])
async def test_what_the_caller_says_at_once_is_in_it_and_the_tone_is_not(delay_ms: int) -> None:
    call, agent, kept = await begun(-10, delay_ms)
    await call.run(300)
    said = recording(CALLER, -20, 1.5)
    call.talked = said
    await call.run(3_400)
    call.close()
    (taken,) = agent.inputs[1:]
    assert isinstance(taken, MessageTaken) and taken.ended_by == "silence"
    sound = np.concatenate(kept.frames).astype(float)
    tone = np.abs(np.fft.rfft(sound[:4_800]))[280:321].max() / 4_800 * 2
    assert tone < 150, "what of the tone comes back is taken off"
    best = np.correlate(sound[3_200:16_000], said[:4_000].astype(float), "valid").argmax()
    heard = sound[3_200 + best :][: len(said)]
    assert np.corrcoef(heard, said)[0, 1] > 0.95, "all of it, from the first word on"
