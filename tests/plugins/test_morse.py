"""The example of docs/engines.md as its reader would have it: installed as a package, its worker in an
environment of its own, and what it sends read again."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.errors import EngineMissingError
from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.protocols import TtsChunk
from pipelines.engines.registry import EngineOptions
from pipelines.environments.locks import LOCKS, Device, find_lock
from pipelines.environments.places import interpreter

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "examples" / "engine-plugin"
TEXT = "Room 5 is free."

Sound = npt.NDArray[np.int16]


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Imports a module of the package."""
    monkeypatch.syspath_prepend(str(PACKAGE))
    return lambda name: importlib.import_module(f"voiceforge_morse.{name}")


def read_morse(sound: Sound, units_a_second: float, code: dict[str, str]) -> str:
    """What tones say: their lengths and those of the pauses, in units."""
    unit = SAMPLE_RATE / units_a_second
    window = np.ones(80) / 80
    loud = np.convolve(np.abs(sound.astype(float)), window, "same") > 500
    edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]])))
    letters, text, before = {signs: letter for letter, signs in code.items()}, "", 0
    signs = ""
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        pause = (begin - before) / unit
        if signs and pause > 2:
            text, signs = text + letters[signs] + (" " if pause > 5 else ""), ""
        signs += "-" if (end - begin) / unit > 2 else "."
        before = end
    return text + letters[signs]


def home_of(folder: Path, lock: str) -> Path:
    """A home whose environment is this one, in which numpy is too."""
    python = interpreter(folder, lock)
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    return folder


async def test_it_sends_what_it_is_given_word_by_word(module: Callable[[str], Any], tmp_path: Path) -> None:
    engine = module("engine")
    options = EngineOptions(settings={"words_per_minute": 60}, home=home_of(tmp_path, engine.RECIPE.lock))
    voice = engine.make(options)
    await voice.start()
    try:
        chunks: list[TtsChunk] = [chunk async for chunk in voice.speak(TEXT)]
        nothing = [chunk async for chunk in voice.speak("¡¿…")]
    finally:
        await voice.stop()
    sound = np.concatenate([chunk.samples for chunk in chunks])
    assert read_morse(sound, 50, module("alphabet").CODE) == TEXT.lower()
    marks = [mark for chunk in chunks for mark in chunk.words]
    assert [TEXT[mark.text_start : mark.text_end] for mark in marks] == TEXT.split()
    assert all(abs(int(sound[mark.sample + 200])) + abs(int(sound[mark.sample + 207])) > 0 for mark in marks)
    assert sum(len(chunk.samples) for chunk in nothing) == 0


def test_its_options_are_checked(module: Callable[[str], Any], tmp_path: Path) -> None:
    engine = module("engine")
    for settings, words in (
        ({"pitch": 600}, "has no option pitch: did you mean pitch_hz?"),
        ({"pitch_hz": 5}, "pitch_hz must be from 200 to 2000"),
        ({"words_per_minute": True}, "words_per_minute must be from 5 to 60"),
    ):
        with pytest.raises(EngineMissingError, match=words.replace("?", r"\?")):
            engine.make(EngineOptions(settings=settings, home=tmp_path))
        refused = engine.ENTRY.readiness(EngineOptions(settings=settings, home=tmp_path)).refused
        assert words in refused  # so that `engines install` refuses them as the server does
    lacks = engine.ENTRY.readiness(EngineOptions(home=tmp_path)).lacks
    assert lacks == "its packages: run `voiceforge engines install morse`"


def test_its_lock_file_is_of_its_own_and_has_hashes(module: Callable[[str], Any]) -> None:
    lock = find_lock(module("engine").RECIPE.lock, Device.CPU)
    assert lock.name == "voiceforge_morse-morse" and lock.path.parent != LOCKS
    assert [pin.name for pin in lock.here()] == ["numpy"] and "--hash=sha256:" in lock.text


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_installed_for_real_it_goes_from_its_entry_point_to_its_first_sound(tmp_path: Path) -> None:
    """By pip and by the commands of its README. Needs the network for numpy, unless pip has it."""
    site, home = tmp_path / "site", tmp_path / "engines"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
    ]
    source = tmp_path / "source"
    subprocess.run(["cp", "-r", str(PACKAGE), str(source)], check=True)
    subprocess.run([*pip, "--target", str(site), str(source)], check=True)
    path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    env = {**os.environ, "PYTHONPATH": path, "VOICEFORGE_ENGINES__HOME": str(home)}

    def engines(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mediaserver", "engines", *words]
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)

    def row() -> dict[str, Any]:
        rows = json.loads(engines("list", "--json").stdout)["engines"]
        return next(row for row in rows if row["name"] == "morse")

    assert not row()["ready"] and "engines install morse" in row()["lacks"]
    made = engines("install", "morse")
    if "cannot be reached" in made.stderr:
        pytest.skip(f"numpy cannot be fetched here: {made.stderr.splitlines()[-1]}")
    assert made.returncode == 0, made.stderr
    assert row()["ready"]
    sound = tmp_path / "morse.wav"
    tried = engines("test", "morse", "--text", TEXT, "--out", str(sound), "--json")
    assert tried.returncode == 0, tried.stderr
    assert json.loads(tried.stdout)["first_audio_ms"] > 0
    with wave.open(str(sound)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    sys.path.insert(0, str(site))
    code = importlib.import_module("voiceforge_morse.alphabet").CODE
    sys.path.remove(str(site))
    assert read_morse(samples, 50 * 20 / 60, code) == TEXT.lower()
    assert engines("remove", "morse").returncode == 0 and not row()["ready"]
