"""A voice that makes a text whole is given it clause by clause; edges do not click."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaserver.errors import EngineError
from pipelines.engines.finish.clauses import MOST_CHARS, clauses, clausewise
from pipelines.engines.finish.edges import faded_edges
from pipelines.engines.finish.finishing import Finishing
from pipelines.engines.protocols import TtsChunk, WordMark
from pipelines.engines.tts.failover import PreferredTts
from tests.fakes import FakeTts

TEXT = "I have looked it up for you, and there are two rooms left. Which one?"
EDGE_MS = 100


class Whole:
    """Makes a clause at once: 100 ms of silence, 10 ms a letter, 100 ms of silence. `gate`: it waits."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.closed = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def speak(self, text: str) -> AsyncGenerator[TtsChunk, None]:
        self.asked.append(text)
        try:
            await self.gate.wait()
            if "fail" in text:
                raise EngineError("it failed")
            quiet = np.zeros(16 * EDGE_MS, np.int16)
            loud = np.full(160 * len(text), 9_000, np.int16)
            words = (WordMark(0, len(text.split()[0]), len(quiet)),)
            yield TtsChunk(np.concatenate([quiet, loud, quiet]), words)
        finally:
            self.closed += 1


def test_a_short_clause_comes_first_and_all_together_are_the_text() -> None:
    parts = clauses(TEXT)
    assert [part for _, part in parts] == [
        "I have looked it up for you, ",
        "and there are two rooms left. ",
        "Which one?",
    ]
    assert clauses("Yes, please.") == [(0, "Yes, please.")]


@given(st.text("ab ,.?!\n", max_size=900))
def test_clauses_lose_nothing(text: str) -> None:
    parts = clauses(text)
    assert "".join(part for _, part in parts) == text
    assert all(text[at : at + len(part)] == part for at, part in parts)
    assert all(len(part) <= MOST_CHARS + 60 for _, part in parts[:-1])


async def test_the_first_clause_is_heard_while_the_next_is_made() -> None:
    voice = Whole()
    async with aclosing(clausewise(voice.speak, TEXT)) as stream:
        first = await anext(stream)
        assert voice.asked[0] == "I have looked it up for you, "
        voice.gate.clear()  # what follows is not there, and the first was given all the same
        assert first.words[0].text_start == 0 and len(first.samples) > 16 * 100
    assert voice.closed == len(voice.asked), "what was being made is given up"


async def test_joins_have_the_pause_of_their_mark_and_words_stay_true() -> None:
    made = [chunk async for chunk in clausewise(Whole().speak, TEXT)]
    audio = np.concatenate([chunk.samples for chunk in made])
    marks = [chunk.words[0] for chunk in made]
    assert [TEXT[mark.text_start : mark.text_end] for mark in marks] == ["I", "and", "Which"]
    loud = np.flatnonzero(np.abs(audio) > 1_000)
    for mark in marks:
        assert abs(loud[loud >= mark.sample - 1][0] - mark.sample) <= 1, "a word begins where it sounds"
    pauses = np.diff(loud)
    assert sorted(int(each) // 16 for each in pauses[pauses > 1]) == [130, 280]  # and 20 ms of edges


async def test_a_failure_behind_the_first_clause_is_told() -> None:
    with pytest.raises(EngineError, match="it failed"):
        async for _ in clausewise(Whole().speak, "This one is good, and this will fail."):
            pass


async def test_an_utterance_that_begins_and_ends_in_a_sound_is_faded() -> None:
    async def cut() -> AsyncGenerator[TtsChunk, None]:
        for _ in range(3):
            yield TtsChunk(np.full(400, 10_000, np.int16))

    audio = np.concatenate([chunk.samples async for chunk in faded_edges(cut())])
    assert len(audio) == 1_200 and audio[0] == 0 and audio[-1] == 0
    assert (audio[40:1_100] == 10_000).all(), "nothing but the edges"
    assert np.abs(np.diff(audio.astype(int))).max() < 500


async def test_a_list_finishes_what_its_voice_makes() -> None:
    voice = FakeTts()
    voice.manifest = replace(voice.manifest, whole=True)
    tts = PreferredTts(lambda: [voice], finishing=Finishing())
    made = [chunk async for chunk in tts.speak(TEXT)]
    assert len(made) >= 3 and sum(len(chunk.samples) for chunk in made) > 0
