"""When a caller has said something, and nobody knows what: how soon the agent asks."""

from __future__ import annotations

from pipelines.conversation.agent import Answered, Listen, Silence, Utterance
from tests.fakes import Conversation, Reply, ScriptedAgent


async def test_whose_word_cannot_be_made_out_is_asked_again_soon() -> None:
    agent = ScriptedAgent(Reply("is that right", Listen(silence_ms=6_000)), Reply("please say yes or no"))
    conversation = Conversation(agent)
    await conversation.until_quiet()
    await conversation.say("", 200)
    await conversation.silence(2_900)
    assert conversation.speaking() or len(agent.inputs) == 2
    assert agent.inputs[-1] == Utterance("", understood=False)


async def test_what_a_short_word_was_perhaps_is_told() -> None:
    agent = ScriptedAgent(Reply("is that right", Listen(silence_ms=6_000)), Reply("please say yes or no"))
    conversation = Conversation(agent)
    conversation.stt.unbelieved.add("yes")
    await conversation.until_quiet()
    await conversation.say("yes", 200)
    await conversation.silence(2_900)
    assert agent.inputs[-1] == Utterance("yes", understood=False)


async def test_silence_behind_a_word_that_cannot_be_made_out_is_no_yes() -> None:
    agent = ScriptedAgent(Reply("that is all", Listen(silence_ms=1_500)), Reply("yes or no"))
    conversation = Conversation(agent)
    await conversation.until_quiet()
    await conversation.say("", 200)
    await conversation.silence(4_000)
    assert not [said for said in agent.inputs if isinstance(said, Silence)]
    assert agent.inputs[1] == Utterance("", understood=False)


async def test_who_goes_on_after_a_murmur_is_not_talked_over() -> None:
    agent = ScriptedAgent(Reply("which room", Listen(silence_ms=6_000)), Reply("thank you"))
    conversation = Conversation(agent)
    await conversation.until_quiet()
    await conversation.say("", 200)
    await conversation.silence(2_000)
    await conversation.say("mountain view")
    await conversation.until_quiet()
    assert [type(said) for said in agent.inputs] == [Answered, Utterance]
    assert isinstance(agent.inputs[-1], Utterance) and agent.inputs[-1].text == "mountain view"


async def test_a_cough_over_the_agents_words_asks_nothing_of_anybody() -> None:
    agent = ScriptedAgent(Reply("one two three four five six", Listen(silence_ms=6_000)), Reply("hello"))
    conversation = Conversation(agent)
    while not conversation.speaking():
        await conversation.tick()
    await conversation.silence(300)
    await conversation.cough()
    await conversation.until_quiet()
    await conversation.silence(4_000)
    assert len(agent.inputs) == 1
