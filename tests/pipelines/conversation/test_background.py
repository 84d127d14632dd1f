"""A call with a sound under the agent's words: the conversation is the same as without one."""

from __future__ import annotations

import numpy as np

from mediaserver.media.background import Background, BackgroundLoops, Loop
from mediaserver.media.leg import Hold
from pipelines.conversation.agent import Say
from pipelines.conversation.own_words import own_words
from pipelines.conversation.turn import Turn
from tests.fakes import Conversation
from tests.pipelines.conversation.test_fillers import Slow, fillers

ROOM = Loop.of(np.full((10, 320), 40, np.int16))
TYPING = Loop.of(np.full((10, 320), 90, np.int16))


def call(agent: Slow, *, thinking: bool = False, background: bool = True) -> Conversation:
    loops = BackgroundLoops(ROOM, TYPING if thinking else None)
    return Conversation(agent, turn=Turn(), background=Background(loops) if background else None)


async def lived(talk: Conversation, agent: Slow) -> list[tuple[str, str, bool]]:
    """The lines of a call with a greeting, an answer after a filler, and an interruption."""
    await talk.silence(2_000)
    await talk.say("go")
    await talk.silence(2_500)
    agent.thought.set()
    await talk.silence(400)
    await talk.say("stop please", 900)
    await talk.silence(2_000)
    return [(line.speaker, line.heard, line.interrupted) for line in talk.call.lines()]


async def test_turns_fillers_and_what_was_heard_are_the_same_with_and_without_it() -> None:
    told = []
    for background in (False, True):
        agent = Slow(after=(Say("Here it is, and it is a long story that goes on and on."),))
        talk = call(agent, background=background)
        lines = await lived(talk, agent)
        told.append((lines, fillers(talk), agent.told, talk.call.happened("barge_in")[0].data["outcome"]))
    assert told[0] == told[1]


async def test_it_is_heard_all_the_time_and_under_words() -> None:
    talk = call(agent := Slow())
    await lived(talk, agent)
    assert all(frame is not None and frame.any() for frame in talk.sent)


async def test_on_hold_and_after_the_end_nothing_is_played() -> None:
    talk = call(Slow())
    await talk.silence(2_000)
    talk.session.on_event(Hold(True))
    talk.sent.clear()
    await talk.silence(200)
    assert talk.sent == [None] * 10
    talk.session.on_event(Hold(False))
    await talk.silence(200)
    assert talk.sent[-1] is not None
    await talk.hang_up()
    talk.sent.clear()
    await talk.tick()
    assert talk.sent == [None]


async def test_an_agent_that_thinks_is_heard_at_work_and_fillers_come_all_the_same() -> None:
    talk = call(Slow(), thinking=True)
    await talk.silence(2_000)
    await talk.say("go")
    talk.sent.clear()
    await talk.silence(3_000)
    typed = [frame is not None and int(frame[-1]) == 130 for frame in talk.sent]
    began = typed.index(True) * 20
    assert 600 <= began <= 1_000, "not before it is known that an answer takes its time"
    assert fillers(talk) == [own_words("en").fillers[0]]


async def test_while_the_caller_may_speak_nobody_types() -> None:
    talk = call(Slow(), thinking=True)
    await talk.silence(2_000)
    talk.sent.clear()
    await talk.silence(2_000)
    assert {int(frame[0]) for frame in talk.sent if frame is not None} == {40}
