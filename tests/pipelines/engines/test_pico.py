"""The real SVOX Pico in its worker: words, trimming, voices, markup, turns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.protocols import SpeechManner, Tts, WordMark
from pipelines.engines.tts.pico.engine import MANIFEST, PicoTts, check
from pipelines.engines.tts.pico.worker import voice_for
from pipelines.engines.tts.worker.edges import QUIET

LACKS = check().lacks
pytestmark = pytest.mark.skipif(bool(LACKS), reason=f"pico lacks {LACKS}")


@pytest.fixture
async def tts() -> AsyncIterator[PicoTts]:
    engine = PicoTts()
    await engine.start()
    yield engine
    await engine.stop()


async def whole(
    tts: Tts, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
) -> tuple[npt.NDArray[np.int16], list[WordMark]]:
    chunks = [chunk async for chunk in tts.speak(text, voice=voice, language=language, rate=rate)]
    audio = np.concatenate([chunk.samples for chunk in chunks]) if chunks else np.zeros(0, np.int16)
    return audio, [word for chunk in chunks for word in chunk.words]


async def test_every_language_has_its_voice(tts: PicoTts) -> None:
    made = {}
    for name in MANIFEST.own_voices:
        audio, _ = await whole(tts, "Alpha, beta, delta.", language=name)
        made[name] = audio.tobytes()
    assert len(set(made.values())) == len(made) and all(made.values())
    assert {voice_for(each) for each in MANIFEST.languages} <= set(MANIFEST.own_voices)
    assert voice_for("en-AU") == "en-GB" and voice_for("es-MX") == "es-ES" and voice_for("de-CH") == "de-DE"
    with pytest.raises(EngineMissingError, match="hi"):
        voice_for("hi")


async def test_a_strange_voice_or_language_is_told_as_missing(tts: PicoTts) -> None:
    with pytest.raises(EngineMissingError, match="no voice 'en-us\\+f3'.*en-GB"):
        await whole(tts, "Hello.", voice="en-us+f3")
    with pytest.raises(EngineMissingError, match="does not speak 'ja'"):
        await whole(tts, "Hello.", language="ja")
    assert len((await whole(tts, "Hello.", voice="en-gb"))[0])


async def test_starts_with_sound_ends_without_a_tail_and_is_not_clipped(tts: PicoTts) -> None:
    audio, _ = await whole(tts, "Hello, and welcome. I have booked the Garden Room for you.")
    loudness = np.abs(audio.astype(np.int32))
    loud = np.flatnonzero(loudness >= QUIET)
    assert loud[0] <= 80 and len(audio) - loud[-1] <= 400
    assert 3_000 < loudness.max() < 32_000


async def test_marks_each_word_in_order(tts: PicoTts) -> None:
    text = "Is two thirty right for you, Mr. O'Neil? " * 6
    audio, marks = await whole(tts, text)
    spoken = [text[mark.text_start : mark.text_end] for mark in marks]
    assert spoken == "Is two thirty right for you Mr O'Neil".split() * 6
    samples = [mark.sample for mark in marks]
    assert samples == sorted(samples) and samples[0] == 0 and samples[-1] < len(audio)
    # Sentences are as long as each other, and each begins where its first word is marked.
    starts = np.diff([mark.sample for mark in marks if text[mark.text_start : mark.text_end] == "Is"])
    assert starts.max() < 1.2 * starts.min()


async def test_the_rate_counts(tts: PicoTts) -> None:
    slow, _ = await whole(tts, "For which day would you like the room?", rate=0.7)
    fast, _ = await whole(tts, "For which day would you like the room?", rate=1.4)
    assert len(slow) > 1.6 * len(fast)


async def test_nothing_in_a_text_is_markup(tts: PicoTts, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Pico itself would read this file, or write one, and say none of these words."""
    kept = tmp_path_factory.mktemp("pico") / "made.wav"
    for text in (f'<genfile file="{kept}">hello</genfile>', f'<play file="{kept}"/>', "5 < 6 & 7 > 3"):
        audio, _ = await whole(tts, text)
        assert len(audio) > 16_000, text
    assert not kept.exists()
    said, _ = await whole(tts, "<volume level='0'>Good morning.</volume>")
    assert np.abs(said).max() > 3_000


