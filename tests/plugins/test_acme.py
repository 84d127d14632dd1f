"""The example package by itself: its code survives a telephone line, its engines do their work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import numpy as np
import pytest

from callers.sound import decode, encode, resample
from pipelines.conversation.agent import Answered, Context, Say, Utterance
from pipelines.engines.protocols import SttResult, TtsChunk
from pipelines.engines.registry import EngineOptions
from pipelines.engines.stt.in_worker import WorkerStt
from pipelines.engines.tts.in_worker import Speech, WorkerTts
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


async def test_the_recogniser_hears_several_calls_at_once(ear: WorkerStt) -> None:
    async def hear(text: str) -> list[SttResult]:
        results: list[SttResult] = []
        begun, over = asyncio.Event(), asyncio.Event()

        def on_result(result: SttResult) -> None:
            results.append(result)
            (over if result.final else begun).set()

        session = ear.session(on_result)
        session.begin(1)
        audio = say(text)
        frames = audio[: len(audio) // 320 * 320].reshape(-1, 320)
        async with asyncio.timeout(10):
            for frame in frames[:30]:
                session.feed(frame)
            await begun.wait()  # a partial, while the caller still speaks
            for frame in frames[30:]:
                session.feed(frame)
            session.flush(2)
            await over.wait()
        session.close()
        return results

    one, two = await asyncio.gather(hear("room for two"), hear("nobody at home"))
    assert (one[-1].text, two[-1].text) == ("room for two", "nobody at home")
    assert not one[0].final and "room for two".startswith(one[0].text)
    assert [word.text for word in one[-1].words] == ["room", "for", "two"]
    assert ear.load == 0


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
    assert isinstance(request, Speech)
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
