"""A call in writing: the records and events of a call by voice, without one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from mediaserver.errors import CallError, ConfigError
from mediaserver.media.leg import Digit, Ended, EndedBy, Termination, Why
from mediaserver.storage.records import OutcomeMade
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    AskedToSpeak,
    Context,
    Keep,
    Pressed,
    Returned,
    Say,
    TakeMessage,
    Transfer,
    Utterance,
)
from pipelines.conversation.typed_session import MOST_RETURNS, TypedSession
from tests.fakes import CALL_ID, FakeCall, Reply, ScriptedAgent

GREETING = Reply("Hello there. What would you like?")
NEXT = Reply("Fine. Anything else?")
BYE = Reply("Good bye.", end=True)


class Typed:
    def __init__(self, agent: ScriptedAgent) -> None:
        self.agent = agent
        self.call = FakeCall()
        self.ended: list[Termination] = []
        self.session = TypedSession(self.call, agent, self.ended.append, context=Context(CALL_ID, 0))

    async def settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    async def type(self, text: str) -> None:
        self.session.hear(text)
        await self.settle()

    def shown(self) -> list[str]:
        return [data["text"] for kind, data in self.call.events if kind == "agent"]

    def lines(self) -> list[tuple[str, str]]:
        return [(line.speaker, line.heard) for line in self.call.lines()]


async def typed(*replies: Reply | Exception) -> Typed:
    talk = Typed(ScriptedAgent(GREETING, *replies))
    await talk.settle()
    return talk


async def test_the_agent_greets_and_answers_sentence_by_sentence() -> None:
    talk = await typed(NEXT)
    await talk.type("a room")
    assert talk.agent.inputs == [Answered(), Utterance("a room", 1.0)]
    assert talk.shown() == ["Hello there.", "What would you like?", "Fine.", "Anything else?"]
    assert talk.lines() == [("agent", GREETING.text), ("caller", "a room"), ("agent", NEXT.text)]
    assert [told for told in talk.agent.told] == [(1, GREETING.text, False), (2, NEXT.text, False)]
    latency = talk.call.lines()[2].latency
    assert latency["text_to_text"] == latency["llm_first_token"] >= 0
    assert "voice_to_voice" not in latency, "it is no figure of how fast a voice is answered"
    assert ("latency", latency) in talk.call.events


async def test_an_agent_that_ends_the_call_hangs_up_once() -> None:
    talk = await typed(BYE)
    await talk.type("that is all")
    assert talk.ended == [Termination(EndedBy.AGENT, Why.COMPLETED)]
    talk.session.on_event(Ended(talk.ended[0]))
    await talk.settle()
    assert talk.agent.is_over
    with pytest.raises(CallError):
        talk.session.hear("one more")


class Slow(ScriptedAgent):
    """Waits within its second reply, behind its first sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self.inputs.append(said)
        yield Say(f"Answer {len(self.inputs)}.")
        if len(self.inputs) == 2:
            await self.gate.wait()
        yield Say("And that is all.")


async def test_a_message_cuts_an_answer_off_and_the_agent_knows_what_was_shown() -> None:
    agent = Slow()
    talk = Typed(agent)
    await talk.settle()
    await talk.type("first")
    await talk.type("second")
    assert agent.inputs == [Answered(), Utterance("first", 1.0), Utterance("second", 1.0)]
    assert agent.told[1:] == [(2, "Answer 2.", True), (3, "Answer 3. And that is all.", False)]
    cut = talk.call.lines()[2]
    assert (cut.text, cut.interrupted) == ("Answer 2.", True)


async def test_messages_that_come_together_are_one() -> None:
    talk = await typed(NEXT)
    talk.session.hear("a room")
    talk.session.hear("for two")
    await talk.settle()
    assert talk.agent.inputs[1:] == [Utterance("a room\nfor two", 1.0)]
    assert [text for who, text in talk.lines() if who == "caller"] == ["a room", "for two"]


async def test_a_message_before_the_greeting_keeps_the_greeting() -> None:
    talk = Typed(ScriptedAgent(GREETING, NEXT))
    await talk.type("hello?")
    assert talk.agent.inputs == [Answered(), Utterance("hello?", 1.0)]


