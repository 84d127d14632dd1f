"""Entries on the keys, as callers press them into a whole session."""

from __future__ import annotations

from collections.abc import AsyncIterator

from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    Context,
    Keyed,
    Keys,
    Listen,
    Pressed,
    Say,
    Silence,
    Utterance,
)
from pipelines.conversation.commands import Think
from pipelines.conversation.floor import FloorState
from pipelines.conversation.text import TextConversation, typed
from pipelines.conversation.turn import Turn
from tests.fakes import CALL_ID, Conversation

PIN = Keys(4, 4, full_ms=300)
LONG = "Please key in your four digit number, and then press hash."


class Teller:
    """Asks for entries, and remembers what it was told."""

    def __init__(self, *listens: Listen) -> None:
        self.inputs: list[AgentInput] = []
        self._listens = list(listens) or [Listen(keys=PIN)]

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self.inputs.append(said)
        yield self._listens[min(len(self.inputs), len(self._listens)) - 1]
        yield Say(LONG)

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def hung_up(self) -> tuple[()]:
        return ()


async def test_keys_during_the_prompt_stop_it_and_count_as_one_entry() -> None:
    agent = Teller()
    talk = Conversation(agent)
    await talk.silence(500)
    await talk.press("1")
    assert talk.session.turn.state is FloorState.LISTENING and not talk.speaking()
    await talk.press("234")
    await talk.silence(400)
    assert agent.inputs == [Answered(), Keyed("1234", "length")]
    assert talk.call.lines()[0].interrupted
    assert [e.data["digit"] for e in talk.call.happened("dtmf")] == list("1234")


async def test_half_an_entry_is_waited_for_and_no_silence_is_told_meanwhile() -> None:
    agent = Teller(Listen(keys=Keys(4, 4, inter_digit_ms=9_000), silence_ms=3_000))
    talk = Conversation(agent)
    await talk.until_quiet()
    await talk.press("12")
    await talk.silence(8_000)
    assert agent.inputs == [Answered()]
    await talk.silence(1_200)
    assert agent.inputs == [Answered(), Keyed("12", "too few")]


async def test_noise_beside_the_keys_changes_nothing() -> None:
    agent = Teller()
    talk = Conversation(agent)
    await talk.until_quiet()
    await talk.press("12")
    await talk.say("", 700)
    await talk.silence(900)
    await talk.press("34")
    await talk.silence(400)
    assert agent.inputs == [Answered(), Keyed("1234", "length")]


async def test_who_begins_to_key_and_then_speaks_is_heard() -> None:
    agent = Teller()
    talk = Conversation(agent)
    await talk.until_quiet()
    await talk.press("12")
    await talk.say("help me", 700)
    await talk.silence(2_600)
    assert [said.text for said in agent.inputs if isinstance(said, Utterance)] == ["help me"]
    assert not [said for said in agent.inputs if isinstance(said, Keyed | Silence)]


async def test_keys_pressed_ahead_answer_one_question_after_the_other() -> None:
    agent = Teller(*[Listen(keys=Keys(2))] * 3, Listen())
    talk = Conversation(agent)
    await talk.silence(100)
    await talk.press("102030456")
    await talk.silence(400)
    entries = [Keyed(digits, "length") for digits in ("10", "20", "30")]
    assert agent.inputs == [Answered(), *entries, Pressed("4"), Pressed("5"), Pressed("6")]


def test_keys_are_kept_while_the_agent_thinks_and_wait_for_its_question() -> None:
    turn = Turn()
    turn.answered(0)
    turn.listen(Listen(keys=Keys(2)))
    assert turn.digit(0, "1") == turn.digit(0, "2") == turn.digit(0, "3") == []
    turn.say(0, 1, Say(LONG))
    (think,) = [command for command in turn.replied(0, 1) if isinstance(command, Think)]
    assert think.said == Keyed("12", "length")
    assert turn.state is FloorState.THINKING, "the third waits for the next question"
    turn.replied(0, think.epoch)
    (think,) = [command for command in turn.tick(16 * 2_500) if isinstance(command, Think)]
    assert think.said == Keyed("3", "pause")


def test_a_hash_behind_a_full_entry_does_not_stop_the_next_prompt() -> None:
    turn = Turn()
    turn.answered(0)
    turn.listen(Listen(keys=Keys(1)))
    turn.replied(0, 1)
    assert turn.digit(0, "7")
    turn.say(0, 2, Say(LONG))
    turn.replied(0, 2)
    assert turn.digit(1_600, "#") == [] and turn.state is FloorState.SPEAKING


async def test_the_operators_words_wait_until_an_entry_is_over() -> None:
    agent = Teller()
    talk = Conversation(agent)
    await talk.until_quiet()
    await talk.press("12")
    talk.session.say("One moment please.")
    await talk.silence(1_000)
    assert not talk.speaking()
    await talk.press("34")
    await talk.until_quiet()
    assert agent.inputs[1:] == [Keyed("1234", "length")]


async def test_typed_keys_are_collected_as_on_a_telephone() -> None:
    agent = Teller()
    talk = TextConversation(agent, CALL_ID)
    await talk.tell(Answered())
    for said in typed("/12"):
        assert (await talk.tell(said)).text == ""
    entry = talk.paused()
    assert entry == Keyed("12", "too few") and talk.paused() is None
    for said in typed("/1234#"):
        await talk.tell(said)
    assert agent.inputs == [Answered(), Keyed("1234", "terminator")]
