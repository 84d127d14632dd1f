"""The protocols as the engines that come with us and the stand-ins of the tests meet them."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from mediaserver.errors import EngineError
from pipelines.conversation.timing import Limits
from pipelines.engines.protocols import (
    FINAL_WITHIN_S,
    Llm,
    LlmEvent,
    LlmMessage,
    LlmText,
    LlmToolCall,
    LlmUsage,
    Stt,
    Tts,
)
from pipelines.engines.stt.pocketsphinx.engine import PocketsphinxStt
from pipelines.engines.tts.espeak.engine import EspeakTts
from tests.fakes import FakeLlm, FakeStt, FakeTts

ASK = [LlmMessage("user", "hello")]


async def test_what_stands_behind_a_protocol_has_all_of_it() -> None:
    """mypy reads this; the assignments are the test."""
    recognisers: list[Stt] = [PocketsphinxStt(1), FakeStt()]
    voices: list[Tts] = [EspeakTts(1), FakeTts()]
    models: list[Llm] = [FakeLlm()]
    assert all(engine.load == 0 for engine in (*recognisers, *voices, *models))


def test_turn_taking_and_recognisers_give_up_at_the_same_time() -> None:
    assert Limits().final == FINAL_WITHIN_S * 1000


async def test_a_scripted_model_answers_in_pieces() -> None:
    call = LlmToolCall("1", "rooms", {"people": 2})
    script: list[LlmEvent] = [LlmText("One "), LlmText("moment."), call, LlmUsage(12, 5)]
    llm = FakeLlm(script)
    assert [event async for event in llm.stream(ASK)] == script
    assert llm.asked == [(tuple(ASK), ())]
    assert llm.cancelled == 0


async def test_closing_the_answer_cancels_it_where_it_is() -> None:
    llm = FakeLlm([LlmText("One "), LlmText("moment.")])
    llm.gates[1] = asyncio.Event()  # never set
    async with aclosing(llm.stream(ASK)) as answer:
        assert await anext(answer) == LlmText("One ")
        assert llm.load == 1
    assert (llm.cancelled, llm.load) == (1, 0)


async def test_a_model_that_fails_says_so() -> None:
    llm = FakeLlm([LlmText("One "), EngineError("the line is cut")])
    with pytest.raises(EngineError, match="cut"):
        assert [event async for event in llm.stream(ASK)]
