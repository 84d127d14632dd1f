"""Texts are spoken by the voice's own engine, or by the next that can; calls do not notice."""

from __future__ import annotations

import pytest

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineRegistry
from pipelines.engines.running import Engines
from pipelines.engines.tts.failover import PreferredTts
from pipelines.synthesis.portions import MOST_CHARACTERS
from pipelines.synthesis.script import PAUSE_MS
from pipelines.synthesis.speaker import SpokenPiece, TextSpeaker, TextSpeech
from tests.fakes import WORD_SAMPLES, FakeTts


class NamedTts(FakeTts):
    def __init__(self, name: str, *languages: str, knows: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.manifest = Manifest(name, Kind.TTS, "tones", languages, "none")
        self.knows = knows

    async def speak(self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0):  # type: ignore[no-untyped-def]
        if voice and voice not in self.knows:
            raise EngineMissingError(f"{self.manifest.name} has no voice {voice!r}")
        async for chunk in super().speak(text, voice=voice, language=language, rate=rate):
            yield chunk


async def speaker(*engines: NamedTts) -> tuple[TextSpeaker, Engines]:
    known = EngineRegistry(
        EngineEntry(each.manifest, lambda: Readiness(True), lambda _, each=each: each)  # type: ignore[misc]
        for each in engines
    )
    running = Engines(known)

    async def able() -> list[Manifest]:
        return [each.manifest for each in engines]

    made = TextSpeaker(lambda _: running, able, "", "en")
    return made, running


async def all_of(speech: TextSpeech) -> list[SpokenPiece]:
    return [piece async for piece in speech.pieces()]


async def test_words_have_the_times_of_the_whole() -> None:
    made, _ = await speaker(NamedTts("first", "en"))
    text = "one two " * (MOST_CHARACTERS // 8 + 10)
    speech = await made.speak(text)
    pieces = await all_of(speech)
    words = [word for piece in pieces for word in piece.words]
    assert [word.text for word in words] == text.split()
    assert all(text[word.text_start : word.text_end] == word.text for word in words)
    samples = sum(len(piece.samples) for piece in pieces)
    assert samples == speech.made == len(words) * WORD_SAMPLES + 16 * PAUSE_MS
    assert words[-1].end_ms == round(speech.seconds * 1000)
    assert all(word.end_ms - word.start_ms == 200 for word in words)


async def test_an_engine_that_fails_is_followed_by_the_next_and_none_is_passed_over_for_it() -> None:
    first, second = NamedTts("first", "en"), NamedTts("second", "en")
    made, running = await speaker(first, second)
    first.failures = 1
    speech = await made.speak("hello")
    await all_of(speech)
    assert (speech.way.engine, second.spoken) == ("second", ["hello"])
    both = running.tts(("first", "second"))
    assert isinstance(both, PreferredTts)
    order = both.order()
    assert [each.manifest.name for each in order] == ["first", "second"]
    first.failures = second.failures = 1
    with pytest.raises(EngineError, match="first: .*; second: "):
        await made.speak("hello")


async def test_an_unknown_voice_is_a_mistake_and_not_another_voice() -> None:
    made, _ = await speaker(NamedTts("first", "en", knows=("ann",)), NamedTts("second", "en"))
    assert (await made.speak("hello", voice="ann")).way.engine_voice == "ann"
    with pytest.raises(EngineMissingError, match="has no voice 'bob'"):
        await made.speak("hello", voice="bob")


async def test_a_voice_of_the_catalogue_is_spoken_by_whoever_can() -> None:
    made, _ = await speaker(
        NamedTts("first", "en"), NamedTts("espeak-ng", "en", "hi", knows=("+f2", "+f3", "+f4"))
    )
    speech = await made.speak("नमस्ते", voice="hi-divya")
    assert (speech.way.engine, speech.way.language) == ("espeak-ng", "hi-IN")
    assert speech.way.instead_of == "indic-parler-tts"
    with pytest.raises(EngineMissingError, match="sa-IN"):
        await made.speak("om", voice="sa-aryan")


async def test_a_named_engine_is_the_only_one() -> None:
    first, second = NamedTts("first", "en"), NamedTts("second", "en")
    made, _ = await speaker(first, second)
    assert (await made.speak("hello", engine="second")).way.engine == "second"
    second.failures = 1
    with pytest.raises(EngineError):
        await made.speak("hello", engine="second")


async def test_a_text_without_words_is_silence() -> None:
    made, _ = await speaker(NamedTts("first", "en"))
    assert sum(len(piece.samples) for piece in await all_of(await made.speak(" . "))) in (0, WORD_SAMPLES)
