"""SVOX Pico as a Tts engine: what it is, and whether it is there.

Never loads the library in this process (a fault in it would end the server).
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineOptions
from pipelines.engines.tts.in_worker import WorkerTts
from pipelines.workers.spec import WorkerSpec

MANIFEST = Manifest(
    name="pico",
    kind=Kind.TTS,
    summary="SVOX Pico, a woman's voice for each of five languages, better to listen to than espeak-ng",
    languages=("de", "en", "es", "fr", "it"),
    licence="Apache-2.0",
    own_voices=("de-DE", "en-GB", "en-US", "es-ES", "fr-FR", "it-IT"),
    gender="female",
    phonemes=True,
    pitch=True,
)
PACKAGE = "py-nanotts==0.1.1"


def check() -> Readiness:
    """Whether the library and its voices are there."""
    spec = importlib.util.find_spec("py_nanotts")
    if spec is None or not spec.submodule_search_locations:
        return Readiness(False, f"the py-nanotts package; run `pip install {PACKAGE}`")
    root = Path(next(iter(spec.submodule_search_locations)))
    if not list(root.glob("_nanotts*.so")) or not (root / "lang" / "en-US_ta.bin").is_file():
        return Readiness(
            False, f"its library or its voices; run `pip install --force-reinstall {PACKAGE}`, on Linux"
        )
    return Readiness(True)


class PicoTts(WorkerTts):
    def __init__(self, workers: int | None = None) -> None:
        super().__init__(MANIFEST, WorkerSpec("pico", "pipelines.engines.tts.pico.worker"), workers or 1)


def make(options: EngineOptions) -> PicoTts:
    """Raises EngineMissingError when it is told anything."""
    return PicoTts(options.without_settings(MANIFEST.name).workers)
