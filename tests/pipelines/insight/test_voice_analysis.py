"""Voices are looked at in a process of its own: what it cannot tell, nobody waits for."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest

from pipelines.insight import voice_analysis
from pipelines.insight.voice_analysis import VoiceAnalysis, _Question
from pipelines.insight.voice_figures import VoiceFigures, VoiceWishes, figures_of
from pipelines.insight.voice_worker import UtterancesLookedAt
from pipelines.workers.protocol import Msg, WorkerMessage, pack_json
from tests.pipelines.insight.test_prosody import sung

BOTH = VoiceWishes(mood=True, speakers=True)


@pytest.fixture
async def analysis() -> AsyncIterator[VoiceAnalysis]:
    """One whose process is there."""
    made = VoiceAnalysis()
    made.begin()
    made.begin()
    assert made._starting is not None
    async with asyncio.timeout(30):
        await made._starting
    yield made
    await made.close()


async def told(analysis: VoiceAnalysis, wishes: VoiceWishes = BOTH) -> VoiceFigures | None:
    answer: asyncio.Future[VoiceFigures | None] = asyncio.get_running_loop().create_future()
    analysis.ask(sung(110, 2.0), wishes, answer.set_result)
    async with asyncio.timeout(10):
        return await answer


async def test_what_the_process_tells_is_what_would_be_found_here(analysis: VoiceAnalysis) -> None:
    here, there = figures_of(sung(110, 2.0), BOTH), await told(analysis)
    assert there is not None and there.prosody is not None and here.prosody is not None
    assert there.prosody.pitch_st == pytest.approx(here.prosody.pitch_st, abs=1e-3)
    assert there.shape is not None and here.shape is not None
    assert there.shape.count == here.shape.count
    assert np.allclose(there.shape.squares, here.shape.squares, rtol=1e-3)
    assert there.ms > 0
    mood_only = await told(analysis, VoiceWishes(mood=True))
    assert mood_only is not None and mood_only.shape is None and mood_only.prosody is not None
    assert analysis._pool.load == 0


async def test_more_than_can_be_looked_at_are_let_go_at_once(analysis: VoiceAnalysis) -> None:
    answers: list[VoiceFigures | None] = []
    for _ in range(voice_analysis.PENDING + 3):
        analysis.ask(sung(110, 1.0), BOTH, answers.append)
    await asyncio.sleep(0)
    assert answers == [None] * 3
    async with asyncio.timeout(10):
        while True:
            if len(answers) == voice_analysis.PENDING + 3:
                break
            await asyncio.sleep(0.01)
    assert answers.count(None) == 3


async def test_a_process_that_dies_costs_an_answer_and_comes_back(analysis: VoiceAnalysis) -> None:
    (worker,) = analysis._pool.workers
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGSTOP)
    answers: list[VoiceFigures | None] = []
    analysis.ask(sung(110), BOTH, answers.append)
    os.kill(worker.pid, signal.SIGKILL)
    async with asyncio.timeout(30):
        while True:
            if answers and analysis._pool.ready:
                break
            await asyncio.sleep(0.02)
    assert answers == [None] and await told(analysis) is not None


async def test_before_it_is_there_nothing_is_known() -> None:
    analysis = VoiceAnalysis()
    assert await told(analysis) is None
    await analysis.close()


@pytest.mark.parametrize(
    "told_json",
    [{}, {"prosody": {"pitch": 1}, "shape": None, "ms": 1}, {"prosody": None, "shape": [1], "ms": 1}],
)
def test_figures_that_make_no_sense_are_none(told_json: dict[str, Any]) -> None:
    answers: list[VoiceFigures | None] = []
    message = pack_json(Msg.DONE, 1, **told_json)
    _Question(answers.append).on_message(WorkerMessage(Msg.DONE, 1, message[13:]))
    assert answers == [None]


class Sent:
    """The worker's socket."""

    def __init__(self) -> None:
        self.sent: list[tuple[Msg, int, dict[str, Any]]] = []

    def send_json(self, kind: Msg, id: int = 0, **fields: Any) -> None:
        self.sent.append((kind, id, fields))


def test_the_worker_answers_each_utterance_and_forgets_what_is_cancelled() -> None:
    sock = Sent()
    worker = UtterancesLookedAt(sock)  # type: ignore[arg-type]
    audio = sung(110, 1.0).tobytes()
    for id in (1, 2):
        worker.take(WorkerMessage(Msg.OPEN, id, b'{"mood": true}'))
        worker.take(WorkerMessage(Msg.AUDIO, id, audio[:5_001]))
        worker.take(WorkerMessage(Msg.AUDIO, id, audio[5_001:]))
    worker.take(WorkerMessage(Msg.CANCEL, 1))
    worker.take(WorkerMessage(Msg.FINISH, 1))
    worker.take(WorkerMessage(Msg.AUDIO, 9, audio))
    worker.take(WorkerMessage(Msg.FINISH, 2))
    ((kind, id, fields),) = sock.sent
    assert (kind, id) == (Msg.DONE, 2) and fields["prosody"]["voiced_s"] > 0.8
