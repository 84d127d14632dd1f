"""The catalogue of voices: what it promises, and that espeak-ng keeps what it says of it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.errors import EngineMissingError
from pipelines.engines.tts.espeak.engine import MANIFEST, EspeakTts
from pipelines.languages.tags import base_of
from pipelines.voices.catalogue import FALLBACK, FILE, CatalogueVoice, Gender, catalogue, read_catalogue

INDIAN = set("hi ta te ml bn ur gu kn mr pa or as ne sd ks sa mni brx doi kok mai".split())
OTHERS = set("en de fr es it pt nl pl ru ja ko zh".split())
SILENT = set("sa ks mni brx doi mai".split())
"""What espeak-ng does not know."""
VOICES = list(catalogue().voices.values())


def test_it_has_the_voices_and_languages_that_are_promised() -> None:
    described = [voice for voice in VOICES if voice.takes == "description" and "parler" in voice.engine]
    per_language = Counter(base_of(voice.language) for voice in described)
    assert set(per_language) == INDIAN | OTHERS and len(per_language) == 33
    assert sum(per_language[language] for language in INDIAN) == 69
    assert sum(per_language[language] for language in OTHERS) == 74
    regions = {voice.language for voice in described}
    assert regions >= set("en-US en-GB en-CA en-AU es-ES es-MX pt-BR pt-PT".split())


def test_each_voice_prefers_the_engine_of_its_kind() -> None:
    for voice in VOICES:
        if base_of(voice.language) in INDIAN:
            assert voice.engine == "indic-parler-tts", voice.id
        elif voice.id in ("chatterbox", "higgs-audio", "styletts2"):
            assert voice.engine == voice.id
        else:
            assert voice.engine == "parler-tts-mini-multilingual", voice.id
        assert catalogue().engines[voice.engine].lacks


def test_voices_can_be_told_apart_by_what_they_say_of_themselves() -> None:
    assert len({voice.description for voice in VOICES}) == len(VOICES)
    assert len({(voice.language, voice.name) for voice in VOICES}) == len(VOICES)
    for voice in VOICES:
        assert voice.id == voice.id.lower() and voice.id.isascii() and " " not in voice.id
        assert voice.sample and voice.language_name and len(voice.description) > 60
    both = defaultdict[str, set[Gender]](set)
    for voice in VOICES:
        both[base_of(voice.language)].add(voice.gender)
    alone = {language for language, genders in both.items() if len(genders) == 1}
    assert alone == {"ne", "sa", "mni", "doi"}, "those for which the model has one speaker, or two of a kind"


def test_a_sample_is_written_in_the_script_of_its_language() -> None:
    first = {"hi": 0x0900, "ta": 0x0B80, "te": 0x0C00, "ml": 0x0D00, "bn": 0x0980, "gu": 0x0A80, "kn": 0x0C80,
             "pa": 0x0A00, "or": 0x0B00, "as": 0x0980, "sd": 0x0600, "ur": 0x0600, "ks": 0x0600, "ru": 0x0400,
             "sa": 0x0900, "mai": 0x0900, "kok": 0x0900, "brx": 0x0900, "mr": 0x0900,
             "ne": 0x0900}  # fmt: skip
    for voice in VOICES:
        begins = first.get(base_of(voice.language))
        if begins is not None:
            block = 0x100 if begins in (0x0400, 0x0600) else 0x80
            letters = [ord(character) for character in voice.sample if character.isalpha()]
            assert letters and all(begins <= letter < begins + block for letter in letters), voice.id


def test_a_voice_says_what_espeak_is_told_or_that_it_has_nothing_for_it() -> None:
    for voice in VOICES:
        knows = MANIFEST.speaks(voice.language)
        assert knows == bool(voice.espeak) == (base_of(voice.language) not in SILENT), voice.id
    divya = catalogue().voice("hi-divya")
    assert divya.told(FALLBACK) == "+f2"
    assert divya.told("indic-parler-tts") == divya.description and divya.told("some-other") == ""
    assert (
        catalogue().voice("sa-aryan").told(FALLBACK)
        == ""
        == catalogue().voice("chatterbox").told("chatterbox")
    )


def test_a_text_without_a_region_is_spoken_in_the_voice_s_own() -> None:
    oliver = catalogue().voice("en-gb-oliver")
    assert oliver.tongue("") == oliver.tongue("en") == "en-GB"
    assert oliver.tongue("en-US") == "en-US" and oliver.tongue("hi") == "hi"


def test_an_unknown_voice_is_told_with_the_nearest_one() -> None:
    assert catalogue().find("klingon-worf") is None
    with pytest.raises(EngineMissingError, match="did you mean 'hi-divya'"):
        catalogue().voice("hi-dviya")
    with pytest.raises(EngineMissingError, match="see `voiceforge voices list`") as told:
        catalogue().voice("ж" * 10_000)
    assert len(str(told.value)) < 300


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("id", "hi-divya", "one id"),
        ("language", "no tag", "no language"),
        ("gender", "robot", "robot"),
        ("engine", "nobody", "nobody"),
        ("language", "xx-XX", "xx-XX"),
    ],
)
def test_a_catalogue_that_contradicts_itself_is_refused(field: str, value: str, why: str) -> None:
    content = json.loads(FILE.read_bytes())
    content["voices"][0][field] = value
    with pytest.raises((ValueError, KeyError), match=why):
        read_catalogue(content)


Samples = npt.NDArray[np.int16]


@pytest.fixture
async def tts() -> AsyncIterator[EspeakTts]:
    engine = EspeakTts(workers=1)
    await engine.start()
    yield engine
    await engine.stop()


async def said(tts: EspeakTts, voice: CatalogueVoice) -> Samples:
    stream = tts.speak(voice.sample, voice=voice.told(FALLBACK), language=voice.language)
    return np.concatenate([chunk.samples async for chunk in stream])


def colour(samples: Samples) -> npt.NDArray[np.float64]:
    """The long-term spectrum, log, without loudness: espeak-ng never makes the same samples twice."""
    blocks = samples[: len(samples) // 400 * 400].reshape(-1, 400) * np.hanning(400)
    spectrum = np.log(np.abs(np.fft.rfft(blocks, axis=1)).mean(axis=0) + 10)
    return np.asarray(spectrum - spectrum.mean())


def difference(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    """Below 0.12 for one voice that speaks twice."""
    return float(np.abs(one - other).mean())


async def test_espeak_speaks_each_voice_and_no_two_of_a_language_alike(tts: EspeakTts) -> None:
    heard = defaultdict[str, dict[str, npt.NDArray[np.float64]]](dict)
    for voice in VOICES:
        if voice.espeak:
            samples = await said(tts, voice)
            assert len(samples) > 8_000, f"{voice.id} says less than half a second"
            others = heard[base_of(voice.language)]
            alike = [id for id, other in others.items() if difference(colour(samples), other) < 0.13]
            assert not alike, f"{voice.id} sounds like {alike}"
            others[voice.id] = colour(samples)
    assert sum(map(len, heard.values())) == sum(bool(voice.espeak) for voice in VOICES) > 130


async def test_a_female_voice_is_higher_than_a_male_one(tts: EspeakTts) -> None:
    """By the weight of the spectrum below 150 Hz, where only a man's fundamental lies."""
    for language in ("hi", "de", "ja"):
        low = {}
        for gender in (Gender.FEMALE, Gender.MALE):
            voice = next(v for v in VOICES if base_of(v.language) == language and v.gender is gender)
            samples = await said(tts, voice)
            spectrum = np.abs(np.fft.rfft(samples)) ** 2
            hertz = np.fft.rfftfreq(len(samples), 1 / 16_000)
            low[gender] = spectrum[hertz < 150].sum() / spectrum[hertz < 400].sum()
        assert low[Gender.MALE] > 2 * low[Gender.FEMALE], low
