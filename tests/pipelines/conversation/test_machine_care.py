"""A machine has picked up: what it is told, when, and what is kept of it."""

from __future__ import annotations

import pytest

from mediaserver.media.answered_by import AnsweredBy
from mediaserver.media.leg import WhoAnswered
from mediaserver.storage.records import OutcomeMade
from pipelines.conversation.agent import Answered, Context, Listen, PickedUp
from pipelines.conversation.machine_care import Voicemail
from tests.fakes import Conversation, FakeCall, Reply, ScriptedAgent

LEFT = "this is the library your book is here"
PATIENT = Listen(silence_ms=600_000)


def called(agent: ScriptedAgent | None = None, message: str = LEFT) -> Conversation:
    agent = agent or ScriptedAgent(Reply("hello who is there", PATIENT), Reply("good day", PATIENT))
    context = Context(FakeCall().id, 0, "outbound")
    return Conversation(agent, context=context, voicemail=Voicemail(message, "reminder"))


def found(conversation: Conversation, by: AnsweredBy) -> None:
    conversation.session.on_event(WhoAnswered(by))


def said(conversation: Conversation) -> list[tuple[str, bool]]:
    lines = [line for line in conversation.call.lines() if line.speaker == "agent"]
    return [(line.heard, line.interrupted) for line in lines if line.heard]


def outcomes(conversation: Conversation) -> list[tuple[str, str]]:
    made = [each for each in conversation.call.records if isinstance(each, OutcomeMade)]
    return [(each.flow, each.status) for each in made]


async def test_the_message_is_said_whole_when_the_greeting_has_ended_and_then_we_hang_up() -> None:
    conversation = called()
    await conversation.say("you have reached ann", 1_000)
    found(conversation, AnsweredBy.MACHINE)
    await conversation.say("please leave a message", 3_000)
    assert said(conversation) == []
    found(conversation, AnsweredBy.MACHINE_END)
    await conversation.until_quiet()
    assert conversation.ended == [] and outcomes(conversation) == [], "somebody may speak yet"
    await conversation.silence(3_000)
    assert said(conversation) == [(LEFT, False)] and len(conversation.ended) == 1
    assert outcomes(conversation) == [("reminder", "voicemail_left")]


async def test_a_machine_of_which_nobody_says_that_its_greeting_is_over_is_listened_to() -> None:
    conversation = called()
    await conversation.say("you have reached ann", 1_000)
    found(conversation, AnsweredBy.MACHINE)
    await conversation.say("leave a message", 2_000)
    await conversation.silence(2_000)
    assert said(conversation) == []
    await conversation.silence(12_000)
    assert said(conversation) == [(LEFT, False)] and outcomes(conversation)[0][1] == "voicemail_left"


async def test_what_the_agent_was_saying_to_a_machine_is_dropped() -> None:
    agent = ScriptedAgent(Reply("hello who is there this is a long sentence of mine", PATIENT))
    conversation = called(agent)
    await conversation.say("yes", 600)
    for _ in range(200):
        if await conversation.tick() is not None:
            break
    await conversation.silence(600)
    found(conversation, AnsweredBy.MACHINE)
    await conversation.silence(12_000)
    assert [cut for _, cut in said(conversation)] == [True, False]
    assert said(conversation)[-1][0] == LEFT


async def test_a_greeting_that_goes_on_has_the_message_said_again_from_its_beginning() -> None:
    conversation = called()
    found(conversation, AnsweredBy.MACHINE_END)
    for _ in range(200):
        if await conversation.tick() is not None:
            break
    await conversation.silence(300)
    await conversation.say("or press one to send a fax", 2_500)
    await conversation.silence(15_000)
    assert [cut for _, cut in said(conversation)] == [True, False]
    assert said(conversation)[-1] == (LEFT, False)
    assert outcomes(conversation) == [("reminder", "voicemail_left")] and len(conversation.ended) == 1


async def test_somebody_who_speaks_into_it_twice_is_talked_to() -> None:
    agent = ScriptedAgent(Reply("good day to you", PATIENT))
    conversation = called(agent)
    found(conversation, AnsweredBy.MACHINE_END)
    for words in ("hello I am here", "I am here do not hang up"):
        for _ in range(500):
            if await conversation.tick() is not None:
                break
        await conversation.silence(200)
        await conversation.say(words, 1_500)
    await conversation.silence(3_000)
    assert isinstance(agent.inputs[-1], Answered)
    assert said(conversation)[-1] == ("good day to you", False)
    assert conversation.ended == [] and outcomes(conversation) == []
    (event,) = conversation.call.happened("answered_by")
    assert event.data["by"] == "human"
    found(conversation, AnsweredBy.MACHINE_END)  # late, or wrong
    await conversation.silence(4_000)
    assert said(conversation)[-1] == ("good day to you", False) and conversation.ended == []


async def test_a_person_after_all_is_greeted() -> None:
    agent = ScriptedAgent(Reply("good day to you", PATIENT))
    conversation = called(agent)
    found(conversation, AnsweredBy.MACHINE)
    await conversation.silence(500)
    found(conversation, AnsweredBy.HUMAN)
    await conversation.until_quiet()
    assert agent.inputs == [Answered()] and conversation.ended == []


async def test_a_fax_is_hung_up_on() -> None:
    conversation = called(message="")
    found(conversation, AnsweredBy.FAX)
    await conversation.silence(200)
    assert len(conversation.ended) == 1 and outcomes(conversation) == [("reminder", "fax")]


@pytest.mark.parametrize(
    "by", [AnsweredBy.MACHINE, AnsweredBy.MACHINE_END, AnsweredBy.HUMAN, AnsweredBy.UNKNOWN]
)
async def test_without_a_message_nothing_changes(by: AnsweredBy) -> None:
    agent = ScriptedAgent(Reply("good day to you", PATIENT))
    conversation = called(agent, message="")
    found(conversation, by)
    await conversation.say("hello", 600)
    await conversation.until_quiet()
    assert said(conversation) == [("good day to you", False)] and conversation.ended == []


async def test_an_agent_that_wants_to_be_asked_is() -> None:
    class Asks(ScriptedAgent):
        def who_answered(self, by: AnsweredBy) -> bool:
            return by is AnsweredBy.MACHINE

    agent = Asks(Reply("a machine", PATIENT))
    conversation = called(agent)
    found(conversation, AnsweredBy.MACHINE)
    await conversation.silence(3_000)
    assert agent.inputs == [PickedUp(AnsweredBy.MACHINE)] and outcomes(conversation) == []


async def test_a_machine_that_never_falls_silent_is_hung_up_on() -> None:
    conversation = called()
    await conversation.silence(200)
    found(conversation, AnsweredBy.MACHINE)
    for _ in range(25):
        await conversation.say("and another word", 600)
        await conversation.silence(1_500)
    assert len(conversation.ended) == 1 and said(conversation) == []