async def test_an_answer_is_cancelled() -> None:
    agent = Slow()
    talk = Typed(agent)
    await talk.settle()
    await talk.type("first")
    talk.session.cancel()
    await talk.settle()
    assert agent.told[1:] == [(2, "Answer 2.", True)] and not talk.ended


async def test_an_agent_is_asked_to_speak_once_it_has_nothing_else_to_say() -> None:
    talk = await typed(Reply(), NEXT, NEXT)
    talk.session.hear("a room")
    talk.session.ask()
    await talk.settle()
    assert talk.agent.inputs[1:] == [Utterance("a room", 1.0), AskedToSpeak()]
    talk.session.hear("for two")
    talk.session.ask()
    await talk.settle()
    assert talk.agent.inputs[3:] == [Utterance("for two", 1.0)], "it has answered"
    talk.session.ask()
    await talk.settle()
    assert talk.agent.inputs[4:] == [AskedToSpeak()]


async def test_an_agent_that_takes_a_message_or_is_gone_is_not_asked_to_speak() -> None:
    class Taker(ScriptedAgent):
        async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
            self.inputs.append(said)
            yield TakeMessage()

    talk = Typed(Taker())
    await talk.settle()
    with pytest.raises(CallError, match="does not listen"):
        talk.session.ask()
    talk.session.on_event(Ended(Termination(EndedBy.CALLER, Why.HANGUP)))
    with pytest.raises(CallError, match="over"):
        talk.session.ask()


async def test_in_writing_there_are_no_pauses_to_be_set_and_no_voice_to_be_forgotten() -> None:
    talk = await typed(NEXT)
    talk.session.take_turns({"whole_ms": 400})
    with pytest.raises(ConfigError, match="whole_ms 5"):
        talk.session.take_turns({"whole_ms": 5})
    await talk.type("a room")
    talk.session.forget()
    talk.session.commit()
    assert talk.agent.inputs[1:] == [Utterance("a room", 1.0)]


async def test_keys_reach_the_agent() -> None:
    talk = await typed(NEXT)
    talk.session.on_event(Digit("4", 0, 100))
    await talk.settle()
    assert talk.agent.inputs[1:] == [Pressed("4")] and talk.call.happened("dtmf")


async def test_a_failing_agent_apologises_and_is_given_up() -> None:
    talk = await typed(ValueError("x"), ValueError("y"), ValueError("z"))
    for word in ("a", "b", "c"):
        await talk.type(word)
    assert len(talk.call.happened("agent_failed")) == 3
    (why,) = talk.ended
    assert why.why is Why.FAILED and len(talk.shown()) == 5


class Handing(ScriptedAgent):
    def __init__(self, then: Callable[[], Act]) -> None:
        super().__init__()
        self._then = then

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self.inputs.append(said)
        yield self._then()


async def test_nobody_is_handed_over_in_writing_and_the_agent_is_told_so() -> None:
    agent = Handing(lambda: Transfer("bob"))
    talk = Typed(agent)
    for _ in range(MOST_RETURNS):
        await talk.settle()
    assert agent.inputs[1] == Returned("failed", "bob", "a conversation in writing cannot be handed over")
    assert len(agent.inputs) == 1 + MOST_RETURNS, "it is not told so for ever"
    (why,) = talk.ended
    assert why.why is Why.FAILED


async def test_what_it_wants_kept_is_kept() -> None:
    record = OutcomeMade(CALL_ID, "booking", "held", {})
    talk = Typed(Handing(lambda: Keep(record)))
    await talk.settle()
    assert talk.call.outcomes() == [record]


async def test_the_operator_and_a_stop_of_the_server_are_shown() -> None:
    talk = await typed()
    talk.session.say("We close in five minutes.")
    await talk.session.shutdown("Goodbye.", 1.0)
    assert talk.lines()[1] == ("operator", "We close in five minutes.")
    assert talk.ended[0].why is Why.SHUTDOWN and len(talk.lines()) == 3
