"""Messages that callers leave, and times in which the agent stands by, in whole sessions on a fake clock."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np

from mediaserver.media.leg import Ended, EndedBy, Hold, Termination, Why
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    Context,
    Keys,
    LineTrouble,
    Listen,
    MessageTaken,
    Pressed,
    Returned,
    Say,
    StandBy,
    StoodBy,
    TakeMessage,
    Utterance,
)
from pipelines.conversation.floor import FloorState
from pipelines.conversation.message_desk import TEXT_WAIT
from pipelines.conversation.signals import BEEP
from tests.fakes import Conversation, FakeStt
from tests.pipelines.conversation.shelf import Shelf


class Replies:
    """Gives its replies in order, then says nothing more; keeps what it was told."""

    minds_line = True

    def __init__(self, *replies: tuple[Act, ...]) -> None:
        self.inputs: list[AgentInput] = []
        self.messages: list[MessageTaken] = []
        self.order: list[str] = []
        self._replies = list(replies)

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self.inputs.append(said)
        self.order.append(type(said).__name__)
        for act in self._replies.pop(0) if self._replies else ():
            yield act

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def message_taken(self, said: MessageTaken) -> None:
        self.messages.append(said)
        self.order.append("message_taken")

    def hung_up(self) -> tuple[()]:
        self.order.append("hung_up")
        return ()


PROMPT = "Please leave a message."
THANKS = (Say("Thank you."),)


async def taking(
    wanted: TakeMessage | None = None, *after: tuple[Act, ...], stt: FakeStt | None = None
) -> tuple[Conversation, Replies, Shelf]:
    """A call whose agent has said its prompt, and takes a message now."""
    agent = Replies((Say(PROMPT), wanted or TakeMessage()), *after)
    shelf = Shelf()
    talk = Conversation(agent, messages=shelf, stt=stt)
    for _ in range(200):
        await talk.tick()
        if talk.session.turn.takes_message:
            return talk, agent, shelf
    raise AssertionError("it never began")


def beeps(talk: Conversation) -> int:
    """Frames of the tone that went out."""
    tone = np.fft.rfftfreq(FRAME_SAMPLES, 1 / 16_000)
    return sum(
        frame is not None
        and np.abs(frame).max() > 1_500
        and abs(float(tone[np.abs(np.fft.rfft(frame)).argmax()]) - 1_000) < 60
        for frame in talk.sent
    )


async def test_a_message_is_kept_from_behind_the_tone_to_the_silence_that_ends_it() -> None:
    talk, agent, shelf = await taking(TakeMessage(silence_s=2), THANKS)
    assert beeps(talk) >= len(BEEP) // FRAME_SAMPLES - 2
    await talk.silence(500)
    await talk.say("not for the recogniser", 3_000)
    await talk.silence(2_200)
    (message,) = shelf.kept
    assert message.closed and not message.dropped
    assert message.loud_s == 3.0 and 5.4 < message.seconds < 5.7
    (_, taken) = agent.inputs
    assert taken == MessageTaken(message.seconds, "silence", 0, str(message.path))
    assert talk.stt.utterances == [], "nobody recognised it"
    assert [event.data for event in talk.call.happened("message")] == [
        {"index": 0, "seconds": round(message.seconds, 2), "ended_by": "silence"}
    ]
    await talk.until_quiet()
    assert [line.heard for line in talk.call.lines()] == [PROMPT, "Thank you."]
    assert agent.messages == [] and talk.call.happened("filler") == []


async def test_nobody_answers_a_message_however_long_it_is() -> None:
    talk, agent, shelf = await taking(TakeMessage(silence_s=3))
    for _ in range(6):
        await talk.say("no", 1_400)
        await talk.silence(1_600)
    await talk.say("", 12_000)
    await talk.silence(2_800)
    assert agent.inputs == [Answered()] and talk.session.turn.state is FloorState.APART
    assert talk.call.happened("barge_in") == [] and talk.call.happened("line_trouble") == []
    assert not any(frame is not None for frame in talk.sent[-500:]), "we are silent"
    await talk.silence(400)
    assert shelf.kept[0].loud_s == 6 * 1.4 + 12


async def test_a_message_of_nobody_leaves_nothing() -> None:
    talk, agent, shelf = await taking(TakeMessage(nothing_s=2), THANKS)
    await talk.silence(2_100)
    assert agent.inputs[1:] == [MessageTaken(0.0, "nothing")]
    assert shelf.kept[0].dropped and not shelf.kept[0].closed


async def test_keys_end_a_message_or_throw_it_away() -> None:
    talk, agent, shelf = await taking(TakeMessage(), THANKS)
    await talk.say("", 2_000)
    before = beeps(talk)
    await talk.press("5*")
    (message,) = shelf.kept
    await talk.silence(600)
    assert message.began_again == 1 and message.seconds < 0.6
    assert beeps(talk) > before, "the tone is heard again"
    await talk.say("", 1_000)
    await talk.press("#")
    assert message.closed and message.loud_s == 1.0
    (taken,) = agent.inputs[1:]
    assert isinstance(taken, MessageTaken) and (taken.ended_by, taken.key) == ("key", "#")
    assert [event.data["digit"] for event in talk.call.happened("dtmf")] == ["5", "*", "#"]


async def test_the_server_bounds_a_message() -> None:
    agent, shelf = Replies((TakeMessage(most_s=3_600, beep=False),), THANKS), Shelf(most_s=4)
    talk = Conversation(agent, messages=shelf)
    await talk.say("", 6_000)
    (taken,) = agent.inputs[1:]
    assert isinstance(taken, MessageTaken) and (taken.ended_by, taken.seconds) == ("length", 4.0)
    assert shelf.kept[0].seconds == 4.0


async def test_what_was_said_before_a_hang_up_is_kept_and_told_before_the_end() -> None:
    talk, agent, shelf = await taking()
    await talk.say("", 1_500)
    await talk.hang_up()
    (message,) = shelf.kept
    assert message.closed and message.loud_s == 1.5
    assert agent.messages == [MessageTaken(message.seconds, "hang-up", 0, str(message.path))]
    assert agent.order == ["Answered", "message_taken", "hung_up"]


async def test_a_caller_who_is_handed_over_in_the_middle_has_not_hung_up() -> None:
    talk, agent, shelf = await taking()
    await talk.say("", 1_500)
    talk.session.on_event(Ended(Termination(EndedBy.SERVER, Why.COMPLETED, detail="transferred")))
    assert shelf.kept[0].closed and [said.ended_by for said in agent.messages] == ["cut off"]
    assert agent.order[-2:] == ["message_taken", "hung_up"]


async def test_who_hangs_up_at_the_tone_leaves_nothing() -> None:
    talk, agent, shelf = await taking()
    await talk.silence(1_000)
    await talk.hang_up()
    assert shelf.kept[0].dropped and agent.order == ["Answered", "hung_up"]


async def test_a_caller_who_is_taken_over_and_comes_back_has_left_what_was_said_before() -> None:
    talk, agent, shelf = await taking()
    await talk.say("", 1_500)
    talk.session.on_event(Hold(True))
    await talk.say("not for the message", 3_000)
    talk.session.on_event(Hold(False))
    talk.session.returned("handed back", "desk", "")
    await talk.silence(100)
    (message,) = shelf.kept
    assert message.closed and message.loud_s == 1.5
    assert [said.ended_by for said in agent.messages] == ["cut off"]
    assert agent.inputs[1:] == [Returned("handed back", "desk")]
    assert agent.order == ["Answered", "message_taken", "Returned"]


async def test_a_message_goes_on_behind_a_hold() -> None:
    talk, agent, shelf = await taking(TakeMessage(silence_s=2))
    await talk.say("", 1_000)
    talk.session.on_event(Hold(True))
    await talk.silence(10_000)
    talk.session.on_event(Hold(False))
    await talk.say("", 1_000)
    assert agent.inputs == [Answered()]
    await talk.silence(2_200)
    assert shelf.kept[0].loud_s == 2.0 and shelf.kept[0].seconds < 4.5
    assert len(agent.inputs) == 2


async def test_a_stream_that_dies_ends_a_message_as_silence_does() -> None:
    talk, agent, shelf = await taking(TakeMessage(silence_s=2))
    await talk.say("", 1_000)
    for _ in range(150):
        talk.session.next_frame(talk.t)
        talk.t += FRAME_SAMPLES
    await talk.silence(40)
    (taken,) = agent.inputs[1:]
    assert isinstance(taken, MessageTaken) and taken.ended_by == "silence"
    assert 2.9 < shelf.kept[0].seconds < 3.2, "what did not come is silence in it"


async def test_the_servers_goodbye_cuts_a_message_off_and_keeps_it() -> None:
    talk, agent, shelf = await taking()
    await talk.say("", 1_000)
    talk.session.say_goodbye()
    await talk.until_quiet()
    assert shelf.kept[0].closed and [said.ended_by for said in agent.messages] == ["cut off"]
    assert talk.ended


async def test_what_the_operator_says_waits_until_the_message_is_left() -> None:
    talk, agent, _ = await taking(TakeMessage(silence_s=1))
    talk.session.say("This line is being recorded.")
    await talk.say("", 1_000)
    assert not talk.speaking()
    await talk.silence(1_500)
    await talk.until_quiet()
    assert [line.speaker for line in talk.call.lines()] == ["agent", "operator"]
    assert len(agent.inputs) == 2


async def test_a_caller_who_interrupts_the_prompt_leaves_no_message() -> None:
    agent, shelf = Replies((Say(PROMPT), TakeMessage()), THANKS), Shelf()
    talk = Conversation(agent, messages=shelf)
    await talk.silence(400)
    await talk.say("who is this")
    await talk.silence(2_000)
    (said,) = agent.inputs[1:]
    assert isinstance(said, Utterance) and said.text == "who is this"
    assert shelf.kept == [] and talk.session.turn.state is not FloorState.APART


async def test_words_over_a_prompt_that_insists_are_no_answer_to_it() -> None:
    agent, shelf = Replies((Say(PROMPT, interruptible=False), TakeMessage(nothing_s=2)), THANKS), Shelf()
    talk = Conversation(agent, messages=shelf)
    await talk.silence(200)
    await talk.say("hello", 300)
    await talk.silence(5_000)
    assert agent.inputs[1:] == [MessageTaken(0.0, "nothing")]


async def test_keys_of_an_entry_count_for_nothing_while_a_message_is_left() -> None:
    agent = Replies((Listen(keys=Keys(2)), TakeMessage(beep=False)), THANKS)
    talk = Conversation(agent, messages=Shelf())
    await talk.silence(500)
    await talk.press("12")
    await talk.say("", 1_000)
    await talk.press("#")
    (taken,) = agent.inputs[1:]
    assert isinstance(taken, MessageTaken) and taken.key == "#"


async def test_where_nothing_is_kept_a_message_is_taken_all_the_same() -> None:
    agent = Replies((TakeMessage(silence_s=1, beep=False),), THANKS)
    talk = Conversation(agent)
    await talk.silence(300)
    await talk.say("", 1_000)
    await talk.silence(1_200)
    (taken,) = agent.inputs[1:]
    assert isinstance(taken, MessageTaken) and taken.index is None and taken.path == "" and taken.seconds > 1


async def test_no_word_about_a_bad_line_comes_into_a_message() -> None:
    talk, agent, _ = await taking(TakeMessage(nothing_s=20))
    for _ in range(20 * 50):
        await talk.tick(np.zeros(FRAME_SAMPLES, np.int16), 0.0)
    assert not any(isinstance(said, LineTrouble) for said in agent.inputs)


# ---- transcripts


async def test_a_message_is_written_down_stretch_by_stretch() -> None:
    talk, agent, shelf = await taking(TakeMessage(silence_s=2, transcribe=True), THANKS)
    await talk.say("this is ann", 1_200)
    await talk.silence(900)
    await talk.say("please call me back", 1_500)
    await talk.silence(2_100)
    (taken,) = agent.inputs[1:]
    assert isinstance(taken, MessageTaken) and taken.text == "this is ann please call me back"
    assert shelf.kept[0].text == taken.text
    assert [each.grammar for each in talk.stt.utterances] == [None, None]
    assert talk.stt.sessions[1].closed and not talk.stt.sessions[0].closed


async def test_a_transcript_that_is_late_is_waited_for_and_then_kept_alone() -> None:
    stt = FakeStt()
    stt.delay_ticks = 6 * 50
    talk, agent, shelf = await taking(TakeMessage(silence_s=1, transcribe=True), THANKS, stt=stt)
    await talk.say("this is ann", 1_000)
    await talk.silence(1_100)
    assert agent.inputs == [Answered()] and shelf.kept[0].closed
    await talk.silence(TEXT_WAIT // 16 + 100)
    (taken,) = agent.inputs[1:]
    assert isinstance(taken, MessageTaken) and taken.text == "" and taken.ended_by == "silence"
    assert shelf.kept[0].text is None
    assert [event.data["text"] for event in talk.call.happened("filler")] == [""], "a soft sound meanwhile"
    await talk.silence(3_000)
    assert shelf.kept[0].text == "this is ann"


async def test_a_transcript_comes_behind_a_hang_up() -> None:
    talk, agent, shelf = await taking(TakeMessage(transcribe=True))
    await talk.say("this is ann", 1_000)
    await talk.hang_up()
    assert [said.text for said in agent.messages] == [""]
    for _ in range(3):
        talk.stt.tick()
    assert shelf.kept[0].text == "this is ann" and talk.stt.sessions[1].closed


async def test_what_was_thrown_away_is_not_written_down() -> None:
    talk, agent, _ = await taking(TakeMessage(silence_s=1, transcribe=True), THANKS)
    await talk.say("rubbish", 1_000)
    await talk.press("*")
    await talk.silence(500)
    await talk.say("this is ann", 1_000)
    await talk.silence(1_200)
    (taken,) = agent.inputs[1:]
    assert isinstance(taken, MessageTaken) and taken.text == "this is ann"


async def test_a_recogniser_that_is_gone_costs_text_alone() -> None:
    stt = FakeStt()
    stt.broken = True
    talk, agent, shelf = await taking(TakeMessage(silence_s=1, transcribe=True), THANKS, stt=stt)
    await talk.say("this is ann", 1_000)
    await talk.silence(1_200)
    (taken,) = agent.inputs[1:]
    assert isinstance(taken, MessageTaken) and taken.text == "" and shelf.kept[0].loud_s == 1.0


# ---- standing by


async def test_an_agent_stands_by_and_hears_nobody() -> None:
    agent = Replies((Say("I look it up."), StandBy(5)), THANKS)
    talk = Conversation(agent)
    await talk.until_quiet()
    await talk.say("are you there", 900)
    await talk.press("1")
    await talk.silence(3_000)
    assert agent.inputs == [Answered()] and not any(frame is not None for frame in talk.sent[-150:])
    await talk.silence(800)
    assert agent.inputs[1:] == [StoodBy()]
    assert talk.call.happened("filler") == [] and talk.stt.utterances == []
    await talk.until_quiet()
    await talk.say("yes")
    await talk.silence(1_500)
    assert isinstance(agent.inputs[2], Utterance), "now it listens again"


async def test_a_key_that_was_asked_for_ends_the_wait_and_its_sound() -> None:
    music = (np.sin(np.arange(4_000) / 10) * 3_000).astype(np.int16)
    agent = Replies((StandBy(20, keys="1", sound=music),), THANKS)
    talk = Conversation(agent)
    await talk.silence(2_000)
    assert all(frame is not None and np.abs(frame).max() > 1_000 for frame in talk.sent[-50:])
    await talk.press("2")
    assert agent.inputs == [Answered()]
    sent = len(talk.sent)
    talk.session.on_event(Hold(True))
    await talk.silence(60)
    talk.session.on_event(Hold(False))
    await talk.press("1")
    assert agent.inputs[1:] == [Pressed("1")]
    await talk.until_quiet()
    last = talk.sent[sent + 3 :]
    assert not any(frame is not None and np.abs(frame).max() > 1_000 for frame in last[-10:])


async def test_a_hold_does_not_shorten_a_wait() -> None:
    agent = Replies((StandBy(2),), THANKS)
    talk = Conversation(agent)
    await talk.silence(1_000)
    talk.session.on_event(Hold(True))
    await talk.silence(5_000)
    talk.session.on_event(Hold(False))
    await talk.silence(500)
    assert agent.inputs == [Answered()]
    await talk.silence(700)
    assert agent.inputs[1:] == [StoodBy()]


async def test_who_speaks_on_when_the_wait_is_over_is_heard_from_there() -> None:
    agent = Replies((StandBy(2),), ())
    talk = Conversation(agent)
    await talk.silence(1_500)
    await talk.say("are you there", 1_500)
    assert agent.inputs[1:] == [StoodBy()]
    await talk.silence(1_200)
    (said,) = agent.inputs[2:]
    assert isinstance(said, Utterance) and said.text == "are you there"
    (utterance,) = talk.stt.utterances
    loud = sum(int(np.abs(frame).max()) > 500 for frame in utterance.frames)
    assert 40 < loud <= 51, "all from there on, and nothing from before it"
