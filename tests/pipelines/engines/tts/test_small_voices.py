"""Kokoro and Piper through their own code, in their own environment, on random weights."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.tts.kokoro import engine as kokoro
from pipelines.engines.tts.piper import engine as piper
from tests.pipelines.engines.tts.random_onnx import PHONEMES, kokoro_folder, piper_folder
from tests.pipelines.engines.tts.speaking import TEXT, assert_speech, heard, seconds, started

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(autouse=True)
def environment(installed_environment: Callable[[str], Path]) -> None:
    installed_environment("onnx-voices")


async def test_kokoro_speaks_in_the_voice_of_the_language(engines_home: Path, tmp_path: Path) -> None:
    async with started(kokoro.ENGINE, engines_home, kokoro_folder(tmp_path)) as tts:
        assert tts.voices == ["af_heart", "bf_emma", "hf_alpha"]
        chunks = await heard(tts)
        assert_speech(chunks, 2, 12)
        marks = [mark for chunk in chunks for mark in chunk.words]
        assert [TEXT[mark.text_start : mark.text_end] for mark in marks][:1] == ["Thank"]
        assert seconds(await heard(tts, rate=2.0)) < 0.7 * seconds(chunks)
        assert_speech(await heard(tts, voice="bf_emma"), 2, 12)
        assert_speech(await heard(tts, "नमस्ते! आपका स्वागत है।", language="hi-IN"), 0.5, 6)
        with pytest.raises(EngineMissingError, match="kokoro has no voice for ja; it has af_heart"):
            await heard(tts, "こんにちは", language="ja")
        with pytest.raises(EngineMissingError, match="the voice af_heart speaks en-us, not hi-IN"):
            await heard(tts, "नमस्ते!", voice="af_heart", language="hi-IN")
        with pytest.raises(EngineMissingError, match="no voice 'am_nobody'"):
            await heard(tts, voice="am_nobody")


async def test_kokoro_without_weights_says_so(engines_home: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="kokoro worker did not start"):
        async with started(kokoro.ENGINE, engines_home, tmp_path):
            pass
    torn = kokoro_folder(tmp_path / "torn")
    (torn / "onnx" / "model.onnx").write_bytes(b"torn")
    with pytest.raises(EngineError, match="kokoro worker did not start"):
        async with started(kokoro.ENGINE, engines_home, torn):
            pass


async def test_piper_speaks_every_voice_of_its_folder(engines_home: Path, tmp_path: Path) -> None:
    folder = piper_folder(tmp_path, "en_US-some-medium", "de_DE-other-medium")
    async with started(piper.ENGINE, engines_home, folder) as tts:
        assert tts.voices == ["de_DE-other-medium", "en_US-some-medium"]
        chunks = await heard(tts)
        assert_speech(chunks, 2, 15)
        assert seconds(await heard(tts, rate=2.0)) < 0.7 * seconds(chunks)
        assert_speech(await heard(tts, "Guten Tag, was kann ich für Sie tun?", language="de"), 0.5, 6)
        assert_speech(await heard(tts, "It is read as it stands: [[h@l@U]].", language="en-GB"), 0.5, 6)
        assert tts.manifest.speaks("de") and not tts.manifest.speaks("fr"), "as its folder does"
        with pytest.raises(EngineMissingError, match="de_DE-other-medium speaks de-DE, not en"):
            await heard(tts, voice="de_DE-other-medium")
        with pytest.raises(EngineMissingError, match="piper has no voice for fr"):
            await heard(tts, "Bonjour.", language="fr")


async def test_piper_has_voices_of_many_speakers(engines_home: Path, tmp_path: Path) -> None:
    folder = piper_folder(tmp_path, "en_GB-many-medium", speakers=3)
    async with started(piper.ENGINE, engines_home, folder, voice="en_GB-many-medium#p2") as tts:
        assert_speech(await heard(tts), 2, 15)
        assert_speech(await heard(tts, voice="en_GB-many-medium#p1"), 2, 15)
        with pytest.raises(EngineMissingError, match="no speaker 'p9'; it has p0, p1, p2"):
            await heard(tts, voice="en_GB-many-medium#p9")


TOLD = """
import json, sys
from importlib import import_module
module, name, folder, language = sys.argv[1:5]
from pipelines.engines.tts.neural.worker.model import ClauseWish
import onnxruntime
real, asked = onnxruntime.InferenceSession.run, []
def run(self, outputs, feed, *more):
    ids = next(value for key, value in feed.items() if key in ("input", "input_ids", "tokens"))
    asked.append(ids.tolist()[0])
    return real(self, outputs, feed, *more)
onnxruntime.InferenceSession.run = run
model = getattr(import_module(module), name)({"weights": folder, "device": "cpu", "threads": 1})
for text, phonemes in json.load(sys.stdin):
    for _ in model.speak(ClauseWish(text, language=language, phonemes=phonemes)):
        pass
vocab = model._kokoro.tokenizer.vocab if name == "KokoroVoice" else {}
print(json.dumps([asked, vocab]))
"""
"""Prints what reaches the model, and its table of symbols where that is its package's."""


def ids_told(
    python: Path, module: str, name: str, folder: Path, wishes: list[tuple[str, str]]
) -> tuple[list[list[int]], dict[str, int]]:
    """Of each wish (text, phonemes) the ids that the model gets, in its own environment."""
    command = [str(python), "-c", TOLD, module, name, str(folder), "en"]
    root = Path(__file__).resolve().parents[4]
    run = subprocess.run(
        command,
        input=json.dumps(wishes),
        capture_output=True,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert run.returncode == 0, run.stderr
    asked, vocab = json.loads(run.stdout.splitlines()[-1])
    assert ("no sound for" in run.stderr) == any("7" in phonemes for _, phonemes in wishes)
    return asked, vocab


def test_the_phonemes_of_an_author_reach_kokoro(
    installed_environment: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = kokoro_folder(tmp_path)
    asked, vocab = ids_told(
        installed_environment("onnx-voices"),
        "pipelines.engines.tts.kokoro.worker",
        "KokoroVoice",
        folder,
        [("Nike, Inc.", "/ˈnaɪ.kiː/"), ("hello", ""), ("hello", "hə7")],
    )
    assert asked[0] == [0, *(vocab[each] for each in "ˈnaɪkiː."), 0]
    assert asked[1] == asked[2] != asked[0], "what it does not know leaves the words"


def test_the_phonemes_of_an_author_reach_piper(
    installed_environment: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = piper_folder(tmp_path, "en_US-some-medium")
    asked, _ = ids_told(
        installed_environment("onnx-voices"),
        "pipelines.engines.tts.piper.worker",
        "PiperVoices",
        folder,
        [("Nike!", "ˈna͡ɪki"), ("hello", ""), ("hello", "hə7")],
    )
    sounds = [PHONEMES[each][0] for each in "ˈnaɪki!"]
    assert [each for each in asked[0] if each in sounds] == sounds
    assert set(asked[0]) - set(sounds) <= {PHONEMES[each][0] for each in "_^$"}
    assert asked[1] == asked[2] != asked[0]
