"""pocketsphinx as an Stt engine: utterances go to worker processes, results come back on the loop.

Never decodes in this process (decoding holds the GIL) and never imports pocketsphinx here.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.engines.grammars.jsgf_document import GrammarError
from pipelines.engines.protocols import Grammar, Kind, Manifest, Readiness
from pipelines.engines.stt.in_worker import WorkerStt
from pipelines.workers.spec import BACKGROUND_NICENESS, NICENESS, WorkerSpec

MANIFEST = Manifest(
    name="pocketsphinx",
    kind=Kind.STT,
    summary="PocketSphinx with a grammar per turn, partials, and rejection by a phone loop",
    languages=("en",),
    licence="BSD-2-Clause",
    spots=True,
)


def check() -> Readiness:
    """Whether the package and the models in its wheel are there."""
    spec = importlib.util.find_spec("pocketsphinx")
    if spec is None or not spec.submodule_search_locations:
        return Readiness(False, "the pocketsphinx package; run `pip install pocketsphinx==5.1.1`")
    root = Path(next(iter(spec.submodule_search_locations))) / "model" / "en-us"
    for name in ("en-us/mdef", "cmudict-en-us.dict", "en-us.lm.bin", "en-us-phone.lm.bin"):
        if not (root / name).exists():
            return Readiness(
                False, f"its model file {name}; run `pip install --force-reinstall pocketsphinx==5.1.1`"
            )
    return Readiness(True)


@lru_cache(maxsize=1)
def _dictionary() -> frozenset[str]:
    spec = importlib.util.find_spec("pocketsphinx")
    if spec is None or not spec.submodule_search_locations:
        return frozenset()
    path = Path(next(iter(spec.submodule_search_locations))) / "model" / "en-us" / "cmudict-en-us.dict"
    with path.open(encoding="utf-8") as lines:
        return frozenset(line.split(None, 1)[0] for line in lines if line.strip())


def check_grammar(grammar: Grammar, pronunciations: Mapping[str, str] | None = None) -> list[str]:
    """The grammar's words that cannot be recognised because their pronunciation is not known, sorted.

    Raises GrammarError when the grammar itself is wrong. Reads the dictionary (0.1 s) the first time.
    """
    words = JsgfGrammar(grammar.jsgf).words
    return sorted(words - _dictionary() - set(pronunciations or ()))


class PocketsphinxStt(WorkerStt):
    """`pronunciations` has extra words and their phones: {"sip": "S IH P"}."""

    def __init__(
        self,
        workers: int | None = None,
        *,
        decoders: int = 4,
        pronunciations: Mapping[str, str] | None = None,
        background: bool = False,
    ) -> None:
        """`background`: for recordings, which nobody waits for on a line; general speech alone."""
        if not workers:
            workers = max(1, (os.cpu_count() or 2) // 2)
        options = {
            "decoders": 1 if background else decoders,
            "pronunciations": dict(pronunciations or {}),
        }
        spec = WorkerSpec(
            "pocketsphinx",
            "pipelines.engines.stt.pocketsphinx.worker",
            options,
            niceness=BACKGROUND_NICENESS if background else NICENESS,
        )
        super().__init__(MANIFEST, spec, workers)


__all__ = ["MANIFEST", "GrammarError", "PocketsphinxStt", "check", "check_grammar"]
