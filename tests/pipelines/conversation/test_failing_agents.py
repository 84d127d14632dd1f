"""Agents that raise, never answer, answer with nonsense or do not let go: what is heard, what is noted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing

import pytest

from mediaserver.media.leg import EndedBy, Why
from mediaserver.storage.records import Record
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    Context,
    End,
    Listen,
    Pressed,
    Say,
    Utterance,
)
from pipelines.conversation.floor import FloorState
from pipelines.conversation.own_words import own_words
from tests.fakes import Conversation

Answer = Callable[[AgentInput, Context], AsyncGenerator[Act, None]]
WORDS = own_words("en")


class Answering:
    """Greets, then answers by `answer`; keeps what it was told."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.inputs: list[AgentInput] = []
        self.told: list[tuple[int, str, bool]] = []
        self.is_over = False

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self.inputs.append(said)
        if isinstance(said, Answered):
            yield Say("Hello.")
            return
        async with aclosing(self.answer(said, context)) as acts:
            async for act in acts:
                yield act

    def heard(self, line: int, text: str, cut: bool) -> None:
        self.told.append((line, text, cut))

    def hung_up(self) -> tuple[Record, ...]:
        self.is_over = True
        return ()


async def asked(answer: Answer, *, language: str = "en") -> tuple[Conversation, Answering]:
    """The agent has greeted and was asked something."""
    agent = Answering(answer)
    talk = Conversation(agent, language=language)
    await talk.until_quiet()
    await talk.say("go")
    await talk.silence(400)
    return talk, agent


def reasons(talk: Conversation) -> list[str]:
    return [event.data["reason"] for event in talk.call.happened("agent_failed")]


async def never(said: AgentInput, context: Context) -> AsyncGenerator[Act, None]:
    await asyncio.Event().wait()
    yield Say("Never.")


async def broken(said: AgentInput, context: Context) -> AsyncGenerator[Act, None]:
    raise ValueError("boom")
    yield Say("Never.")  # type: ignore[unreachable]


async def test_an_agent_that_never_answers_apologises_and_is_noted() -> None:
    talk, _ = await asked(never)
    await talk.silence(10_000)
    await talk.until_quiet()
    assert talk.call.lines()[-1].heard == WORDS.apology
    assert reasons(talk) == ["nothing came for 10 s"]
    assert talk.session.turn.state is FloorState.LISTENING


async def test_an_agent_that_stalls_between_two_sentences_apologises_in_the_same_line() -> None:
    async def halting(said: AgentInput, context: Context) -> AsyncGenerator[Act, None]:
        yield Say("Let me look.")
        await asyncio.Event().wait()

    talk, agent = await asked(halting)
    await talk.silence(11_000)
    await talk.until_quiet()
    line = talk.call.lines()[-1]
    assert (line.heard, line.interrupted) == (f"Let me look. {WORDS.apology}", False)
    assert reasons(talk) == ["nothing came for 10 s"]
    assert talk.session.turn.state is FloorState.LISTENING


@pytest.mark.parametrize("answer", [broken, never])
async def test_an_agent_that_fails_again_and_again_is_given_up_in_words(answer: Answer) -> None:
    talk, _ = await asked(answer)
    await talk.silence(70_000)
    assert [line.heard for line in talk.call.lines()[2:]] == [WORDS.apology, WORDS.apology, WORDS.surrender]
    (termination,) = talk.ended
    assert (termination.by, termination.why) == (EndedBy.SERVER, Why.FAILED)
    assert "3 times" in termination.detail
    assert len(reasons(talk)) == 3


async def test_failures_count_only_in_a_row() -> None:
    tries = iter(range(20))

    async def sometimes(said: AgentInput, context: Context) -> AsyncGenerator[Act, None]:
        if next(tries) % 3 != 2:
            raise ValueError("boom")
        yield Say("Fine.")

    talk, _ = await asked(sometimes)
    await talk.silence(70_000)
    assert len(reasons(talk)) > 3
    assert talk.ended == []


