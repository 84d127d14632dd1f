"""Voices that die in the middle of a sentence: what the caller hears, and what the agent is told."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.errors import EngineError
from mediaserver.media.leg import EndedBy, Why
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.conversation.agent import Say
from pipelines.conversation.floor import FloorState
from pipelines.conversation.line import Line, WordState
from pipelines.conversation.playout import Playout
from pipelines.conversation.signals import TROUBLE
from pipelines.conversation.speaking import Speaking
from pipelines.conversation.timeline import Timeline
from pipelines.conversation.transcript import Thought, Transcript
from pipelines.engines.protocols import TtsChunk, WordMark
from pipelines.engines.tts.espeak.engine import EspeakTts
from pipelines.engines.tts.failover import PreferredTts
from pipelines.spoken.forms import spoken
from tests.fakes import SILENCE, WORD_SAMPLES, Conversation, FakeCall, FakeTts, Reply, ScriptedAgent, tone

TEN = "one two three four five six seven eight nine ten"


class Dying(FakeTts):
    """Says so many words of each text that it is given, and a half more; then its line is cut, once nothing
    is left to play if `late`. An empty list: it lives."""

    def __init__(self, *words: int, marks: bool = True, late: bool = False) -> None:
        super().__init__()
        self.lives = list(words)
        self.marks = marks
        self.dies = asyncio.Event()
        if not late:
            self.dies.set()

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        self.spoken.append(text)
        words = text.split()
        lives = self.lives.pop(0) if self.lives else len(words)
        at = 0
        for index, word in enumerate(words):
            told = (WordMark(at, at + len(word), index * WORD_SAMPLES),) if self.marks else ()
            at += len(word) + 1
            if index < lives:
                yield TtsChunk(tone(WORD_SAMPLES), told)
                continue
            yield TtsChunk(tone(WORD_SAMPLES // 2), told)
            await self.dies.wait()
            raise EngineError("the line is cut")


def frames(talk: Conversation) -> int:
    return sum(frame is not None for frame in talk.sent)


async def test_a_voice_that_dies_in_mid_sentence_goes_on_with_the_word_that_was_cut() -> None:
    tts = Dying(5)
    talk = Conversation(agent := ScriptedAgent(Reply(TEN)), tts=tts)
    await talk.silence(3000)
    assert tts.spoken == [TEN, "six seven eight nine ten"]
    (line,) = talk.call.lines()
    assert (line.heard, line.interrupted) == (TEN, False)
    assert frames(talk) == 100, "ten words of 200 ms, none of them twice"
    assert [event.data["reason"] for event in talk.call.happened("engine_failed")] == ["the line is cut"]
    assert agent.told[-1] == (1, TEN, False)


async def test_a_voice_that_dies_when_all_it_made_was_played_goes_on_all_the_same() -> None:
    tts = Dying(5, late=True)
    talk = Conversation(ScriptedAgent(Reply(TEN)), tts=tts)
    await talk.silence(1500)
    assert not talk.speaking()
    tts.dies.set()
    await talk.silence(2000)
    (line,) = talk.call.lines()
    assert (line.heard, line.interrupted) == (TEN, False)
    assert 105 <= frames(talk) <= 107, "half a word was heard twice"


async def test_another_voice_goes_on_where_there_is_one() -> None:
    first, second = Dying(5, 0), FakeTts()
    preferred = PreferredTts(lambda: [first, second])
    talk = Conversation(ScriptedAgent(Reply(f"{TEN}. And more.")), tts=preferred)  # type: ignore[arg-type]
    await talk.silence(4000)
    assert first.spoken == [f"{TEN}."]
    assert second.spoken == ["six seven eight nine ten.", "And more."]
    assert talk.call.lines()[0].heard == f"{TEN}. And more."


async def test_a_voice_that_dies_again_and_again_is_used_for_as_long_as_it_says_something() -> None:
    tts = Dying(3, 3, 3)
    talk = Conversation(ScriptedAgent(Reply(TEN)), tts=tts)
    await talk.silence(3000)
    assert [text.split()[0] for text in tts.spoken] == ["one", "four", "seven", "ten"]
    assert talk.call.lines()[0].heard == TEN
    assert len(talk.call.happened("engine_failed")) == 3


@pytest.mark.parametrize("marks", [True, False])
async def test_what_no_voice_can_say_is_lost_and_the_agent_is_told_what_was_heard(marks: bool) -> None:
    tts = Dying(5, *[0] * 10, marks=marks)
    talk = Conversation(agent := ScriptedAgent(Reply(TEN)), tts=tts)
    await talk.silence(4000)
    (line,) = talk.call.lines()
    assert line.interrupted and TEN.startswith(line.heard) and 3 <= len(line.heard.split()) <= 6
    assert agent.told[-1] == (1, line.heard, True)
    assert len(talk.call.happened("engine_failed")) == 2


async def test_a_voice_that_hangs_in_mid_sentence_has_died(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.conversation.speaking.FIRST_CHUNK_S", 0.01)
    monkeypatch.setattr("pipelines.conversation.speaking.NEXT_CHUNK_S", 0.01)
    tts = Dying(5, late=True)
    talk = Conversation(ScriptedAgent(Reply(TEN)), tts=tts)
    await talk.silence(20)
    await asyncio.sleep(0.02)
    await talk.silence(3000)
    assert talk.call.lines()[0].heard == TEN
    assert [event.data["reason"] for event in talk.call.happened("engine_failed")] == ["no audio in time"]


async def test_numbers_that_were_cut_are_said_in_words_from_the_one_that_was_cut() -> None:
    tts = Dying(3)
    talk = Conversation(ScriptedAgent(Reply("It starts at 14:30 on Monday.")), tts=tts)
    await talk.silence(3000)
    assert tts.spoken == ["It starts at two thirty p m on Monday.", "two thirty p m on Monday."]
    assert talk.call.lines()[0].heard == "It starts at 14:30 on Monday."


class Dead(FakeTts):
    """Fails on every text that holds one of these words; `hangs`: it gives nothing instead."""

    def __init__(self, *words: str, hangs: bool = False) -> None:
        super().__init__()
        self.words = words
        self.hangs = hangs

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        if any(word in text for word in self.words):
            self.spoken.append(text)
            if self.hangs:
                await asyncio.Event().wait()
            raise EngineError("the voice is gone")
        async for chunk in super().speak(text):
            yield chunk


def signals(talk: Conversation) -> int:
    """How often the caller heard that something is broken: it begins with a note that no fake voice has."""
    sound = np.concatenate([SILENCE if frame is None else frame for frame in talk.sent]).astype(float)
    matches = np.correlate(sound, TROUBLE[:1600].astype(float), "valid")
    loud = matches > 0.9 * float((TROUBLE[:1600].astype(float) ** 2).sum())
    return int(np.count_nonzero(np.diff(np.flatnonzero(loud)) > 1600)) + int(loud.any())


async def test_a_dead_goodbye_is_no_mute_hangup() -> None:
    talk = Conversation(ScriptedAgent(Reply("All done. Goodbye.", end=True)), tts=Dead("Goodbye"))
    await talk.silence(3000)
    (line,) = talk.call.lines()
    assert (line.heard, line.interrupted) == ("All done.", True)
    assert signals(talk) == 1
    (termination,) = talk.ended
    assert (termination.by, termination.why) == (EndedBy.SERVER, Why.FAILED)
    assert "last words" in termination.detail


async def test_the_hangup_waits_until_the_signal_was_heard() -> None:
    talk = Conversation(ScriptedAgent(Reply("Goodbye.", end=True)), tts=Dead("Goodbye"))
    while not talk.ended:
        await talk.tick()
    assert signals(talk) == 1
    assert [frame for frame in talk.sent[-4:] if frame is not None] == [], "80 ms from here to the ear"


async def test_a_goodbye_said_by_another_voice_is_a_goodbye() -> None:
    voices = [Dead("Goodbye"), FakeTts()]
    preferred = PreferredTts(lambda: voices)
    talk = Conversation(ScriptedAgent(Reply("Goodbye.", end=True)), tts=preferred)  # type: ignore[arg-type]
    await talk.silence(2000)
    assert (talk.call.lines()[0].heard, signals(talk)) == ("Goodbye.", 0)
    assert [termination.why for termination in talk.ended] == [Why.COMPLETED]


async def test_a_goodbye_at_shutdown_keeps_its_reason() -> None:
    talk = Conversation(ScriptedAgent(Reply("Hello.")), tts=Dead("close"))
    await talk.until_quiet()
    talk.session.say_goodbye("We close.")
    await talk.silence(3000)
    assert [termination.why for termination in talk.ended] == [Why.SHUTDOWN]
    assert signals(talk) == 1


async def test_an_end_without_words_after_an_interruption_is_no_failure() -> None:
    talk = Conversation(ScriptedAgent(Reply(TEN), Reply(end=True)))
    await talk.silence(900)
    await talk.say("bye", 700)
    await talk.silence(1000)
    assert talk.call.lines()[0].interrupted
    assert [termination.why for termination in talk.ended] == [Why.COMPLETED]


async def test_a_question_that_no_voice_can_ask_is_followed_by_a_signal() -> None:
    talk = Conversation(ScriptedAgent(Reply("Which day?")), tts=Dead("day"))
    await talk.silence(1500)
    assert signals(talk) == 1
    assert talk.session.turn.state is FloorState.LISTENING


async def test_a_sentence_that_a_voice_cannot_say_does_not_silence_the_next() -> None:
    talk = Conversation(ScriptedAgent(Reply("Which day? Monday perhaps.")), tts=Dead("day?"))
    await talk.silence(2500)
    assert (talk.call.lines()[0].heard, signals(talk)) == ("Monday perhaps.", 0)


async def test_of_a_line_that_a_dead_voice_cannot_say_not_every_sentence_is_tried() -> None:
    tts = Dead("one")
    talk = Conversation(ScriptedAgent(Reply("First one. Second one. Third one. Last one.")), tts=tts)
    await talk.silence(2000)
    assert tts.spoken == ["First one.", "First one.", "Second one."]
    assert talk.call.lines()[0].interrupted and signals(talk) == 1


async def test_a_voice_that_hangs_is_not_waited_for_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipelines.conversation.speaking.FIRST_CHUNK_S", 0.0)
    tts = Dead("one", hangs=True)
    talk = Conversation(ScriptedAgent(Reply("First one. Second one. Third one.")), tts=tts)
    await talk.silence(2000)
    assert set(tts.spoken) == {"First one."}
    assert signals(talk) == 1


async def test_a_call_without_any_voice_is_ended_and_says_why() -> None:
    agent = ScriptedAgent(*[Reply("Which day?")] * 9, silence_ms=2000)
    agent.replies = [Reply("Which day?", agent.listen)] * 9
    talk = Conversation(agent, tts=Dead("day"))
    await talk.silence(12_000)
    (termination,) = talk.ended
    assert (termination.by, termination.why) == (EndedBy.SERVER, Why.FAILED)
    assert termination.detail == "the voice said nothing of 3 lines in a row"
    assert signals(talk) == 3 and len(agent.inputs) == 3


def begun(playout: Playout, words: Sequence[str], *, marks: bool) -> Line:
    line = playout.open()
    playout.append(line, spoken(" ".join(words), "en"))
    playout.complete(line)
    return line


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 40)), max_size=6), st.booleans(), st.booleans())
def test_wherever_a_voice_dies_every_word_is_heard_once_and_in_order(
    deaths: list[tuple[int, int]], marks: bool, lost: bool
) -> None:
    """Each death: after so many words and a half, when so many more frames were played."""
    words = TEN.split()
    playout = Playout()
    line = begun(playout, words, marks=marks)
    text, t = line.sentences[0].spoken.spoken, 0
    place = 0
    made: list[str] = []

    def hear(count: int) -> None:
        nonlocal t
        for _ in range(count):
            playout.next_frame(t, t)
            t += FRAME_SAMPLES

    def speak(until: int | None) -> None:
        at = 0
        for index, word in enumerate(text[place:].split()[: None if until is None else until + 1]):
            told = (WordMark(at, at + len(word), index * WORD_SAMPLES),) if marks else ()
            at += len(word) + 1
            half = index == until
            playout.feed(line, 0, TtsChunk(tone(WORD_SAMPLES // 2 if half else WORD_SAMPLES), told))

    for count, played in deaths:
        speak(count)
        hear(played)
        before, place = place, playout.break_off(line, 0)
        assert place >= before
        made.append(text[before:place])
        assert [word.start for word in line.words] == sorted(
            (word.start for word in line.words), key=lambda start: (start < 0, start)
        )
    if lost:
        playout.lose(line, 0)
    elif place < len(text):
        speak(None)
        playout.close(line, 0)
        made.append(text[place:])
        assert "".join(made) == text
    else:
        playout.close(line, 0)
    hear(300)
    assert playout.drained
    states = [word.state for word in line.words]
    kept = len(text[:place].split()) if lost else len(words)
    assert states == [WordState.HEARD] * kept + [WordState.LOST] * (len(words) - kept)


def test_what_was_made_of_the_cut_word_and_not_sent_is_not_heard() -> None:
    playout = Playout()
    line = begun(playout, ["one", "two", "three"], marks=True)
    playout.feed(line, 0, TtsChunk(tone(WORD_SAMPLES), (WordMark(0, 3, 0),)))
    playout.feed(line, 0, TtsChunk(tone(WORD_SAMPLES // 2), (WordMark(4, 7, WORD_SAMPLES),)))
    assert playout.break_off(line, 0) == 4
    assert line.made == WORD_SAMPLES
    assert np.abs(line.samples(WORD_SAMPLES - 2, WORD_SAMPLES)).max() < 200, "and ends without a click"


def test_a_slow_word_that_was_cut_is_said_again_whole_where_the_voice_marks_its_words() -> None:
    playout = Playout()
    line = begun(playout, ["a", "b", "c"], marks=True)
    playout.feed(line, 0, TtsChunk(tone(5 * WORD_SAMPLES), (WordMark(0, 1, 0), WordMark(2, 3, WORD_SAMPLES))))
    assert playout.break_off(line, 0) == 2


def test_a_voice_that_dies_behind_its_last_word_has_said_it() -> None:
    playout = Playout()
    line = begun(playout, ["one", "two"], marks=True)
    playout.feed(line, 0, TtsChunk(tone(WORD_SAMPLES), (WordMark(0, 3, 0),)))
    playout.feed(line, 0, TtsChunk(tone(WORD_SAMPLES), (WordMark(4, 7, WORD_SAMPLES),)))
    assert playout.break_off(line, 0) == len("one two")


class Killed(EspeakTts):
    """The worker that speaks is killed when its first audio has come; there is another one."""

    def __init__(self) -> None:
        super().__init__(workers=2)
        self.spoken: list[str] = []
        self.finished = asyncio.Event()

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        self.spoken.append(text)
        async for chunk in super().speak(text, voice=voice, language=language, rate=rate):
            yield chunk
            if len(self.spoken) == 1:
                (pid,) = [worker.pid for worker in self.pool.workers if worker.requests]
                assert pid is not None
                os.kill(pid, signal.SIGKILL)
        self.finished.set()


async def test_the_embedded_voice_goes_on_when_its_worker_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipelines.conversation.speaking.FIRST_CHUNK_S", 30.0)
    text = "and ".join(["the rooms on the second floor are free on Monday, "] * 30).strip(", ") + "."
    failures: list[str] = []
    tts = Killed()
    await tts.start()
    transcript = Transcript(FakeCall(), Timeline())
    speaking = Speaking(tts, transcript, lambda: 0.0, lambda _, reason: failures.append(reason))
    try:
        speaking.say(1, Say(text), Thought(None, 0.0))
        speaking.complete(1)
        await asyncio.wait_for(tts.finished.wait(), 30)
        await asyncio.sleep(0)
    finally:
        await tts.stop()
    first, second = tts.spoken
    assert first == text and text.endswith(second)
    assert len(failures) == 1 and "while it spoke" in failures[0]
    line = speaking.playout.line
    assert line is not None
    starts = [word.start for word in line.words]
    assert starts == sorted(set(starts)), "each word has a place of its own"
    t = 0
    while not speaking.playout.drained:
        speaking.next_frame(t, t)
        t += FRAME_SAMPLES
    speaking.next_frame(t, t)
    assert line.heard == text and not line.interrupted
    speaking.abandon(t, t)


async def test_a_voice_that_is_replaced_before_its_first_sound_leaves_an_event() -> None:
    one, two = FakeTts(), FakeTts()
    one.failures = 1
    tts = PreferredTts(lambda: [one, two])
    conversation = Conversation(ScriptedAgent(Reply("one two three")), tts=tts)  # type: ignore[arg-type]
    await conversation.until_quiet()
    failed = conversation.call.happened("engine_failed")
    assert [event.data["engine"] for event in failed] == ["tts"]
    assert "fake" in failed[0].data["reason"]
    (line,) = conversation.call.lines()
    assert not line.interrupted
