"""A caller who was handed over, or taken over, is with the agent again, which goes on from there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from mediaserver.errors import CallError
from mediaserver.media.leg import Hold
from mediaserver.storage.records import Record
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    Context,
    End,
    Returned,
    Say,
    Transfer,
)
from tests.fakes import Conversation, Reply, ScriptedAgent


class Receptionist:
    """Hands each caller over; says so when it comes back, and hangs up."""

    def __init__(self) -> None:
        self.inputs: list[AgentInput] = []

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self.inputs.append(said)
        match said:
            case Answered():
                yield Say("One moment.")
                yield Transfer("101", warm=True)
            case Returned(why=why):
                yield Say(f"They are {why}.")
                yield End()
            case _:
                pass

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def hung_up(self) -> tuple[Record, ...]:
        return ()


async def handed_over() -> tuple[Conversation, Receptionist]:
    """The agent has said its last and waits on hold."""
    agent = Receptionist()
    talk = Conversation(agent)
    await talk.until_quiet()
    await talk.silence(300)
    assert talk.transferred == ["101"]
    talk.session.on_event(Hold(True))
    await talk.silence(400)
    return talk, agent


async def test_an_agent_whose_transfer_came_to_nothing_speaks_again_and_may_end_the_call() -> None:
    talk, agent = await handed_over()
    assert not any(frame is not None for frame in talk.sent[-10:]), "it waits in silence"
    talk.session.on_event(Hold(False))
    talk.session.returned("busy", "101", "nobody is free")
    await talk.until_quiet()
    await talk.silence(300)
    assert agent.inputs == [Answered(), Returned("busy", "101", "nobody is free")]
    assert [line.heard for line in talk.call.lines()] == ["One moment.", "They are busy."]
    assert len(talk.ended) == 1, "its last word after all"


async def test_a_caller_who_hangs_up_meanwhile_is_not_back() -> None:
    talk, agent = await handed_over()
    await talk.hang_up()
    talk.session.returned("busy", "101", "")
    await talk.silence(300)
    assert len(agent.inputs) == 1 and talk.ended == []


async def test_a_second_transfer_may_follow_the_first() -> None:
    talk, agent = await handed_over()
    talk.session.on_event(Hold(False))

    async def again(said: AgentInput, context: Context) -> AsyncIterator[Act]:
        yield Transfer("102")

    agent.respond = again  # type: ignore[method-assign]
    talk.session.returned("no answer", "101", "")
    await talk.silence(100)
    assert talk.transferred == ["101", "102"]


async def test_nothing_is_said_for_the_operator_while_the_caller_is_elsewhere() -> None:
    talk, _ = await handed_over()
    with pytest.raises(CallError):
        talk.session.say("Hello.")
    talk.session.on_event(Hold(False))
    talk.session.returned("busy", "101", "")
    talk.session.say("Hello.")


@pytest.mark.parametrize("ms", [40, 400, 2_000])
async def test_a_caller_who_was_taken_over_at_any_moment_is_greeted_anew(ms: int) -> None:
    """While it speaks, or listens: what it was saying is dropped, and it is told."""
    agent = ScriptedAgent(Reply("Welcome to the house of words."), Reply("Here I am again."))
    talk = Conversation(agent)
    await talk.silence(ms)
    talk.session.on_event(Hold(True))
    await talk.silence(200)
    talk.session.on_event(Hold(False))
    talk.session.returned("handed back", "listener", "")
    await talk.until_quiet()
    assert agent.inputs == [Answered(), Returned("handed back", "listener", "")]
    assert talk.call.lines()[-1].heard == "Here I am again."


def test_a_transfer_that_nobody_could_take_is_the_agents_mistake() -> None:
    with pytest.raises(ValueError, match="'key' or 'stay'"):
        Transfer("101", warm=True, accept="nod")  # type: ignore[arg-type]


def test_an_agent_is_summed_up_by_itself_or_not_at_all() -> None:
    agent = ScriptedAgent()
    talk = Conversation(agent)
    assert talk.session.summary() == ""
    agent.summary = lambda: "It is about a room."  # type: ignore[attr-defined]
    assert talk.session.summary() == "It is about a room."
    agent.summary = lambda: 1 / 0  # type: ignore[attr-defined]
    assert talk.session.summary() == ""
