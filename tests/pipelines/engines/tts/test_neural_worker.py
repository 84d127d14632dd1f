"""The common worker of neural voices, in a process of its own: streaming, turns, faults, cancellation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import numpy as np
import pytest

from mediaserver.errors import EngineError, EngineMissingError
from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.protocols import Kind, Manifest, TtsChunk
from pipelines.engines.tts.in_worker import SpeechRequest
from pipelines.engines.tts.neural.engine import NeuralTts
from pipelines.engines.tts.neural.worker.guards import UnsoundAudioError
from pipelines.engines.tts.neural.worker.serving import warm_up
from pipelines.workers.protocol import Msg, pack
from pipelines.workers.spec import WorkerSpec
from tests.pipelines.engines.tts.tone_worker import Tones

MANIFEST = Manifest("tones", Kind.TTS, "tones", ("en",), "none", sample_rate=24_000)
SENTENCE = "This is said first of all. Then comes the rest of what is to be said, all of it."


@asynccontextmanager
async def voice(**options: Any) -> AsyncIterator[NeuralTts]:
    spec = WorkerSpec("tones", "tests.pipelines.engines.tts.tone_worker", options=options, at_once=8)
    tts = NeuralTts(MANIFEST, spec)
    await tts.start()
    try:
        yield tts
    finally:
        await tts.stop()


async def spoken(tts: NeuralTts, text: str, **how: Any) -> list[TtsChunk]:
    async with aclosing(tts.speak(text, **how)) as stream:
        return [chunk async for chunk in stream]


def seconds(chunks: list[TtsChunk]) -> float:
    return sum(len(chunk.samples) for chunk in chunks) / SAMPLE_RATE


@pytest.mark.parametrize("together", [1, 4])
async def test_a_text_comes_clause_by_clause_without_silence_around_it(together: int) -> None:
    async with voice(together=together) as tts:
        assert tts.voices == ["tone"]
        chunks = await spoken(tts, SENTENCE)
    marks = [mark for chunk in chunks for mark in chunk.words]
    assert [SENTENCE[mark.text_start : mark.text_end] for mark in marks] == ["This", "Then"]
    audio = np.concatenate([chunk.samples for chunk in chunks])
    assert abs(int(audio[30])) > 500 and not audio[marks[1].sample - 800 : marks[1].sample - 20].any()
    letters = sum(map(len, SENTENCE.split()))
    assert seconds(chunks) == pytest.approx(letters * 0.020 + 0.33, abs=0.1)


async def test_a_listener_that_takes_nothing_is_not_flooded() -> None:
    async with voice() as tts:
        async with aclosing(tts.speak("word " * 700)) as stream:
            await anext(stream)
            (request,) = tts.pool.workers[0].requests.values()
            assert isinstance(request, SpeechRequest)
            async with asyncio.timeout(10):
                while request.queue.qsize() < 29:  # slices of 100 ms, of which the first was taken
                    await spoken(tts, "ping")
            for _ in range(20):  # after each answer the worker could have made more
                await spoken(tts, "ping")
            assert request.queue.qsize() < 40


async def test_texts_of_many_calls_are_spoken_in_turns() -> None:
    async with voice() as tts:
        texts = [f"Number {word} speaks a while, and then some more of it." for word in "abcdef"]
        all_chunks = await asyncio.gather(*(spoken(tts, text) for text in texts))
    assert len({round(seconds(chunks), 2) for chunks in all_chunks}) == 1


FAULTS = {
    "nan": "no numbers",
    "memory": "out of memory",
    "endless": "did not end",
    "mute": "silence for a text",
}
"""Texts, and what is said of each."""


# A model that speaks several together gives whole clauses, which end.
@pytest.mark.parametrize(
    ("text", "together"), [*((text, 1) for text in FAULTS), ("nan", 4), ("memory", 4), ("mute", 4)]
)
async def test_what_goes_wrong_fails_its_own_text_in_one_line(text: str, together: int) -> None:
    async with voice(together=together) as tts:
        bad, good = await asyncio.gather(
            spoken(tts, text), spoken(tts, "All is well here."), return_exceptions=True
        )
        assert isinstance(bad, EngineError) and FAULTS[text] in str(bad) and "\n" not in str(bad)
        assert not isinstance(good, BaseException) and seconds(good) > 0.2
        assert tts.restarts == 0


@pytest.mark.parametrize("together", [1, 4])
async def test_a_step_is_counted_with_as_many_texts_as_it_was_for(together: int) -> None:
    """What waited together was counted, though a model that speaks one clause at a time computes one."""
    async with voice(together=together) as tts:
        await asyncio.gather(*(spoken(tts, SENTENCE) for _ in range(6)))
        for worker in tts.pool.workers:
            worker.send(pack(Msg.PING))
        await spoken(tts, "All is told.")  # behind the answer to that
        sizes = tts.pool.figures.batch_sizes
        assert sum(sizes.counts) > 0
        assert (sizes.total == sum(sizes.counts)) == (together == 1)


async def test_what_does_not_fit_together_is_spoken_one_by_one() -> None:
    async with voice(together=4) as tts:
        texts = ["This one is spoken alone.", "This one is not at all.", "Nor is this one, I think."]
        done = await asyncio.gather(*(spoken(tts, text) for text in texts))
    assert all(seconds(chunks) > 0.3 for chunks in done)


async def test_a_voice_that_it_does_not_have_is_missing() -> None:
    async with voice() as tts:
        with pytest.raises(EngineMissingError, match="there is no voice 'bell'"):
            await spoken(tts, "Hello.", voice="bell")


async def test_a_poisoned_device_ends_the_process_and_another_one_speaks_on() -> None:
    async with voice() as tts:
        with pytest.raises(EngineError):
            await spoken(tts, "poison")
        assert seconds(await spoken(tts, "All is well again.")) > 0.2
        assert tts.restarts >= 1


async def test_an_interrupted_text_is_given_up_and_the_next_is_heard() -> None:
    async with voice() as tts:
        async with aclosing(tts.speak("word " * 700)) as stream:
            await anext(stream)
        assert seconds(await spoken(tts, "Now something else.")) > 0.2
        assert tts.load == 0


async def test_a_model_that_cannot_be_loaded_is_told_as_such() -> None:
    with pytest.raises(EngineError, match="did not start") as raised:
        async with voice(load="fails", mend="run `voiceforge engines pull tones`"):
            pass
    why = "its weights cannot be used (ValueError: the weights are torn): run `voiceforge engines pull tones`"
    assert why in str(raised.value)


async def test_one_odd_try_before_the_first_call_keeps_no_voice_from_speaking() -> None:
    async with voice(odd=2) as tts:
        assert tts.restarts == 0 and seconds(await spoken(tts, SENTENCE)) > 1
    with pytest.raises(EngineError, match="did not end"):
        async with voice(odd=100):
            pass


@pytest.mark.parametrize("together", [1, 4])
def test_damaged_weights_are_found_before_the_first_call(together: int) -> None:
    model = Tones({"together": together})
    model.warm_up = ("Ready.", "nan")
    with pytest.raises(UnsoundAudioError, match="no numbers"):
        warm_up(model)


async def test_a_text_of_dots_alone_gives_no_chunk() -> None:
    async with voice() as tts:
        assert await spoken(tts, " ... ") == []