async def test_a_long_text_does_not_keep_a_short_one_waiting(tts: PicoTts) -> None:
    long = tts.speak("Welcome to the meeting room service. " * 60)
    got = len((await anext(long)).samples)
    await whole(tts, "Yes.")
    await long.aclose()
    assert got > 0 and len((await whole(tts, "Yes."))[0])


async def test_many_at_once_are_said_as_each_alone(tts: PicoTts) -> None:
    texts = [f"This is the call number {n}, and it is said at once." for n in range(12)]
    together = await asyncio.gather(*(whole(tts, text) for text in texts))
    for text, (audio, _) in list(zip(texts, together, strict=True))[:4]:
        alone, _ = await whole(tts, text)
        assert len(alone) == pytest.approx(len(audio), rel=0.02)


async def test_a_text_that_it_cannot_read_gives_nothing_and_harms_nothing(tts: PicoTts) -> None:
    for text in ("日本", "🙂🙂", "...", "\u200b"):
        try:
            await whole(tts, text)
        except EngineError as error:
            assert "\n" not in str(error)
    assert len((await whole(tts, "Still there."))[0]) > 8_000
    assert tts.restarts == 0


async def test_phonemes_take_the_place_of_the_words(tts: PicoTts) -> None:
    async def length(phonemes: str, text: str = "word") -> int:
        return len((await whole(tts.in_manner(SpeechManner(phonemes=phonemes)), text, language="en-US"))[0])

    long = await length("həˈloʊ həˈloʊ həˈloʊ")
    assert long == pytest.approx(await length("həˈloʊ həˈloʊ həˈloʊ", "another text of words"), rel=0.05)
    assert long > 1.5 * await length("həˈloʊ")
    words = len((await whole(tts, "word", language="en-US"))[0])
    for strange in ("ʘ", "x' file='y", "<play/>"):
        assert await length(strange) == pytest.approx(words, rel=0.05), strange


@pytest.mark.parametrize(
    ("language", "ipa"),
    [("en-US", "ɹ"), ("de-DE", "ç"), ("es-ES", "θ"), ("fr-FR", "ɔ̃"), ("it-IT", "ʎ"), ("en-GB", "əʊ")],
)
async def test_it_knows_the_sounds_of_its_table(tts: PicoTts, language: str, ipa: str) -> None:
    """Pico says nothing in the place of what it does not know."""

    async def audio(phonemes: str) -> npt.NDArray[np.float64]:
        made, _ = await whole(tts.in_manner(SpeechManner(phonemes=phonemes)), "word", language=language)
        return np.abs(made.astype(np.float64))

    usual, again, other = await audio("mama"), await audio("mama"), await audio(f"ma{ipa}ma")
    same = abs(usual.sum() - again.sum()) / usual.sum()
    assert abs(usual.sum() - other.sum()) / usual.sum() > 0.02 + 2 * same


async def test_it_speaks_higher_and_lower(tts: PicoTts) -> None:
    def crossings(audio: npt.NDArray[np.int16]) -> float:
        """Of zero, of its lowest sounds: they go with the pitch."""
        low = np.convolve(audio.astype(np.float64), np.ones(64) / 64, "valid")
        return float(np.count_nonzero(np.diff(np.sign(low)))) / len(low)

    rates = [
        crossings((await whole(tts.in_manner(SpeechManner(pitch=factor)), "More and more."))[0])
        for factor in (0.6, 1.0, 1.8)
    ]
    assert rates[0] < 0.9 * rates[1] and rates[2] > 1.1 * rates[1]
