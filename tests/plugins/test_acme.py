"""The example package by itself: its code survives a telephone line, its engines do their work."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import numpy as np
import pytest

from callers.sound import decode, encode, resample
from pipelines.conversation.agent import Answered, Context, Say, Utterance
from pipelines.engines.protocols import SttResult, TtsChunk
from pipelines.engines.registry import EngineOptions
from pipelines.engines.stt.in_worker import WorkerStt
from pipelines.engines.tts.in_worker import SpeechRequest, WorkerTts
from pipelines.workers.pool import WorkerPool
from tests.plugins.acme_speech.buzz import LETTERS, Pcm, read, say, words_of
from tests.plugins.acme_speech.desk import Desk
from tests.plugins.acme_speech.engines import make_ear, make_voice
from tests.plugins.acme_speech.voice_worker import AHEAD_SAMPLES

LINE = "The quick brown fox jumps over 13 lazy dogs, 24567890!"


def text_of(audio: Pcm, rate: int = 16_000) -> str:
    return " ".join(word.text for word in read(audio, rate))


def telephoned(audio: Pcm) -> Pcm:
    """16 kHz audio as it comes over G.711."""
    return decode(encode(resample(audio.astype(float), 16_000, 8_000), 0), 0).astype(np.int16)


def test_buzz_is_read_from_a_telephone_line() -> None:
    assert text_of(say(LETTERS)) == LETTERS
    assert text_of(telephoned(say(LINE)), 8_000) == " ".join(words_of(LINE))
    noise = np.random.default_rng(5).normal(0, 300, 30_000)
    quiet = np.concatenate([np.zeros(7_000), say("hello there") * 0.3, np.zeros(4_000)])
    quiet += noise[: len(quiet)]
    assert text_of(quiet.astype(np.int16)) == "hello there"
    assert read(np.zeros(16_000, np.int16)) == [] == read(np.zeros(0, np.int16))


@pytest.fixture
async def ear() -> AsyncIterator[WorkerStt]:
    engine = make_ear(EngineOptions())
    await engine.start()
    yield engine
    await engine.stop()


@pytest.fixture
async def voice() -> AsyncIterator[WorkerTts]:
    engine = make_voice(EngineOptions())
    await engine.start()
    yield engine
    await engine.stop()


class Call:
    """One call's recogniser and what came of it."""

    def __init__(self, ear: WorkerStt) -> None:
        self.results: list[SttResult] = []
        self.begun, self.over = asyncio.Event(), asyncio.Event()
        self.session = ear.session(self._result)

    def _result(self, result: SttResult) -> None:
        self.results.append(result)
        (self.over if result.final else self.begun).set()

    async def say(self, text: str, meanwhile: Callable[[], Awaitable[None]]) -> SttResult:
        """Say it, with something done once a partial has come in the middle of it; the final."""
        audio = say(text)
        frames = audio[: len(audio) // 320 * 320].reshape(-1, 320)
        self.session.begin(1)
        async with asyncio.timeout(10):
            for frame in frames[:30]:
                self.session.feed(frame)
            await self.begun.wait()
            await meanwhile()
            for frame in frames[30:]:
                self.session.feed(frame)
            self.session.flush(2)
            await self.over.wait()
        self.session.close()
        return self.results[-1]


async def nothing() -> None: ...


async def test_the_recogniser_hears_several_calls_at_once(ear: WorkerStt) -> None:
    calls = [Call(ear), Call(ear)]
    one, two = await asyncio.gather(
        calls[0].say("room for two", nothing), calls[1].say("nobody at home", nothing)
    )
    assert (one.text, two.text) == ("room for two", "nobody at home")
    assert "room for two".startswith(calls[0].results[0].text)
    assert [word.text for word in one.words] == ["room", "for", "two"]
    assert ear.load == 0


async def test_all_calls_of_a_dead_recogniser_are_heard_by_the_next(ear: WorkerStt) -> None:
    both = asyncio.Barrier(2)

    async def end_it() -> None:
        if await both.wait() == 0:
            kill(ear.pool)

    one, two = await asyncio.gather(
        Call(ear).say("room for two", end_it), Call(ear).say("nobody at home", end_it)
    )
    assert (one.text, two.text, ear.restarts) == ("room for two", "nobody at home", 1)


def kill(pool: WorkerPool) -> None:
    (worker,) = pool.workers
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)


async def test_all_texts_of_a_dead_voice_are_spoken_by_the_next(voice: WorkerTts) -> None:
    async def spoken(text: str) -> str:
        return text_of(np.concatenate([chunk.samples async for chunk in voice.speak(text)]))

    texts = ["one for all", "all for one"]
    tasks = [asyncio.create_task(spoken(text)) for text in texts]
    while voice.load < len(texts):  # noqa: ASYNC110 - the tasks have only to begin
        await asyncio.sleep(0)
    kill(voice.pool)
    assert await asyncio.gather(*tasks) == texts
    assert voice.restarts == 1


async def test_the_voice_speaks_several_texts_in_one_worker(voice: WorkerTts) -> None:
    async def spoken(text: str) -> list[TtsChunk]:
        return [chunk async for chunk in voice.speak(text)]

    texts = ["Good morning.", "You are number 2, please wait for a moment.", "Bye."]
    leaving = voice.speak("Nobody waits for the end of this one.")
    await anext(leaving)
    made, _ = await asyncio.gather(asyncio.gather(*map(spoken, texts)), leaving.aclose())
    for text, chunks in zip(texts, made, strict=True):
        assert text_of(np.concatenate([chunk.samples for chunk in chunks])) == " ".join(words_of(text))
        assert not any(chunk.words for chunk in chunks)
    assert len(made[1]) > 5 and voice.load == 0


async def test_the_voice_waits_for_its_listener(voice: WorkerTts) -> None:
    """A second text, as long as the first, is spoken to its end meanwhile."""
    text = "one two three four five six seven"
    stream = voice.speak(text)
    taken = [(await anext(stream)).samples]
    other = [chunk.samples async for chunk in voice.speak(text)]
    (request,) = voice.pool.workers[0].requests.values()
    assert isinstance(request, SpeechRequest)
    assert request.queue.qsize() * 1_600 <= AHEAD_SAMPLES + 1_600 < sum(map(len, other))
    taken += [chunk.samples async for chunk in stream]
    assert text_of(np.concatenate(taken)) == text_of(np.concatenate(other)) == text


async def test_the_agent_speaks_before_it_has_looked() -> None:
    asked: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readline()).decode())
        writer.write(b"Room 5 is free.\n")
        writer.close()

    service = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with service:
        host, port = service.sockets[0].getsockname()
        desk = Desk(f"{host}:{port}")
        context = Context(UUID(int=7), 1)
        assert [act async for act in desk.respond(Answered(), context)] == [Say("Acme desk here.")]
        acts = desk.respond(Utterance("room five", 0.9), context)
        assert await anext(acts) == Say("I will look.") and asked == []
        assert await anext(acts) == Say("Room 5 is free.") and asked == ["room five\n"]
