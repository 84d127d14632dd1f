"""Pieces of a recording go through a recogniser of calls: in order, and again when one fails once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mediaserver.errors import EngineError
from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.protocols import FAILED, SttResult, WordTime
from pipelines.transcription import hearing
from pipelines.transcription.hearing import heard, read_samples
from pipelines.transcription.pieces import RecordingPiece
from pipelines.transcription.transcript import whole_text
from tests.fakes import FakeStt, FakeSttSession

PIECES = [RecordingPiece(1_000 * each, 1_000 * each + 900, 0.9) for each in range(5)]


class LevelStt(FakeStt):
    """Hears the level of what it is given, as a word in its middle; says so when it is told to."""

    def __init__(self, fails: int = 0, gate: asyncio.Event | None = None) -> None:
        super().__init__()
        self.fails = fails
        self.gate = gate
        self.most = 0

    def finished(self, session: FakeSttSession, epoch: int) -> None:
        asyncio.get_running_loop().create_task(self._answer(session, epoch))  # noqa: RUF006

    async def _answer(self, session: FakeSttSession, epoch: int) -> None:
        self.most = max(self.most, sum(not each.closed for each in self.sessions))
        if self.gate is not None:
            await self.gate.wait()
        assert session.present is not None
        level = str(int(np.concatenate(session.present.frames).max()))
        word = WordTime(level, 100, 800, 0.5)
        told = SttResult(level, True, 0.75, epoch=epoch, words=(word,), segment=0)
        session.on_result(replace(told, epoch=1, text="an end of its own"))
        if self.fails:
            self.fails -= 1
            told = FAILED
        session.on_result(told)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Each second is as loud as its number."""
    path = tmp_path / "raw"
    np.repeat(np.arange(5, dtype=np.int16), SAMPLE_RATE).tofile(path)
    return path


@pytest.mark.parametrize("at_once", [1, 3, 10])
async def test_each_piece_is_heard_in_its_place(raw: Path, at_once: int) -> None:
    stt = LevelStt()
    segments = [each async for each in heard(stt, raw, PIECES, language="en", at_once=at_once)]
    assert whole_text(segments) == "0 1 2 3 4"
    assert [(each.start_ms, each.end_ms) for each in segments][:2] == [(100, 800), (1_100, 1_800)]
    assert segments[1].words[0].confidence == 0.5 and segments[1].confidence == 0.75
    assert stt.most <= at_once and all(session.closed for session in stt.sessions)


async def test_a_piece_that_fails_once_is_heard_again_and_one_that_fails_twice_is_an_error(raw: Path) -> None:
    assert len([each async for each in heard(LevelStt(1), raw, PIECES, language="en")]) == 5
    with pytest.raises(EngineError, match="failed twice"):
        [each async for each in heard(LevelStt(2), raw, PIECES, language="en")]


async def test_who_wants_no_more_ends_what_is_being_heard(raw: Path) -> None:
    stt = LevelStt(gate=asyncio.Event())
    coming = heard(stt, raw, PIECES, language="en", at_once=2)
    waiting = asyncio.create_task(anext(coming))
    while len(stt.sessions) < 2:
        await asyncio.wait({waiting}, timeout=0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await coming.aclose()
    assert all(session.closed for session in stt.sessions)


async def test_a_recogniser_that_says_nothing_is_given_up(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "PIECE_S", 0.02)
    with pytest.raises(EngineError, match="said nothing"):
        [each async for each in heard(LevelStt(gate=asyncio.Event()), raw, PIECES, language="en")]


def test_what_is_missing_behind_the_end_is_silence(raw: Path) -> None:
    samples = read_samples(raw, 4_500, 6_000)
    assert len(samples) == 24_000 and samples[7_999] == 4 and not samples[8_000:].any()
