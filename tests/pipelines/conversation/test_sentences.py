"""A model's stream cut into sentences."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from mediaserver.errors import EngineError
from pipelines.conversation.sentences import sentences
from pipelines.engines.protocols import LlmEvent, LlmText, LlmUsage
from tests.fakes import FakeLlm


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
