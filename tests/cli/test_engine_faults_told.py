"""An engine whose model cannot be loaded: the same one line with its mend wherever somebody looks."""

from __future__ import annotations

import re

import pytest

from cli.engines.trying import spoken
from mediaserver.errors import EngineError
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineOptions, EngineRegistry
from pipelines.engines.running import Engines
from pipelines.engines.tts.neural.engine import NeuralTts
from pipelines.workers.spec import WorkerSpec
from tests.fakes import FakeTts

TONES = Manifest("tones", Kind.TTS, "tones", ("en",), "none")
PULL = "run `voiceforge engines pull tones`"


def made(load: str) -> NeuralTts:
    told = {"load": load, "engine": "tones", "mend": PULL}
    return NeuralTts(TONES, WorkerSpec("tones", "tests.pipelines.engines.tts.tone_worker", told))


@pytest.mark.parametrize(
    ("load", "mend"),
    [
        ("fails", f"its weights cannot be used (ValueError: the weights are torn): {PULL}"),
        ("memory", "ran out of memory"),
    ],
)
async def test_what_keeps_a_model_from_being_loaded_is_told_everywhere(
    load: str, mend: str, caplog: pytest.LogCaptureFixture
) -> None:
    registry = EngineRegistry()
    registry.add(EngineEntry(TONES, lambda: Readiness(True), lambda _: made(load)))
    other = Manifest("other", Kind.TTS, "speaks", ("en",), "none")
    registry.add(EngineEntry(other, lambda: Readiness(True), lambda _: FakeTts()))
    engines = Engines(registry, lambda _kind, _name: EngineOptions())
    engines.tts(["tones", "other"])
    await engines.settle()
    try:
        shown = next(state.fault for state in engines.states if state.name == "tones")
        line = re.escape(shown)
        assert shown.startswith("the tones worker did not start: ") and mend in shown and "\n" not in shown
        assert any(re.search(line, record.getMessage()) for record in caplog.records)
        assert (
            engines.absent(Kind.TTS, ["tones", "other"], "en", all_speak=True)
            == f"tones: {shown}; other takes over"
        )
        with pytest.raises(EngineError, match=f"^{line}$"):  # `engines test`
            await spoken(lambda: made(load), "Hello.", "", "en")
    finally:
        await engines.stop()
