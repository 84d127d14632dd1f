"""What speech that is kept depends on: of which engine it is, and which weights that has."""

from __future__ import annotations

import threading
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import numpy as np

from cli.serving.finishing import open_finishing
from cli.serving.speech import Speech
from mediaserver.calls.routes import AgentSpec
from mediaserver.config import load
from mediaserver.settings.engines import EnginesSettings
from pipelines.engines.finish.kept import KeptSpeech
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineRegistry
from pipelines.engines.resources import EngineResources
from pipelines.engines.running import Engines
from pipelines.engines.tts.failover import PreferredTts
from pipelines.engines.tts.neural.engine import NeuralTts
from pipelines.workers.spec import WorkerSpec
from tests.fakes import FakeTts

GREETING = "Good morning, this is the booking line."
MANIFEST = Manifest("tones", Kind.TTS, "tones", ("en",), "none", sample_rate=24_000)


def voice(name: str) -> NeuralTts:
    """One of several of the same engine."""
    return NeuralTts(
        replace(MANIFEST, name=name), WorkerSpec(name, "tests.pipelines.engines.tts.tone_worker")
    )


async def times_made(folder: Path, *names: str, **options: object) -> int:
    """How often the greeting is made on a server, where each of these voices says it once. `options`: of
    engines by name."""
    engines = {"home": str(folder / "engines"), "options": options}
    settings = load(overrides={"data": folder / "data", "engines": engines})
    async with AsyncExitStack() as undo:
        finishing = open_finishing(settings, undo)
        assert finishing.kept is not None
        finishing.kept.fix([GREETING])
        for name in names:
            engine = voice(name)
            await engine.start()
            tts = PreferredTts(lambda engine=engine: [engine], finishing=finishing)  # type: ignore[misc]
            chunks = [chunk.samples async for chunk in tts.kept_for(GREETING).speak(GREETING)]
            assert np.concatenate(chunks).any()
            await engine.stop()
        return finishing.kept.misses


async def test_two_of_the_same_engine_do_not_speak_with_one_anothers_voice(tmp_path: Path) -> None:
    assert await times_made(tmp_path, "tones:anna", "tones:bob", "tones:anna") == 2
    assert await times_made(tmp_path, "tones:anna", "tones:bob") == 0


async def test_weights_that_were_pulled_anew_make_it_anew(tmp_path: Path) -> None:
    assert await times_made(tmp_path, "tones") == 1
    listed = tmp_path / "engines" / "weights" / "acme--tones" / "voiceforge.json"
    listed.parent.mkdir(parents=True)
    listed.write_text("{}")
    assert await times_made(tmp_path, "tones") == 1
    assert await times_made(tmp_path, "tones") == 0


async def test_a_recording_that_is_replaced_makes_it_anew(tmp_path: Path) -> None:
    """Of a voice that it imitates."""
    recording = tmp_path / "anna.wav"
    recording.write_bytes(b"anna")
    told = {"voices": {"anna": str(recording)}}
    assert await times_made(tmp_path, "tones", tones=told) == 1
    assert await times_made(tmp_path, "tones", tones=told) == 0
    recording.write_bytes(b"another")
    assert await times_made(tmp_path, "tones", tones=told) == 1


async def test_what_a_voice_that_was_removed_has_said_is_removed(tmp_path: Path) -> None:
    recording = tmp_path / "anna.wav"
    recording.write_bytes(b"anna")
    folder = tmp_path / "data" / "cache" / "speech"
    await times_made(tmp_path, "tones", "others", tones={"voices": {"anna": str(recording)}}, others={})
    before = set(folder.iterdir())
    assert len(before) == 2
    kept = KeptSpeech(folder, lambda name: "as it was")
    kept.sweep()
    assert set(folder.iterdir()) == before, "nobody says which engines there are"
    settings = load(
        overrides={
            "data": tmp_path / "data",
            "engines": {"home": str(tmp_path / "engines"), "options": {"tones": {"voices": {}}}},
        }
    )
    async with AsyncExitStack() as undo:
        opened = open_finishing(settings, undo).kept
        assert opened is not None
        opened.sweep(["others", "tones"])
    assert len(set(folder.iterdir()) & before) == 1


async def test_what_a_voice_that_only_a_row_names_has_said_outlasts_a_start(tmp_path: Path) -> None:
    """A voice needs no table (`mms-tts:hi`): what it has said is removed when no row names it any more."""
    folder = tmp_path / "data" / "cache" / "speech"
    await times_made(tmp_path, "tones:hi", "tones:ta")
    settings = load(overrides={"data": tmp_path / "data", "engines": {"home": str(tmp_path / "engines")}})
    async with AsyncExitStack() as undo:
        finishing = open_finishing(settings, undo)
        assert finishing.kept is not None
        entry = EngineEntry(MANIFEST, lambda: Readiness(True), lambda _: FakeTts(), several=True)
        engines = Engines(EngineRegistry([entry]), resources=EngineResources(finishing=finishing))
        undo.push_async_callback(engines.stop)
        speech = Speech(engines, EnginesSettings(stt=("none",), tts=("none",)), lambda: None)
        before = set(folder.iterdir())
        speech.follow([AgentSpec(UUID(int=1), "desk", 1, "flow", tts=("tones:hi",))])
        for thread in threading.enumerate():
            if thread.name == "kept speech":
                thread.join()
        assert len(before) == 2 and len(before & set(folder.iterdir())) == 1
    assert await times_made(tmp_path, "tones:hi") == 0
