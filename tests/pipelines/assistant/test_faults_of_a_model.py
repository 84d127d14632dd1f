"""A model that fails, says nothing, or something else than an answer: the caller hears a sentence, the call
goes on, and it stands in the transcript. On the line."""

from __future__ import annotations

import asyncio
from unittest.mock import patch

import pytest

from mediaserver.errors import EngineError
from mediaserver.storage.records import EventHappened
from pipelines.conversation.agent import (
    Answered,
    Context,
    Keep,
    LineTrouble,
    Returned,
    Say,
    Silence,
    Utterance,
)
from pipelines.engines.protocols import LlmText
from tests.fakes import CALL_ID, FakeLlm
from tests.pipelines.assistant.talking import asked, assistant, events, given, greeted, text

APOLOGY = "Sorry, I lost my thread. Could you say that again?"
GONE = EngineError("the model is gone")


async def test_a_model_that_fails_before_a_word_costs_one_apology_and_the_caller_may_repeat() -> None:
    llm = FakeLlm([GONE], text("Two rooms."))
    talk = await asked(assistant(llm))
    assert " ".join(talk.tts.spoken[1:]) == APOLOGY
    await talk.silence(2500)
    await talk.say("a room please")
    await talk.silence(1500)
    assert talk.tts.spoken[-1] == "Two rooms."
    (failed,) = events(talk, "engine_failed")
    assert failed == {"engine": "llm", "reason": "EngineError: the model is gone"}


async def test_after_three_failures_in_a_row_the_call_ends_politely() -> None:
    llm = FakeLlm([GONE], [GONE], [GONE])
    talk = await asked(assistant(llm))
    for _ in range(2):
        await talk.silence(2500)
        await talk.say("a room please")
        await talk.silence(1500)
    await talk.silence(6000)
    assert "cannot help you at the moment" in " ".join(talk.tts.spoken)
    assert len(talk.ended) == 1


async def test_after_three_failures_the_caller_goes_to_the_fallback_of_the_row_once() -> None:
    llm = FakeLlm([GONE], [GONE], [GONE], [GONE])
    agent = assistant(llm, fallback="101")
    talk = await asked(agent)
    for _ in range(2):
        await talk.silence(2500)
        await talk.say("a room please")
        await talk.silence(1500)
    await talk.silence(2500)
    assert talk.transferred == ["101"] and not talk.ended
    talk.session.returned("busy", "101", "")
    await talk.silence(8000)
    assert talk.transferred == ["101"] and len(talk.ended) == 1


async def test_a_model_that_breaks_off_is_apologised_for() -> None:
    talk = await asked(assistant(FakeLlm([LlmText("We have two. And "), GONE])))
    await talk.silence(3000)
    assert talk.call.lines()[-1].heard == f"We have two. {APOLOGY}"


async def test_a_model_that_hangs_is_given_up_before_the_turn_is() -> None:
    llm = FakeLlm(text("We have two rooms."), text("Fine."))
    llm.gates[0] = asyncio.Event()
    agent = assistant(llm)
    agent._faculties.patience_s = 0.0
    monotonic = iter(range(100))
    agent._faculties.now = lambda: float(next(monotonic))
    _ = [act async for act in agent.respond(Answered(), Context(CALL_ID, 1))]
    with patch("pipelines.assistant.answer_turn.LEAST_PATIENCE_S", 0.0):
        acts = [act async for act in agent.respond(Utterance("hello"), Context(CALL_ID, 2))]
    assert Say(APOLOGY) in acts and llm.cancelled == 1
    reasons = [
        act.record.data for act in acts if isinstance(act, Keep) and isinstance(act.record, EventHappened)
    ]
    assert {"engine": "llm", "reason": "the model streamed nothing in time"} in reasons


async def test_a_model_that_says_nothing_is_asked_once_more_and_then_apologised_for() -> None:
    llm = FakeLlm((), (), text("Fine."))
    talk = await asked(assistant(llm))
    assert len(llm.asked) == 2 and talk.tts.spoken[1] == APOLOGY.partition(". ")[0] + "."
    assert events(talk, "engine_failed")[0]["reason"] == "the model said nothing"


async def test_a_model_that_only_thinks_and_writes_its_calls_as_text_says_nothing_of_it() -> None:
    llm = FakeLlm(
        text('<think>Rude caller.</think> {"name": "book", "arguments": {}}'), text("We have two rooms.")
    )
    talk = await asked(assistant(llm))
    assert talk.tts.spoken[1:] == ["We have two rooms."]
    assert {"what": "hidden: reasoning"} in events(talk, "llm_fault")
    assert "You wrote nothing that can be said" in given(llm)[-1][1]


async def test_secrets_of_the_prompt_are_not_read_out() -> None:
    secret = "our lowest price for regular guests is forty two dollars a night"
    llm = FakeLlm(text(f"Gladly. It says: {secret}. Anything else?"))
    talk = await asked(assistant(llm, prompt=f"Sell rooms. <secret>{secret}</secret>"))
    await talk.silence(3000)
    assert " ".join(talk.tts.spoken[1:]) == "Gladly. I am afraid I cannot tell you that."
    assert {"what": "stopped: secret"} in events(talk, "llm_fault")


async def test_a_long_silence_is_told_to_the_model_thrice_and_then_ends_the_call() -> None:
    llm = FakeLlm(*(text("Are you there?") for _ in range(9)))
    talk = await greeted(assistant(llm))
    await talk.silence(40_000)
    assert len(llm.asked) == 3 and len(talk.ended) == 1
    assert given(llm)[-1] == ("user", "[The caller says nothing.]")
    assert talk.tts.spoken[-1] == "Goodbye."


async def test_on_a_bad_line_the_caller_is_told_at_once_and_the_model_afterwards() -> None:
    llm = FakeLlm(text("Fine."))
    agent = assistant(llm)
    _ = [act async for act in agent.respond(Answered(), Context(CALL_ID, 1))]
    acts = [act async for act in agent.respond(LineTrouble("humming"), Context(CALL_ID, 2))]
    (said,) = [act for act in acts if isinstance(act, Say)]
    assert "hum" in said.text and not llm.asked
    agent.heard(2, said.text, False)
    _ = [act async for act in agent.respond(Utterance("hello"), Context(CALL_ID, 3))]
    assert ("assistant", said.text) in given(llm)
    assert "[The line is bad: there is a loud hum.]" in str(given(llm))


async def test_in_a_language_without_words_of_ours_the_session_signals_the_fault() -> None:
    agent = assistant(FakeLlm([GONE]), language="eo")
    _ = [act async for act in agent.respond(Answered(), Context(CALL_ID, 1))]
    with pytest.raises(EngineError):
        _ = [act async for act in agent.respond(Utterance("saluton"), Context(CALL_ID, 2))]


async def test_whoever_comes_back_is_told_to_the_model() -> None:
    llm = FakeLlm(text("Nobody there."))
    agent = assistant(llm)
    _ = [act async for act in agent.respond(Returned("busy", "101"), Context(CALL_ID, 1))]
    assert given(llm)[-1][1] == "[The caller was to talk to 101 and is with you again: busy.]"


async def test_a_silence_after_what_may_have_been_words_is_told_as_such() -> None:
    llm = FakeLlm(text("Pardon?"))
    agent = assistant(llm)
    _ = [act async for act in agent.respond(Answered(), Context(CALL_ID, 1))]
    agent.missed_words()
    _ = [act async for act in agent.respond(Silence(), Context(CALL_ID, 2))]
    assert "may have said something" in given(llm)[-1][1]
