"""The real espeak-ng in its worker: words, trimming, voices, and what happens when the worker dies."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.errors import EngineError, EngineMissingError, EngineRequestError
from pipelines.engines.protocols import SpeechManner, Tts, TtsChunk, WordMark, in_manner
from pipelines.engines.tts.block_resample import BlockResampler
from pipelines.engines.tts.espeak.engine import EspeakTts, check
from pipelines.engines.tts.espeak.worker import Espeak, voice_for
from pipelines.engines.tts.in_worker import SpeechRequest
from pipelines.engines.tts.worker.edges import QUIET
from pipelines.engines.tts.worker.pieces import PIECE_CHARS, pieces
from pipelines.engines.tts.worker.speaker import AHEAD_SAMPLES

LONG = "Welcome to the meeting room service. Which office would you like? " * 12


@pytest.fixture
async def tts() -> AsyncIterator[EspeakTts]:
    engine = EspeakTts(workers=1)
    await engine.start()
    yield engine
    await engine.stop()


async def whole(
    tts: Tts, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
) -> tuple[npt.NDArray[np.int16], list[WordMark]]:
    chunks = [chunk async for chunk in tts.speak(text, voice=voice, language=language, rate=rate)]
    audio = np.concatenate([chunk.samples for chunk in chunks]) if chunks else np.zeros(0, np.int16)
    return audio, [word for chunk in chunks for word in chunk.words]


def kill(tts: EspeakTts) -> None:
    pid = tts.pool.workers[0].pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


REGIONS = (
    "en-GB en-AU es-MX es-ES de-AT fr-CA fr-CH pt-PT pt-BR it-IT hi-IN ja-JP zh-CN zh-HK nb-NO no".split()
)


async def test_every_language_and_region_has_a_voice(tts: EspeakTts) -> None:
    """espeak refuses "en-gb" and "es-mx" by themselves: such a call was silent."""
    for language in (*REGIONS, *tts.manifest.languages):
        audio, _ = await whole(tts, "papa mama 2", language=language)
        assert len(audio), language


async def test_a_region_has_its_own_voice_where_there_is_one(tts: EspeakTts) -> None:
    assert voice_for("en-GB", tts.voices) == "gmw/en" == voice_for("en-AU", tts.voices)
    assert voice_for("en-CA", tts.voices) == "en-us"
    assert voice_for("es-MX", tts.voices) == "es-419" and voice_for("es-ES", tts.voices) == "es"
    assert voice_for("fr-CH", tts.voices) == "roa/fr-CH" and voice_for("fr-CA", tts.voices) == "fr"


async def test_starts_with_sound_and_ends_without_a_tail(tts: EspeakTts) -> None:
    audio, _ = await whole(tts, "Hello, and welcome.")
    loud = np.flatnonzero(np.abs(audio.astype(np.int32)) >= QUIET)
    assert loud[0] <= 80  # 5 ms
    assert len(audio) - loud[-1] <= 400  # 25 ms
    assert 0.7 < len(audio) / 16_000 < 2.5


async def test_marks_each_word_where_it_stands_and_when_it_sounds(tts: EspeakTts) -> None:
    text = "Paris, or naïve Zürich. " + "Is two thirty right for you? " * 3
    audio, marks = await whole(tts, text)
    spoken = [text[mark.text_start : mark.text_end] for mark in marks]
    assert spoken == "Paris or naïve Zürich".split() + "Is two thirty right for you".split() * 3
    samples = [mark.sample for mark in marks]
    assert samples == sorted(samples)
    assert samples[0] < 160
    assert len(audio) * 0.8 < samples[-1] < len(audio)


async def test_markup_and_control_characters_are_only_text(tts: EspeakTts) -> None:
    plain, marks = await whole(tts, "hi <break time='9s'/> [[x]] \x00\x1b\ud800 there")
    assert marks[-1].text_end - marks[-1].text_start == len("there")
    assert len(plain) / 16_000 < 6.0
    for text in ("", "   ", "\n\x00", "..."):
        assert len((await whole(tts, text))[0]) == 0


async def test_rate_language_and_voice_matter(tts: EspeakTts) -> None:
    normal, _ = await whole(tts, "good afternoon to you")
    fast, _ = await whole(tts, "good afternoon to you", rate=1.6)
    assert len(fast) < 0.8 * len(normal)
    german, _ = await whole(tts, "good afternoon to you", language="de")
    female, _ = await whole(tts, "good afternoon to you", voice="en-us+f3")
    assert len({len(normal), len(german), len(female)}) == 3
    again, _ = await whole(tts, "good afternoon to you")
    assert len(again) == pytest.approx(len(normal), rel=0.02)  # espeak varies a little each time
    assert any(identifier == "gmw/en-US" for identifier, _, _ in tts.voices)


async def test_a_variant_speaks_in_the_language_of_the_text(tts: EspeakTts) -> None:
    text = "good afternoon to you"
    plain = {language: len((await whole(tts, text, language=language))[0]) for language in ("en", "de")}
    varied = {
        language: len((await whole(tts, text, voice="+f5", language=language))[0]) for language in plain
    }
    assert len({*plain.values(), *varied.values()}) == 4


async def test_an_unknown_voice_and_a_book_are_refused(tts: EspeakTts) -> None:
    with pytest.raises(EngineMissingError, match="no voice or language 'klingonish'"):
        await whole(tts, "hello", voice="klingonish")
    with pytest.raises(EngineRequestError, match="too long"):  # the engine is as good as before
        await whole(tts, "a" * 4001)
    assert len((await whole(tts, "still alive"))[0]) > 0


@pytest.mark.parametrize("voice", ["{up}{file}", "en+{up}{file}", "{file}", "gmw/../../{file}", "en\\{file}"])
async def test_a_voice_is_no_way_to_a_file(tts: EspeakTts, tmp_path: Path, voice: str) -> None:
    """espeak-ng takes names that it does not know for files; this one would be a voice."""
    (tmp_path / "voice").write_text("name secret\nlanguage en\n")
    named = voice.format(up="../" * 20, file=str(tmp_path / "voice").lstrip("/"))
    with pytest.raises(EngineMissingError):
        await whole(tts, "hello", voice=named)


async def test_no_stream_runs_far_ahead_of_its_listener(tts: EspeakTts) -> None:
    slow = tts.speak(LONG)
    first = await anext(slow)
    rest, _ = await whole(tts, LONG)  # a second stream passes the one that nobody listens to
    worker = tts.pool.workers[0]
    assert len(worker.requests) == 1
    (request,) = worker.requests.values()
    assert isinstance(request, SpeechRequest)
    waiting = 0
    queue = request.queue
    for _ in range(queue.qsize()):
        item = queue.get_nowait()
        queue.put_nowait(item)
        assert isinstance(item, TtsChunk)
        waiting += len(item.samples)
    assert waiting < AHEAD_SAMPLES + 16_000 * PIECE_CHARS / 8
    taken = len(first.samples) + sum([len(chunk.samples) async for chunk in slow])
    assert taken == pytest.approx(len(rest), rel=0.02)


async def test_closing_the_stream_cancels_the_work(tts: EspeakTts) -> None:
    stream = tts.speak(LONG)
    await anext(stream)
    await stream.aclose()
    assert tts.pool.workers[0].requests == {}


async def test_a_dead_worker_before_the_first_sound_is_replaced(tts: EspeakTts) -> None:
    kill(tts)
    audio, _ = await whole(tts, "hello")
    assert len(audio) > 0
    assert tts.restarts == 1


async def test_a_worker_that_dies_in_mid_text_is_an_error_and_the_next_text_is_spoken(tts: EspeakTts) -> None:
    stream = tts.speak(LONG)
    await anext(stream)
    kill(tts)
    with pytest.raises(EngineError, match="died while it spoke") as caught:
        async for _ in stream:
            pass
    assert caught.value.retryable
    assert len((await whole(tts, "hello again"))[0]) > 0


async def test_many_texts_at_once_are_all_spoken_whole(tts: EspeakTts) -> None:
    alone, _ = await whole(tts, LONG)
    together = await asyncio.gather(*(whole(tts, LONG) for _ in range(4)))
    for audio, marks in together:
        assert len(audio) == pytest.approx(len(alone), rel=0.02)
        assert len(marks) == len(LONG.split())


def test_pieces_lose_nothing_and_keep_sentences_whole() -> None:
    for text in (LONG, "word " * 200, "x" * 1000, "One. Two. Three!", "a, " * 200, " "):
        found = list(pieces(text))
        assert "".join(piece for _, piece in found) == text
        assert all(text[start : start + len(piece)] == piece for start, piece in found)
        assert all(0 < len(piece) <= PIECE_CHARS + 10 for _, piece in found)
    assert [piece for _, piece in pieces(LONG)][0] == "Welcome to the meeting room service. "


def test_resampling_in_pieces_keeps_a_tone_and_its_length() -> None:
    t = np.arange(22_050) / 22_050
    tone = np.asarray(8000 * np.sin(2 * np.pi * 1000 * t), np.int16)
    stream = BlockResampler(22_050)
    out = np.concatenate([stream.process(tone[:1000]), stream.process(tone[1000:]), stream.flush()])
    assert len(out) == 16_000
    expected = 8000 * np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000)
    assert np.abs(out[200:-200] - expected[200:-200]).max() < 20


def test_check_finds_the_library() -> None:
    assert check().ready


async def length(tts: Tts, text: str, phonemes: str = "", language: str = "en") -> int:
    """Samples: its sound is never quite the same twice."""
    sayer = in_manner(tts, SpeechManner(phonemes=phonemes))
    return len((await whole(sayer, text, language=language))[0])


async def test_phonemes_take_the_place_of_the_words(tts: EspeakTts) -> None:
    long = "təˈmeɪtoʊ pəˈteɪtoʊ"
    one = await length(tts, "word", long)
    assert one == pytest.approx(await length(tts, "another text of many words", long), rel=0.02)
    assert one > 1.6 * await length(tts, "word", "təˈmeɪtoʊ") > 1.6 * await length(tts, "word", "tə")
    assert await length(tts, "word", "ʁo") and await length(tts, "Wort", "ʁo", "de")
    audio, marks = await whole(tts.in_manner(SpeechManner(phonemes="ˈnaɪki")), "Nike, Inc.")
    assert [(mark.text_start, mark.text_end) for mark in marks] == [(0, 4), (6, 9)]
    assert marks[0].sample == 0 and marks[-1].sample < len(audio)


@pytest.mark.parametrize("phonemes", ["ʘʘ", "ˈ", "]]hello there everybody", "x" * 500, "\u0000"])
async def test_phonemes_that_it_does_not_know_leave_the_words(tts: EspeakTts, phonemes: str) -> None:
    words = await length(tts, "tomato")
    assert await length(tts, "tomato", phonemes) == pytest.approx(words, rel=0.02)


def test_a_variant_of_a_voice_has_its_phonemes() -> None:
    """Anybody may write any variant: a table for each took a moment of all calls, and memory for ever."""
    espeak = Espeak.__new__(Espeak)
    known = {"ˈ": "'"}
    espeak._known = {"gmw/en-US": known}
    for voice in ("gmw/en-US", "gmw/en-US+f2", "gmw/en-US+whatever"):
        espeak._voice = voice
        assert espeak.known is known


async def test_nothing_in_words_is_phonemes_even_behind_some(tts: EspeakTts) -> None:
    before = await length(tts, "[[t@meItoU]]")
    assert await length(tts, "x", "təˈmeɪtoʊ") < 0.8 * before
    assert await length(tts, "[[t@meItoU]]") == pytest.approx(before, rel=0.02)


def pitch_hz(audio: npt.NDArray[np.int16]) -> float:
    """Of its loudest 100 ms, by autocorrelation."""
    size = 1_600
    at = max(range(0, len(audio) - size, 160), key=lambda at: float(np.abs(audio[at : at + size]).sum()))
    part = audio[at : at + size].astype(np.float64)
    same = np.correlate(part, part, "full")[size - 1 :]
    return 16_000 / (40 + int(np.argmax(same[40:400])))


async def test_it_speaks_higher_and_lower(tts: EspeakTts) -> None:
    hz = [
        pitch_hz((await whole(tts.in_manner(SpeechManner(pitch=factor)), "aaah"))[0])
        for factor in (0.7, 1.0, 1.5)
    ]
    assert hz[0] < 0.85 * hz[1] and hz[2] > 1.25 * hz[1]
    again = pitch_hz((await whole(tts, "aaah"))[0])
    assert again == pytest.approx(hz[1], rel=0.1), "the next text is said as usual"
