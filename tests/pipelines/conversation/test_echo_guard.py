"""Calls whose far end gives our own voice back: the agent neither interrupts nor answers itself, and a caller
who talks over it is heard. Recorded speech, the real voice detector, the real session."""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.media.cleaning.canceller import Cancellers
from mediaserver.media.cleaning.line_cleaner import LineCleaner
from mediaserver.media.leg import Frame, Voice
from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS
from pipelines.conversation.agent import Agent
from pipelines.conversation.floor import FloorState
from pipelines.conversation.message_desk import MessageFiles
from pipelines.engines.protocols import TtsChunk, WordMark
from pipelines.engines.vad.silero.engine import SileroVad, model_path
from tests.fakes import SILENCE, Conversation, FakeTts, Reply, ScriptedAgent
from tests.mediaserver.media.cleaning.lines import at_level
from tests.recordings import read_wav
from tests.testdata import TESTDATA

SPEECH = TESTDATA / "speech"
pytestmark = [
    pytest.mark.skipif(not SPEECH.is_dir(), reason="the shared recordings are not here"),
    pytest.mark.skipif(model_path() is None, reason="silero-vad is not installed"),
]
OURS = ("librivox-0880.wav", "librivox-0870.wav", "librivox-0930.wav")
CALLER = "jambonz-speak-to-customer-support.wav"
WORDS = "all that this agent has to say today"


@functools.cache
def recording(name: str, db: float, seconds: float) -> Frame:
    sound = at_level(read_wav(SPEECH / name), db)
    first = int(np.argmax(np.abs(sound) > 1_500))
    return np.asarray(sound[first:][: int(16_000 * seconds)], np.int16)


@functools.cache
def detector() -> SileroVad:
    return SileroVad()


class RecordedVoice(FakeTts):
    """Says a recording, whatever the text."""

    def __init__(self, sound: Frame) -> None:
        super().__init__()
        self.sound = sound

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        self.spoken.append(text)
        yield TtsChunk(self.sound, (WordMark(0, len(text), 0),))


