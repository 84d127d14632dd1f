"""Messages and waits in a conversation of text: what is typed is the message, and waits take no time."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest

from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    Context,
    End,
    MessageTaken,
    Pressed,
    Returned,
    Say,
    StandBy,
    StoodBy,
    TakeMessage,
    Utterance,
)
from pipelines.conversation.text import MOST_WAITS, TextConversation, typed
from tests.fakes import CALL_ID


class Replies:
    """Gives its replies in order, the last one again and again; keeps what it was told."""

    def __init__(self, *replies: tuple[Act, ...]) -> None:
        self.inputs: list[AgentInput] = []
        self._replies = replies

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self.inputs.append(said)
        for act in self._replies[min(len(self.inputs), len(self._replies)) - 1]:
            yield act

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def hung_up(self) -> tuple[()]:
        return ()


async def told(agent: Replies, *lines: str) -> list[AgentInput]:
    """What the agent is told when these lines are typed."""
    talk = TextConversation(agent, CALL_ID)
    await talk.tell(Answered())
    for line in lines:
        for said in typed(line):
            await talk.tell(said)
    return agent.inputs[1:]


TAKING = (Say("After the tone."), TakeMessage(transcribe=True))
THANKS = (Say("Thank you."),)


async def test_the_line_that_is_typed_is_the_message_and_the_next_is_not() -> None:
    inputs = await told(Replies(TAKING, THANKS), "please call me back", "bye")
    assert inputs == [MessageTaken(1.6, "silence", text="please call me back"), Utterance("bye", 1.0)]


async def test_a_message_of_which_no_transcript_is_wanted_has_none() -> None:
    inputs = await told(Replies((TakeMessage(),), THANKS), "please call me back")
    assert inputs == [MessageTaken(1.6, "silence")]


async def test_a_message_is_no_longer_than_it_may_be() -> None:
    inputs = await told(Replies((TakeMessage(most_s=2.0),), THANKS), "one two three four five six seven")
    assert inputs == [MessageTaken(2.0, "silence")]


async def test_silence_or_a_key_at_once_leave_no_message_and_other_keys_change_nothing() -> None:
    assert await told(Replies(TAKING, THANKS), "") == [MessageTaken(0.0, "nothing")]
    assert await told(Replies(TAKING, THANKS), "/#") == [MessageTaken(0.0, "nothing", key="#")]
    inputs = await told(Replies(TAKING, THANKS), "/7*", "hello")
    assert inputs == [MessageTaken(0.4, "silence", text="hello")]


async def test_a_caller_who_is_back_leaves_no_message() -> None:
    agent = Replies(TAKING, THANKS)
    talk = TextConversation(agent, CALL_ID)
    await talk.tell(Answered())
    await talk.tell(Returned("busy"))
    await talk.tell(Utterance("hello"))
    assert agent.inputs[1:] == [Returned("busy"), Utterance("hello")]


async def test_a_wait_passes_at_once_and_what_follows_it_belongs_to_the_answer() -> None:
    agent = Replies((Say("A moment."), StandBy(20)), (Say("I am back."), StandBy(1)), (Say("So."),))
    talk = TextConversation(agent, CALL_ID)
    assert (await talk.tell(Answered())).text == "A moment. I am back. So."
    assert agent.inputs == [Answered(), StoodBy(), StoodBy()]
    assert talk.apart is None


async def test_keys_that_end_a_wait_are_waited_for() -> None:
    waits = (StandBy(20, keys="1"),)
    assert await told(Replies(waits, THANKS), "/21") == [Pressed("1")]
    assert await told(Replies(waits, THANKS), "hello") == [StoodBy()], "nobody listens"
    assert await told(Replies(waits, THANKS), "") == [StoodBy()]


async def test_an_agent_that_only_ever_stands_by_does_not_hang_the_conversation() -> None:
    agent = Replies((StandBy(1),))
    await TextConversation(agent, CALL_ID).tell(Answered())
    assert len(agent.inputs) == MOST_WAITS


async def test_nothing_passes_behind_the_last_word() -> None:
    agent = Replies((StandBy(1), End()))
    await TextConversation(agent, CALL_ID).tell(Answered())
    assert agent.inputs == [Answered()]


def test_a_message_that_cannot_be_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="silence_s of a message is from 0.5 to 3600 s, not 0"):
        TakeMessage(silence_s=0)
    with pytest.raises(ValueError, match="'x' is none"):
        TakeMessage(finish="x")
    with pytest.raises(ValueError, match="one key cannot both finish it and begin it again"):
        TakeMessage(finish="#*")
    with pytest.raises(ValueError, match="up to 600 s, not 0"):
        StandBy(0)
    with pytest.raises(ValueError, match="'x' is no key"):
        StandBy(1, keys="x")
    with pytest.raises(TypeError, match="int16 samples, not of float64"):
        StandBy(1, sound=np.zeros(4))  # type: ignore[arg-type]
