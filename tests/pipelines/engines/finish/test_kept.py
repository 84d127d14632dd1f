"""What is said in every call is made once: at once, whole, with its words; what is broken is made anew."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaserver.errors import EngineError
from pipelines.engines.finish.finishing import Finishing
from pipelines.engines.finish.kept import KeptSpeech, packed, parsed
from pipelines.engines.protocols import KeepsSpeech, TtsChunk, WordMark
from pipelines.engines.tts.failover import PreferredTts
from tests.fakes import FakeTts

GREETING = "Good morning, this is the booking line."


class Counting:
    """A voice that counts how often it is asked. `fails`: it breaks off behind its first chunk."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails = False

    async def make(self) -> AsyncGenerator[TtsChunk, None]:
        self.asked += 1
        yield TtsChunk(np.full(1_600, 5_000, np.int16), (WordMark(0, 4, 0),))
        if self.fails:
            raise EngineError("it broke off")
        yield TtsChunk(np.full(800, -5_000, np.int16), (WordMark(5, 12, 1_600),))


def kept_in(folder: Path, weights: str = "one") -> KeptSpeech:
    return KeptSpeech(folder, lambda engine: f"{engine} {weights}")


def listed(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def said(kept: KeptSpeech, voice: Counting, *of: object) -> TtsChunk:
    chunks = [chunk async for chunk in kept.speech(voice.make, "fake", *of)]
    samples = np.concatenate([chunk.samples for chunk in chunks])
    return TtsChunk(samples, tuple(word for chunk in chunks for word in chunk.words))


async def test_it_is_made_once_and_survives_a_start(tmp_path: Path) -> None:
    voice = Counting()
    kept = kept_in(tmp_path)
    first = await said(kept, voice, GREETING)
    again = await said(kept, voice, GREETING)
    await kept.stop()
    anew = kept_in(tmp_path)
    after = await said(anew, voice, GREETING)
    assert voice.asked == 1 and (kept.hits, kept.misses, anew.hits) == (1, 1, 1)
    for each in (again, after):
        assert each.words == first.words and np.array_equal(each.samples, first.samples)


async def test_another_text_voice_or_weights_is_another_sound(tmp_path: Path) -> None:
    voice = Counting()
    kept = kept_in(tmp_path)
    for of in ((GREETING, "a"), (GREETING, "b"), ("Goodbye.", "a")):
        await said(kept, voice, *of)
    await kept.stop()
    await said(kept_in(tmp_path, "two"), voice, GREETING, "a")
    assert voice.asked == 4


async def test_what_broke_off_or_nobody_heard_to_its_end_is_not_kept(tmp_path: Path) -> None:
    voice = Counting()
    kept = kept_in(tmp_path)
    voice.fails = True
    with pytest.raises(EngineError):
        await said(kept, voice, GREETING)
    voice.fails = False
    async with aclosing(kept.speech(voice.make, "fake", GREETING)) as stream:
        await anext(stream)
    await said(kept, voice, GREETING)
    assert voice.asked == 3 and kept.hits == 0
    await kept.stop()


async def test_a_broken_file_is_dropped_and_made_anew(tmp_path: Path) -> None:
    voice = Counting()
    kept = kept_in(tmp_path)
    await said(kept, voice, GREETING)
    await kept.stop()
    (file,) = listed(tmp_path)
    whole = file.read_bytes()
    for broken in (b"", whole[:20], whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1]), b"x" + whole[1:]):
        file.write_bytes(broken)
        anew = kept_in(tmp_path)
        await said(anew, voice, GREETING)
        await anew.stop()
        assert anew.hits == 0 and file.read_bytes() == whole
    assert GREETING.encode() not in whole, "no text is kept"


@given(st.binary(max_size=60))
def test_no_content_is_taken_for_speech_that_was_not_kept(content: bytes) -> None:
    assert parsed(content) is None
    whole = TtsChunk(np.arange(10, dtype=np.int16), (WordMark(0, 3, 5),))
    there = parsed(packed(whole))
    assert there is not None and there.words == whole.words


async def test_only_what_is_fixed_is_kept_and_a_hit_is_no_use_of_the_engine(tmp_path: Path) -> None:
    voice = FakeTts()
    kept = kept_in(tmp_path)
    tts = PreferredTts(lambda: [voice], finishing=Finishing(kept=kept))
    assert isinstance(tts, KeepsSpeech)
    kept.fix([GREETING])
    for text in (GREETING, GREETING, "Your name is Ada.", "Your name is Ada."):
        assert [chunk async for chunk in tts.kept_for(text).speak(text)]
    assert (kept.hits, kept.misses) == (1, 1)
    assert voice.spoken.count("Your name is Ada.") == 2 and voice.spoken.count(GREETING) == 1
    await kept.stop()