class EchoingCall:
    """A conversation on a line that gives back what it is sent. Each tick a frame goes through room and
    cleaner, as the media clock has it, and to the voice detector."""

    def __init__(
        self,
        ours: str,
        db: float | None,
        delay_ms: int,
        seed: int,
        limit: int = 4,
        *,
        agent: Agent | None = None,
        messages: MessageFiles | None = None,
    ) -> None:
        self.cleaner = LineCleaner(Cancellers(limit, threaded=False))
        self.talk = Conversation(
            agent or ScriptedAgent(Reply(WORDS), Reply(WORDS), Reply(WORDS)),
            tts=RecordedVoice(recording(ours, -20, 2.5)),
            cleaner=self.cleaner,
            messages=messages,
        )
        self.slot = detector().open()
        rng = np.random.default_rng(seed)
        taps = 40 * SAMPLES_PER_MS
        self.room = rng.normal(0, 1, taps) * np.exp(-6.9 * np.arange(taps) / taps)
        self.room[0] += 15.0
        self.room *= (10 ** (db / 20) if db is not None else 0.0) / np.sqrt(np.square(self.room).sum())
        self.delay = delay_ms * SAMPLES_PER_MS
        self.noise = rng
        self.sent = np.zeros(self.delay + taps)
        self.talked: npt.NDArray[np.int16] = np.zeros(0, np.int16)
        """What is left of what the caller says."""
        self.late: list[tuple[int, float]] = []
        self.heard: list[float] = []

    async def tick(self) -> None:
        talk, session = self.talk, self.talk.session
        past = self.sent[len(self.sent) - self.delay - len(self.room) - FRAME_SAMPLES + 1 :]
        back = np.convolve(past[: len(self.room) + FRAME_SAMPLES - 1], self.room, "valid")
        near = back[-FRAME_SAMPLES:] + self.noise.normal(0, 10, FRAME_SAMPLES)
        said, self.talked = self.talked[:FRAME_SAMPLES], self.talked[FRAME_SAMPLES:]
        near[: len(said)] += said
        clean = self.cleaner.hear(near.clip(-32_768, 32_767).astype(np.int16))
        talk.stt.tick()
        session.on_frame(clean)
        due, self.late = self.late, []
        for at, probability in due:  # found behind the tick before
            session.on_event(Voice(at, probability))
        _, found = detector().process([self.slot], clean[None])
        self.late = [(talk.t, float(probability)) for probability in found]
        out = session.next_frame(talk.t)
        self.cleaner.spoke(out)
        talk.sent.append(out)
        talk.t += FRAME_SAMPLES
        self.sent = np.concatenate((self.sent, SILENCE if out is None else out))
        await talk_settles()

    async def run(self, ms: int) -> None:
        for _ in range(ms // 20):
            await self.tick()

    def close(self) -> None:
        detector().close(self.slot)


async def talk_settles() -> None:
    import asyncio

    for _ in range(6):
        await asyncio.sleep(0)


@pytest.mark.parametrize("limit", [4, 0], ids=["cancelled", "muted"])
@pytest.mark.parametrize("delay_ms", [20, 110, 250, 400])
@pytest.mark.parametrize("db", [-6, -10, -20, -30])
async def test_an_agent_neither_interrupts_nor_answers_itself(db: int, delay_ms: int, limit: int) -> None:
    seed = delay_ms - db
    call = EchoingCall(OURS[seed % len(OURS)], db, delay_ms, seed, limit)
    call.talk.stt.text = "all that this"
    await call.run(3_400)
    call.close()
    (line,) = call.talk.call.lines()
    assert line.speaker == "agent" and not line.interrupted
    assert line.heard == WORDS
    assert not call.talk.call.happened("barge_in"), "not even a pause"
    assert call.talk.session.turn.state is FloorState.LISTENING


@pytest.mark.parametrize("db", [None, -10, -20, -30])
async def test_a_caller_who_talks_over_an_echo_interrupts(db: int | None) -> None:
    call = EchoingCall(OURS[0], db, 120, 5)
    await call.run(1_400)
    call.talk.stt.text = "speak to support"
    call.talked = recording(CALLER, -20, 2.0)
    await call.run(2_500)
    call.close()
    assert call.talk.call.lines()[0].interrupted
    assert call.talk.call.lines()[1].text == "speak to support"
    noise_db = call.talk.stt.utterances[-1].noise_db
    assert noise_db is not None and -85 <= noise_db < -60, "the recogniser knows how noisy the line is"


@pytest.mark.parametrize(("ours", "cut_ms", "after_ms"), [(1, 1_600, 400), (2, 1_800, 500)])
@pytest.mark.parametrize("then", ["", "forget", "commit"])
async def test_whoever_silences_the_agent_and_speaks_is_heard_from_the_first_sound(
    ours: int, cut_ms: int, after_ms: int, then: str
) -> None:
    call = EchoingCall(OURS[ours], None, 120, 5)
    await call.run(cut_ms)
    session = call.talk.session
    assert session.turn.state is FloorState.SPEAKING
    session.cancel()
    if then:
        getattr(session, then)()
    await call.run(after_ms)
    said = call.talked = recording("dialogflow-book_a_room.wav", -22, 0.8)
    await call.run(1_000)
    call.close()
    given = np.concatenate(call.talk.stt.utterances[-1].frames).astype(np.float64)
    first = said[: 200 * SAMPLES_PER_MS].astype(np.float64)
    found = np.correlate(given, first, "valid").max() / np.square(first).sum()
    assert found > 0.8, "the recogniser is given the beginning, and nothing of it was muted"


async def test_a_cleaner_is_let_go_of_with_its_call() -> None:
    call = EchoingCall(OURS[0], -10, 100, 1)
    await call.run(1_000)
    cancellers = call.cleaner._cancellers
    assert len(cancellers) == 1
    await call.talk.hang_up()
    call.close()
    assert len(cancellers) == 0
