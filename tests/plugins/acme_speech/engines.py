"""What the entry point names: the engines of this package, as the registry wants them."""

from __future__ import annotations

from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineOptions
from pipelines.engines.stt.in_worker import WorkerStt
from pipelines.engines.tts.in_worker import WorkerTts
from pipelines.workers.spec import WorkerSpec

HERE = __name__.rpartition(".")[0]
EAR = Manifest("acme-ear", Kind.STT, "hears Buzz, whatever is said in it", ("en", "es"), "MIT", detects=True)
VOICE = Manifest(
    "acme-voice", Kind.TTS, "speaks Buzz, without word marks", ("en",), "MIT", sample_rate=24_000
)


def check() -> Readiness:
    return Readiness(True)


def make_ear(options: EngineOptions) -> WorkerStt:
    return WorkerStt(EAR, WorkerSpec(EAR.name, f"{HERE}.ear_worker"), options.workers)


def make_voice(options: EngineOptions) -> WorkerTts:
    spec = WorkerSpec(VOICE.name, f"{HERE}.voice_worker", at_once=8)
    return WorkerTts(VOICE, spec, options.workers)


ENGINES = (EngineEntry(EAR, check, make_ear), EngineEntry(VOICE, check, make_voice))
