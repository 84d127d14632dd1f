"""Engines in workers of anybody's making: what comes back wrong is a failure of that request, in words."""

from __future__ import annotations

import asyncio

import pytest

from mediaserver.errors import EngineError, EngineLostError, EngineMemoryError
from pipelines.engines.protocols import Kind, Manifest, SttResult
from pipelines.engines.stt.in_worker import WorkerStt
from pipelines.engines.tts.in_worker import WorkerTts
from pipelines.workers.spec import WorkerSpec

MODULE = "tests.pipelines.engines.odd_worker"
SPEC = WorkerSpec("odd", MODULE)
HOW = ["nested", "endless"]


async def test_a_recogniser_that_sends_nonsense_fails_the_utterance(caplog: pytest.LogCaptureFixture) -> None:
    stt = WorkerStt(Manifest("odd", Kind.STT, "odd", ("en",), "none"), SPEC)
    await stt.start()
    final: asyncio.Future[SttResult] = asyncio.get_running_loop().create_future()
    session = stt.session(final.set_result)
    session.begin(3)
    try:
        async with asyncio.timeout(10):
            result = await final
    finally:
        session.close()
        await stt.stop()
    assert result.failed and result.final and result.epoch == 3
    assert "the odd worker sent nonsense (KeyError('text'))" in caplog.text
    assert stt.restarts == 0


@pytest.mark.parametrize("how", HOW)
async def test_numbers_without_end_and_nested_lists_are_nonsense_too(
    how: str, caplog: pytest.LogCaptureFixture
) -> None:
    spec = WorkerSpec("odd", MODULE, {"how": how})
    stt = WorkerStt(Manifest("odd", Kind.STT, "odd", ("en",), "none"), spec)
    tts = WorkerTts(Manifest("odd", Kind.TTS, "odd", ("en",), "none"), spec)
    await asyncio.gather(stt.start(), tts.start())
    final: asyncio.Future[SttResult] = asyncio.get_running_loop().create_future()
    session = stt.session(final.set_result)
    session.begin(3)
    try:
        async with asyncio.timeout(10):
            assert (await final).failed
            with pytest.raises(EngineError, match="the odd worker sent nonsense"):
                await anext(tts.speak("hello"))
    finally:
        session.close()
        await stt.stop()
        await tts.stop()
    assert "the odd worker sent nonsense" in caplog.text


async def test_a_voice_that_sends_nonsense_fails_the_text() -> None:
    tts = WorkerTts(Manifest("odd", Kind.TTS, "odd", ("en",), "none"), SPEC)
    await tts.start()
    try:
        with pytest.raises(EngineError, match="the odd worker sent nonsense"):
            await anext(tts.speak("hello"))
        assert tts.load == 0
    finally:
        await tts.stop()


FULL = WorkerSpec("odd", MODULE, {"how": "full"})
"""Has too little memory for its first request."""


class Relief:
    """Makes room, if there is any to be made."""

    def __init__(self, made: bool) -> None:
        self.made = made
        self.asked = 0

    async def __call__(self) -> bool:
        self.asked += 1
        return self.made


@pytest.mark.parametrize("made", [True, False])
async def test_a_voice_without_memory_speaks_once_room_was_made(made: bool) -> None:
    tts = WorkerTts(Manifest("odd", Kind.TTS, "odd", ("en",), "none"), FULL)
    await tts.start()
    tts.pool.relief = relief = Relief(made)
    try:
        if made:
            assert [len(chunk.samples) async for chunk in tts.speak("hello")] == [320]
        else:
            with pytest.raises(EngineMemoryError, match="CUDA out of memory"):
                await anext(tts.speak("hello"))
    finally:
        await tts.stop()
    assert relief.asked == 1


@pytest.mark.parametrize("made", [True, False])
async def test_a_recogniser_without_memory_hears_the_utterance_once_room_was_made(made: bool) -> None:
    stt = WorkerStt(Manifest("odd", Kind.STT, "odd", ("en",), "none"), FULL)
    await stt.start()
    stt.pool.relief = relief = Relief(made)
    final: asyncio.Future[SttResult] = asyncio.get_running_loop().create_future()
    session = stt.session(final.set_result)
    session.begin(1)
    session.flush(2)
    try:
        async with asyncio.timeout(10):
            result = await final
    finally:
        session.close()
        await stt.stop()
    assert (result.text, result.failed, relief.asked) == (("yes", False, 1) if made else ("", True, 1))
    assert made or isinstance(result.error, EngineMemoryError)


MUTE = WorkerSpec("odd", MODULE, {"how": "mute"}, answer_limit_s=0.05, silence_limit_s=0.4)
"""Answers pings and no requests."""


async def test_a_voice_that_never_begins_is_given_up_and_its_worker_started_again() -> None:
    tts = WorkerTts(Manifest("odd", Kind.TTS, "odd", ("en",), "none"), MUTE)
    await tts.start()
    try:
        with pytest.raises(EngineLostError, match=r"odd worker gave no answer for 0\.05 s"):
            await anext(tts.speak("hello"))
    finally:
        await tts.stop()
    assert tts.restarts == 2 and tts.pool.figures.hung == 2, "it was asked twice"
