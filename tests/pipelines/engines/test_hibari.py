"""The real hibari in its worker: words, trimming, regions, markup, turns, and what it cannot read."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import pytest_asyncio

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.protocols import SpeechManner, WordMark
from pipelines.engines.tts.hibari.engine import MANIFEST, HibariTts, check
from pipelines.engines.tts.worker.edges import QUIET

LACKS = check().lacks
pytestmark = [
    pytest.mark.skipif(bool(LACKS), reason=f"hibari lacks {LACKS}"),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tts() -> AsyncIterator[HibariTts]:
    engine = HibariTts()
    await engine.start()
    yield engine
    await engine.stop()


async def whole(
    tts: HibariTts,
    text: str,
    *,
    voice: str = "",
    language: str = "en",
    rate: float = 1.0,
    pitch: float = 1.0,
    phonemes: str = "",
) -> tuple[npt.NDArray[np.int16], list[WordMark]]:
    sayer = tts.in_manner(SpeechManner(pitch, phonemes))
    chunks = [chunk async for chunk in sayer.speak(text, voice=voice, language=language, rate=rate)]
    audio = np.concatenate([chunk.samples for chunk in chunks]) if chunks else np.zeros(0, np.int16)
    return audio, [word for chunk in chunks for word in chunk.words]


async def test_it_speaks_american_english_alone(tts: HibariTts) -> None:
    assert MANIFEST.speaks("en") and MANIFEST.speaks("en-US") and not MANIFEST.speaks("de")
    assert not MANIFEST.speaks("en-GB"), "pico has a British voice"
    with pytest.raises(EngineMissingError, match="no voice 'en-us\\+f3'.*heart"):
        await whole(tts, "Hello.", voice="en-us+f3")
    with pytest.raises(EngineMissingError, match="does not speak 'ja'"):
        await whole(tts, "Hello.", language="ja")
    assert len((await whole(tts, "Hello.", voice="Heart", language="en-US"))[0])


async def test_starts_with_sound_ends_without_a_tail_and_is_not_clipped(tts: HibariTts) -> None:
    audio, _ = await whole(tts, "Hello, and welcome. I have booked the Garden Room for you.")
    loudness = np.abs(audio.astype(np.int32))
    loud = np.flatnonzero(loudness >= QUIET)
    assert loud[0] <= 80 and len(audio) - loud[-1] <= 400
    assert 3_000 < loudness.max() < 32_000


async def test_marks_each_word_where_it_sounds(tts: HibariTts) -> None:
    text = "Is two thirty right for you, Mr. O'Neil? " * 6
    audio, marks = await whole(tts, text)
    assert [text[mark.text_start : mark.text_end] for mark in marks] == (
        "Is two thirty right for you Mr O'Neil".split() * 6
    )
    samples = [mark.sample for mark in marks]
    assert samples == sorted(samples) and samples[0] == 0 and samples[-1] < len(audio)
    # A sentence is the same each time, and its words lie in the same places.
    turns = np.array(samples).reshape(6, 8)
    assert np.abs(turns - turns[:, :1] - (turns[0] - turns[0, 0])).max() <= 1_600
    # The pause at the comma lies before the word behind it.
    after_comma = samples[6]
    assert np.abs(audio[after_comma - 1_600 : after_comma]).min() == 0
    assert np.abs(audio[after_comma : after_comma + 1_600]).max() > 1_000


async def test_figures_are_read_and_marked(tts: HibariTts) -> None:
    text = "It is $3.50 at 3:30 pm, reference 12345678901234567890123456789012345678901234567890."
    audio, marks = await whole(tts, text)
    said = [text[mark.text_start : mark.text_end] for mark in marks]
    assert said == ["It", "is", "3.50", "at", "3:30", "pm", "reference", text[-51:-1]]
    assert len(audio) > 16_000 * 5


async def test_times_and_letters_are_no_articles() -> None:
    """Our forms write "nine a m" and "S A M"; its reader knows the article alone."""
    from pipelines.engines.tts.hibari.worker.reading import HibariReader

    reader = HibariReader()

    def read(text: str) -> list[str]:
        return [word.phonemes.strip() for word in reader.read(text)]

    assert read("at nine a m on Monday")[2] == "ˈA" == read("S A M")[1] == read("Ref A B one")[1]
    assert read("M A R I A")[1] == "ˈA" == read("M A R I A")[4]
    assert read("Have a good day.")[1] != "ˈA" != read("A dog.")[0]


async def test_the_rate_counts(tts: HibariTts) -> None:
    slow, _ = await whole(tts, "For which day would you like the room?", rate=0.7)
    fast, _ = await whole(tts, "For which day would you like the room?", rate=1.4)
    assert len(slow) > 1.6 * len(fast)


async def test_the_pitch_counts_and_the_pace_stays(tts: HibariTts) -> None:
    usual, _ = await whole(tts, "Ah.")
    high, _ = await whole(tts, "Ah.", pitch=1.5)
    assert abs(len(high) - len(usual)) < 1_600
    assert pitch_of(high) > 1.3 * pitch_of(usual)


@pytest.mark.parametrize("pitch", [0.7, 0.85, 1.2, 1.45])
async def test_at_another_pitch_it_is_as_loud_and_not_clipped(tts: HibariTts, pitch: float) -> None:
    """The network tells how loud its own harmonics are, and nothing of what lies between them."""
    for text in ("Oh no, I am so sorry!", "Please call us back at nine in the morning."):
        usual, _ = await whole(tts, text)
        other, _ = await whole(tts, text, pitch=pitch)
        assert np.abs(other.astype(int)).max() < 24_000
        levels = [float(np.sqrt(np.mean(np.square(each.astype(float))))) for each in (usual, other)]
        assert abs(20 * np.log10(levels[1] / levels[0])) < 3.0


async def test_phonemes_are_said_in_the_place_of_the_words(tts: HibariTts) -> None:
    """As the reader would say another word; what has no sound in English leaves the words."""
    named, marks = await whole(tts, "Nguyen", phonemes="wˈɪn")
    win, _ = await whole(tts, "Win")
    usual, _ = await whole(tts, "Nguyen")
    assert [(mark.text_start, mark.text_end) for mark in marks] == [(0, 6)]
    assert len(named) == len(win) != len(usual) and np.abs(named.astype(int) - win).max() <= 2
    strange, _ = await whole(tts, "Nguyen", phonemes="ŋʷǃ")
    assert len(strange) == len(usual)


def pitch_of(audio: npt.NDArray[np.int16]) -> float:
    """In Hz, of its loudest 100 ms: where it is most like itself a little later."""
    at = int(np.argmax(np.convolve(audio.astype(float) ** 2, np.ones(1_600), "valid")))
    loud = audio[at : at + 1_600].astype(float)
    alike = np.correlate(loud, loud, "full")[1_599:]
    return 16_000 / (40 + int(np.argmax(alike[40:200])))


async def test_the_same_text_sounds_the_same(tts: HibariTts) -> None:
    """Its noise is drawn; what is kept must be what would be made."""
    first, _ = await whole(tts, "Is there anything else?")
    again, _ = await whole(tts, "Is there anything else?")
    assert len(first) == len(again) and np.abs(first.astype(int) - again).max() <= 2


async def test_nothing_in_a_text_is_markup(tts: HibariTts) -> None:
    """Its reader would say `[word](/phonemes/)` as the phonemes alone."""
    marked, marks = await whole(tts, "Say [good morning everybody](/a/) now.")
    assert len(marked) > 16_000 * 1.2 and [mark.text_start for mark in marks] == sorted(
        mark.text_start for mark in marks
    )


async def test_a_long_text_does_not_keep_a_short_one_waiting(tts: HibariTts) -> None:
    long = tts.speak("Welcome to the meeting room service. " * 60)
    got = len((await anext(long)).samples)
    await whole(tts, "Yes.")
    await long.aclose()
    assert got > 0 and len((await whole(tts, "Yes."))[0])


async def test_many_at_once_are_said_as_each_alone(tts: HibariTts) -> None:
    texts = [f"This is the call number {n}, and it is said at once." for n in range(6)]
    together = await asyncio.gather(*(whole(tts, text) for text in texts))
    for text, (audio, _) in list(zip(texts, together, strict=True))[:2]:
        assert len((await whole(tts, text))[0]) == len(audio)


async def test_a_text_that_it_cannot_read_gives_nothing_and_harms_nothing(tts: HibariTts) -> None:
    for text in ("日本", "🙂🙂", "...", "\u200b", "- - -", "'" * 60):
        await whole(tts, text)
    assert len((await whole(tts, "Still there."))[0]) > 8_000
    assert tts.restarts == 0


@pytest.mark.parametrize("sign", ["%", "a-", "-9", "9m/s", "²"])
async def test_a_long_word_is_read_in_parts(sign: str) -> None:
    """Its reader takes the parts of a word in all combinations, its network all phonemes of one at once."""
    from pipelines.engines.tts.hibari.worker.main import MOST_PHONEMES, _runs
    from pipelines.engines.tts.hibari.worker.reading import HibariReader

    reader, text = HibariReader(), sign * (160 // len(sign))
    began = time.thread_time()
    read = reader.read(text)
    assert time.thread_time() - began < 0.3
    runs = list(_runs(read))
    assert max(sum(len(word.phonemes) for word in run) for run in runs) <= MOST_PHONEMES
    assert "".join(word.phonemes for run in runs for word in run) == "".join(word.phonemes for word in read)


async def test_words_that_no_phonemes_can_be_the_sound_of_are_read_in_pieces(tts: HibariTts) -> None:
    """They came to the reader as one: with 500 of these the worker gave no sign of life until it was
    killed, and all its calls with it."""
    long = tts.in_manner(SpeechManner(phonemes="\u2603")).speak("%" * 2_000, language="en")
    try:
        async with asyncio.timeout(5):
            assert len((await anext(long)).samples)
            assert len((await whole(tts, "Still there."))[0]) > 8_000
    finally:
        await long.aclose()
    assert tts.restarts == 0


async def test_a_sign_that_it_stumbles_over_is_left_out(tts: HibariTts) -> None:
    assert len((await whole(tts, "\u2474 Bring your passport."))[0]) > 8_000


async def test_stretches_together_are_what_the_package_makes_at_once() -> None:
    """Its own signal processing on all frames, without the noise, which is drawn in another order."""
    from hibari import dsp

    from pipelines.engines.tts.hibari.worker.sounding import FrameSounds

    made = np.random.default_rng(3)
    count = 40
    pitch = np.where(np.arange(count) % 20 < 12, 180.0, 0.0).astype(np.float32)
    lh, theta, lr, phi = (made.normal(-3, 1, (601, count)).astype(np.float32) for _ in range(4))
    spectrum = [lh, theta, np.full_like(lh, -99), lr, phi]
    whole = dsp.synth(*spectrum, pitch, np.random.default_rng(0))
    sounds = FrameSounds(pitch, 0)
    cuts = [0, 1, 8, 9, 40]
    stretches = [
        sounds.of([part[:, start:end] for part in spectrum], last=end == count)
        for start, end in itertools.pairwise(cuts)
    ]
    assert [len(each) for each in stretches] == [0, 7 * dsp.HOP - dsp.HOP, dsp.HOP, 33 * dsp.HOP]
    assert np.abs(np.concatenate(stretches) - whole).max() < 1e-5


async def test_another_version_of_its_model_is_refused(tmp_path: Path) -> None:
    import onnx

    from pipelines.engines.tts.hibari.worker.model import ASSETS, halves

    model = onnx.load(str(ASSETS / "hibari.onnx"))
    for node in model.graph.node:
        if node.name == "/dec_in/Conv":
            node.name = "/decoder/Conv"
    onnx.save(model, str(tmp_path / "hibari.onnx"))
    with pytest.raises(EngineError, match=r"hibari\.onnx is of another version"):
        halves(tmp_path / "hibari.onnx")
