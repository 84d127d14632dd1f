"""`voiceforge engines test`: what it measures of each kind, and what it says of engines that do no work."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import numpy as np
import pytest

from cli.engines import trying
from cli.engines.naming import named
from cli.engines.trying import answered, recorded, spoken, transcribed
from cli.main import main
from mediaserver.config import load
from mediaserver.errors import EngineError
from mediaserver.media.leg import Frame
from pipelines.engines.protocols import Kind, LlmText, LlmUsage, Manifest, Readiness, SttResult, TtsChunk
from pipelines.engines.registry import EngineEntry, EngineOptions, EngineRegistry
from pipelines.environments.recipe import ModelFiles, Recipe
from tests.fakes import FakeLlm, FakeTts


class Parrot(FakeTts):
    """A voice that gives this sound, whatever the text."""

    def __init__(self, *chunks: np.ndarray) -> None:
        super().__init__()
        self._chunks = chunks

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        for samples in self._chunks:
            yield TtsChunk(samples)


class Owl:
    """A recogniser that hears this, whatever is said; each partial after another frame."""

    manifest = Manifest("owl", Kind.STT, "scripted", ("en",), "none", final_within_s=0.05)

    def __init__(self, final: SttResult | None, *partials: str) -> None:
        self._final, self._partials = final, list(partials)
        self.frames = 0

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def session(self, on_result: Callable[[SttResult], None], *, language: str = "en") -> Owl:
        self._tell = on_result
        return self

    def begin(self, epoch: int) -> None: ...

    def feed(self, frame: Frame) -> None:
        self.frames += 1
        if self._partials:
            self._tell(SttResult(self._partials.pop(0), final=False, epoch=1))

    def flush(self, epoch: int) -> None:
        if self._final is not None:
            asyncio.get_running_loop().call_soon(self._tell, self._final)

    def close(self) -> None: ...


QUIET = np.zeros(1_600, np.int16)
LOUD = np.full(16_000, 8_000, np.int16)


async def test_a_voice_is_measured_from_its_first_sound() -> None:
    tried = await spoken(lambda: Parrot(QUIET[:0], LOUD, LOUD), "hello", "", "en")
    assert (tried["audio_s"], len(tried["samples"])) == (2.0, 32_000)
    assert 0 <= tried["first_audio_ms"] <= tried["total_ms"] and tried["real_time_factor"] < 1


async def test_a_voice_that_says_nothing_is_a_fault() -> None:
    with pytest.raises(EngineError, match="gave no audio for 'hello'"):
        await spoken(lambda: Parrot(), "hello", "", "en")
    with pytest.raises(EngineError, match=r"gave 0\.1 s of silence"):
        await spoken(lambda: Parrot(QUIET), "hello", "", "en")


async def test_a_recogniser_is_measured_from_the_end_of_what_was_said() -> None:
    owl = Owl(SttResult("book a broom, please", final=True, epoch=2), "book", "book a")
    tried = await transcribed(lambda: owl, QUIET, "en", "Book a room.")
    assert (tried["text"], tried["words"], tried["word_errors"]) == ("book a broom, please", 3, 2)
    assert owl.frames == 30  # and half a second of silence around it
    assert 0 <= tried["first_partial_ms"] and tried["final_ms"] >= 0


async def test_a_recogniser_that_fails_or_is_silent_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "FINAL_SPARE_S", 0.01)
    gone = SttResult("", final=True, epoch=2, failed=True)
    with pytest.raises(EngineError, match="its worker or its line is gone"):
        await transcribed(lambda: Owl(gone), QUIET, "en")
    with pytest.raises(EngineError, match="gave no final"):
        await transcribed(lambda: Owl(None), QUIET, "en")


async def test_a_language_model_is_measured_from_its_first_token() -> None:
    llm = FakeLlm([LlmText("To "), LlmText("talk."), LlmUsage(9, 2, cost=0.1)])
    tried = await answered(lambda: llm, "What for?")
    assert (tried["text"], tried["completion_tokens"], tried["cost"]) == ("To talk.", 2, 0.1)
    assert llm.asked[0][0][0].content == "What for?"
    with pytest.raises(EngineError, match="gave no answer"):
        await answered(lambda: FakeLlm([]), "What for?")


def test_the_embedded_voice_speaks_into_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sound = tmp_path / "yes.wav"
    assert main(["engines", "test", "espeak-ng", "--text", "yes", "--out", str(sound)]) == 0
    assert f"kept in {sound}" in capsys.readouterr().out
    assert len(recorded(sound)) > 3_000
    assert main(["engines", "test", "pocketsphinx", "--wav", str(tmp_path / "no.wav")]) == 1
    assert "it is no file" in capsys.readouterr().err


@pytest.mark.slow  # it loads the model of open speech
def test_the_embedded_recogniser_hears_the_embedded_voice(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["engines", "test", "pocketsphinx", "--text", "yes", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["words"]) == ("stt", 1) and told["final_ms"] > 0


def test_a_name_may_say_its_kind_and_which_of_several(capsys: pytest.CaptureFixture[str]) -> None:
    def recipe(options: EngineOptions) -> Recipe:
        return Recipe(weights=(ModelFiles(str(options.settings["model"])),))

    known = EngineRegistry()
    for kind in (Kind.STT, Kind.TTS):
        manifest = Manifest("twin", kind, "", ("*",), "MIT")
        known.add(EngineEntry(manifest, lambda: Readiness(True), lambda _: FakeTts()))
    manifest = Manifest("many", Kind.LLM, "", ("*",), "MIT")
    known.add(
        EngineEntry(manifest, lambda: Readiness(True), lambda _: FakeLlm(), several=True, recipe_with=recipe)
    )
    settings = load()
    assert [each.entry.manifest.kind for each in named(settings, known, "twin")] == [Kind.STT, Kind.TTS]
    (one,) = named(settings, known, "tts/twin")
    assert one.entry.manifest.kind is Kind.TTS
    (model,) = named(settings, known, "many:acme/parrot-7b")
    assert (model.name, model.recipe.weights[0].repo) == ("many:acme/parrot-7b", "acme/parrot-7b")
    for wrong in ("stt/many", "twin:acme/parrot", "tts/twine"):
        with pytest.raises(EngineError, match="there is no engine"):
            named(settings, known, wrong)
