"""Engines in workers of anybody's making: what comes back wrong is a failure of that request, in words."""

from __future__ import annotations

import asyncio

import pytest

from mediaserver.errors import EngineError
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