async def test_in_a_language_we_do_not_speak_nothing_is_said_in_the_agents_name() -> None:
    talk, _ = await asked(broken, language="xx")
    await talk.silence(40_000)
    assert talk.tts.spoken == ["Hello."]
    assert len(talk.ended) == 1


async def test_each_language_has_its_own_apology() -> None:
    talk, _ = await asked(broken, language="de-at")
    await talk.until_quiet()
    assert talk.call.lines()[-1].heard == own_words("de").apology


async def test_what_is_no_act_is_told_in_words() -> None:
    async def wrong(said: AgentInput, context: Context) -> AsyncGenerator[Act, None]:
        yield "hello"  # type: ignore[misc]

    talk, _ = await asked(wrong)
    await talk.until_quiet()
    assert reasons(talk) == ["TypeError: an agent answers with acts such as Say, not with 'hello'"]
    assert talk.call.lines()[-1].heard == WORDS.apology


class Unwinding:
    """Closes its connection, which takes until `closed`, whenever it is stopped."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()
        self.inside = self.most = 0

    async def answer(self, said: AgentInput, context: Context) -> AsyncGenerator[Act, None]:
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            if isinstance(said, Pressed):
                yield Say("Pressed.")
                return
            await asyncio.Event().wait()
        finally:
            await self.closed.wait()
            self.inside -= 1


async def test_the_agent_gets_its_next_input_when_it_has_let_go_of_the_last() -> None:
    slow = Unwinding()
    talk, agent = await asked(slow.answer)
    await talk.press("12")
    assert len(agent.inputs) == 2 and slow.inside == 1
    slow.closed.set()
    await talk.silence(400)
    assert agent.inputs[2:] == [Pressed("1"), Pressed("2")]
    assert slow.most == 1
    await talk.silence(600)
    assert talk.call.lines()[-1].heard == "Pressed."


async def test_an_agent_that_never_lets_go_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipelines.conversation.thinking.UNWIND_S", 0.0)
    slow = Unwinding()
    talk, agent = await asked(slow.answer)
    await talk.press("1")
    assert agent.inputs[-1] == Pressed("1")
    slow.closed.set()
    await talk.silence(400)


async def test_the_end_is_told_to_an_agent_that_has_let_go_of_everything() -> None:
    slow = Unwinding()
    talk, agent = await asked(slow.answer)
    await talk.hang_up()
    await talk.silence(200)
    assert (agent.is_over, slow.inside) == (False, 1)
    slow.closed.set()
    await talk.silence(200)
    assert (agent.is_over, slow.inside) == (True, 0)


async def test_a_thought_that_goes_on_after_it_was_stopped_does_nothing() -> None:
    async def stubborn(said: AgentInput, context: Context) -> AsyncGenerator[Act, None]:
        if isinstance(said, Utterance):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                yield Listen(silence_ms=999)
                yield Say("Stale.")
        yield Say("Pressed.")

    talk, agent = await asked(stubborn)
    await talk.press("1")
    await talk.until_quiet()
    assert agent.inputs[-1] == Pressed("1")
    assert talk.session._listening.listen == Listen()
    assert [line.text for line in talk.call.lines()[2:]] == ["Pressed."]


async def test_the_operators_words_are_said_before_an_agent_without_words_ends_the_call() -> None:
    ending = asyncio.Event()

    async def ends(said: AgentInput, context: Context) -> AsyncGenerator[Act, None]:
        await ending.wait()
        yield End()

    talk, _ = await asked(ends)
    talk.session.say("One moment please.")
    talk.session.say("Somebody will call you back.")
    await talk.silence(200)
    ending.set()
    await talk.silence(100)
    assert talk.ended == [] and talk.speaking()
    await talk.silence(4000)
    said = [(line.speaker, line.heard) for line in talk.call.lines()[2:]]
    assert said == [("operator", "One moment please."), ("operator", "Somebody will call you back.")]
    assert [termination.why for termination in talk.ended] == [Why.COMPLETED]
