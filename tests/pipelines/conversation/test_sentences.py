"""A model's stream cut into sentences, and the example of an agent that speaks them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from examples.assistant import Assistant
from mediaserver.errors import EngineError
from pipelines.conversation.sentences import sentences
from pipelines.engines.protocols import LlmEvent, LlmText, LlmUsage
from tests.fakes import Conversation, FakeLlm


async def stream(text: str, size: int) -> AsyncIterator[str]:
    for at in range(0, len(text), size):
        yield text[at : at + size]


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("It is open. Come in! Will you?", ["It is open.", "Come in!", "Will you?"]),
        ("Dr. Who pays 3.50 now. Thanks.", ["Dr. Who pays 3.50 now.", "Thanks."]),
        ("Come at 5 p.m. today, e.g. by bus. Yes.", ["Come at 5 p.m. today, e.g. by bus.", "Yes."]),
        ("yes. yes. yes.", ["yes.", "yes.", "yes."]),
        ("no end", ["no end"]),
        ("One.\n\nTwo.  ", ["One.", "Two."]),
        ("", []),
        ("  ", []),
    ],
)
async def test_a_stream_becomes_sentences_wherever_it_is_cut(text: str, whole: list[str], size: int) -> None:
    assert [sentence async for sentence in sentences(stream(text, size))] == whole


async def test_a_sentence_comes_once_the_next_has_begun() -> None:
    taken: list[str] = []

    async def watched() -> AsyncIterator[LlmEvent]:
        for piece in ("It is ", "open.", " ", "Come", " in."):
            taken.append(piece)
            yield LlmText(piece)
        yield LlmUsage(1, 2)

    spoken = sentences(watched())
    assert await anext(spoken) == "It is open."
    assert taken[-1] == "Come"
    assert [sentence async for sentence in spoken] == ["Come in."]


async def test_what_was_whole_before_a_failure_is_said() -> None:
    llm = FakeLlm((LlmText("One. Two. Thr"), EngineError("gone")))
    said: list[str] = []
    with pytest.raises(EngineError):
        async for sentence in sentences(llm.stream(())):
            said.append(sentence)
    assert said == ["One.", "Two."]


def tokens(text: str) -> list[LlmEvent | EngineError]:
    return [LlmText(piece) for piece in text.replace(" ", "| ").split("|")]


async def test_the_assistant_speaks_in_sentences_and_remembers_what_was_heard() -> None:
    llm = FakeLlm(
        tokens("Good morning. How can I help?"),
        tokens("We have seven rooms left. The biggest of them is upstairs."),
        tokens("Fine."),
    )
    talk = Conversation(Assistant(llm, "You let rooms."))
    await talk.until_quiet()
    assert talk.tts.spoken == ["Good morning.", "How can I help?"]
    await talk.say("a room")
    await talk.silence(1000)
    await talk.say("no wait")
    await talk.silence(1000)
    (messages, _) = llm.asked[-1]
    assert [message.role for message in messages] == ["system", *2 * ["user", "assistant"], "user"]
    assert messages[2].content == "Good morning. How can I help?"
    said = messages[4].content.removesuffix(" (interrupted)")
    assert said != messages[4].content and "We have seven rooms left.".startswith(said) and said
    assert messages[5].content == "no wait"
    assert talk.call.lines()[-1].heard == "Fine."
