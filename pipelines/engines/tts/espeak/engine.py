"""espeak-ng as a Tts engine: what it is, and whether it is there.

Never loads the library in this process (it is not thread-safe and would stop the loop).
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.tts.in_worker import WorkerTts
from pipelines.workers.spec import WorkerSpec

MANIFEST = Manifest(
    name="espeak-ng",
    kind=Kind.TTS,
    summary="eSpeak NG, 141 voices, first sound within milliseconds",
    languages=tuple(
        "af am an ar as az ba be bg bn bpy bs ca chr cmn cs cv cy da de el en eo es et eu fa fi fr ga gd gn "
        "grc gu hak haw he hi hr ht hu hy ia id io is it ja jbo ka kk kl kn ko kok ku ky la lb lfn lt ltg lv "
        "mi mk ml mr ms mt mto my nb nci ne nl nog om or pa pap piqd pl pt py qdb qu quc qya ro ru sd shn si "
        "sjn sk sl smj sq sr sv sw ta te th tk tn tr tt ug uk ur uz vi yue zh".split()
    ),
    licence="GPL-3.0-or-later",
    sample_rate=22_050,
    phonemes=True,
    pitch=True,
)


def check() -> Readiness:
    """Whether the library and its data are there."""
    spec = importlib.util.find_spec("espeakng_loader")
    if spec is None or not spec.submodule_search_locations:
        return Readiness(False, "the espeakng-loader package; run `pip install espeakng-loader==0.2.4`")
    root = Path(next(iter(spec.submodule_search_locations)))
    for name in ("libespeak-ng.so", "espeak-ng-data/phontab"):
        if not (root / name).exists():
            return Readiness(
                False, f"its file {name}; run `pip install --force-reinstall espeakng-loader==0.2.4`"
            )
    return Readiness(True)


class EspeakTts(WorkerTts):
    def __init__(self, workers: int | None = None) -> None:
        super().__init__(
            MANIFEST, WorkerSpec("espeak-ng", "pipelines.engines.tts.espeak.worker"), workers or 1
        )

    @property
    def voices(self) -> list[tuple[str, str, str]]:
        """(identifier, language, name) of every voice; empty before the start."""
        for worker in self.pool.workers:
            if "voices" in worker.facts:
                return [(v[0], v[1], v[2]) for v in worker.facts["voices"]]
        return []
