"""hibari as a Tts engine: a small neural voice whose package holds all that it needs.

Never loads the package or onnxruntime in this process: that is 200 MB, and a fault in it would end the
server.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineOptions
from pipelines.engines.tts.in_worker import WorkerTts
from pipelines.workers.spec import WorkerSpec

MANIFEST = Manifest(
    name="hibari",
    kind=Kind.TTS,
    summary="hibari, a small neural voice: American English, a woman, near to a person's",
    languages=("en-CA", "en-IN", "en-PH", "en-US"),  # of other regions pico has a British voice
    licence="Apache-2.0",
    sample_rate=24_000,
    own_voices=("heart",),
    gender="female",
    phonemes=True,
    pitch=True,
)
PACKAGES = "hibari-tts==0.2.1 'onnxruntime>=1.24'"
FILES = ("hibari.onnx", "vocab.json", "oov.onnx", "lexicon_us_gold.json.gz", "tagger.json.gz")


def check() -> Readiness:
    """Whether its package, what is in it, and onnxruntime are there."""
    spec = importlib.util.find_spec("hibari")
    if spec is None or not spec.submodule_search_locations:
        return Readiness(False, f"the hibari-tts package; run `pip install {PACKAGES}`")
    if importlib.util.find_spec("onnxruntime") is None:
        return Readiness(False, f"the onnxruntime package; run `pip install {PACKAGES}`")
    assets = Path(next(iter(spec.submodule_search_locations))) / "assets"
    for name in FILES:
        if not (assets / name).is_file():
            return Readiness(False, f"its file {name}; run `pip install --force-reinstall {PACKAGES}`")
    return Readiness(True)


class HibariTts(WorkerTts):
    def __init__(self, workers: int | None = None) -> None:
        spec = WorkerSpec(MANIFEST.name, "pipelines.engines.tts.hibari.worker.main", start_limit_s=60.0)
        super().__init__(MANIFEST, spec, workers or 1)


def make(options: EngineOptions) -> HibariTts:
    """Raises EngineMissingError when it is told anything."""
    return HibariTts(options.without_settings(MANIFEST.name).workers)
