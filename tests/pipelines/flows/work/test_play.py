"""Sound files in calls: what a node that plays one says and comes to, and how much of it counts as heard."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from mediaserver.calls.prompts import PromptSound
from mediaserver.errors import PeerError
from mediaserver.media.answered_by import AnsweredBy
from mediaserver.media.leg import WhoAnswered
from mediaserver.storage.records import OutcomeMade
from pipelines.conversation.agent import Context, Play, Say, Utterance
from pipelines.conversation.machine_care import Voicemail
from pipelines.flows.document.phone_nodes import PlayNode
from pipelines.flows.running.agent import flow_agent
from pipelines.flows.work.play import PlayWorker, played
from pipelines.flows.working import FlowWorker, PlayWork, Work, WorkDone
from tests.fakes import CALL_ID, Conversation, Reply, ScriptedAgent
from tests.pipelines.flows.running.flows import END, NOW, Shop, asked, compiled, edge, node
from tests.pipelines.flows.work.working import NODE, events, respond

WORDS = "our office moves to the old mill on the first of may"


def recorded(seconds: float = 4.0, text: str = WORDS) -> PromptSound:
    wave = 5_000 * np.sin(np.arange(round(16_000 * seconds)) * 0.3)
    return PromptSound("moving", 3, datetime.now(UTC), text, wave.astype(np.int16))


def playing(text: str = "", *, interruptible: bool = True) -> PlayWork:
    given = {"type": "play", "id": "p", "prompt": "moving", "interruptible": interruptible}
    made = NODE.validate_python(given)
    assert isinstance(made, PlayNode)
    return PlayWork(made, text)


class Shelf:
    def __init__(self, sound: PromptSound | None) -> None:
        self.sound = sound

    async def find(self, name: str) -> PromptSound:
        if self.sound is None:
            raise PeerError(f"there is no sound file '{name}'")
        return self.sound


# ---- the worker


async def test_it_is_played_and_the_record_names_it() -> None:
    sound = recorded()
    news = await respond(PlayWorker(playing(interruptible=False), Shelf(sound).find))
    (play,) = [each for each in news if isinstance(each, Play)]
    assert play.samples is sound.samples and play.text == WORDS and not play.interruptible
    assert events(news, "prompt") == [{"prompt": "moving", "version": 3, "seconds": 4.0}]
    assert news[-1] == WorkDone()


@pytest.mark.parametrize(
    ("kept", "drawn", "shown"),
    [(WORDS, "we move", WORDS), ("", "we move", "we move"), ("", "", "[moving]")],
)
def test_what_stands_in_the_transcript(kept: str, drawn: str, shown: str) -> None:
    assert played(recorded(text=kept), drawn).text == shown


async def test_without_it_the_words_are_said_or_it_is_an_error() -> None:
    said = await respond(PlayWorker(playing("we move"), Shelf(None).find))
    assert [each for each in said if isinstance(each, Say)] == [Say("we move")]
    assert events(said, "prompt_missing")[0]["reason"] == "there is no sound file 'moving'"
    assert said[-1] == WorkDone()
    (failed,) = await respond(PlayWorker(playing(), Shelf(None).find))
    assert failed == WorkDone(error="prompt", detail="there is no sound file 'moving'")


async def test_in_writing_its_name_stands_where_no_words_do() -> None:
    assert await respond(PlayWorker(playing(), None)) == [Say("[moving]"), WorkDone()]
    assert await respond(PlayWorker(playing("we move"), None)) == [Say("we move"), WorkDone()]


async def test_a_caller_who_speaks_while_it_is_read_hears_it_all_the_same() -> None:
    news = await respond(PlayWorker(playing(), Shelf(recorded()).find), Utterance("hello"))
    assert any(isinstance(each, Play) for each in news) and news[-1] == WorkDone()


# ---- in calls


class Studio:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def worker(self, work: Work) -> FlowWorker:
        if isinstance(work, PlayWork):
            return PlayWorker(work, self._shelf.find)
        return Shop(lambda work: None).worker(work)


def calling(sound: PromptSound | None, **more: Any) -> Conversation:
    nodes = [node("play", "play", prompt="moving", **more), asked("ask", "colour"), END]
    edges = [edge("play", "ask"), edge("ask", "end")]
    agent = flow_agent(compiled(nodes, edges), CALL_ID, Studio(Shelf(sound)), now=lambda: NOW)
    return Conversation(agent)


def lines(call: Conversation) -> list[tuple[str, str, bool]]:
    found = [line for line in call.call.lines() if line.speaker == "agent" and line.text]
    return [(line.text, line.heard, line.interrupted) for line in found]


async def test_it_is_heard_whole_and_the_question_behind_it_follows() -> None:
    call = calling(recorded())
    await call.until_quiet()
    await call.silence(200)
    text = f"{WORDS} ask?"
    assert lines(call) == [(text, text, False)]
    loud = sum(frame is not None and bool(np.abs(frame).max() > 4_000) for frame in call.sent)
    assert loud >= 195, "four seconds of it at 20 ms"


async def test_who_interrupts_it_has_heard_its_words_in_proportion() -> None:
    call = calling(recorded(12.0))
    await call.silence(4_000)
    await call.say("red please", 1_500)
    await call.silence(3_000)
    text, heard, interrupted = lines(call)[0]
    assert text.startswith(WORDS) and interrupted
    assert 2 <= len(heard.split()) <= 6, "a third of its eleven words"


async def test_one_that_is_not_to_be_interrupted_is_played_to_its_end() -> None:
    call = calling(recorded(6.0), interruptible=False)
    await call.silence(2_000)
    await call.say("red please", 1_500)
    await call.silence(6_000)
    _, heard, _ = lines(call)[0]
    assert heard.startswith(WORDS)


async def test_one_that_is_gone_without_words_takes_the_error_edge() -> None:
    nodes = [
        node("play", "play", prompt="moving"),
        node("sorry", "end_call", text="no such sound", outcome="gone"),
        END,
    ]
    edges = [edge("play", "end"), edge("play", "sorry", errors=["prompt"])]
    agent = flow_agent(compiled(nodes, edges), CALL_ID, Studio(Shelf(None)), now=lambda: NOW)
    call = Conversation(agent)
    await call.until_quiet()
    assert [each.status for each in call.call.records if isinstance(each, OutcomeMade)] == ["gone"]


# ---- left where a machine answers


def called(shelf: Shelf) -> Conversation:
    async def recording(words: str) -> Play:
        return played(await shelf.find("moving"), words)

    agent = ScriptedAgent(Reply("hello who is there"))
    context = Context(CALL_ID, 0, "outbound")
    return Conversation(agent, context=context, voicemail=Voicemail("we move", "reminder", recording))


@pytest.mark.parametrize(("sound", "left"), [(recorded(text=""), "we move"), (None, "we move")])
async def test_an_assistant_leaves_it_or_its_words(sound: PromptSound | None, left: str) -> None:
    call = called(Shelf(sound))
    await call.say("you have reached ann", 1_000)
    call.session.on_event(WhoAnswered(AnsweredBy.MACHINE_END))
    await call.until_quiet()
    await call.silence(3_000)
    assert [heard for _, heard, _ in lines(call)] == [left]
    outcomes = [(each.flow, each.status) for each in call.call.records if isinstance(each, OutcomeMade)]
    assert outcomes == [("reminder", "voicemail_left")] and len(call.ended) == 1
    assert bool(call.tts.spoken) == (sound is None), "the file speaks, else the voice"
