"""An agent that says SSML of its author's: manners, pauses, and a transcript of words."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest

from pipelines.conversation.agent import Act, AgentInput, Context, Say
from tests.fakes import SILENCE, Conversation, ScriptedAgent

SSML = (
    '<speak>Your code is <say-as interpret-as="characters">X7</say-as>.<break time="1200ms"/>'
    '<prosody rate="slow" volume="-6dB">Please keep it.</prosody>'
    '<lang xml:lang="de">Auf Wiederhören.</lang></speak>'
)


class MarkedUp(ScriptedAgent):
    def __init__(self, *says: Say) -> None:
        super().__init__()
        self.says = says

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        for each in self.says:
            yield each


async def test_each_segment_is_said_in_its_manner() -> None:
    talk = Conversation(MarkedUp(Say.of_ssml(SSML)))
    await talk.until_quiet()
    said = list(zip(talk.tts.spoken, talk.tts.rates, talk.tts.languages, strict=True))
    assert said == [
        ("Your code is", 1.0, "en"),
        ("X seven.", 1.0, "en"),
        ("Please keep it.", 0.75, "en"),
        ("Auf Wiederhören.", 1.0, "de"),
    ]


async def test_what_is_said_is_shown_and_remembered_as_words() -> None:
    agent = MarkedUp(Say.of_ssml(SSML))
    talk = Conversation(agent)
    await talk.until_quiet()
    (line,) = talk.call.lines()
    assert line.text == "Your code is X7. Please keep it. Auf Wiederhören."
    assert line.heard == line.text


async def test_a_break_is_heard_as_silence() -> None:
    async def length(ssml: str) -> int:
        talk = Conversation(MarkedUp(Say.of_ssml(ssml)))
        await talk.until_quiet()
        audible = np.flatnonzero(np.concatenate([SILENCE if each is None else each for each in talk.sent]))
        return int(audible[-1] - audible[0])

    without = await length("<speak><s>One.</s><s>Two.</s></speak>")
    with_break = await length('<speak><s>One.</s><break time="2s"/><s>Two.</s></speak>')
    assert with_break - without == pytest.approx(2 * 16_000, abs=640)


async def test_words_that_look_like_markup_are_words() -> None:
    talk = Conversation(MarkedUp(Say('<speak>Hello <break time="9s"/>there.</speak>')))
    await talk.until_quiet()
    assert "Hello" in " ".join(talk.tts.spoken) and set(talk.tts.rates) == {1.0}


def test_an_agent_hears_of_its_mistake() -> None:
    with pytest.raises(ValueError, match="closes nothing"):
        Say.of_ssml("<speak>a</p></speak>")
